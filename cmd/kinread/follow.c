/* Which shards are read, and when it is over. */
#include "cmd/kinread/follow.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/diag.h"
#include "lib/base/stop.h"
#include "lib/cdc/state.h"

enum { WAIT_MAX_MS = 500, LIST_MIN_MS = 200, LIST_MAX_MS = 10000, TIP_SLACK_MS = 1500 };
enum { BLIND_WINDOW = 2 }; /* answers of 10 MiB of data, in base64 */

int64_t follow_now(const struct follow *f)
{
    return bf_clock_wall_ms() + f->skew_ms;
}

int64_t follow_tip(const struct follow *f)
{
    return f->start_ms + f->skew_ms + TIP_SLACK_MS;
}

bool follow_fail(struct follow *f, const struct bf_err *e)
{
    if (!f->failed)
        f->err = *e;
    f->failed = true;
    return false;
}

bool follow_gap(struct follow *f, const char *shard, const char *what)
{
    struct bf_err e = {0};
    f->gaps++;
    bf_err_set(&e, BF_E_SERVICE, "%s: %s: gap: %s", f->em.stream, shard, what);
    if (f->cfg->strict)
        return follow_fail(f, &e);
    bf_diag_error(&e);
    return true;
}

static bool all_digits(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Is text the shard's id, or the number at its end ("3" for shardId-000000000003)? */
static bool names_shard(const struct bf_shard *s, const char *text)
{
    const char *dash = strrchr(s->id, '-');
    if (strcmp(s->id, text) == 0)
        return true;
    return dash && all_digits(bf_str_of(text)) && all_digits(bf_str_of(dash + 1)) &&
           bf_shard_compare(bf_str_of(dash + 1), bf_str_of(text)) == 0;
}

static bool wanted(const struct follow *f, const struct bf_shard *s)
{
    for (size_t i = 0; i < f->cfg->shards.n; i++)
        if (names_shard(s, f->cfg->shards.item[i]))
            return true;
    return f->cfg->shards.n == 0;
}

/* Begins to read a shard; its start is marked as soon as its position is known. */
static bool begin(struct follow *f, struct bf_shard *s, const struct bf_feed_position *position)
{
    struct bf_err e = {0};
    struct reading *r = reading_new(f, s, position);
    if (!r) {
        bf_err_nomem(&e);
        return follow_fail(f, &e);
    }
    s->reader = r;
    if (!f->cfg->state || position->at == BF_FEED_LATEST)
        return true;
    return reading_mark(r, BF_MARK_START);
}

/* Every --shard names one. */
static bool check_wanted(struct follow *f, struct bf_err *e)
{
    for (size_t i = 0; i < f->cfg->shards.n; i++) {
        size_t hits = 0;
        for (size_t k = 0; k < f->lineage.n; k++)
            hits += names_shard(f->lineage.shards[k], f->cfg->shards.item[i]);
        if (!hits)
            return bf_err_set(e, BF_E_NOTFOUND, "%s: no shard '%.80s'; --list shows them",
                              f->em.stream, f->cfg->shards.item[i]);
    }
    return true;
}

/* A sequence number belongs to one shard. */
static bool check_sequence(struct follow *f, struct bf_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < f->lineage.n; i++)
        n += wanted(f, f->lineage.shards[i]);
    if (f->cfg->start.at != BF_FEED_AT || n == 1)
        return true;
    return bf_err_set(e, BF_E_USAGE,
                      "--from: a sequence number belongs to one shard of %zu: name it with --shard",
                      n);
}

/* Shards that are not to be read at all: not wanted, or closed when only what is new is wanted. */
static void pass_unwanted(struct follow *f)
{
    for (size_t i = 0; i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        if (!wanted(f, s) || (f->cfg->start.at == BF_FEED_LATEST && bf_shard_closed(s)))
            s->done = true;
    }
}

/* Children that the state knows: their ancestors are read, those that it says more of excepted. */
static void pass_ancestors(struct follow *f, const struct bf_state *state)
{
    for (size_t i = 0; i < state->nshards; i++) {
        const struct bf_state_shard *known = &state->shards[i];
        if (strcmp(known->stream, f->em.stream) != 0)
            continue;
        struct bf_shard *s = bf_lineage_find(&f->lineage, bf_str_of(known->shard));
        if (s)
            bf_lineage_pass_ancestors(&f->lineage, s);
    }
}

