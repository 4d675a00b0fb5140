#include "cmd/bflocal/http/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bflocal/http/control.h"
#include "cmd/bflocal/http/router.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"

enum {
    KEPT_CALLS = 32,          /* exchanges kept for later requests */
    KEPT_BYTES = 1024 * 1024, /* larger buffers are freed */
    ARENA_MAX = 64 * 1024 * 1024,
    ANSWER_MAX = 48 * 1024 * 1024,
    STOP_MS = 5000
};

void bl_exchanges_init(struct bl_exchanges *all, struct bl_local *l)
{
    memset(all, 0, sizeof(*all));
    all->local = l;
    pthread_mutex_init(&all->mutex, NULL);
    bf_wait_init(&all->idle);
}

void bl_exchanges_stop(struct bl_exchanges *all)
{
    int64_t until = bf_clock_mono_ms() + STOP_MS;
    pthread_mutex_lock(&all->mutex);
    all->stopping = true;
    while (all->in_flight && bf_wait_ms(&all->idle, &all->mutex, until - bf_clock_mono_ms()))
        ;
    pthread_mutex_unlock(&all->mutex);
}

static void free_exchange(struct bl_exchange *x)
{
    bf_arena_free(&x->call.arena);
    bf_buf_free(&x->call.body);
    bf_buf_free(&x->call.ans.body);
    free(x);
}

void bl_exchanges_free(struct bl_exchanges *all)
{
    while (all->kept) {
        struct bl_exchange *x = all->kept;
        all->kept = x->next;
        free_exchange(x);
    }
    pthread_mutex_destroy(&all->mutex);
    pthread_cond_destroy(&all->idle);
}

static void reset(struct bl_exchange *x)
{
    struct bl_call *c = &x->call;
    struct bf_arena arena = c->arena;
    struct bf_buf in = c->body, out = c->ans.body;
    struct bl_exchanges *all = x->all;
    memset(x, 0, sizeof(*x));
    x->all = all;
    c->arena = arena;
    c->body = in;
    c->ans.body = out;
    c->ans.fd = -1;
    c->ans.status = 200;
    c->local = all->local;
    c->store = &all->local->store;
    bf_arena_reset(&c->arena);
    bf_buf_reset(&c->body);
    bf_buf_reset(&c->ans.body);
}

static void let_go(struct bl_exchanges *all)
{
    pthread_mutex_lock(&all->mutex);
    if (--all->in_flight == 0)
        pthread_cond_signal(&all->idle);
    pthread_mutex_unlock(&all->mutex);
}

struct bl_exchange *bl_exchange_new(struct bl_exchanges *all)
{
    pthread_mutex_lock(&all->mutex);
    struct bl_exchange *x = all->kept;
    if (x) {
        all->kept = x->next;
        all->nkept--;
    }
    all->in_flight++;
    pthread_mutex_unlock(&all->mutex);
    if (!x) {
        x = calloc(1, sizeof(*x));
        if (x) {
            bf_arena_init(&x->call.arena, ARENA_MAX);
            bf_buf_init(&x->call.ans.body, ANSWER_MAX);
            bf_buf_init(&x->call.body, 1);
            x->all = all;
        }
    }
    if (x)
        reset(x);
    else
        let_go(all);
    return x;
}

static void recycle(struct bl_exchanges *all, struct bl_exchange *x)
{
    const struct bl_call *c = &x->call;
    bool keep =
        c->body.cap <= KEPT_BYTES && c->ans.body.cap <= KEPT_BYTES && c->arena.used <= KEPT_BYTES;
    pthread_mutex_lock(&all->mutex);
    if (keep && all->nkept < KEPT_CALLS) {
        x->next = all->kept;
        all->kept = x;
        all->nkept++;
        x = NULL;
    }
    pthread_mutex_unlock(&all->mutex);
    if (x)
        free_exchange(x);
    let_go(all);
}

/* "http://HOST/PATH" is PATH: what a proxy would be asked for, a server understands too (RFC 9112 section 3.2.2). */
static struct bf_str without_origin(struct bf_str target)
{
    struct bf_str scheme = BF_STR("http://");
    if (!bf_str_starts(target, scheme))
        return target;
    struct bf_str rest = bf_str(target.p + scheme.n, target.n - scheme.n);
    const char *slash = memchr(rest.p, '/', rest.n);
    return slash ? bf_str(slash, (size_t)(rest.p + rest.n - slash)) : BF_STR("/");
}

