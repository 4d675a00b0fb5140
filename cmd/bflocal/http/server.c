#include "cmd/bflocal/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bflocal/http/http1.h"
#include "cmd/bflocal/http/http2.h"
#include "cmd/bflocal/http/peer.h"
#include "lib/base/clock.h"

enum {
    SILENT = 64,      /* connections that have sent nothing yet, watched at once */
    SILENT_MS = 1000, /* after that they are taken for HTTP/1.1, whose server watches them on */
    FULL_MS = 20      /* between two looks at whether there is room again */
};

struct accepted {
    int fd;
    struct sockaddr_storage peer;
    socklen_t n;
    int64_t until;
};

struct bl_server {
    struct bl_exchanges exchanges;
    struct MHD_Daemon *http1;
    struct bl_http2 http2;
    int fd, wake[2]; /* the listening socket; a byte in the pipe ends the thread */
    pthread_t thread;
    struct accepted silent[SILENT];
    size_t nsilent;
};

enum version { UNKNOWN, HTTP1, HTTP2 };

/* "PRI" begins each connection of HTTP/2, and no request of HTTP/1.1 (RFC 9113 section 3.4). */
static enum version look_at(int fd)
{
    char head[3];
    ssize_t n = recv(fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return UNKNOWN;
    return n == sizeof(head) && memcmp(head, "PRI", sizeof(head)) == 0 ? HTTP2 : HTTP1;
}

static void hand_over(struct bl_server *s, const struct accepted *a, enum version version)
{
    const struct sockaddr *peer = (const struct sockaddr *)&a->peer;
    if (version == HTTP2)
        bl_http2_add(&s->http2, a->fd, bl_peer_is_loopback(peer));
    else
        bl_http1_add(s->http1, a->fd, peer, a->n);
}

static void accept_one(struct bl_server *s)
{
    struct accepted a = {.n = sizeof(a.peer), .until = bf_clock_mono_ms() + SILENT_MS};
    a.fd = accept(s->fd, (struct sockaddr *)&a.peer, &a.n);
    if (a.fd < 0)
        return;
    fcntl(a.fd, F_SETFD, FD_CLOEXEC);
    enum version version = look_at(a.fd);
    if (version == UNKNOWN && s->nsilent < SILENT)
        s->silent[s->nsilent++] = a;
    else
        hand_over(s, &a, version);
}

static void look_at_silent(struct bl_server *s)
{
    int64_t now = bf_clock_mono_ms();
    for (size_t i = 0; i < s->nsilent;) {
        struct accepted *a = &s->silent[i];
        enum version version = look_at(a->fd);
        if (version == UNKNOWN && now < a->until) {
            i++;
            continue;
        }
        hand_over(s, a, version);
        *a = s->silent[--s->nsilent];
    }
}

/* Milliseconds until something has to be looked at without a sign. */
static int patience(const struct bl_server *s, bool full)
{
    int64_t ms = full ? FULL_MS : -1, now = bf_clock_mono_ms();
    for (size_t i = 0; i < s->nsilent; i++) {
        int64_t left = s->silent[i].until > now ? s->silent[i].until - now : 0;
        ms = ms < 0 || left < ms ? left : ms;
    }
    return (int)ms;
}

/* Without room for more, connections wait in the queue of the kernel. */
static void *run(void *arg)
{
    struct bl_server *s = arg;
    struct pollfd watched[2 + SILENT];
    for (;;) {
        bool full = bl_http1_full(s->http1);
        watched[0] = (struct pollfd){.fd = s->wake[0], .events = POLLIN};
        watched[1] = (struct pollfd){.fd = full ? -1 : s->fd, .events = POLLIN};
        for (size_t i = 0; i < s->nsilent; i++)
            watched[2 + i] = (struct pollfd){.fd = s->silent[i].fd, .events = POLLIN};
        if (poll(watched, (nfds_t)(2 + s->nsilent), patience(s, full)) < 0)
            continue;
        if (watched[0].revents)
            return NULL;
        look_at_silent(s);
        if (watched[1].revents)
            accept_one(s);
    }
}

static bool start(struct bl_server *s)
{
    if (pipe(s->wake) != 0)
        return false;
    for (int i = 0; i < 2; i++)
        fcntl(s->wake[i], F_SETFD, FD_CLOEXEC);
    s->http1 = bl_http1_start(&s->exchanges);
    if (s->http1 && pthread_create(&s->thread, NULL, run, s) == 0)
        return true;
    if (s->http1)
        bl_http1_stop(s->http1);
    close(s->wake[0]);
    close(s->wake[1]);
    return false;
}

static void free_server(struct bl_server *s)
{
    bl_http2_stop(&s->http2);
    bl_exchanges_free(&s->exchanges);
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
    bl_http1_stop(s->http1);
    free_server(s);
}
