#include "cmd/bflocal/http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cmd/bflocal/http/control.h"
#include "cmd/bflocal/http/router.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"

enum {
    KEPT_CALLS = 32,          /* calls kept for later requests */
    KEPT_BYTES = 1024 * 1024, /* larger buffers are freed */
    ARENA_MAX = 64 * 1024 * 1024,
    ANSWER_MAX = 48 * 1024 * 1024,
    CONNECTION_BYTES = 32 * 1024,
    CONNECTIONS = 1000,
    STACK_BYTES = 512 * 1024,
    IDLE_S = 300,
    STOP_MS = 5000
};

/* A call with the data that only the server needs. */
struct exchange {
    struct bl_call call; /* first: services see only this member */
    struct bl_server *server;
    struct exchange *next; /* in the list of kept calls */
    size_t max_body;
    bool begun, refused, answered;
};

struct bl_server {
    struct bl_local *local;
    struct MHD_Daemon *daemon;
    pthread_mutex_t mutex;
    pthread_cond_t idle;
    struct exchange *kept;
    size_t nkept, in_flight;
    atomic_bool stopping; /* written under the lock, read without it */
};

static void reset_exchange(struct exchange *x)
{
    struct bl_call *c = &x->call;
    struct bf_arena arena = c->arena;
    struct bf_buf in = c->body, out = c->ans.body;
    struct bl_server *s = x->server;
    memset(x, 0, sizeof(*x));
    x->server = s;
    c->arena = arena;
    c->body = in;
    c->ans.body = out;
    c->ans.fd = -1;
    c->ans.status = 200;
    c->local = s->local;
    c->store = &s->local->store;
    bf_arena_reset(&c->arena);
    bf_buf_reset(&c->body);
    bf_buf_reset(&c->ans.body);
}

static struct exchange *new_exchange(struct bl_server *s)
{
    pthread_mutex_lock(&s->mutex);
    struct exchange *x = s->kept;
    if (x) {
        s->kept = x->next;
        s->nkept--;
    }
    s->in_flight++;
    pthread_mutex_unlock(&s->mutex);
    if (!x) {
        x = calloc(1, sizeof(*x));
        if (x) {
            bf_arena_init(&x->call.arena, ARENA_MAX);
            bf_buf_init(&x->call.ans.body, ANSWER_MAX);
            bf_buf_init(&x->call.body, 1);
            x->server = s;
        }
    }
    if (x)
        reset_exchange(x);
    return x;
}

static void free_exchange(struct exchange *x)
{
    bf_arena_free(&x->call.arena);
    bf_buf_free(&x->call.body);
    bf_buf_free(&x->call.ans.body);
    free(x);
}

static void recycle_exchange(struct bl_server *s, struct exchange *x)
{
    bool keep = false;
    if (x) {
        struct bl_call *c = &x->call;
        keep = c->body.cap <= KEPT_BYTES && c->ans.body.cap <= KEPT_BYTES &&
               c->arena.used <= KEPT_BYTES;
    }
    pthread_mutex_lock(&s->mutex);
    if (keep && s->nkept < KEPT_CALLS) {
        x->next = s->kept;
        s->kept = x;
        s->nkept++;
        x = NULL;
    }
    if (--s->in_flight == 0)
        pthread_cond_signal(&s->idle);
    pthread_mutex_unlock(&s->mutex);
    if (x)
        free_exchange(x);
}

/* MHD calls it for every request line and passes the result to the other call-backs. Only here
 * it gives the raw URI. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = new_exchange(arg);
    struct bf_str copy;
    (void)connection;
    if (!x)
        return NULL;
    if (!bf_arena_copy(&x->call.arena, bf_str_of(uri), &copy))
        copy = BF_STR("/");
    const char *mark = memchr(copy.p, '?', copy.n);
    x->call.req.path = mark ? bf_str(copy.p, (size_t)(mark - copy.p)) : copy;
    if (mark)
        x->call.req.query = bf_str(mark + 1, copy.n - x->call.req.path.n - 1);
    return x;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **own,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *own;
    (void)connection;
    (void)code;
    if (x) {
        if (x->answered && !bl_control_is(&x->call))
            bl_tally_add(&x->call.local->tally, x->call.local->services, x->call.service,
                         x->call.ans.status);
        if (x->call.cleanup)
            x->call.cleanup(&x->call);
        if (x->call.ans.fd >= 0)
            close(x->call.ans.fd);
        recycle_exchange(arg, x);
    }
    *own = NULL;
}

/* Header names are stored in lower case, so that a look-up compares bytes. */
static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct bl_call *c = arg;
    (void)kind;
    struct bf_str key;
    if (c->req.nheaders == BL_HEADERS_MAX || !bf_arena_copy(&c->arena, bf_str_of(name), &key)) {
        c->failed = true;
        return MHD_NO;
    }
    char *at = bf_arena_alloc(&c->arena, key.n + 1);
    if (!at)
        return MHD_NO;
    for (size_t i = 0; i < key.n; i++)
        at[i] = key.p[i] >= 'A' && key.p[i] <= 'Z' ? (char)(key.p[i] + 32) : key.p[i];
    c->req.headers[c->req.nheaders++] =
        (struct bf_sigv4_header){bf_str(at, key.n), value ? bf_str_of(value) : BF_STR("")};
    return MHD_YES;
}

static bool is_loopback(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr)
        return false;
    if (info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->client_addr, sizeof(in));
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, info->client_addr, sizeof(in6));
    return info->client_addr->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

