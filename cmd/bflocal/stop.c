/* bflocal --stop: sends one HTTP request and waits until the process has ended. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/bflocal/run.h"
#include "lib/base/clock.h"
#include "lib/json/doc.h"

enum { WAIT_MS = 60000, GONE_MS = 500 };

struct place {
    char host[64], port[8];
};

/* "http://HOST:PORT", an IPv6 address in brackets. */
static bool read_endpoint(const char *url, struct place *p, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(url);
    if (bf_str_starts(rest, BF_STR("http://"))) {
        rest.p += 7;
        rest.n -= 7;
        while (rest.n && rest.p[rest.n - 1] == '/')
            rest.n--;
        size_t colon = rest.n;
        while (colon > 0 && rest.p[colon - 1] != ':')
            colon--;
        struct bf_str host = bf_str(rest.p, colon ? colon - 1 : 0),
                      port = bf_str(rest.p + colon, rest.n - colon);
        if (host.n > 2 && host.p[0] == '[')
            host = bf_str(host.p + 1, host.n - 2);
        if (host.n && host.n < sizeof(p->host) && port.n && port.n < sizeof(p->port)) {
            snprintf(p->host, sizeof(p->host), "%.*s", (int)host.n, host.p);
            snprintf(p->port, sizeof(p->port), "%.*s", (int)port.n, port.p);
            return true;
        }
    }
    return bf_err_set(e, BF_E_USAGE, "--stop: '%s' is not http://HOST:PORT", url);
}

static int connect_to(const struct place *p)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(p->host, p->port, &hints, &found) != 0)
        return -1;
    int fd = -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_STREAM, 0);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

/* The process id in bflocal's answer; false: this is not bflocal's answer. */
static bool read_pid(const char *answer, uint64_t *pid)
{
    struct bf_err e;
    const char *body = strstr(answer, "\r\n\r\n");
    *pid = 0;
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || !body)
        return false;
    json_t *doc = bf_doc_object(bf_str_of(body + 4), BF_DOC_PLAIN, &e);
    bool ok = doc && bf_doc_get_u64(doc, "pid", pid, &e) && *pid > 0 && *pid <= INT_MAX;
    bf_doc_free(doc);
    return ok;
}

static bool ask_to_stop(int fd, const char *endpoint, uint64_t *pid, struct bf_err *e)
{
    static const char request[] =
        "POST /_bflocal/stop HTTP/1.1\r\nHost: bflocal\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    char text[2048];
    size_t n = 0;
    ssize_t got;
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != (ssize_t)sizeof(request) - 1)
        return bf_err_sys(e, errno, "--stop");
    int64_t end = bf_clock_mono_ms() + WAIT_MS;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    do {
        int64_t left = end - bf_clock_mono_ms();
        if (poll(&p, 1, left > 0 ? (int)left : 0) == 0)
            return bf_err_set(e, BF_E_TEMPORARY, "--stop: the server at %s does not answer",
                              endpoint);
        got = recv(fd, text + n, sizeof(text) - 1 - n, MSG_DONTWAIT);
        n += got > 0 ? (size_t)got : 0;
    } while (n < sizeof(text) - 1 && (got > 0 || (got < 0 && errno == EAGAIN)));
    text[n] = '\0';
    return read_pid(text, pid) ||
           bf_err_set(e, BF_E_SERVICE, "--stop: the server at %s is not bflocal", endpoint);
}

enum state { GONE, THERE, UNKNOWN };

/* The state in /proc. A process with another name is not the server: in another container the
 * server's process has that number. */
static enum state state_of(uint64_t pid)
{
    char path[40], text[256];
    snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return kill((pid_t)pid, 0) != 0 && errno == ESRCH ? GONE : UNKNOWN;
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *name = strchr(text, '('), *name_end = strrchr(text, ')');
    if (!name || !name_end || strncmp(name, "(bflocal)", 9) != 0)
        return UNKNOWN;
    return strncmp(name_end, ") Z", 3) == 0 ? GONE : THERE; /* a zombie that is not reaped yet */
}

/* The server has ended if its process does not exist or is a zombie; or, where that is unknown,
 * if the port has refused connections for GONE_MS. */
static bool wait_gone(const struct place *p, uint64_t pid, struct bf_err *e)
{
    int64_t start = bf_clock_mono_ms(), refused_since = 0;
    while (bf_clock_mono_ms() < start + WAIT_MS) {
        enum state state = state_of(pid);
        if (state == GONE)
            return true;
        int fd = state == UNKNOWN ? connect_to(p) : -1;
        if (fd >= 0)
            close(fd);
        else if (state == THERE)
            refused_since = 0;
        else if (!refused_since)
            refused_since = bf_clock_mono_ms();
        else if (bf_clock_mono_ms() > refused_since + GONE_MS)
            return true;
        (void)poll(NULL, 0, 10);
    }
    return bf_err_set(e, BF_E_TEMPORARY, "--stop: process %" PRIu64 " has not ended yet", pid);
}

bool bl_run_stop(const char *endpoint, struct bf_err *e)
{
    struct place p;
    uint64_t pid = 0;
    if (!endpoint)
        return bf_err_set(e, BF_E_USAGE, "--stop: AWS_ENDPOINT_URL is not set; say --port N");
    if (!read_endpoint(endpoint, &p, e))
        return false;
    int fd = connect_to(&p);
    if (fd < 0)
        return bf_err_set(e, BF_E_NOTFOUND, "--stop: no server listens at %s", endpoint);
    bool ok = ask_to_stop(fd, endpoint, &pid, e);
    close(fd);
    return ok && wait_gone(&p, pid, e);
}
