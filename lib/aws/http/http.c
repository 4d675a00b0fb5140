#include "lib/aws/http/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/aws/http/wipe.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { MAX_CONNECTIONS = 256, CONNECT_TIMEOUT_MS = 10000 };
enum {
    HEAD_MAX = 256 << 10,
    RECEIVE_BUFFER = 128 << 10,
    RECEIVE_SMALL = 16 << 10,
    SEND_BUFFER = 512 << 10
};

/* The kind of request that an easy handle is set up for; changing it needs a reset. */
enum mode { MODE_NONE, MODE_GET, MODE_HEAD, MODE_BYTES, MODE_FILE };

static bool open_multi(struct bf_http *h, struct bf_err *e)
{
    if (!(h->multi = curl_multi_init()))
        return bf_err_set(e, BF_E_MEMORY, "libcurl cannot be started");
    /* the default depends on the current number of transfers, and would close good connections */
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)MAX_CONNECTIONS);
    return true;
}

bool bf_http_init(struct bf_http *h, const char *ca_bundle, const char *app_id, struct bf_err *e)
{
    *h = (struct bf_http){.ca_bundle = ca_bundle};
    snprintf(h->agent, sizeof h->agent, "bfpipe/" BF_VERSION "%s%s", *app_id ? " app/" : "",
             app_id);
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, bf_wipe_free, bf_wipe_realloc, strdup,
                             calloc) != CURLE_OK)
        return bf_err_set(e, BF_E_MEMORY, "libcurl cannot be started");
    return open_multi(h, e);
}

bool bf_http_reconnect(struct bf_http *h, struct bf_err *e)
{
    bf_http_free(h);
    return open_multi(h, e);
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

/* A byte now and then is progress, but the answer might never end. */
static bool is_late(struct bf_http_exchange *x)
{
    int64_t now = x->answer_ms ? bf_clock_mono_ms() : 0;
    if (!x->begun_ms)
        x->begun_ms = now;
    x->late = now - x->begun_ms > (int64_t)x->answer_ms;
    return x->late;
}

/* A new status line begins a new answer: the headers of a 100 Continue are dropped. */
static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct bf_http_exchange *x = arg;
    n *= size;
    if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
        bf_buf_reset(&x->head);
    bf_buf_add(&x->head, p, n);
    return bf_buf_ok(&x->head) && !is_late(x) ? n : 0;
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
    return bf_buf_ok(&x->body_in) && !is_late(x) ? n : 0;
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
        return CURL_READFUNC_ABORT; /* the file is shorter than specified: it is not the signed
                                     * body */
    x->body_sent += (uint64_t)got;
    return (size_t)got;
}

/* libcurl rewinds if a kept connection turns out to be dead. */
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

/* Sets everything that is the same for all exchanges of this mode. */
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
    /* not 2, which costs 1.3 to 7 times the CPU and is no faster: doc/network.md */
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* a pending name look-up must not delay the exit */
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(c, CURLOPT_USERAGENT, h->agent);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
    if (h->ca_bundle) {
        curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_bundle);
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL); /* else the system's certificates are trusted as
                                                    * well */
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

/* A list in memory that the exchange owns: no copy, nothing to free. */
static struct curl_slist *list(struct bf_http_exchange *x)
{
    for (size_t i = 0; i < x->nlines; i++) {
        /* libcurl only reads the list, although its type is not const */
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
    /* libcurl allocates this buffer for each request, and bf_wipe_free clears it: for small answers, such as the last
     * one, a large buffer was 15 % of evput's time */
    curl_easy_setopt(c, CURLOPT_BUFFERSIZE,
                     x->sink || x->body_in.n > RECEIVE_SMALL ? (long)RECEIVE_BUFFER
                                                             : (long)RECEIVE_SMALL);
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
    x->sunk = x->cancelled = x->late = false;
    x->begun_ms = 0;
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
    /* it stays readable, so it is watched only until the first signal */
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
        CURL *easy = m->easy_handle; /* m is invalid once the handle is removed */
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
