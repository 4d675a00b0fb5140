#include "cmd/bflocal/http/http1.h"

#include <microhttpd.h>
#include <string.h>

#include "cmd/bflocal/http/head.h"
#include "cmd/bflocal/http/peer.h"

enum {
    STACK_BYTES = 512 * 1024,
    IDLE_S = 300,
    BUSY_IDLE_S = 5 /* with half of all connections taken */
};

/* MHD calls it for every request line and passes the result to the other call-backs. Only here
 * it gives the raw URI. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct bl_exchange *x = bl_exchange_new(arg);
    (void)connection;
    if (x)
        bl_exchange_target(x, bf_str_of(uri));
    return x;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **own,
                         enum MHD_RequestTerminationCode code)
{
    (void)arg;
    (void)connection;
    (void)code;
    if (*own)
        bl_exchange_end(*own);
    *own = NULL;
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t n,
                                 const char *value, size_t length)
{
    (void)kind;
    struct bf_str text = value ? bf_str(value, length) : BF_STR("");
    return bl_exchange_header(arg, bf_str(name, n), text) ? MHD_YES : MHD_NO;
}

static bool from_here(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info && info->client_addr && bl_peer_is_loopback(info->client_addr);
}

/* Connections that wait, for the rest of a head or for another request, must not keep all others out. */
static void limit_idle(struct bl_http1 *all, struct MHD_Connection *connection)
{
    if (atomic_load(&all->taken) > all->most / 2)
        MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)BUSY_IDLE_S);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **own,
                          enum MHD_ConnectionNotificationCode code)
{
    struct bl_http1 *all = arg;
    *own = all; /* limit_answered finds it */
    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        atomic_fetch_sub(&all->taken, 1);
    else
        limit_idle(all, connection);
}

static void limit_answered(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (info && info->socket_context)
        limit_idle(info->socket_context, connection);
}

static ssize_t on_cut(void *arg, uint64_t at, char *to, size_t max)
{
    ssize_t n = bl_exchange_body(arg, at, to, max);
    return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *make_response(struct bl_exchange *x)
{
    struct bl_answer *a = &x->call.ans;
    if (a->cut) {
        uint64_t n = bl_exchange_length(x);
        return MHD_create_response_from_callback(n ? n : 2, 16384, on_cut, x, NULL);
    }
    if (a->fd < 0)
        return MHD_create_response_from_buffer(a->body.n, a->body.p, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *r =
        MHD_create_response_from_fd_at_offset64(a->fd_length, a->fd, a->fd_offset);
    if (r)
        a->fd = -1;
    return r;
}

static enum MHD_Result send_answer(struct bl_exchange *x, struct MHD_Connection *connection,
                                   bool last)
{
    struct bl_answer *a = &x->call.ans;
    struct MHD_Response *r = make_response(x);
    char date[32];
    if (!r)
        return MHD_NO;
    if (a->content_type)
        MHD_add_response_header(r, "Content-Type", a->content_type);
    for (size_t i = 0; i < a->nheaders; i++)
        MHD_add_response_header(r, a->headers[i].name.p, a->headers[i].value.p);
    bl_http_date(bl_exchange_date(x), date);
    MHD_add_response_header(r, "Date", date);
    if (last || x->all->stopping)
        MHD_add_response_header(r, "Connection", "close");
    limit_answered(connection);
    enum MHD_Result done = MHD_queue_response(connection, (unsigned)a->status, r);
    MHD_destroy_response(r);
    x->answered = done == MHD_YES;
    return done;
}

/* MHD closes the connection if the call is answered before its body. */
static enum MHD_Result begin_request(struct bl_exchange *x, struct MHD_Connection *connection,
                                     const char *method, const char *version)
{
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, x);
    struct bl_head_fault fault = bl_head_check(&x->call.req, version);
    if (fault.status && !x->call.failed) {
        bl_exchange_refuse(x, fault.status, fault.text);
        return send_answer(x, connection, true);
    }
    if (!bl_exchange_begin(x, bf_str_of(method), from_here(connection)))
        return send_answer(x, connection, true);
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **own)
{
    struct bl_exchange *x = *own;
    (void)arg;
    (void)url;
    if (!x)
        return MHD_NO;
    if (!x->begun)
        return begin_request(x, connection, method, version);
    if (*n) {
        bl_exchange_receive(x, bf_str(data, *n));
        *n = 0;
        return MHD_YES;
    }
    bl_exchange_finish(x);
    return send_answer(x, connection, x->refused);
}

static size_t keep_escaped(void *arg, struct MHD_Connection *connection, char *s)
{
    (void)arg;
    (void)connection;
    return strlen(s);
}

/* At its limit libmicrohttpd 0.9.75 waits for itself for ever; it is set so high that bl_http1_full comes first. */
bool bl_http1_start(struct bl_http1 *all, struct bl_exchanges *exchanges, unsigned most)
{
    all->most = most;
    atomic_init(&all->taken, 0);
    all->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
            MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
        0, NULL, NULL, on_request, exchanges, MHD_OPTION_URI_LOG_CALLBACK, on_uri, exchanges,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escaped, exchanges, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, exchanges, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)BL_HEAD_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, 4 * most, MHD_OPTION_NOTIFY_CONNECTION, on_connection, all,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, MHD_OPTION_END);
    return all->daemon != NULL;
}

void bl_http1_add(struct bl_http1 *all, int fd, const struct sockaddr *peer, socklen_t n)
{
    atomic_fetch_add(&all->taken, 1);
    if (MHD_add_connection(all->daemon, fd, peer, n) != MHD_YES)
        atomic_fetch_sub(&all->taken, 1);
}

bool bl_http1_full(struct bl_http1 *all)
{
    return atomic_load(&all->taken) >= all->most;
}

void bl_http1_stop(struct bl_http1 *all)
{
    MHD_stop_daemon(all->daemon);
}
