/*
 * Lambda's runtime API (version 2018-06-01) over one persistent connection, with the small part of HTTP/1.1 that it
 * needs, so that no library has to be initialised before the first event is requested.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cmd/cdclambda/lambda.h"
#include "lib/base/num.h"
#include "lib/base/stop.h"
#include "lib/json/write.h"

enum { HEAD_MAX = 64 * 1024, BODY_MAX = 64 * 1024 * 1024, PIECE = 256 * 1024 };

bool api_init(struct api *api, const char *address, struct bf_err *e)
{
    *api = (struct api){.fd = -1};
    bf_buf_init(&api->head, HEAD_MAX + PIECE);
    bf_buf_init(&api->body, BODY_MAX);
    bf_buf_init(&api->request, 8192);
    const char *colon = address ? strrchr(address, ':') : NULL;
    if (!colon)
        return bf_err_set(e, BF_E_USAGE,
                          "AWS_LAMBDA_RUNTIME_API is not set: this program runs in Lambda");
    struct in_addr probe;
    struct bf_str host = bf_str(address, (size_t)(colon - address));
    if (bf_str_is(host, "localhost"))
        host = BF_STR("127.0.0.1");
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (host.n < sizeof api->host)
        memcpy(api->host, host.p, host.n);
    if (inet_pton(AF_INET, api->host, &probe) != 1 || *end || port == 0 || port > 65535)
        return bf_err_set(e, BF_E_USAGE, "AWS_LAMBDA_RUNTIME_API: '%.60s' is not address:port",
                          address);
    api->port = (unsigned)port;
    return true;
}

static void hang_up(struct api *api)
{
    if (api->fd >= 0)
        close(api->fd);
    api->fd = -1;
    api->reused = api->last = false;
}

void api_free(struct api *api)
{
    hang_up(api);
    bf_buf_free(&api->head);
    bf_buf_free(&api->body);
    bf_buf_free(&api->request);
}

/* The API is on the local machine and has a numeric address. */
static bool connect_to(struct api *api, struct bf_err *e)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)api->port)};
    int one = 1;
    if (api->fd >= 0)
        return true;
    (void)inet_pton(AF_INET, api->host, &to.sin_addr);
    api->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (api->fd < 0 || connect(api->fd, (struct sockaddr *)&to, sizeof to) < 0) {
        bf_err_sys(e, errno, "runtime API: %s:%u", api->host, api->port);
        hang_up(api);
        return false;
    }
    (void)setsockopt(api->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return true;
}

static bool send_all(int fd, struct bf_str head, struct bf_str body)
{
    while (head.n + body.n) {
        struct iovec v[2] = {{(void *)(uintptr_t)head.p, head.n},
                             {(void *)(uintptr_t)body.p, body.n}};
        struct msghdr m = {.msg_iov = v, .msg_iovlen = body.n ? 2 : 1};
        ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        size_t sent = (size_t)n, of_head = sent < head.n ? sent : head.n;
        head = bf_str(head.p + of_head, head.n - of_head);
        body = bf_str(body.p + (sent - of_head), body.n - (sent - of_head));
    }
    return true;
}

/* Appends the available data; 0: the end, -1: an error. */
static ssize_t receive(int fd, struct bf_buf *to, size_t want)
{
    char *at = bf_buf_room(to, want);
    ssize_t n;
    if (!at) {
        errno = EMSGSIZE;
        return -1;
    }
    do
        n = recv(fd, at, want, 0);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        to->n += (size_t)n;
    return n;
}

/* Waits for the beginning of an answer; false: interrupted by a signal. */
static bool wait_readable(int fd)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = bf_stop_fd(), .events = POLLIN}};
    for (;;) {
        if (bf_stop_asked())
            return false;
        int n = poll(p, 2, -1);
        if (n > 0 && p[0].revents)
            return true;
        if (n < 0 && errno != EINTR)
            return true; /* recv reports the error */
    }
}