/* The second half of a cut answer is never sent. */
static ssize_t on_cut(void *arg, uint64_t at, char *to, size_t max)
{
    struct bl_answer *a = arg;
    uint64_t half = (a->fd >= 0 ? a->fd_length : a->body.n) / 2;
    if (at >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = half - at < max ? (size_t)(half - at) : max;
    if (a->fd >= 0)
        return pread(a->fd, to, n, (off_t)(a->fd_offset + at));
    memcpy(to, a->body.p + at, n);
    return (ssize_t)n;
}

static struct MHD_Response *make_response(struct exchange *x)
{
    struct bl_answer *a = &x->call.ans;
    if (a->cut) {
        uint64_t n = a->fd >= 0 ? a->fd_length : a->body.n;
        return MHD_create_response_from_callback(n ? n : 2, 16384, on_cut, a, NULL);
    }
    if (a->fd < 0)
        return MHD_create_response_from_buffer(a->body.n, a->body.p, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *r =
        MHD_create_response_from_fd_at_offset64(a->fd_length, a->fd, a->fd_offset);
    if (r)
        a->fd = -1;
    return r;
}

static void add_date(struct MHD_Response *r, int64_t now_ms)
{
    char text[32];
    bl_http_date(now_ms, text);
    MHD_add_response_header(r, "Date", text);
}

static enum MHD_Result send_answer(struct exchange *x, struct MHD_Connection *connection, bool last)
{
    struct bl_answer *a = &x->call.ans;
    struct MHD_Response *r = make_response(x);
    if (!r)
        return MHD_NO;
    if (a->content_type)
        MHD_add_response_header(r, "Content-Type", a->content_type);
    for (size_t i = 0; i < a->nheaders; i++)
        MHD_add_response_header(r, a->headers[i].name.p, a->headers[i].value.p);
    add_date(r, x->call.now_ms ? x->call.now_ms : bl_now_ms(x->call.local));
    if (last || x->server->stopping)
        MHD_add_response_header(r, "Connection", "close");
    enum MHD_Result done = MHD_queue_response(connection, (unsigned)a->status, r);
    MHD_destroy_response(r);
    x->answered = done == MHD_YES;
    return done;
}

/* The request's head is complete. MHD closes the connection if the call is answered already. */
static enum MHD_Result begin_request(struct exchange *x, struct MHD_Connection *connection,
                                     const char *method)
{
    struct bl_call *c = &x->call;
    x->begun = true;
    if (!bf_arena_copy(&c->arena, bf_str_of(method), &c->req.method))
        return MHD_NO;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, c);
    if (c->failed) {
        bl_router_head_too_large(c);
        return send_answer(x, connection, true);
    }
    c->req.loopback = is_loopback(connection);
    if (!bl_router_begin(c, &x->max_body)) {
        c->failed = true;
        return send_answer(x, connection, true);
    }
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    c->body.max = x->max_body ? x->max_body : 1;
    if (length && !c->sink && strtoull(length, NULL, 10) > x->max_body) {
        bl_router_too_large(c);
        return send_answer(x, connection, true);
    }
    return MHD_YES;
}

/* A body without a length is found too large only while it arrives. The rest is dropped then,
 * and the answer is sent after it. */
static void receive_body(struct exchange *x, const char *data, size_t n)
{
    struct bl_call *c = &x->call;
    if (c->failed || x->refused)
        return;
    if (c->sink) {
        if (!c->sink(c, bf_str(data, n)))
            c->failed = true;
        return;
    }
    bf_buf_add(&c->body, data, n);
    if (!bf_buf_ok(&c->body)) {
        x->refused = true;
        bl_router_too_large(c);
    }
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **own)
{
    struct exchange *x = *own;
    (void)arg;
    (void)url;
    (void)version;
    if (!x)
        return MHD_NO;
    if (!x->begun)
        return begin_request(x, connection, method);
    if (*n) {
        receive_body(x, data, *n);
        *n = 0;
        return MHD_YES;
    }
    x->call.req.body = bf_buf_view(&x->call.body);
    if (!x->refused)
        bl_router_finish(&x->call);
    return send_answer(x, connection, x->refused);
}

static size_t keep_escaped(void *arg, struct MHD_Connection *connection, char *s)
{
    (void)arg;
    (void)connection;
    return strlen(s);
}

struct bl_server *bl_server_start(struct bl_local *l, int fd, struct bf_err *e)
{
    struct bl_server *s = calloc(1, sizeof(*s));
    if (!s) {
        close(fd);
        bf_err_nomem(e);
        return NULL;
    }
    s->local = l;
    pthread_mutex_init(&s->mutex, NULL);
    bf_wait_init(&s->idle);
    s->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
            MHD_USE_ITC | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
        on_uri, s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escaped, s, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)STACK_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
    if (s->daemon)
        return s;
    bf_err_set(e, BF_E_IO, "cannot start the HTTP server");
    close(fd);
    free(s);
    return NULL;
}

static void wait_idle(struct bl_server *s)
{
    int64_t until = bf_clock_mono_ms() + STOP_MS;
    pthread_mutex_lock(&s->mutex);
    s->stopping = true;
    while (s->in_flight && bf_wait_ms(&s->idle, &s->mutex, until - bf_clock_mono_ms()))
        ;
    pthread_mutex_unlock(&s->mutex);
}

void bl_server_stop(struct bl_server *s)
{
    int fd = MHD_quiesce_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
    bl_fault_end(&s->local->faults);
    wait_idle(s);
    MHD_stop_daemon(s->daemon);
    while (s->kept) {
        struct exchange *x = s->kept;
        s->kept = x->next;
        free_exchange(x);
    }
    pthread_mutex_destroy(&s->mutex);
    pthread_cond_destroy(&s->idle);
    free(s);
}
