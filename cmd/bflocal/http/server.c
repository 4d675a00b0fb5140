#include "cmd/bflocal/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cmd/bflocal/http/http1.h"
#include "cmd/bflocal/http/http2.h"
#include "cmd/bflocal/http/peer.h"
#include "lib/base/clock.h"

enum {
    SILENT_MS = 300 * 1000, /* connections that have sent nothing for this time are closed */
    SILENT_MAX = 65536,
    FULL_MS = 20,       /* between two looks at whether there is room again */
    CONNECTIONS = 1000, /* that have sent something: each has a thread */
    DESCRIPTORS = 256   /* kept for files and functions */
};

struct accepted {
    int fd;
    struct sockaddr_storage peer;
    socklen_t n;
    int64_t until;
};

struct bl_server {
    struct bl_exchanges exchanges;
    struct bl_http1 http1;
    struct bl_http2 http2;
    int fd, wake[2]; /* the listening socket; a byte in the pipe ends the thread */
    pthread_t thread;
    struct accepted *silent; /* connections that have sent nothing yet, the oldest first */
    size_t nsilent, room, most;
    struct pollfd *watched; /* 2 + room */
    bool short_of_files;    /* a connection could not be accepted */
};

enum version { UNKNOWN, GONE, HTTP1, HTTP2, TLS };

enum { HANDSHAKE = 0x16 /* begins a connection of TLS (RFC 8446 section 5.1) */ };

/* "PRI" begins each connection of HTTP/2, and no request of HTTP/1.1 (RFC 9113 section 3.4). */
static enum version look_at(int fd)
{
    char head[3];
    ssize_t n = recv(fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return UNKNOWN;
    if (n <= 0)
        return GONE;
    if (head[0] == HANDSHAKE)
        return TLS;
    return n == sizeof(head) && memcmp(head, "PRI", sizeof(head)) == 0 ? HTTP2 : HTTP1;
}

/* An answer in the clear is what clients recognize as a server without TLS. */
static void refuse_tls(int fd)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
                               "This server has no TLS: use http, not https.\n";
    char hello
        [4096]; /* what was not read would be answered with a reset, which takes the answer back */
    ssize_t n = recv(fd, hello, sizeof(hello), MSG_DONTWAIT);
    if (n > 0)
        n = send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)n;
    close(fd);
}

/* Makes room for one more silent connection. */
static bool reserve(struct bl_server *s)
{
    size_t room = s->room ? s->room * 2 : 64;
    if (s->nsilent < s->room)
        return true;
    struct accepted *silent = realloc(s->silent, room * sizeof(*silent));
    if (silent)
        s->silent = silent;
    struct pollfd *watched = silent ? realloc(s->watched, (2 + room) * sizeof(*watched)) : NULL;
    if (!watched)
        return false;
    s->watched = watched;
    s->room = room;
    return true;
}

static void forget_silent(struct bl_server *s, size_t i)
{
    s->nsilent--;
    memmove(&s->silent[i], &s->silent[i + 1], (s->nsilent - i) * sizeof(*s->silent));
}

/* Closes the connection that has been silent for the longest time. False: there is none. */
static bool drop_silent(struct bl_server *s)
{
    if (!s->nsilent)
        return false;
    close(s->silent[0].fd);
    forget_silent(s, 0);
    return true;
}

static void hand_over(struct bl_server *s, const struct accepted *a, enum version version)
{
    const struct sockaddr *peer = (const struct sockaddr *)&a->peer;
    if (version == GONE)
        close(a->fd);
    else if (version == TLS)
        refuse_tls(a->fd);
    else if (version == HTTP2)
        bl_http2_add(&s->http2, a->fd, bl_peer_is_loopback(peer));
    else
        bl_http1_add(&s->http1, a->fd, peer, a->n);
}

static void accept_one(struct bl_server *s)
{
    struct accepted a = {.n = sizeof(a.peer), .until = bf_clock_mono_ms() + SILENT_MS};
    a.fd = accept(s->fd, (struct sockaddr *)&a.peer, &a.n);
    if (a.fd < 0) {
        s->short_of_files = (errno == EMFILE || errno == ENFILE) && !drop_silent(s);
        return;
    }
    fcntl(a.fd, F_SETFD, FD_CLOEXEC);
    enum version version = look_at(a.fd);
    if (version != UNKNOWN) {
        hand_over(s, &a, version);
        return;
    }
    if (s->nsilent >= s->most)
        drop_silent(s);
    if (reserve(s))
        s->silent[s->nsilent++] = a;
    else
        close(a.fd);
}