static const char *end_of_head(const struct bf_buf *b)
{
    for (size_t i = 3; i < b->n; i++)
        if (b->p[i] == '\n' && memcmp(b->p + i - 3, "\r\n\r", 3) == 0)
            return b->p + i + 1;
    return NULL;
}

/* The value of a header in api->head, by its lower-case name. */
static bool header(const struct api *api, const char *name, struct bf_str *value)
{
    struct bf_str rest = bf_str(api->head.p, api->body_at), line;
    size_t n = strlen(name);
    while (bf_str_split(&rest, '\n', &line)) {
        size_t i = 0;
        while (i < n && i < line.n &&
               (line.p[i] | (line.p[i] >= 'A' && line.p[i] <= 'Z' ? 32 : 0)) == name[i])
            i++;
        if (i == n && line.n > n && line.p[n] == ':') {
            *value = bf_str_trim(bf_str(line.p + n + 1, line.n - n - 1));
            return true;
        }
    }
    return false;
}

static void header_copy(const struct api *api, const char *name, char *to, size_t size)
{
    struct bf_str v;
    to[0] = '\0';
    if (!header(api, name, &v) || v.n >= size)
        return;
    memcpy(to, v.p, v.n);
    to[v.n] = '\0';
}

static bool broke(struct api *api, struct bf_err *e)
{
    hang_up(api);
    return bf_err_set(e, BF_E_IO, "runtime API: the connection broke");
}

static bool senseless(struct bf_err *e, const char *what)
{
    return bf_err_set(e, BF_E_SERVICE, "runtime API: %s", what);
}

static bool too_large(struct bf_err *e)
{
    return bf_err_set(e, BF_E_LIMIT, "runtime API: an event of more than %d MiB",
                      BODY_MAX / 1024 / 1024);
}

static bool fill(struct api *api, struct bf_buf *to, size_t until, struct bf_err *e)
{
    while (to->n < until) {
        size_t want = until - to->n;
        if (receive(api->fd, to, want < PIECE ? want : PIECE) <= 0)
            return broke(api, e);
    }
    return true;
}

/* Receives more of the event. */
static bool more(struct bf_firehose_in *event, struct bf_err *e)
{
    struct api *api = event->ctx;
    size_t want = event->whole - event->have.n;
    if (api->fd < 0 || receive(api->fd, &api->body, want < PIECE ? want : PIECE) <= 0)
        return broke(api, e);
    event->have = bf_buf_view(&api->body);
    return true;
}

bool api_event(struct bf_firehose_in *event, size_t bytes, struct bf_err *e)
{
    while (event->have.n < event->whole && event->have.n < bytes)
        if (!event->more(event, e))
            return false;
    return true;
}

/* Reads the line at in + *at, which has the length of the next chunk, and skips it. */
static bool chunk_size(struct api *api, size_t *at, size_t *size, struct bf_err *e)
{
    struct bf_buf *in = &api->head;
    const char *nl;
    char *end;
    while (!(nl = memchr(in->p + *at, '\n', in->n - *at))) {
        if (in->n - *at > 4096)
            return senseless(e, "a chunk without its size");
        if (receive(api->fd, in, 4096) <= 0)
            return broke(api, e);
    }
    *size = (size_t)strtoul(in->p + *at, &end, 16);
    bool digit = isxdigit((unsigned char)in->p[*at]) != 0; /* not a sign or white space */
    *at = (size_t)(nl - in->p) + 1;
    if (!digit || (*end != '\r' && *end != '\n' && *end != ';' && *end != ' '))
        return senseless(e, "a chunk without its size");
    return *size <= BODY_MAX - api->body.n || too_large(e);
}

