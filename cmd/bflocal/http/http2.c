#include "cmd/bflocal/http/http2.h"

#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cmd/bflocal/http/http2_stream.h"

enum {
    CONNECTIONS = 1000,
    STACK_BYTES = 512 * 1024,
    IDLE_S = 300,
    STREAMS = 1000,
    WINDOW = 1024 * 1024 /* bytes of bodies on their way, for a stream and for the connection */
};

struct bl_http2_connection {
    struct bl_http2 *all;
    struct bl_http2_connection *next;
    int fd;
    bool loopback;
};

void bl_http2_init(struct bl_http2 *all, struct bl_exchanges *exchanges)
{
    memset(all, 0, sizeof(*all));
    all->exchanges = exchanges;
    pthread_mutex_init(&all->mutex, NULL);
    pthread_cond_init(&all->empty, NULL);
}

static ssize_t on_send(nghttp2_session *session, const uint8_t *data, size_t n, int flags,
                       void *arg)
{
    const struct bl_h2_session *s = arg;
    const struct bl_http2_connection *c = s->owner;
    (void)session;
    (void)flags;
    ssize_t sent;
    do
        sent = send(c->fd, data, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : sent;
}

static bool greet(nghttp2_session *session)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, BL_HEAD_BYTES},
    };
    return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, BF_COUNT(settings)) == 0 &&
           nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, WINDOW) == 0;
}

/* Answers what is complete, one request after another, so that no answer waits for the next call. */
static bool answer_all(nghttp2_session *session, struct bl_h2_session *s)
{
    do
        if (nghttp2_session_send(session) != 0)
            return false;
    while (bl_h2_answer_next(s));
    if (s->exchanges->stopping)
        nghttp2_session_terminate_session(session, NGHTTP2_NO_ERROR);
    return nghttp2_session_send(session) == 0;
}

static void converse(nghttp2_session *session, struct bl_h2_session *s, int fd)
{
    uint8_t data[16 * 1024];
    bool ok = greet(session) && nghttp2_session_send(session) == 0;
    while (ok && nghttp2_session_want_read(session)) {
        ssize_t n = recv(fd, data, sizeof(data), 0);
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 && nghttp2_session_mem_recv(session, data, (size_t)n) == n &&
             answer_all(session, s);
    }
}

static void serve(struct bl_http2_connection *c)
{
    struct bl_h2_session s = {.exchanges = c->all->exchanges, .loopback = c->loopback, .owner = c};
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_session *session = NULL;
    struct timeval idle = {.tv_sec = IDLE_S};
    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
    if (nghttp2_session_callbacks_new(&callbacks) == 0) {
        nghttp2_session_callbacks_set_send_callback(callbacks, on_send);
        bl_h2_callbacks(callbacks);
        if (nghttp2_session_server_new(&session, callbacks, &s) == 0)
            converse(session, &s, c->fd);
    }
    bl_h2_end(&s);
    nghttp2_session_del(session);
    nghttp2_session_callbacks_del(callbacks);
}

/* The socket is closed under the lock: bl_http2_stop does not shut down a number that another file has by now. */
static void leave(struct bl_http2_connection *c)
{
    struct bl_http2 *all = c->all;
    pthread_mutex_lock(&all->mutex);
    struct bl_http2_connection **at = &all->first;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    close(c->fd);
    if (--all->n == 0)
        pthread_cond_signal(&all->empty);
    pthread_mutex_unlock(&all->mutex);
    free(c);
}

static void *run(void *arg)
{
    serve(arg);
    leave(arg);
    return NULL;
}

static bool start(struct bl_http2_connection *c)
{
    pthread_t thread;
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0)
        return false;
    bool ok = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
              pthread_attr_setstacksize(&attr, STACK_BYTES) == 0 &&
              pthread_create(&thread, &attr, run, c) == 0;
    pthread_attr_destroy(&attr);
    return ok;
}

void bl_http2_add(struct bl_http2 *all, int fd, bool loopback)
{
    struct bl_http2_connection *c = calloc(1, sizeof(*c));
    if (!c) {
        close(fd);
        return;
    }
    *c = (struct bl_http2_connection){.all = all, .fd = fd, .loopback = loopback};
    pthread_mutex_lock(&all->mutex);
    bool room = all->n < CONNECTIONS;
    c->next = all->first;
    all->first = c;
    all->n++;
    pthread_mutex_unlock(&all->mutex);
    if (!room || !start(c))
        leave(c);
}

void bl_http2_stop(struct bl_http2 *all)
{
    pthread_mutex_lock(&all->mutex);
    for (struct bl_http2_connection *c = all->first; c; c = c->next)
        shutdown(c->fd, SHUT_RDWR);
    while (all->n)
        pthread_cond_wait(&all->empty, &all->mutex);
    pthread_mutex_unlock(&all->mutex);
    pthread_mutex_destroy(&all->mutex);
    pthread_cond_destroy(&all->empty);
}