/* One shard of the state: goes on where it says, or is done with. */
static bool resume_shard(struct follow *f, const struct bf_state_shard *known, struct bf_err *e)
{
    struct bf_feed_position position;
    struct bf_shard *s = bf_lineage_find(&f->lineage, bf_str_of(known->shard));
    if (!position_parse(&position, bf_str_of(known->sequence)))
        return bf_err_set(e, BF_E_INPUT, "%s: %s: the state's sequence number is none",
                          f->em.stream, known->shard);
    if (!s && known->ended) /* the state may forget it */
        return emit_mark(&f->em, known->shard, known->sequence, NULL, BF_MARK_GONE, e);
    if (!s)
        return follow_gap(f, known->shard, "the shard has expired before it was read to its end");
    s->done = known->ended;
    return s->done || begin(f, s, &position);
}

/* Takes the positions of the state directory over; *resumed: there were any. */
static bool resume(struct follow *f, bool *resumed, struct bf_err *e)
{
    char path[4096];
    struct bf_state state;
    *resumed = false;
    if ((size_t)snprintf(path, sizeof path, "%s/state.json", f->cfg->state) >= sizeof path)
        return bf_err_set(e, BF_E_USAGE, "--state: the path is too long");
    bf_state_init(&state);
    bool ok = bf_state_load(&state, path, e);
    pass_ancestors(f, &state);
    for (size_t i = 0; ok && i < state.nshards; i++) {
        if (strcmp(state.shards[i].stream, f->em.stream) != 0)
            continue;
        *resumed = true;
        ok = resume_shard(f, &state.shards[i], e);
    }
    bf_state_free(&state);
    return ok;
}

static bool prepare(struct follow *f, struct bf_err *e)
{
    bool resumed = false;
    if (!bf_feed_list(f->source->feed, f->aws, &f->source->stream, &f->lineage, e))
        return bf_err_ctx(e, "%s", f->em.stream);
    bool ok =
        check_wanted(f, e) && check_sequence(f, e) && (!f->cfg->state || resume(f, &resumed, e));
    if (ok && !resumed)
        pass_unwanted(f);
    /* what is there now begins where it was asked to; what comes later begins at its beginning */
    struct bf_feed_position first = f->cfg->start, oldest = {.at = BF_FEED_OLDEST};
    for (size_t i = 0; ok && i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        if (!s->done && !s->reader && bf_lineage_ready(&f->lineage, s))
            ok = begin(f, s, resumed ? &oldest : &first);
    }
    f->known = first.at == BF_FEED_TIME && !resumed ? f->lineage.n : 0;
    if (!ok && f->failed)
        *e = f->err;
    return ok;
}

/* Begins the shards whose parents are done. */
static bool begin_ready(struct follow *f)
{
    struct bf_feed_position oldest = {.at = BF_FEED_OLDEST};
    for (size_t i = 0; i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        if (!s->done && !s->reader && wanted(f, s) && bf_lineage_ready(&f->lineage, s) &&
            !begin(f, s, i < f->known ? &f->cfg->start : &oldest))
            return false;
    }
    return true;
}

/* The shards that begin at the latest record begin together: either the state gets to know all of them, or
 * none and the next start is at the latest record once more. */
static bool begin_latest(struct follow *f)
{
    if (!f->latest_ms || !f->cfg->state || f->latest_begun)
        return true;
    for (size_t i = 0; i < f->lineage.n; i++) {
        const struct reading *r = f->lineage.shards[i]->reader;
        if (r && r->position.at == BF_FEED_LATEST && r->phase != OVER)
            return true;
    }
    f->latest_begun = true;
    for (size_t i = 0; i < f->lineage.n; i++) {
        struct reading *r = f->lineage.shards[i]->reader;
        if (!r || r->phase != WAITS_OTHERS)
            continue;
        if (!reading_mark(r, BF_MARK_START))
            return false;
        r->phase = HAS_ITERATOR;
    }
    return true;
}

/* How many requests may be under way for r to send one. Until an answer has told how large the records are, a
 * few: as many as fit into memory whatever comes. */
static size_t window(const struct follow *f, const struct reading *r)
{
    bool blind = !f->record_bytes && !r->asked_ms;
    return blind && f->cfg->window > BLIND_WINDOW ? BLIND_WINDOW : (size_t)f->cfg->window;
}

/* Sends what is due, in turn, and says how long nothing will be. */
static bool step(struct follow *f, int *wait_ms)
{
    int64_t now = bf_clock_mono_ms(), next = now + WAIT_MAX_MS;
    size_t n = f->lineage.n;
    for (size_t k = 0; k < n; k++) {
        struct bf_shard *s = f->lineage.shards[(f->cursor + k) % n];
        struct reading *r = s->reader;
        if (!r || (r->phase != NEEDS_ITERATOR && r->phase != HAS_ITERATOR) ||
            !bf_lineage_ready(&f->lineage, s))
            continue;
        if (r->due_ms > now) {
            next = r->due_ms < next ? r->due_ms : next;
            continue;
        }
        if (f->in_flight >= window(f, r)) {
            f->cursor = (f->cursor + k) % n; /* begins with this one next time */
            break;
        }
        if (!reading_step(r))
            return false;
    }
    *wait_ms = (int)(next - now);
    return true;
}

