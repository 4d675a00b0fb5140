/* Failed requests of a reading: which are repeated, when, and from which position. */
#include <stdio.h>

#include "cmd/kinread/follow.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"

enum {
    RETRY_FIRST_MS = 250,
    YOUNG_MS = 4 * 60 * 1000, /* an iterator is valid for at least 5 minutes */
    YOUNG_TRIES = 4
};

bool reading_fail(struct reading *r, struct bf_err *e)
{
    bf_err_ctx(e, "%s: %s", r->f->em.stream, r->shard->id);
    return follow_fail(r->f, e);
}

/* Requests an iterator at the last record again, at once. */
static void renew(struct reading *r)
{
    r->phase = NEEDS_ITERATOR;
    r->due_ms = 0;
}

bool reading_retry(struct reading *r, const struct bf_err *why)
{
    int64_t now = bf_clock_mono_ms();
    if (!r->failing_ms)
        r->failing_ms = now;
    if (now - r->failing_ms >= (int64_t)r->f->cfg->retry_for_ms) {
        struct bf_err e = *why;
        return reading_fail(r, &e);
    }
    r->failures++;
    r->due_ms = now + bf_backoff_ms(RETRY_FIRST_MS, r->failures, &r->f->rng);
    bf_diag_note("%s: %s: %s; trying again in %.1f s", r->f->em.stream, r->shard->id, why->text,
                 (double)(r->due_ms - now) / 1000);
    return true;
}

/* Replaces an invalid iterator: at once the first time, then as after any failure. */
static bool renew_or_retry(struct reading *r, const struct bf_err *why)
{
    struct bf_err e = *why;
    bool again = r->renewed;
    r->renewed = true;
    renew(r);
    e.code = BF_E_TEMPORARY;
    return !again || reading_retry(r, &e);
}

/* Handles a position of a state that the service does not accept: if it is an iterator, which has expired or belongs to
 * another stream, its time is used. For a sequence number there is no substitute. */
static bool refused(struct reading *r, struct bf_err *e)
{
    if (r->position.at == BF_FEED_ITERATOR)
        return renew_or_retry(r, e);
    bf_err_ctx(e, "%s: %s", r->f->em.stream, r->shard->id);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n,
             "; if the stream was created again, move the state %s away to start over",
             r->f->cfg->state);
    return follow_fail(r->f, e);
}

/* An iterator at which nothing has been read is the only record of its position: if the service reports early that it has
 * expired, it is tried again a few times. */
static bool is_young(const struct reading *r)
{
    return r->position.at == BF_FEED_ITERATOR && r->failures < YOUNG_TRIES &&
           follow_now(r->f) - r->position.time_ms < YOUNG_MS;
}

/* Is the error about the request, not about the service or the credentials? */
static bool is_refusal(const char *code)
{
    return strcmp(code, "InvalidArgumentException") == 0 ||
           strcmp(code, "ValidationException") == 0;
}

bool reading_failed(struct reading *r, const struct bf_aws_answer *answer, enum phase phase)
{
    struct bf_err e = answer->err;
    r->phase = phase;
    if (strcmp(answer->code, "ExpiredIteratorException") == 0 && is_young(r)) {
        r->phase = HAS_ITERATOR;
        return reading_retry(r, &e);
    }
    if (strcmp(answer->code, "ExpiredIteratorException") == 0) {
        bf_diag_note("%s: %s: the iterator expired; requesting a new one", r->f->em.stream,
                     r->shard->id);
        return renew_or_retry(r, &e);
    }
    if (strcmp(answer->code, "TrimmedDataAccessException") == 0)
        return reading_trimmed(r) && renew_or_retry(r, &e);
    if (r->resumed && is_refusal(answer->code))
        return refused(r, &e);
    if (r->position.at == BF_FEED_LATEST && is_refusal(answer->code) && !r->f->latest_only) {
        r->f->latest_only = true; /* our clock is ahead of the service's */
        return renew_or_retry(r, &e);
    }
    if (e.code == BF_E_NOTFOUND && r->shard->listed && !r->failing_ms) {
        r->shard->listed =
            false; /* the next list shows whether the shard or the stream was removed */
        r->f->list_due_ms = 0;
        r->f->orphans = true;
        r->phase = NEEDS_ITERATOR;
        return reading_retry(r, &e);
    }
    if (bf_err_retryable(e.code))
        return reading_retry(r, &e);
    return reading_fail(r, &e);
}
