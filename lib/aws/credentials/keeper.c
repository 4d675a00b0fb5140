#include "lib/aws/credentials/keeper.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"

enum { SAID_MAX = 64 << 10 };

struct keeper_search {
    struct bf_credentials found;
    struct bf_buf said;   /* messages for -vv */
    struct bf_buf warned; /* messages for all users */
    struct bf_err e;
    bool ok;
};

struct bf_keeper {
    struct bf_keeper_finder f;
    struct bf_credentials now; /* access_key NULL: none yet */
    uint64_t generation;
    int64_t early_ms;     /* how long before their expiry they are renewed */
    int64_t try_ms;       /* the earliest time of the next renewal */
    int64_t searched_ms;  /* the end of the last search */
    int64_t refused_ms;   /* the end of the last search for a refusal */
    struct bf_err failed; /* the error of the last search */
    struct keeper_search search;
    pthread_t thread;
    bool running, warned;
    atomic_bool done, quit;
};

struct bf_keeper *bf_keeper_new(const struct bf_keeper_finder *f, struct bf_err *e)
{
    struct bf_keeper *k = calloc(1, sizeof *k);
    if (!k) {
        bf_err_nomem(e);
        return NULL;
    }
    k->f = *f;
    bf_buf_init(&k->search.said, SAID_MAX);
    bf_buf_init(&k->search.warned, SAID_MAX);
    atomic_init(&k->done, false);
    atomic_init(&k->quit, false);
    return k;
}

void bf_keeper_destroy(struct bf_keeper *k)
{
    if (!k)
        return;
    atomic_store(&k->quit, true);
    if (k->running)
        pthread_join(k->thread, NULL);
    bf_credentials_free(&k->search.found);
    bf_credentials_free(&k->now);
    bf_buf_free(&k->search.said);
    bf_buf_free(&k->search.warned);
    free(k);
}

static void add_line(struct bf_buf *b, const char *text)
{
    bf_buf_adds(b, bf_str_of(text));
    bf_buf_addc(b, '\n');
}

static void on_detail(void *arg, const char *text)
{
    add_line(&((struct keeper_search *)arg)->said, text);
}

static void on_warn(void *arg, const char *text)
{
    add_line(&((struct keeper_search *)arg)->warned, text);
}

static void search(struct bf_keeper *k, bool may_ask)
{
    struct keeper_search *s = &k->search;
    struct bf_cred_told told = {.detail = on_detail, .warn = on_warn, .arg = s};
    bf_err_clear(&s->e);
    bf_buf_reset(&s->said);
    bf_buf_reset(&s->warned);
    s->ok = k->f.find(k->f.arg, may_ask, &k->quit, &told, &s->found, &s->e);
}

static void *run(void *arg)
{
    struct bf_keeper *k = arg;
    search(k, false);
    atomic_store(&k->done, true);
    return NULL;
}

static void note(const struct bf_keeper *k, const char *text)
{
    if (k->f.note)
        k->f.note(k->f.told_arg, text);
}

static void tell_taken(const struct bf_keeper *k)
{
    char text[400], until[40] = "";
    struct bf_buf iso = {.p = until, .cap = sizeof until, .max = sizeof until};
    if (k->now.expires_ms)
        bf_clock_iso(&iso, k->now.expires_ms / 1000 * 1000);
    bf_buf_addc(&iso, '\0');
    snprintf(text, sizeof text, "credentials: from %s%s%s", k->now.source,
             k->now.expires_ms ? ", until " : "", until);
    note(k, text);
}

static void tell_lines(const struct bf_keeper *k, const struct bf_buf *lines,
                       void (*tell)(void *arg, const char *text))
{
    struct bf_str rest = bf_buf_view(lines), line;
    while (tell && bf_str_split(&rest, '\n', &line))
        if (line.n) {
            char text[1400];
            snprintf(text, sizeof text, "%.*s", (int)line.n, line.p);
            tell(k->f.told_arg, text);
        }
}

static bool is_same(const struct bf_credentials *a, const struct bf_credentials *b)
{
    return a->access_key && bf_str_eq(bf_str_of(a->access_key), bf_str_of(b->access_key)) &&
           bf_str_eq(bf_str_of(a->secret_key), bf_str_of(b->secret_key)) &&
           bf_str_eq(bf_str_of(a->token), bf_str_of(b->token));
}