/* Looks for the children of shards that ended, and for shards that went. */
static bool list_again(struct follow *f)
{
    struct bf_err e = {0};
    int64_t now = bf_clock_mono_ms();
    if (!f->orphans || now < f->list_due_ms)
        return true;
    for (size_t i = 0; i < f->lineage.n; i++)
        f->lineage.shards[i]->listed = false;
    if (!bf_feed_list(f->source->feed, f->aws, &f->source->stream, &f->lineage, &e)) {
        if (!bf_err_retryable(e.code)) {
            bf_err_ctx(&e, "%s", f->em.stream);
            return follow_fail(f, &e);
        }
        bf_diag_note("%s: %s; again later", f->em.stream, e.text);
    }
    f->orphans = false;
    for (size_t i = 0; e.code == BF_OK && i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        struct reading *r = s->reader;
        if (r && r->phase == NEEDS_ITERATOR && r->failing_ms && !s->listed && !reading_lost(r))
            return false;
    }
    for (size_t i = 0; i < f->lineage.n && !f->orphans; i++)
        f->orphans = f->lineage.shards[i]->done && f->lineage.shards[i]->reader &&
                     !bf_lineage_has_child(&f->lineage, f->lineage.shards[i]);
    f->orphans = f->orphans || e.code != BF_OK;
    int64_t wait = (int64_t)LIST_MIN_MS << (f->lists < 6 ? f->lists : 6);
    f->list_due_ms = now + (wait < LIST_MAX_MS ? wait : LIST_MAX_MS);
    f->lists++;
    return true;
}

/* Behind begin_ready only: before it, a child that may begin now is not counted. */
static bool is_over(const struct follow *f)
{
    if (f->finished)
        return true;
    if (f->active)
        return false;
    return f->cfg->end || f->cfg->shards.n || f->cfg->until_ms < follow_now(f);
}

static void show(struct follow *f)
{
    int64_t lag = -1;
    for (size_t i = 0; f->progress.on && i < f->lineage.n; i++) {
        const struct reading *r = f->lineage.shards[i]->reader;
        if (r && r->behind_ms > lag)
            lag = r->behind_ms;
    }
    f->progress.lag_ms = lag;
    bf_progress_tick(&f->progress, f->em.records, f->em.bytes + f->em.buf.n);
}

static bool turn(struct follow *f, struct bf_err *e)
{
    int wait_ms = WAIT_MAX_MS;
    if (!list_again(f) || !begin_ready(f) || !begin_latest(f) || !step(f, &wait_ms))
        return true; /* latched */
    if (!emit_flush(&f->em, e))
        return false;
    if (!bf_out_heard(&f->em.out, e))
        return false;
    if (is_over(f)) {
        f->over = true;
        return true;
    }
    show(f);
    return bf_aws_run(f->aws, wait_ms, e);
}

static bool loop(struct follow *f, struct bf_err *e)
{
    bool ok = true;
    while (ok && !f->failed && !f->over && !bf_stop_asked())
        ok = turn(f, e);
    if (ok && f->failed)
        *e = f->err;
    return ok && !f->failed;
}

static void clean_up(struct follow *f)
{
    for (size_t i = 0; i < f->lineage.n; i++)
        reading_destroy(f->lineage.shards[i]->reader);
    bf_lineage_free(&f->lineage);
}

bool follow(const struct config *cfg, struct source *s, struct bf_aws *aws, struct bf_err *e)
{
    struct follow f = {.cfg = cfg, .source = s, .aws = aws, .start_ms = bf_clock_wall_ms()};
    bf_lineage_init(&f.lineage);
    bf_progress_init(&f.progress, &cfg->common, BF_PROGRESS_FILTER);
    bool ok = emit_open(&f.em, cfg, source_name(s), s->feed == &bf_feed_dynamodb, e) &&
              prepare(&f, e) && loop(&f, e);
    clean_up(&f);
    if (!ok && e->code == BF_E_STOPPED) { /* a signal ends the reading, it does not fail it */
        bf_err_clear(e);
        ok = true;
    }
    struct bf_err later = {0};
    if (!emit_close(&f.em, ok ? e : &later))
        ok = false;
    bf_progress_end(&f.progress, f.em.records, f.em.bytes);
    if (ok && f.gaps)
        return bf_err_told(e, BF_E_SERVICE);
    return ok && bf_rejects_told(&f.em.rejects, e);
}