/* Receives a chunked body; the bytes that were received already begin at head + body_at. */
static bool read_chunks(struct api *api, struct bf_err *e)
{
    struct bf_buf *in = &api->head;
    size_t at = api->body_at, size = 0;
    for (;;) {
        if (!chunk_size(api, &at, &size, e))
            return false;
        size_t here = in->n - at < size ? in->n - at : size;
        bf_buf_add(&api->body, in->p + at, here);
        at += here;
        if (here < size && !fill(api, &api->body, api->body.n + size - here, e))
            return false;
        /* the line end after the data; after the last chunk the end of the empty trailers */
        in->n -= at - api->body_at;
        memmove(in->p + api->body_at, in->p + at, in->n - api->body_at);
        at = api->body_at;
        if (in->n < at + 2 && !fill(api, in, at + 2, e))
            return false;
        at += 2;
        if (size == 0)
            return bf_buf_check(&api->body, "runtime API: an event", e);
    }
}

/* Takes the received part of the body and its length; a chunked body is received to its end. */
static bool begin_body(struct api *api, struct bf_err *e)
{
    struct bf_str v;
    struct bf_err ignored;
    uint64_t length = 0;
    size_t here = api->head.n - api->body_at;
    bf_buf_reset(&api->body);
    if (header(api, "transfer-encoding", &v)) {
        if (!read_chunks(api, e))
            return false;
        length = api->body.n;
    } else if (header(api, "content-length", &v)) {
        if (!bf_num_u64(v, &length, &ignored))
            return senseless(e, "a Content-Length that is not a number");
        if (length > BODY_MAX)
            return too_large(e);
        if (!bf_buf_room(&api->body, (size_t)length))
            return bf_buf_check(&api->body, "runtime API: an event", e);
        bf_buf_add(&api->body, api->head.p + api->body_at, here < length ? here : (size_t)length);
    }
    api->event = (struct bf_firehose_in){bf_buf_view(&api->body), (size_t)length, api, more};
    return true;
}

enum got { GOT, GOT_NOTHING, GOT_WRONG, GOT_STOP };

/* Receives an answer up to the beginning of its body; *status is its HTTP status. GOT_WRONG: *e has the error. */
static enum got read_answer(struct api *api, bool may_stop, int *status, struct bf_err *e)
{
    const char *end;
    struct bf_str v;
    bf_buf_reset(&api->head);
    if (may_stop && !wait_readable(api->fd))
        return GOT_STOP;
    while (!(end = end_of_head(&api->head))) {
        if (api->head.n >= HEAD_MAX)
            return senseless(e, "an answer whose head does not end"), GOT_WRONG;
        if (receive(api->fd, &api->head, 16384) <= 0)
            return api->head.n ? (broke(api, e), GOT_WRONG) : GOT_NOTHING;
    }
    api->body_at = (size_t)(end - api->head.p);
    if (api->body_at < 13 || memcmp(api->head.p, "HTTP/1.", 7) != 0)
        return senseless(e, "an answer that is not HTTP/1"), GOT_WRONG;
    *status = (int)strtol(api->head.p + 9, NULL, 10);
    if (!begin_body(api, e))
        return GOT_WRONG;
    api->reused = true;
    api->last = header(api, "connection", &v) && bf_str_is(v, "close");
    return GOT;
}

/* Sends one request and receives the beginning of its answer. If the server has closed a persistent connection in the
 * meantime, it is opened once more. *status is 0 after a signal. */
static bool exchange(struct api *api, struct bf_str body, bool may_stop, int *status,
                     struct bf_err *e)
{
    if (!bf_buf_check(&api->request, "runtime API: a request", e))
        return false;
    if (api->last)
        hang_up(api);
    for (;;) {
        if (!connect_to(api, e))
            return false;
        bool again = api->reused;
        enum got got = send_all(api->fd, bf_buf_view(&api->request), body)
                           ? read_answer(api, may_stop, status, e)
                           : GOT_NOTHING;
        if (got == GOT)
            return true;
        hang_up(api);
        if (got == GOT_STOP)
            *status = 0;
        if (got == GOT_NOTHING && again)
            continue;
        return got == GOT_STOP || (got == GOT_NOTHING ? broke(api, e) : false);
    }
}

