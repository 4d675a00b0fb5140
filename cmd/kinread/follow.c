/* Selects the shards that are read, and decides when the run ends. */
#include "cmd/kinread/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

enum { WAIT_MAX_MS = 500, LIST_MIN_MS = 200, LIST_MAX_MS = 10000, TIP_SLACK_MS = 1500 };
enum { BLIND_WINDOW = 2 };          /* answers with 10 MiB of data in base64 */
enum { ITERATORS_AT_ONCE = 128 };   /* the services limit these requests for each shard */
enum { DAY_MS = 24 * 3600 * 1000 }; /* the shortest retention period */

int64_t follow_now(const struct follow *f)
{
    return bf_clock_wall_ms() + f->skew_ms;
}

int64_t follow_tip(const struct follow *f)
{
    int64_t scanned = snapshot_done_wall_ms(f->snapshot);
    if (snapshot_running(f->snapshot))
        return INT64_MAX;
    return (scanned ? scanned : f->start_ms) + f->skew_ms + TIP_SLACK_MS;
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

struct reading *follow_begin(struct follow *f, struct bf_shard *s,
                             const struct bf_feed_position *position, int64_t since_ms)
{
    struct bf_err e = {0};
    struct reading *r = reading_new(f, s, position);
    if (!r) {
        bf_err_nomem(&e);
        (void)follow_fail(f, &e);
        return NULL;
    }
    s->reader = r;
    r->since_ms = since_ms;
    if (position->at == BF_FEED_LATEST) {
        f->waiting = true;
        return r;
    }
    return reading_mark(r, BF_MARK_START) ? r : NULL;
}

/* Checks that every --shard names a shard. */
static bool check_wanted(struct follow *f, struct bf_err *e)
{
    for (size_t i = 0; i < f->cfg->shards.n; i++) {
        size_t hits = 0;
        for (size_t k = 0; k < f->lineage.n; k++)
            hits += names_shard(f->lineage.shards[k], f->cfg->shards.item[i]);
        if (!hits)
            return bf_err_set(e, BF_E_NOTFOUND, "%s: no shard '%.80s'; --list prints the shards",
                              f->em.stream, f->cfg->shards.item[i]);
    }
    return true;
}

/* Checks that --from with a sequence number selects one shard. */
static bool check_sequence(struct follow *f, struct bf_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < f->lineage.n; i++)
        n += wanted(f, f->lineage.shards[i]);
    if (f->first.at != BF_FEED_AT || n == 1)
        return true;
    return bf_err_set(
        e, BF_E_USAGE,
        "--from: a sequence number belongs to one of %zu shards: select it with --shard", n);
}

/* Is the shard not to be read: not selected, or closed while only new records are requested? */
static void pass_unwanted(struct follow *f)
{
    for (size_t i = 0; i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        if (!wanted(f, s) || (f->first.at == BF_FEED_LATEST && bf_shard_closed(s)))
            s->done = true;
    }
}

/* If Kinesis does not know the name, it may be that of a table. */
static bool list_failed(struct follow *f, struct bf_err *e)
{
    bf_err_ctx(e, "%s", f->em.stream);
    size_t n = strlen(e->text);
    if (e->code == BF_E_NOTFOUND && f->source->feed == &bf_feed_kinesis && !f->source->stream.arn.n)
        snprintf(e->text + n, sizeof e->text - n, "; for the changes of a table use dynamodb:%s",
                 f->em.stream);
    return false;
}

/* Takes the service's time from the answer with the list of shards. */
static void settle_clock(struct follow *f)
{
    f->skew_ms = bf_aws_skew_ms(f->aws);
    position_settle(f->cfg, bf_clock_wall_ms(), f->skew_ms, &f->first, &f->until_ms);
}

static bool prepare(struct follow *f, struct bf_err *e)
{
    if (!bf_feed_list(f->source->feed, f->aws, &f->source->stream, &f->lineage, e))
        return list_failed(f, e);
    settle_clock(f);
    if (!check_wanted(f, e) || !check_sequence(f, e) || !(f->snapshot = snapshot_new(f, e)) ||
        (f->cfg->state && !follow_resume(f, &f->resumed, e)))
        return false;
    if (!f->resumed)
        pass_unwanted(f);
    /* shards that exist now begin at --from; later ones begin at their oldest record */
    f->known = f->resumed ? 0 : f->lineage.n;
    bool ok = follow_begin_ready(f, follow_now(f));
    if (f->first.at != BF_FEED_TIME)
        f->known = 0;
    if (!ok)
        *e = f->err;
    return ok;
}

