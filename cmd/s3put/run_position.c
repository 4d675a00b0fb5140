/* Compares marks with the positions that s3put has reached. */
#include "cmd/s3put/run_durable.h"
#include "cmd/s3put/run.h"

/* The class of a position: 0 the very beginning, 1 a start without a
 * sequence number, 2 a sequence number. */
static int rank(struct bf_str position)
{
    bool digits = position.n > 0;
    for (size_t i = 0; i < position.n && digits; i++)
        digits = position.p[i] >= '0' && position.p[i] <= '9';
    return position.n == 0 || bf_str_is(position, "TRIM_HORIZON") ? 0 : digits ? 2 : 1;
}

/* Does a reader at this position send records again? */
static bool goes_back(struct bf_str position, struct bf_str taken)
{
    return rank(taken) == 2 && (rank(position) < 2 || bf_sequence_cmp(position, taken) < 0);
}

/* Is something missing between what has been taken and this position? A filter that was killed and started again takes
 * the rows that it had read, and their marks, with it. */
static bool leaves_out(struct bf_str position, struct bf_str taken)
{
    return rank(position) == 2 && (rank(taken) < 2 || bf_sequence_cmp(position, taken) > 0);
}

static bool refuse(struct durable *d, const struct bf_mark *m, enum bf_err_code code,
                   const char *why, struct bf_err *e)
{
    d->run->refused = true;
    return bf_err_set(e, code, "%.*s: %.*s: %s", (int)m->stream.n, m->stream.p, (int)m->shard.n,
                      m->shard.p, why);
}

/* Checks that the reader begins at the position of this shard in the state. */
static bool check_start(struct durable *d, const struct bf_mark *m, struct bf_str taken,
                        struct bf_err *e)
{
    if (rank(m->sequence) == 0 ? rank(taken) == 0 : bf_str_eq(m->sequence, taken))
        return true;
    /* a reader that began at a time has not read the state, which another run has written in the meantime */
    if (goes_back(m->sequence, taken) || rank(m->sequence) < 2)
        return refuse(d, m, BF_E_TEMPORARY,
                      "the reader started from an older state; start both again", e);
    return refuse(d, m, BF_E_INPUT,
                  "the reader started ahead of this state; do both use the same --state?", e);
}

static const struct bf_state_shard *taken_of(struct durable *d, const struct bf_mark *m)
{
    const struct bf_state_shard *s = bf_state_find(&d->ahead, m->stream, m->shard);
    return s ? s : bf_state_find(&d->state, m->stream, m->shard);
}

static bool check(struct durable *d, const struct bf_mark *m, struct bf_err *e)
{
    const struct bf_state_shard *own = taken_of(d, m);
    struct bf_str taken = own ? bf_str_of(own->sequence) : BF_STR("");
    if (m->kind == BF_MARK_GONE)
        return true;
    if (m->kind == BF_MARK_START && d->run->since_mark)
        return refuse(d, m, BF_E_TEMPORARY,
                      "the reader was started again in the middle of its rows; start both again",
                      e);
    if (m->kind != BF_MARK_START && m->after.p && leaves_out(m->after, taken))
        return refuse(d, m, BF_E_TEMPORARY,
                      "rows before this mark are missing, a filter has lost them; start all again",
                      e);
    if (!own)
        return true;
    if (m->kind == BF_MARK_START)
        return check_start(d, m, taken, e);
    if (goes_back(m->sequence, taken) || (m->after.p && goes_back(m->after, taken)))
        return refuse(d, m, BF_E_TEMPORARY,
                      "the reader was started again from an older state; start both again", e);
    return true;
}

static bool take(struct durable *d, const struct bf_mark *m, struct bf_err *e)
{
    if (m->kind == BF_MARK_GONE) { /* the shard cannot be read any more, so its end is not needed */
        if (bf_state_forget(&d->state, m->stream, m->shard))
            d->settled = false;
        return true;
    }
    if (m->kind == BF_MARK_START) {
        if (taken_of(d, m))
            return true;
        d->run->due =
            true; /* stored at once: from the latest record or a time, the next start would be elsewhere */
    }
    d->moved = true;
    if (!bf_state_set(&d->ahead, m->stream, m->shard, m->sequence, m->kind == BF_MARK_END, e))
        return false;
    bf_state_since(&d->ahead, m->stream, m->shard, m->since_ms);
    return true;
}

static bool each(struct durable *d, struct bf_str together,
                 bool (*act)(struct durable *, const struct bf_mark *, struct bf_err *),
                 struct bf_err *e)
{
    struct bf_str line;
    struct bf_mark m;
    while (together.n && bf_str_split(&together, '\n', &line))
        if (!bf_mark_parse(&m, line, e) || !act(d, &m, e))
            return false;
    return true;
}

/* All or none: a position from a group with an invalid mark would cover rows that are removed. */
bool durable_marks(struct durable *d, struct bf_str together, const struct bf_mark *m,
                   struct bf_err *e)
{
    return each(d, together, check, e) && check(d, m, e) && each(d, together, take, e) &&
           take(d, m, e);
}
