/* bflocal --stop: one HTTP request by hand, then waiting for the process to be gone. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/bflocal/run.h"
#include "lib/base/clock.h"

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

static bool ask_to_stop(int fd, long *pid, struct bf_err *e)
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
            return bf_err_set(e, BF_E_TEMPORARY, "--stop: what listens there does not answer");
        got = recv(fd, text + n, sizeof(text) - 1 - n, MSG_DONTWAIT);
        n += got > 0 ? (size_t)got : 0;
    } while (n < sizeof(text) - 1 && (got > 0 || (got < 0 && errno == EAGAIN)));
    text[n] = '\0';
    const char *at = strstr(text, "\"pid\":");
    if (strncmp(text, "HTTP/1.1 200", 12) != 0 || !at)
        return bf_err_set(e, BF_E_SERVICE, "--stop: what answers there is not bflocal");
    *pid = strtol(at + 6, NULL, 10);
    return true;
}

enum state { GONE, THERE, UNKNOWN };

/* The process as Linux tells it. One of another name is not the server: it has its number in another container. */
static enum state state_of(long pid)
{
    char path[40], text[256];
    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return kill((pid_t)pid, 0) != 0 && errno == ESRCH ? GONE : UNKNOWN;
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *name = strchr(text, '('), *name_end = strrchr(text, ')');
    if (!name || !name_end || strncmp(name, "(bflocal)", 9) != 0)
        return UNKNOWN;
    return strncmp(name_end, ") Z", 3) == 0 ? GONE : THERE; /* a zombie, which nobody has reaped */
}

/* Gone: no such process, a zombie, or (where it cannot be told) nobody listens any more for a while. */
static bool wait_gone(const struct place *p, long pid, struct bf_err *e)
{
    int64_t start = bf_clock_mono_ms(), refused_since = 0;
    while (bf_clock_mono_ms() < start + WAIT_MS) {
        enum state state = pid > 0 ? state_of(pid) : UNKNOWN;
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
    return bf_err_set(e, BF_E_TEMPORARY, "--stop: process %ld has not ended yet", pid);
}

bool bl_run_stop(const char *endpoint, struct bf_err *e)
{
    struct place p;
    long pid = 0;
    if (!endpoint)
        return bf_err_set(e, BF_E_USAGE, "--stop: AWS_ENDPOINT_URL is not set; say --port N");
    if (!read_endpoint(endpoint, &p, e))
        return false;
    int fd = connect_to(&p);
    if (fd < 0)
        return bf_err_set(e, BF_E_NOTFOUND, "--stop: nobody listens at %s", endpoint);
    bool ok = ask_to_stop(fd, &pid, e);
    close(fd);
    return ok && wait_gone(&p, pid, e);
}