bool follow_begin_ready(struct follow *f, int64_t since_ms)
{
    struct bf_feed_position oldest = {.at = BF_FEED_OLDEST};
    for (size_t i = 0; i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        if (!s->done && !s->reader && wanted(f, s) && bf_lineage_ready(&f->lineage, s) &&
            !follow_begin(f, s, i < f->known ? &f->first : &oldest, since_ms))
            return false;
    }
    return true;
}

/* Reports once at a terminal where reading begins. */
static void announce(struct follow *f)
{
    static const char *const from[] = {
        [BF_FEED_OLDEST] = "the oldest record", [BF_FEED_LATEST] = "the latest record",
        [BF_FEED_TIME] = "that time",           [BF_FEED_AT] = "that record",
        [BF_FEED_AFTER] = "that record",        [BF_FEED_ITERATOR] = "the latest record",
    };
    if (f->announced || f->cfg->end || !isatty(STDERR_FILENO))
        return;
    f->announced = true;
    bf_diag_warn(
        "%s: reading %zu shard%s from %s on; use --from to begin at oldest, -15m or a time",
        f->em.stream, f->active, f->active == 1 ? "" : "s",
        f->resumed ? "the positions of --state" : from[f->first.at]);
}

/* The shards that begin at the latest record begin together: nothing is read or reported before all of them have
 * iterators, so that every record that is put after our first output is read, whatever its shard. The state contains
 * all of these shards or none; if none, the next start begins at the latest record again. */
static bool begin_latest(struct follow *f)
{
    for (size_t i = 0; f->waiting && i < f->lineage.n; i++) {
        const struct reading *r = f->lineage.shards[i]->reader;
        if (r && r->position.at == BF_FEED_LATEST && r->phase != OVER)
            return true;
    }
    for (size_t i = 0; f->waiting && i < f->lineage.n; i++) {
        struct reading *r = f->lineage.shards[i]->reader;
        if (!r || r->phase != WAITS_OTHERS)
            continue;
        if (!reading_mark(r, BF_MARK_START))
            return false;
        r->phase = HAS_ITERATOR;
    }
    f->waiting = false;
    announce(f);
    return true;
}

/* May r send its request? Until an answer has shown the size of the records, there are only as many requests as fit into
 * memory with the largest records, and one more for each answer that was empty. */
static bool has_room(const struct follow *f, const struct reading *r)
{
    if (r->phase == NEEDS_ITERATOR)
        return f->asking < ITERATORS_AT_ONCE;
    size_t most = (size_t)f->cfg->window;
    bool blind = !f->record_bytes && !r->asked_ms && BLIND_WINDOW + f->empties < most;
    return f->in_flight < (blind ? BLIND_WINDOW + f->empties : most);
}

/* Sends the requests that are due, in turn, and computes the time until the next one. */
static bool step(struct follow *f, int *wait_ms)
{
    int64_t now = bf_clock_mono_ms(), next = now + WAIT_MAX_MS;
    size_t n = f->lineage.n, first = n; /* the first one that has to wait for others */
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
        if (!has_room(f, r))
            first = first == n ? k : first;
        else if (!reading_step(r))
            return false;
    }
    if (first < n)
        f->cursor = (f->cursor + first) % n; /* the next round begins with this one */
    *wait_ms = (int)(next - now);
    return true;
}

/* Has a closed shard waited for its children for longer than --retry-for? */
static bool out_of_patience(const struct follow *f)
{
    int64_t now = bf_clock_mono_ms();
    for (size_t i = 0; i < f->lineage.n; i++) {
        const struct reading *r = f->lineage.shards[i]->reader;
        if (r && r->phase == WAITS_CHILDREN && now - r->failing_ms >= (int64_t)f->cfg->retry_for_ms)
            return true;
    }
    return false;
}

