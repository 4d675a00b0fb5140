/* The runtime API of one sandbox: next, response, error, init/error (version 2018-06-01). */
#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/bflocal/sandbox/sandbox_impl.h"
#include "lib/base/wait.h"

#define API "/2018-06-01/runtime/"

enum {
    BODY_MAX = BL_ANSWER_MAX,
    LOOK_MS = 1000 /* between two checks whether the process still waits */
};

/* One request of the process. */
struct post {
    struct bf_buf body;
    bool too_large;
};

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status, struct bf_str body)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "application/json");
    enum MHD_Result done = MHD_queue_response(connection, status, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *type,
                              const char *text)
{
    char body[256];
    int n =
        snprintf(body, sizeof body, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}", text, type);
    return reply(connection, status, bf_str(body, (size_t)n));
}

/* Has the process closed the connection, because its client has a time limit for example? What it gets there is lost. */
static bool hung_up(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte;
    return info && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Waits for an invocation without limit. The payload belongs to the invoker until it is answered. */
static enum MHD_Result next(struct bl_sandbox *s, struct MHD_Connection *connection)
{
    char deadline[24];
    pthread_mutex_lock(&s->mutex);
    s->started = true;
    pthread_cond_broadcast(&s->changed);
    bool gone = false;
    while (s->job != BL_JOB_OFFERED && !s->closing && !(gone = hung_up(connection)))
        (void)bf_wait_ms(&s->changed, &s->mutex, LOOK_MS);
    struct MHD_Response *r =
        s->closing || gone || hung_up(connection)
            ? NULL
            : MHD_create_response_from_buffer(s->payload.n, (void *)(uintptr_t)s->payload.p,
                                              MHD_RESPMEM_MUST_COPY);
    if (r) {
        s->job = BL_JOB_RUNNING;
        snprintf(deadline, sizeof deadline, "%lld", (long long)s->deadline_ms);
        MHD_add_response_header(r, "Content-Type", "application/json");
        MHD_add_response_header(r, "Lambda-Runtime-Aws-Request-Id", s->request_id);
        MHD_add_response_header(r, "Lambda-Runtime-Deadline-Ms", deadline);
        MHD_add_response_header(r, "Lambda-Runtime-Invoked-Function-Arn", s->arn);
        MHD_add_response_header(r, "Lambda-Runtime-Trace-Id",
                                "Root=1-00000000-000000000000000000000000;Sampled=0");
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->mutex);
    if (!r)
        return MHD_NO;
    enum MHD_Result done = MHD_queue_response(connection, 200, r);
    MHD_destroy_response(r);
    return done;
}

/* The answer, or the error, of the current invocation. */
static enum MHD_Result take_answer(struct bl_sandbox *s, struct MHD_Connection *connection,
                                   struct bf_str id, bool failed, const struct post *p)
{
    pthread_mutex_lock(&s->mutex);
    bool known = s->job == BL_JOB_RUNNING && bf_str_eq(id, bf_str_of(s->request_id));
    if (known) {
        bf_buf_reset(&s->answer);
        if (!p->too_large)
            bf_buf_adds(&s->answer, bf_buf_view(&p->body));
        s->answer_failed = failed;
        s->answer_too_large = p->too_large;
        s->job = BL_JOB_ANSWERED;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->mutex);
    if (!known)
        return refuse(connection, 400, "InvalidRequestID", "Invalid request ID");
    if (p->too_large)
        return refuse(connection, 413, "RequestEntityTooLarge",
                      "Exceeded maximum allowed payload size (6291556 bytes).");
    return reply(connection, 202, BF_STR("{\"status\":\"OK\"}"));
}

static enum MHD_Result take_init_error(struct bl_sandbox *s, struct MHD_Connection *connection,
                                       const struct post *p)
{
    pthread_mutex_lock(&s->mutex);
    bf_buf_reset(&s->answer);
    bf_buf_adds(&s->answer, bf_buf_view(&p->body));
    s->init_failed = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return reply(connection, 202, BF_STR("{\"status\":\"OK\"}"));
}

static enum MHD_Result answer(struct bl_sandbox *s, struct MHD_Connection *connection,
                              struct bf_str path, const char *method, const struct post *p)
{
    static const struct bf_str invocation = BF_STR(API "invocation/");
    struct bf_str id;
    if (strcmp(method, "GET") == 0 && bf_str_is(path, API "invocation/next"))
        return next(s, connection);
    if (strcmp(method, "POST") != 0)
        return refuse(connection, 404, "NotFound", "there is no such resource");
    if (bf_str_is(path, API "init/error"))
        return take_init_error(s, connection, p);
    if (bf_str_starts(path, invocation)) {
        path = bf_str(path.p + invocation.n, path.n - invocation.n);
        if (bf_str_split(&path, '/', &id) &&
            (bf_str_is(path, "response") || bf_str_is(path, "error")))
            return take_answer(s, connection, id, bf_str_is(path, "error"), p);
    }
    return refuse(connection, 404, "NotFound", "there is no such resource");
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **own)
{
    struct post *p = *own;
    (void)version;
    if (!p) {
        p = calloc(1, sizeof *p);
        if (!p)
            return MHD_NO;
        bf_buf_init(&p->body, BODY_MAX);
        *own = p;
        return MHD_YES;
    }
    if (*n) {
        bf_buf_add(&p->body, data, *n);
        p->too_large = !bf_buf_ok(&p->body);
        *n = 0;
        return MHD_YES;
    }
    return answer(arg, connection, bf_str_of(url), method, p);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **own,
                         enum MHD_RequestTerminationCode code)
{
    struct post *p = *own;
    (void)arg;
    (void)connection;
    (void)code;
    if (p)
        bf_buf_free(&p->body);
    free(p);
    *own = NULL;
}

static int listen_loopback(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 8) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0) {
        *port = ntohs(at.sin_port);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

bool bl_sandbox_api_start(struct bl_sandbox *s, struct bf_err *e)
{
    int fd = listen_loopback(&s->port);
    s->api = fd < 0
                 ? NULL
                 : MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
                                        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC,
                                    0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
                                    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                                    MHD_OPTION_CONNECTION_LIMIT, 4u, MHD_OPTION_THREAD_STACK_SIZE,
                                    (size_t)(256 * 1024), MHD_OPTION_END);
    if (s->api)
        return true;
    if (fd >= 0)
        close(fd);
    return bf_err_set(e, BF_E_IO, "Lambda's runtime API does not start");
}

void bl_sandbox_api_stop(struct bl_sandbox *s)
{
    if (s->api)
        MHD_stop_daemon(s->api);
    s->api = NULL;
}
