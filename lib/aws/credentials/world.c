#include "lib/aws/credentials/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/aws/http/wipe.h"
#include "lib/base/clock.h"
#include "lib/io/file.h"
#include "lib/base/stop.h"

enum { LOCK_STEP_MS = 50, LOCK_STEPS = 300 };

static int64_t wall_ms(void *arg)
{
    (void)arg;
    return bf_clock_wall_ms();
}

bool bf_cred_real_ends(const struct bf_cred_real *r)
{
    return bf_stop_asked() || (r->quit && atomic_load(r->quit));
}

static void sleep_ms(void *arg, uint64_t ms)
{
    int64_t until = bf_clock_mono_ms() + (int64_t)ms, left;
    struct pollfd stop = {.fd = bf_stop_fd(), .events = POLLIN}; /* poll ignores a negative one */
    while (!bf_cred_real_ends(arg) && (left = until - bf_clock_mono_ms()) > 0)
        (void)poll(&stop, 1, left < BF_CRED_STEP_MS ? (int)left : BF_CRED_STEP_MS);
}

/* "name: value" for each header, in text. */
static bool put_lines(struct bf_http_exchange *x, const struct bf_cred_request *q,
                      struct bf_buf *text, struct bf_err *e)
{
    size_t at[BF_CRED_HEADERS];
    for (size_t i = 0; i < q->nheaders; i++) {
        at[i] = text->n;
        for (const char *p = q->headers[i].value; p && *p; p++)
            if ((unsigned char)*p < ' ' || *p == 0x7F)
                return bf_err_set(e, BF_E_DENIED, "the header %s cannot be sent",
                                  q->headers[i].name);
        bf_buf_addf(text, "%s: ", q->headers[i].name);
        bf_buf_adds(text, bf_str_of(q->headers[i].value));
        bf_buf_addc(text, '\0');
    }
    if (!bf_buf_check(text, "the header", e))
        return false;
    for (size_t i = 0; i < q->nheaders; i++)
        x->lines[i] = text->p + at[i];
    x->nlines = q->nheaders;
    x->lines[x->nlines++] = "expect:";
    return true;
}

/* keep: the answer must not be lost, so neither a signal nor the end of the program interrupts
 * it. */
static bool end_exchange(struct bf_cred_real *r, bool keep, struct bf_err *e)
{
    while (bf_http_perform(&r->http, e)) {
        if (bf_http_next(&r->http))
            return true;
        if (!keep && bf_cred_real_ends(r)) {
            bf_http_drop(&r->http, &r->x);
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        }
        if (!bf_http_wait(&r->http, BF_CRED_STEP_MS, -1, NULL, e))
            break;
    }
    bf_http_drop(&r->http, &r->x);
    return false;
}

static bool exchange(void *arg, const struct bf_cred_request *q, struct bf_cred_reply *reply,
                     struct bf_err *e)
{
    struct bf_cred_real *r = arg;
    struct bf_http_exchange *x = &r->x;
    struct bf_buf text;
    bf_buf_init(&text, 256 << 10);
    x->method = q->method;
    x->url = q->url;
    x->body = q->body;
    x->timeout_ms = q->timeout_ms;
    x->max_answer = BF_CRED_BODY_MAX;
    x->direct = q->direct;
    bool ok =
        put_lines(x, q, &text, e) && bf_http_start(&r->http, x, e) && end_exchange(r, q->keep, e);
    if (ok && x->result != CURLE_OK) {
        const char *host = strstr(q->url, "://");
        char name[300];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(host + 3, "/?"), host + 3);
        bf_http_explain(x, name, e);
        ok = false;
    }
    if (ok) {
        reply->status = x->status;
        bf_buf_adds(&reply->body, bf_buf_view(&x->body_in));
        if (!bf_clock_parse_http(bf_http_header(x, "date"), &reply->date_ms))
            reply->date_ms = 0;
        ok = bf_buf_check(&reply->body, "the answer", e);
    }
    bf_cred_wipe(&text);
    bf_cred_wipe(&x->body_in);
    bf_buf_init(&x->body_in, SIZE_MAX);
    return ok;
}

static bool read_file(void *arg, const char *path, struct bf_buf *out, struct bf_err *e)
{
    (void)arg;
    return bf_file_read(path, out, e);
}

static bool replace_file(void *arg, const char *path, struct bf_str content, struct bf_err *e)
{
    (void)arg;
    return bf_file_replace(path, content, e);
}

static bool is_exposed(void *arg, const char *path)
{
    (void)arg;
    return bf_file_is_exposed(path);
}

/* Another process that renews holds the lock for a request or two. A symbolic link is not
 * followed. */
static bool lock_file(void *arg, const char *path, int *fd, struct bf_err *e)
{
    int f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f < 0)
        return bf_err_sys(e, errno, "%s", path);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    for (int i = 0; i < LOCK_STEPS && !bf_cred_real_ends(arg); i++) {
        if (fcntl(f, F_SETLK, &lock) == 0) {
            *fd = f;
            return true;
        }
        if (errno != EACCES && errno != EAGAIN && errno != EINTR) {
            int sys = errno;
            close(f);
            return bf_err_sys(e, sys, "%s", path);
        }
        sleep_ms(arg, LOCK_STEP_MS);
    }
    close(f);
    return bf_stop_asked() ? bf_err_set(e, BF_E_STOPPED, "interrupted")
                           : bf_err_set(e, BF_E_TEMPORARY, "%s: another process holds it", path);
}

static void unlock_file(void *arg, int fd)
{
    (void)arg;
    close(fd);
}

/* Makes jansson wipe the memory it frees: it may have parsed keys. */
static void set_allocator(void)
{
    json_set_alloc_funcs(malloc, bf_wipe_free);
}

bool bf_cred_real_init(struct bf_cred_real *r, const struct bf_aws_config *config, bool may_ask,
                       struct bf_err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_allocator);
    *r = (struct bf_cred_real){0};
    bf_http_exchange_init(&r->x);
    r->world = (struct bf_cred_world){
        .arg = r,
        .wall_ms = wall_ms,
        .sleep_ms = sleep_ms,
        .exchange = exchange,
        .read = read_file,
        .replace = replace_file,
        .lock = lock_file,
        .unlock = unlock_file,
        .run = bf_cred_real_run,
        .exposed = is_exposed,
        .ask = may_ask && bf_cred_real_has_terminal() ? bf_cred_real_ask : NULL,
    };
    return bf_http_init(&r->http, config->ca_bundle, config->app_id, e);
}

void bf_cred_real_free(struct bf_cred_real *r)
{
    bf_http_exchange_free(&r->x);
    bf_http_free(&r->http);
}