/* Applies a new list to the shards for which it was requested. */
static bool take_listing(struct follow *f)
{
    for (size_t i = 0; i < f->lineage.n; i++) {
        struct bf_shard *s = f->lineage.shards[i];
        struct reading *r = s->reader;
        if (r && r->phase == WAITS_CHILDREN && !reading_end(r))
            return false;
        if (r && r->phase == NEEDS_ITERATOR && r->failing_ms && !s->listed && !reading_lost(r))
            return false;
    }
    return true;
}

/* Lists the shards, to find the children of closed shards and shards that were removed. */
static bool list_again(struct follow *f)
{
    struct bf_err e = {0};
    int64_t now = bf_clock_mono_ms();
    if (!f->orphans || now < f->list_due_ms)
        return true;
    for (size_t i = 0; i < f->lineage.n; i++)
        f->lineage.shards[i]->listed = false;
    if (!bf_feed_list(f->source->feed, f->aws, &f->source->stream, &f->lineage, &e)) {
        if (!bf_err_retryable(e.code) || out_of_patience(f)) {
            bf_err_ctx(&e, "%s", f->em.stream);
            return follow_fail(f, &e);
        }
        bf_diag_note("%s: %s; trying again later", f->em.stream, e.text);
    }
    f->orphans = false;
    if (e.code == BF_OK && !take_listing(f))
        return false;
    for (size_t i = 0; i < f->lineage.n && !f->orphans; i++)
        f->orphans = f->lineage.shards[i]->done && f->lineage.shards[i]->reader &&
                     !bf_lineage_has_child(&f->lineage, f->lineage.shards[i]);
    f->orphans = f->orphans || e.code != BF_OK;
    f->lists++;
    f->list_due_ms = now + (int64_t)bf_backoff_limit(LIST_MIN_MS, f->lists, LIST_MAX_MS);
    return true;
}

/* To be called after follow_begin_ready; before it, a child that may begin is not counted. */
static bool is_over(const struct follow *f)
{
    if (f->finished)
        return true;
    if (f->active || snapshot_running(f->snapshot))
        return false;
    return f->cfg->end || f->cfg->shards.n || f->until_ms < follow_now(f);
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
    bf_progress_tick(&f->progress, f->em.records + snapshot_items(f->snapshot),
                     f->em.bytes + f->em.buf.n);
}

static bool turn(struct follow *f, struct bf_err *e)
{
    int wait_ms = WAIT_MAX_MS;
    if (!list_again(f) || !follow_begin_ready(f, follow_now(f)) || !begin_latest(f) ||
        !step(f, &wait_ms) || !snapshot_step(f->snapshot, &wait_ms))
        return true; /* f->err is set */
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
    snapshot_destroy(f->snapshot);
    f->snapshot = NULL;
    for (size_t i = 0; i < f->lineage.n; i++)
        reading_destroy(f->lineage.shards[i]->reader);
    bf_lineage_free(&f->lineage);
}

bool follow(const struct config *cfg, struct source *s, struct bf_aws *aws, struct bf_err *e)
{
    struct follow f = {.cfg = cfg,
                       .source = s,
                       .aws = aws,
                       .start_ms = bf_clock_wall_ms(),
                       .retention_ms = DAY_MS,
                       .first = cfg->start,
                       .until_ms = cfg->until_ms};
    bf_lineage_init(&f.lineage);
    bf_rng_seed(&f.rng, bf_rng_entropy());
    bf_progress_init(&f.progress, &cfg->common, BF_PROGRESS_FILTER);
    bool ok = emit_open(&f.em, cfg, source_name(s), s->feed == &bf_feed_dynamodb, e) &&
              prepare(&f, e) && loop(&f, e);
    clean_up(&f);
    if (!ok && e->code == BF_E_STOPPED) { /* a signal is not a failure */
        bf_err_clear(e);
        ok = true;
    }
    struct bf_err later = {0};
    if (!emit_close(&f.em, ok ? e : &later))
        ok = false;
    bf_progress_end(&f.progress, f.em.records, f.em.bytes);
    bf_diag_note("%s: %" PRIu64 " %s, %" PRIu64 " rejected, %" PRIu64 " %s", source_name(s),
                 f.em.records, f.em.records == 1 ? "record" : "records", f.em.rejects.count, f.gaps,
                 f.gaps == 1 ? "gap" : "gaps");
    if (ok && f.gaps)
        return bf_err_told(e, BF_E_SERVICE);
    return ok && bf_rejects_told(&f.em.rejects, e);
}