static void begin(struct api *api, const char *method, const char *path)
{
    bf_buf_reset(&api->request);
    bf_buf_addf(&api->request, "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: %s:%u\r\n", method,
                path, api->host, api->port);
    bf_buf_lit(&api->request, "User-Agent: bfpipe/" BF_VERSION "\r\n");
}

enum api_next api_next(struct api *api, struct invocation *inv, struct bf_err *e)
{
    int status = 0;
    char deadline[32];
    struct bf_str v;
    begin(api, "GET", "invocation/next");
    bf_buf_lit(&api->request, "\r\n");
    if (!exchange(api, BF_STR(""), true, &status, e))
        return API_ERROR;
    if (status == 0)
        return API_STOP;
    if (status != 200) {
        bf_err_set(e, BF_E_SERVICE, "runtime API: next: HTTP %d", status);
        return API_ERROR;
    }
    if (!header(api, "content-length", &v) && !header(api, "transfer-encoding", &v)) {
        senseless(e, "next: an event of unknown length");
        return API_ERROR;
    }
    header_copy(api, "lambda-runtime-aws-request-id", inv->id, sizeof inv->id);
    header_copy(api, "lambda-runtime-trace-id", inv->trace, sizeof inv->trace);
    header_copy(api, "lambda-runtime-deadline-ms", deadline, sizeof deadline);
    inv->deadline_ms = strtoll(deadline, NULL, 10);
    inv->event = &api->event;
    if (inv->id[0] == '\0') {
        bf_err_set(e, BF_E_SERVICE, "runtime API: next: an event without request id");
        return API_ERROR;
    }
    return API_EVENT;
}

/* Posts body to path and sets *status. */
static bool post(struct api *api, const char *path, const char *error_type, struct bf_str body,
                 int *status, struct bf_err *e)
{
    begin(api, "POST", path);
    if (error_type)
        bf_buf_addf(&api->request, "Lambda-Runtime-Function-Error-Type: %s\r\n", error_type);
    bf_buf_addf(&api->request, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                body.n);
    return exchange(api, body, false, status, e) && api_event(&api->event, SIZE_MAX, e);
}

bool api_respond(struct api *api, const struct invocation *inv, struct bf_str answer, bool *refused,
                 struct bf_err *e)
{
    char path[256];
    int status = 0;
    *refused = false;
    snprintf(path, sizeof path, "invocation/%s/response", inv->id);
    if (!post(api, path, NULL, answer, &status, e))
        return false;
    if (status < 300)
        return true;
    *refused = status < 500; /* 5xx: the container cannot recover */
    return bf_err_set(e, BF_E_SERVICE, "runtime API: response: HTTP %d", status);
}

bool api_fail(struct api *api, const struct invocation *inv, const char *type,
              const struct bf_err *why, struct bf_err *e)
{
    char path[256];
    struct bf_buf body;
    int status = 0;
    if (inv)
        snprintf(path, sizeof path, "invocation/%s/error", inv->id);
    else
        snprintf(path, sizeof path, "init/error");
    bf_buf_init(&body, 8192);
    bf_buf_lit(&body, "{\"errorMessage\":");
    bf_json_put_string(&body, bf_str_of(why->text));
    bf_buf_lit(&body, ",\"errorType\":");
    bf_json_put_string(&body, bf_str_of(type));
    bf_buf_lit(&body, ",\"stackTrace\":[]}");
    bool ok = bf_buf_check(&body, "the error", e) &&
              post(api, path, type, bf_buf_view(&body), &status, e);
    bf_buf_free(&body);
    if (ok && status >= 300)
        return bf_err_set(e, BF_E_SERVICE, "runtime API: error: HTTP %d", status);
    return ok;
}
