/* Continues at the positions of a state: a directory, or a database. */
#include "cmd/kinread/follow.h"
#include "lib/aws/kinesis/kinesis.h"
#include "lib/cli/diag.h"
#include "lib/checkpoint/state_open.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 }; /* the shortest retention period */

/* If the state has a child, its ancestors have been read, except those with positions of their own. */
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

/* A shard that the service no longer lists. If it was read to its end, the state may remove it; otherwise this is
 * reported once, and the state records that nothing more can be read from it. */
static bool resume_gone(struct follow *f, const struct bf_state_shard *known, struct bf_err *e)
{
    struct bf_mark mark = {.shard = bf_str_of(known->shard),
                           .sequence = bf_str_of(known->sequence),
                           .kind = known->ended ? BF_MARK_GONE : BF_MARK_END};
    if (!known->ended &&
        !follow_gap(f, known->shard, "the shard expired before it was read to its end"))
        return false;
    if (!known->ended && !mark.sequence.n)
        mark.sequence = BF_STR("TRIM_HORIZON");
    return emit_mark(&f->em, &mark, e);
}

/* The state has a shard of that name as read to its end: is this a shard of a stream that was created again? */
static bool is_another(const struct bf_shard *s, const struct bf_feed_position *position)
{
    struct bf_str first = bf_str_of(s->seq_from);
    return position->at == BF_FEED_AFTER && first.n &&
           bf_shard_compare(first, position->sequence) > 0;
}

/* Continues one shard at its position in the state, or finishes it. */
static bool resume_shard(struct follow *f, const struct bf_state_shard *known, struct bf_err *e)
{
    struct bf_feed_position position;
    struct bf_shard *s = bf_lineage_find(&f->lineage, bf_str_of(known->shard));
    if (!position_parse(&position, bf_str_of(known->sequence)))
        return bf_err_set(e, BF_E_INPUT,
                          "%s: %s: the position in the state is not a sequence number",
                          f->em.stream, known->shard);
    if (!s)
        return resume_gone(f, known, e);
    s->done = known->ended && !is_another(s, &position);
    if (s->done)
        return true;
    if (known->ended) /* no record of the old stream is missing */
        bf_diag_warn("%s: %s: the stream was created again: reading from its beginning",
                     f->em.stream, known->shard);
    struct reading *r = follow_begin(f, s, &position, known->since_ms);
    if (!r)
        return false;
    if (known->ended) {
        r->from_oldest = true;
        return true;
    }
    r->resumed = true;
    return reading_check_resumed(r);
}

/* Can a shard's records have expired, according to the state? */
static bool is_old(const struct follow *f, const struct bf_state_shard *known)
{
    bool read = known->sequence[0] >= '0' && known->sequence[0] <= '9';
    return strcmp(known->stream, f->em.stream) == 0 && !known->ended &&
           (known->since_ms ? follow_now(f) - known->since_ms > DAY_MS : read);
}

/* Gets the retention period, which is requested only if it is needed. */
static void learn_retention(struct follow *f, const struct bf_state *state)
{
    struct bf_kinesis_summary summary;
    struct bf_err e = {0};
    size_t i = 0;
    while (i < state->nshards && !is_old(f, &state->shards[i]))
        i++;
    if (i == state->nshards || f->source->feed != &bf_feed_kinesis)
        return;
    if (!bf_kinesis_describe(f->aws, &f->source->stream, &summary, &e))
        bf_diag_note("%s: %s; assuming a retention period of 24 hours", f->em.stream, e.text);
    else if (summary.retention_ms)
        f->retention_ms = summary.retention_ms;
}

static bool resume_from(struct follow *f, const struct bf_state *state, bool *resumed,
                        struct bf_err *e)
{
    learn_retention(f, state);
    pass_ancestors(f, state);
    for (size_t i = 0; i < state->nshards; i++) {
        if (strcmp(state->shards[i].stream, f->em.stream) != 0)
            continue;
        if (snapshot_owns(state->shards[i].shard)) {
            if (!snapshot_resume(f->snapshot, &state->shards[i], e))
                return false;
            continue;
        }
        *resumed = true;
        if (!resume_shard(f, &state->shards[i], e))
            return false;
    }
    return true;
}

bool follow_resume(struct follow *f, bool *resumed, struct bf_err *e)
{
    struct bf_state state;
    *resumed = false;
    bf_state_init(&state);
    bool ok = bf_state_open(&state, f->cfg->state, e) && resume_from(f, &state, resumed, e);
    bf_state_free(&state);
    if (!ok && f->failed)
        *e = f->err;
    return ok;
}
