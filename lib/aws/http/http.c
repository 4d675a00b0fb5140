#include "lib/aws/http/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/stop.h"

enum { MAX_CONNECTIONS = 256, CONNECT_TIMEOUT_MS = 10000 };
enum { HEAD_MAX = 256 << 10, RECEIVE_BUFFER = 128 << 10, SEND_BUFFER = 512 << 10 };

/* What an easy handle is set up for; changing it costs a reset. */
enum mode { MODE_NONE, MODE_GET, MODE_HEAD, MODE_BYTES, MODE_FILE };

bool bf_http_init(struct bf_http *h, const char *ca_bundle, struct bf_err *e)
{
    *h = (struct bf_http){.ca_bundle = ca_bundle};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(h->multi = curl_multi_init()))
        return bf_err_set(e, BF_E_MEMORY, "libcurl cannot be started");
    /* the default shrinks with the number of transfers of the moment, and closes good connections */
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)MAX_CONNECTIONS);
    return true;
}

void bf_http_free(struct bf_http *h)
{
    if (h->multi)
        curl_multi_cleanup(h->multi);
    h->multi = NULL;
}

void bf_http_exchange_init(struct bf_http_exchange *x)
{
    *x = (struct bf_http_exchange){.mode = MODE_NONE};
    bf_buf_init(&x->head, HEAD_MAX);
    bf_buf_init(&x->body_in, SIZE_MAX);
}

void bf_http_exchange_free(struct bf_http_exchange *x)
{
    if (x->easy)
        curl_easy_cleanup(x->easy);
    free(x->url_set);
    bf_buf_free(&x->head);
    bf_buf_free(&x->body_in);
    x->easy = NULL;
    x->url_set = NULL;
}

/* A new status line begins a new answer: what a 100 Continue said is forgotten. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct bf_http_exchange *x = arg;
    n *= size;
    if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
        bf_buf_reset(&x->head);
    bf_buf_add(&x->head, p, n);
    return bf_buf_ok(&x->head) ? n : 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct bf_http_exchange *x = arg;
    n *= size;
    if (x->sink) {
        long status = 0;
        curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status / 100 == 2) {
            x->sunk = true;
            x->cancelled = !x->sink(x->sink_arg, bf_str(p, n));
            return x->cancelled ? 0 : n;
        }
    }
    if (n > x->max_answer - x->body_in.n)
        x->body_in.failed = true;
    bf_buf_add(&x->body_in, p, n);
    return bf_buf_ok(&x->body_in) ? n : 0;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
    struct bf_http_exchange *x = arg;
    uint64_t left = x->body_length - x->body_sent;
    n *= size;
    if (n > left)
        n = (size_t)left;
    ssize_t got;
    do
        got = n ? pread(x->body_fd, p, n, (off_t)(x->body_offset + x->body_sent)) : 0;
    while (got < 0 && errno == EINTR);
    if (got < 0 || (got == 0 && n > 0))
        return CURL_READFUNC_ABORT; /* the file is shorter than was said: not the body that was signed */
    x->body_sent += (uint64_t)got;
    return (size_t)got;
}

/* libcurl goes back to the start when a kept connection turns out to be dead. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct bf_http_exchange *x = arg;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > x->body_length)
        return CURL_SEEKFUNC_FAIL;
    x->body_sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static enum mode mode_of(const struct bf_http_exchange *x)
{
    if (x->body_fd > 0)
        return MODE_FILE;
    if (strcmp(x->method, "HEAD") == 0)
        return MODE_HEAD;
    bool bytes = x->body.n || strcmp(x->method, "POST") == 0 || strcmp(x->method, "PUT") == 0;
    return bytes ? MODE_BYTES : MODE_GET;
}

/* Everything that stays the same from one exchange of this mode to the next. */
static void set_up(const struct bf_http *h, struct bf_http_exchange *x, enum mode mode)
{
    CURL *c = x->easy;
    curl_easy_reset(c);
    free(x->url_set);
    x->url_set = NULL;
    x->mode = (int)mode;
    curl_easy_setopt(c, CURLOPT_PRIVATE, x);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->error);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* a name that is being looked up holds up no end */
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(c, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "bfpipe/" BF_VERSION);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    if (h->ca_bundle) {
        curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_bundle);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* else the system's are trusted beside it */
    }
    if (mode == MODE_HEAD)
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    else if (mode == MODE_BYTES)
        curl_easy_setopt(c, CURLOPT_POST, 1L);
    else if (mode == MODE_FILE) {
        curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BUFFER);
        curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(c, CURLOPT_READDATA, x);
        curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(c, CURLOPT_SEEKDATA, x);
    }
}

/* A list over memory that the owner keeps: no copy, nothing to free. */
static struct curl_slist *list(struct bf_http_exchange *x)
{
    for (size_t i = 0; i < x->nlines; i++) {
        /* libcurl reads the list and leaves it as it is; its type does not say so */
        memcpy(&x->nodes[i].data, &x->lines[i], sizeof x->lines[i]);
        x->nodes[i].next = i + 1 < x->nlines ? &x->nodes[i + 1] : NULL;
    }
    return x->nlines ? x->nodes : NULL;
}