void bl_exchange_target(struct bl_exchange *x, struct bf_str target)
{
    struct bl_request *r = &x->call.req;
    struct bf_str copy;
    if (!bf_arena_copy(&x->call.arena, without_origin(target), &copy))
        copy = BF_STR("/");
    const char *mark = memchr(copy.p, '?', copy.n);
    r->path = mark ? bf_str(copy.p, (size_t)(mark - copy.p)) : copy;
    if (mark)
        r->query = bf_str(mark + 1, copy.n - r->path.n - 1);
}

bool bl_exchange_header(struct bl_exchange *x, struct bf_str name, struct bf_str value)
{
    struct bl_call *c = &x->call;
    char *at = c->req.nheaders < BL_HEADERS_MAX ? bf_arena_alloc(&c->arena, name.n + 1) : NULL;
    if (!at) {
        c->failed = true;
        return false;
    }
    for (size_t i = 0; i < name.n; i++)
        at[i] = bf_ascii_lower(name.p[i]);
    at[name.n] = 0;
    c->req.headers[c->req.nheaders++] = (struct bf_sigv4_header){bf_str(at, name.n), value};
    return true;
}

bool bl_exchange_begin(struct bl_exchange *x, struct bf_str method, bool loopback)
{
    struct bl_call *c = &x->call;
    x->begun = true;
    if (c->failed || !bf_arena_copy(&c->arena, method, &c->req.method)) {
        c->failed = true;
        bl_router_head_too_large(c);
        return false;
    }
    c->req.loopback = loopback;
    if (!bl_router_begin(c, &x->max_body)) {
        c->failed = true;
        return false;
    }
    struct bf_str length = bl_header(c, "content-length");
    c->body.max = x->max_body ? x->max_body : 1;
    if (length.n && !c->sink && !c->failed && strtoull(length.p, NULL, 10) > x->max_body) {
        bl_router_too_large(c);
        return false;
    }
    return true;
}

void bl_exchange_refuse(struct bl_exchange *x, int status, const char *text)
{
    x->begun = true;
    x->call.failed = true;
    x->call.op_name = "";
    bl_control_fail(&x->call, status, text);
}

/* A body without a length is found too large only while it arrives. The rest is dropped then,
 * and the answer is sent after it. */
void bl_exchange_receive(struct bl_exchange *x, struct bf_str piece)
{
    struct bl_call *c = &x->call;
    if (c->failed || x->refused)
        return;
    if (c->sink) {
        if (!c->sink(c, piece))
            c->failed = true;
        return;
    }
    bf_buf_add(&c->body, piece.p, piece.n);
    if (!bf_buf_ok(&c->body)) {
        x->refused = true;
        bl_router_too_large(c);
    }
}

void bl_exchange_finish(struct bl_exchange *x)
{
    x->call.req.body = bf_buf_view(&x->call.body);
    if (!x->refused)
        bl_router_finish(&x->call);
}

int64_t bl_exchange_date(const struct bl_exchange *x)
{
    return x->call.now_ms ? x->call.now_ms : bl_now_ms(x->call.local);
}

uint64_t bl_exchange_length(const struct bl_exchange *x)
{
    const struct bl_answer *a = &x->call.ans;
    return a->fd >= 0 ? a->fd_length : a->body.n;
}

/* The second half of a cut answer is never sent. */
ssize_t bl_exchange_body(struct bl_exchange *x, uint64_t at, void *to, size_t max)
{
    const struct bl_answer *a = &x->call.ans;
    uint64_t end = bl_exchange_length(x);
    if (a->cut)
        end /= 2;
    if (at >= end)
        return a->cut ? -1 : 0;
    size_t n = end - at < max ? (size_t)(end - at) : max;
    if (a->fd < 0) {
        memcpy(to, a->body.p + at, n);
        return (ssize_t)n;
    }
    ssize_t got = pread(a->fd, to, n, (off_t)(a->fd_offset + at));
    return got > 0 ? got : -1;
}

void bl_exchange_end(struct bl_exchange *x)
{
    struct bl_call *c = &x->call;
    if (x->answered && !bl_control_is(c))
        bl_tally_add(&c->local->tally, c->local->services, c->service, c->ans.status);
    if (c->cleanup)
        c->cleanup(c);
    if (c->ans.fd >= 0)
        close(c->ans.fd);
    recycle(x->all, x);
}