/* Hands over those of the first n silent connections that have been heard of, as far as there is room, and closes those whose time is
 * up. */
static void look_at_silent(struct bl_server *s, size_t n)
{
    int64_t now = bf_clock_mono_ms();
    size_t kept = 0;
    for (size_t i = 0; i < s->nsilent; i++) {
        const struct accepted a = s->silent[i];
        enum version version = i < n && s->watched[2 + i].revents ? look_at(a.fd) : UNKNOWN;
        bool waits = version == HTTP1 && bl_http1_full(&s->http1);
        if (version != UNKNOWN && !waits)
            hand_over(s, &a, version);
        else if (!waits && now >= a.until)
            close(a.fd);
        else
            s->silent[kept++] = a;
    }
    s->nsilent = kept;
}

/* Milliseconds until something has to be looked at without a sign. */
static int patience(const struct bl_server *s, bool full)
{
    int64_t now = bf_clock_mono_ms();
    if (full)
        return FULL_MS;
    if (!s->nsilent)
        return -1;
    return s->silent[0].until > now ? (int)(s->silent[0].until - now) : 0;
}

/* Without room for more, connections wait in the queue of the kernel, and silent ones where they are. */
static void *run(void *arg)
{
    struct bl_server *s = arg;
    for (;;) {
        bool full = bl_http1_full(&s->http1) || s->short_of_files;
        size_t n = full ? 0 : s->nsilent;
        s->short_of_files = false;
        s->watched[0] = (struct pollfd){.fd = s->wake[0], .events = POLLIN};
        s->watched[1] = (struct pollfd){.fd = full ? -1 : s->fd, .events = POLLIN};
        for (size_t i = 0; i < n; i++)
            s->watched[2 + i] = (struct pollfd){.fd = s->silent[i].fd, .events = POLLIN};
        if (poll(s->watched, (nfds_t)(2 + n), patience(s, full)) < 0)
            continue;
        if (s->watched[0].revents)
            return NULL;
        bool more = s->watched[1].revents;
        look_at_silent(s, n);
        if (more)
            accept_one(s);
    }
}

/* Files and functions need descriptors too. */
static unsigned share_descriptors(struct bl_server *s)
{
    struct rlimit limit;
    rlim_t all = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
    all = all > SILENT_MAX ? SILENT_MAX : all > 2 * DESCRIPTORS ? all - DESCRIPTORS : all / 2;
    unsigned most = all / 4 * 3 < CONNECTIONS ? (unsigned)(all / 4 * 3) : CONNECTIONS;
    s->most = (size_t)all - most;
    return most;
}

static bool start(struct bl_server *s)
{
    if (pipe(s->wake) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(s->wake[i], F_SETFD, FD_CLOEXEC);
    bool started = reserve(s) && bl_http1_start(&s->http1, &s->exchanges, share_descriptors(s));
    if (started && pthread_create(&s->thread, NULL, run, s) == 0)
        return true;
    if (started)
        bl_http1_stop(&s->http1);
    close(s->wake[0]);
    close(s->wake[1]);
    return false;
}

static void free_server(struct bl_server *s)
{
    bl_http2_stop(&s->http2);
    bl_exchanges_free(&s->exchanges);
    free(s->silent);
    free(s->watched);
    free(s);
}

struct bl_server *bl_server_start(struct bl_local *l, int fd, struct bf_err *e)
{
    struct bl_server *s = calloc(1, sizeof(*s));
    if (!s) {
        close(fd);
        bf_err_nomem(e);
        return NULL;
    }
    s->fd = fd;
    bl_exchanges_init(&s->exchanges, l);
    bl_http2_init(&s->http2, &s->exchanges);
    if (start(s))
        return s;
    bf_err_set(e, BF_E_IO, "cannot start the HTTP server");
    close(fd);
    free_server(s);
    return NULL;
}

static void stop_accepting(struct bl_server *s)
{
    ssize_t n = write(s->wake[1], "", 1);
    if (n == 1)
        pthread_join(s->thread, NULL);
    for (size_t i = 0; i < s->nsilent; i++)
        close(s->silent[i].fd);
    close(s->wake[0]);
    close(s->wake[1]);
    close(s->fd);
}

void bl_server_stop(struct bl_server *s)
{
    stop_accepting(s);
    bl_fault_end(&s->exchanges.local->faults);
    bl_exchanges_stop(&s->exchanges);
    bl_http1_stop(&s->http1);
    free_server(s);
}