static bool set_request(struct bf_http_exchange *x, struct bf_err *e)
{
    CURL *c = x->easy;
    if (!x->url_set || strcmp(x->url_set, x->url) != 0) {
        free(x->url_set);
        x->url_set = bf_str_dup(bf_str_of(x->url));
        if (!x->url_set || curl_easy_setopt(c, CURLOPT_URL, x->url) != CURLE_OK)
            return bf_err_nomem(e);
    }
    const char *method = x->mode == MODE_HEAD ? NULL : x->method;
    if (curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method) != CURLE_OK)
        return bf_err_nomem(e);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, list(x));
    curl_easy_setopt(c, CURLOPT_NOPROXY, x->direct ? "*" : NULL);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)x->timeout_ms);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, x->stall_s ? 1L : 0L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)x->stall_s);
    if (x->mode == MODE_BYTES) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, x->body.n ? x->body.p : "");
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.n);
    } else if (x->mode == MODE_FILE)
        curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)x->body_length);
    return true;
}

bool bf_http_start(struct bf_http *h, struct bf_http_exchange *x, struct bf_err *e)
{
    if (!x->easy && !(x->easy = curl_easy_init()))
        return bf_err_nomem(e);
    enum mode mode = mode_of(x);
    if (x->mode != (int)mode)
        set_up(h, x, mode);
    if (!set_request(x, e))
        return false;
    bf_buf_reset(&x->head);
    bf_buf_reset(&x->body_in);
    x->status = 0;
    x->sunk = x->cancelled = false;
    x->body_sent = 0;
    x->error[0] = '\0';
    x->result = CURLE_OK;
    if (curl_multi_add_handle(h->multi, x->easy) != CURLM_OK)
        return bf_err_nomem(e);
    return true;
}

void bf_http_drop(struct bf_http *h, struct bf_http_exchange *x)
{
    (void)curl_multi_remove_handle(h->multi, x->easy);
}

uint64_t bf_http_moved(const struct bf_http_exchange *x)
{
    curl_off_t up = 0, down = 0;
    long sent = 0;
    curl_easy_getinfo(x->easy, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(x->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &sent);
    return (uint64_t)up + (uint64_t)down + (uint64_t)sent + x->head.n;
}

bool bf_http_perform(struct bf_http *h, struct bf_err *e)
{
    int running;
    CURLMcode rc = curl_multi_perform(h->multi, &running);
    if (rc != CURLM_OK)
        return bf_err_set(e, BF_E_NETWORK, "libcurl: %s", curl_multi_strerror(rc));
    return true;
}

bool bf_http_wait(struct bf_http *h, int timeout_ms, int fd, bool *readable, struct bf_err *e)
{
    struct curl_waitfd fds[2] = {0};
    unsigned n = 0;
    if (fd >= 0)
        fds[n++] = (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
    /* it stays readable for ever, so it wakes us once */
    bool watch_stop = !h->stop_seen && bf_stop_fd() >= 0;
    if (watch_stop)
        fds[n++] = (struct curl_waitfd){.fd = bf_stop_fd(), .events = CURL_WAIT_POLLIN};
    CURLMcode rc = curl_multi_poll(h->multi, fds, n, timeout_ms, NULL);
    if (rc != CURLM_OK)
        return bf_err_set(e, BF_E_NETWORK, "libcurl: %s", curl_multi_strerror(rc));
    if (watch_stop && bf_stop_asked())
        h->stop_seen = true;
    if (readable)
        *readable = fd >= 0 && fds[0].revents != 0;
    return true;
}

struct bf_http_exchange *bf_http_next(struct bf_http *h)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(h->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        struct bf_http_exchange *x = NULL;
        CURLcode result = m->data.result;
        CURL *easy = m->easy_handle; /* m is gone once the handle is removed */
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&x);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        (void)curl_multi_remove_handle(h->multi, easy);
        x->status = (int)status;
        x->result = result;
        return x;
    }
    return NULL;
}

struct bf_str bf_http_header(const struct bf_http_exchange *x, const char *name)
{
    struct bf_str rest = bf_buf_view(&x->head), line;
    size_t n = strlen(name);
    while (bf_str_split(&rest, '\n', &line))
        if (line.n > n && line.p[n] == ':' && strncasecmp(line.p, name, n) == 0)
            return bf_str_trim(bf_str(line.p + n + 1, line.n - n - 1));
    return (struct bf_str){NULL, 0};
}

/* Would it have a chance a little later? A certificate that nobody vouches for has none. */
static bool transient(const struct bf_http_exchange *x)
{
    switch (x->result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* libcurl's word for an answer without a status line */
    case CURLE_AGAIN:
        return true;
    default:
        return false;
    }
}

/* libcurl says where it wanted to: "Failed to connect to NAME port N after 0 ms: ..." When that is not the
 * endpoint, it is a proxy, which is what has to be looked at. */
