/* Where a reading is: what its marks say, and whether the service may have dropped records meanwhile. */
#include "cmd/kinread/follow.h"
#include "lib/cli/diag.h"

/* How old a mark of a shard becomes in which nothing happens. The services keep records for a day at least; an iterator
 * lives for five minutes. */
enum { IDLE_MARK_MS = 60 * 60 * 1000, ITERATOR_MARK_MS = 30 * 1000 };

bool reading_mark(struct reading *r, enum bf_mark_kind kind)
{
    char text[POSITION_MAX + 1];
    struct bf_err e = {0};
    if (!r->f->cfg->state)
        return true;
    if (r->position.at == BF_FEED_ITERATOR)
        r->position.sequence = bf_buf_view(&r->iterator);
    position_write(text, &r->position);
    if (kind == BF_MARK_START && r->position.at == BF_FEED_OLDEST)
        text[0] = '\0';
    struct bf_mark mark = {.shard = bf_str_of(r->shard->id),
                           .sequence = bf_str_of(text),
                           .after =
                               r->has_mark ? bf_buf_view(&r->marked) : (struct bf_str){NULL, 0},
                           .since_ms = r->since_ms,
                           .kind = kind};
    if (r->has_mark && !mark.after.p) /* an empty one */
        mark.after = BF_STR("");
    if (!emit_mark(&r->f->em, &mark, &e))
        return follow_fail(r->f, &e);
    bf_buf_reset(&r->marked);
    bf_buf_adds(&r->marked, bf_str_of(text));
    r->has_mark = true;
    r->advanced = false;
    r->marked_since_ms = r->since_ms;
    return bf_buf_check(&r->marked, "mark", &e) || follow_fail(r->f, &e);
}

bool reading_at_tip(struct reading *r)
{
    r->since_ms = r->asked_wall_ms;
    if (r->position.at == BF_FEED_ITERATOR)
        r->position.time_ms = r->asked_wall_ms;
    int64_t every = r->position.at == BF_FEED_ITERATOR ? ITERATOR_MARK_MS : IDLE_MARK_MS;
    return r->since_ms - r->marked_since_ms < every || reading_mark(r, BF_MARK_AT);
}

bool reading_may_miss(const struct reading *r)
{
    return !r->since_ms || follow_now(r->f) - r->since_ms > r->f->retention_ms;
}

bool reading_found_gone(struct reading *r)
{
    r->verify = false;
    return !reading_may_miss(r) ||
           follow_gap(
               r->f, r->shard->id,
               "the last record that was read has expired; records after it may have been lost");
}

bool reading_lost(struct reading *r)
{
    const char *what = r->position.at == BF_FEED_AFTER
                           ? "records after the last one that was read have expired"
                           : "its records expired before they were read";
    if (r->position.at != BF_FEED_LATEST && !follow_gap(r->f, r->shard->id, what))
        return false;
    return reading_end(r);
}

bool reading_trimmed(struct reading *r)
{
    bool told = r->from_oldest;
    bool missed = r->position.at == BF_FEED_OLDEST || reading_may_miss(r);
    r->from_oldest = true;
    r->verify = false;
    return told || !missed ||
           follow_gap(r->f, r->shard->id,
                      "records were trimmed before they were read; reading on at the oldest");
}

/* Text is the number before that one: decimal digits, no sign. */
static void number_before(char *text)
{
    size_t n = strlen(text);
    while (n && text[n - 1] == '0')
        text[--n] = '9';
    if (n)
        text[n - 1]--;
}

bool reading_check_resumed(struct reading *r)
{
    struct follow *f = r->f;
    const struct bf_shard *s = r->shard;
    struct bf_str first = bf_str_of(s->seq_from);
    if (r->position.at != BF_FEED_AFTER) { /* nothing of it was read */
        if (!r->since_ms || !reading_may_miss(r))
            return true;
        if (!follow_gap(
                f, s->id,
                "nothing was read of it for longer than the stream keeps its records; some may "
                "have been lost"))
            return false;
        r->since_ms = follow_now(f);
        return reading_mark(r, BF_MARK_AT);
    }
    if (!first.n || bf_shard_compare(first, r->position.sequence) <= 0)
        return true;
    char before[BF_SHARD_SEQUENCE_MAX + 1];
    memcpy(before, s->seq_from, sizeof before);
    number_before(before);
    r->from_oldest = true;
    if (bf_shard_compare(bf_str_of(before), r->position.sequence) == 0) /* told by an earlier run */
        return true;
    if (!follow_gap(
            f, s->id,
            "it begins after the position of --state: the stream was made anew, and what was "
            "not read of the old one is lost; reading on at the oldest"))
        return false;
    memcpy(r->sequence, before, sizeof before);
    r->position.sequence = bf_str_of(r->sequence);
    r->since_ms = follow_now(f);
    return reading_mark(r, BF_MARK_AT);
}