/* After a failed renewal: tries again in a minute, or sooner near the expiry. */
static void wait_a_while(struct bf_keeper *k, int64_t now_ms)
{
    int64_t left = k->now.expires_ms ? (k->now.expires_ms - now_ms) / 4 : 0;
    int64_t wait = left < BF_KEEPER_AGAIN_MS ? left : BF_KEEPER_AGAIN_MS;
    k->try_ms = now_ms + (wait > BF_KEEPER_LEAST_MS ? wait : BF_KEEPER_LEAST_MS);
}

/* Uses the result of the search. */
static void settle(struct bf_keeper *k, int64_t now_ms)
{
    struct keeper_search *s = &k->search;
    tell_lines(k, &s->said, k->f.detail);
    if (!k->warned) /* at a renewal the files are the same */
        tell_lines(k, &s->warned, k->f.warn);
    k->warned = true;
    k->searched_ms = now_ms;
    if (!s->ok) {
        char text[sizeof s->e.text + 64];
        k->failed = s->e;
        wait_a_while(k, now_ms);
        snprintf(text, sizeof text, "credentials: renewing failed: %s", s->e.text);
        if (k->now.access_key)
            note(k, text);
        return;
    }
    bf_err_clear(&k->failed);
    bool same = is_same(&k->now, &s->found);
    bf_credentials_free(&k->now);
    k->now = s->found;
    s->found = (struct bf_credentials){0};
    /* by the service's clock: the one here may be wrong by more than they last */
    int64_t third = (k->now.expires_ms - (k->now.seen_ms ? k->now.seen_ms : now_ms)) / 3;
    if (same) {
        wait_a_while(k, now_ms);
        return;
    }
    k->generation++;
    k->try_ms = 0;
    k->early_ms = third < BF_KEEPER_EARLY_MS ? third : BF_KEEPER_EARLY_MS;
    tell_taken(k);
}

/* Uses the result of the thread; with wait, waits for it. */
static void collect(struct bf_keeper *k, bool wait, int64_t now_ms)
{
    if (!k->running || !(wait || atomic_load(&k->done)))
        return;
    pthread_join(k->thread, NULL);
    k->running = false;
    settle(k, now_ms);
}

static void start(struct bf_keeper *k)
{
    atomic_store(&k->done, false);
    k->running = pthread_create(&k->thread, NULL, run, k) == 0;
}

static bool holds(const struct bf_keeper *k, int64_t now_ms)
{
    return k->now.access_key && (!k->now.expires_ms || now_ms < k->now.expires_ms);
}

/* A search that failed a moment ago would fail again. */
static bool is_too_soon(int64_t last_ms, int64_t now_ms)
{
    return last_ms && now_ms >= last_ms && now_ms - last_ms < BF_KEEPER_LEAST_MS;
}

/* Searches, and waits for the result. */
static void search_now(struct bf_keeper *k, int64_t now_ms)
{
    collect(k, true, now_ms);
    if (holds(k, now_ms) || is_too_soon(k->searched_ms, now_ms))
        return;
    search(k, true);
    settle(k, now_ms);
}

const struct bf_credentials *bf_keeper_get(struct bf_keeper *k, int64_t now_ms,
                                           uint64_t *generation, struct bf_err *e)
{
    collect(k, false, now_ms);
    if (!holds(k, now_ms))
        search_now(k, now_ms);
    else if (k->now.expires_ms && !k->running && now_ms >= k->now.expires_ms - k->early_ms &&
             now_ms >= k->try_ms)
        start(k);
    *generation = k->generation;
    if (holds(k, now_ms))
        return &k->now;
    *e = k->failed;
    if (k->failed.code == BF_OK)
        bf_err_set(e, BF_E_EXPIRED, "credentials: those from %s have expired", k->now.source);
    else if (k->now.access_key)
        bf_err_ctx(e, "the credentials have expired");
    return NULL;
}

int64_t bf_keeper_seen_ms(const struct bf_keeper *k, int64_t now_ms)
{
    return k->searched_ms == now_ms && k->failed.code == BF_OK ? k->now.seen_ms : 0;
}

bool bf_keeper_refused(struct bf_keeper *k, uint64_t generation, int64_t now_ms, struct bf_err *e)
{
    collect(k, true, now_ms);
    if (k->generation == generation && !k->now.fixed && !is_too_soon(k->refused_ms, now_ms)) {
        search(k, true);
        settle(k, now_ms);
        k->refused_ms = now_ms;
    }
    if (k->generation != generation)
        return true;
    if (k->now.fixed)
        return bf_err_set(e, BF_E_DENIED, "%s has no others", k->now.source);
    if (k->failed.code == BF_OK)
        return bf_err_set(e, BF_E_EXPIRED, "%s has no others yet", k->now.source);
    *e = k->failed;
    return false;
}