static bool names_proxy(const struct bf_http_exchange *x, const char *host, char name[300])
{
    static const char begin[] = "Failed to connect to ";
    struct bf_str rest = bf_str_of(x->error), at;
    if (!bf_str_starts(rest, bf_str_of(begin)))
        return false;
    rest = bf_str(rest.p + strlen(begin), rest.n - strlen(begin));
    if (!bf_str_split(&rest, ' ', &at) || !bf_str_starts(rest, BF_STR("port ")))
        return false;
    long port = strtol(rest.p + strlen("port "), NULL, 10);
    bool v6 = memchr(at.p, ':', at.n) != NULL;
    snprintf(name, 300, v6 ? "[%.*s]:%ld" : "%.*s:%ld", (int)at.n, at.p, port);
    size_t n = strlen(host);
    return strncmp(name, host, n) != 0 || (name[n] != '\0' && name[n] != ':');
}

static void explain_connect(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    char proxy[300];
    long sys = 0;
    curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &sys);
    const char *why = sys ? strerror((int)sys) : curl_easy_strerror(x->result);
    if (names_proxy(x, host, proxy))
        bf_err_set(e, BF_E_NETWORK, "cannot connect to the proxy %s: %s", proxy, why);
    else
        bf_err_set(e, BF_E_NETWORK, "cannot connect to %s: %s", host, why);
}

/* The connection broke, or the proxy's answer to CONNECT was no. */
static void explain_broken(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    long status = 0;
    curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status >= 300)
        bf_err_set(e, status >= 500 ? BF_E_NETWORK : BF_E_SERVICE,
                   "the proxy opens no tunnel to %s: HTTP %ld%s", host, status,
                   status == 407 ? ", it wants a user and a password in its URL" : "");
    else
        bf_err_set(e, BF_E_NETWORK, "the connection to %s broke", host);
}

/* What to do about TLS that did not come about, behind libcurl's words for it. */
static void explain_tls(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    enum bf_err_code code = transient(x) ? BF_E_NETWORK : BF_E_SERVICE;
    struct bf_str why =
        bf_str_trim(bf_str_of(x->error[0] ? x->error : curl_easy_strerror(x->result)));
    long verdict = 0; /* X509_V_OK where the chain is good, and the name is another's */
    curl_easy_getinfo(x->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    if (x->result == CURLE_PEER_FAILED_VERIFICATION && verdict != 0)
        bf_err_set(e, code, "%s: %.*s (--ca-bundle says whom to trust)", host, (int)why.n, why.p);
    else if (strstr(x->error, "wrong version number") || strstr(x->error, "packet length too long"))
        bf_err_set(e, code, "%s does not speak TLS; is it http:// instead of https://?", host);
    else if (strstr(x->error, "SSL_ERROR_SYSCALL"))
        bf_err_set(e, code, "%s closed the connection in the TLS handshake", host);
    else
        bf_err_set(e, code, "%s: %.*s", host, (int)why.n, why.p);
}

void bf_http_explain(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    if (x->cancelled) {
        bf_err_set(e, BF_E_STOPPED, "cancelled");
        return;
    }
    switch (x->result) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        bf_err_set(e, BF_E_NETWORK, "cannot resolve the proxy's name: see https_proxy, http_proxy");
        return;
    case CURLE_COULDNT_RESOLVE_HOST:
        bf_err_set(e, BF_E_NETWORK, "cannot resolve %s", host);
        return;
    case CURLE_COULDNT_CONNECT:
        explain_connect(x, host, e);
        return;
    case CURLE_OPERATION_TIMEDOUT:
        bf_err_set(e, BF_E_NETWORK, "%s %s in time", host,
                   x->status ? "did not end its answer" : "did not answer");
        return;
    case CURLE_GOT_NOTHING:
        bf_err_set(e, BF_E_NETWORK, "%s closed the connection without an answer", host);
        return;
    case CURLE_PARTIAL_FILE:
        bf_err_set(e, BF_E_NETWORK, "the answer of %s was cut off", host);
        return;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        bf_err_set(e, BF_E_NETWORK, "what %s answered is not HTTP", host);
        return;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        explain_broken(x, host, e);
        return;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        explain_tls(x, host, e);
        return;
    case CURLE_READ_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        bf_err_set(e, BF_E_IO, "the body's file is shorter than %llu bytes",
                   (unsigned long long)(x->body_offset + x->body_length));
        return;
    case CURLE_WRITE_ERROR:
        if (!bf_buf_ok(&x->head) || !bf_buf_ok(&x->body_in)) {
            bf_err_set(e, x->body_in.nomem ? BF_E_MEMORY : BF_E_LIMIT,
                       "the answer of %s is larger than %llu bytes", host,
                       (unsigned long long)x->max_answer);
            return;
        }
        break;
    default:
        break;
    }
    struct bf_str why =
        bf_str_trim(bf_str_of(x->error[0] ? x->error : curl_easy_strerror(x->result)));
    bf_err_set(e, transient(x) ? BF_E_NETWORK : BF_E_SERVICE, "%s: %.*s", host, (int)why.n, why.p);
}
