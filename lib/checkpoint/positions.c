#include "lib/checkpoint/positions.h"

enum { TOGETHER_MAX = 64 * 1024 * 1024 };

void bf_positions_init(struct bf_positions *p, struct bf_state *state)
{
    *p = (struct bf_positions){.state = state};
    bf_state_init(&p->ahead);
    bf_buf_init(&p->together, TOGETHER_MAX);
}

void bf_positions_free(struct bf_positions *p)
{
    bf_state_free(&p->ahead);
    bf_buf_free(&p->together);
}

void bf_positions_reset(struct bf_positions *p)
{
    bf_state_free(&p->ahead);
    bf_state_init(&p->ahead);
    p->moved = p->began = p->forgot = false;
}

bool bf_positions_commit(struct bf_positions *p, struct bf_err *e)
{
    for (size_t i = 0; i < p->ahead.nshards; i++) {
        const struct bf_state_shard *s = &p->ahead.shards[i];
        struct bf_str stream = bf_str_of(s->stream), shard = bf_str_of(s->shard);
        if (!bf_state_set(p->state, stream, shard, bf_str_of(s->sequence), s->ended, e))
            return false;
        bf_state_since(p->state, stream, shard, s->since_ms);
    }
    return true;
}

/* The part that orders a position: of "#12/KEY", the twelfth page of a scan, it is the 12. */
static struct bf_str number_of(struct bf_str position)
{
    struct bf_str rest = position, number;
    if (position.n == 0 || position.p[0] != '#')
        return position;
    rest = bf_str(position.p + 1, position.n - 1);
    return bf_str_split(&rest, '/', &number) ? number : position;
}

/* The class of a position: 0 the very beginning, 1 a start without a sequence number, 2 a sequence number or a page. */
static int rank(struct bf_str position)
{
    struct bf_str number = number_of(position);
    bool digits = number.n > 0;
    for (size_t i = 0; i < number.n && digits; i++)
        digits = number.p[i] >= '0' && number.p[i] <= '9';
    return position.n == 0 || bf_str_is(position, "TRIM_HORIZON") ? 0 : digits ? 2 : 1;
}

static int compare(struct bf_str a, struct bf_str b)
{
    return bf_sequence_cmp(number_of(a), number_of(b));
}

/* Does a reader at this position send records again? */
static bool goes_back(struct bf_str position, struct bf_str taken)
{
    return rank(taken) == 2 && (rank(position) < 2 || compare(position, taken) < 0);
}

/* Are rows missing between the accepted position and this one? A filter that was killed and started again loses the
 * rows that it had read, and their marks. */
static bool leaves_out(struct bf_str position, struct bf_str taken)
{
    return rank(position) == 2 && (rank(taken) < 2 || compare(position, taken) > 0);
}

static bool refuse(struct bf_positions *p, const struct bf_mark *m, enum bf_err_code code,
                   const char *why, struct bf_err *e)
{
    p->refused = true;
    return bf_err_set(e, code, "%.*s: %.*s: %s", (int)m->stream.n, m->stream.p, (int)m->shard.n,
                      m->shard.p, why);
}

/* Checks that the reader begins at the position of this shard in the state. */
static bool check_start(struct bf_positions *p, const struct bf_mark *m, struct bf_str taken,
                        struct bf_err *e)
{
    if (rank(m->sequence) == 0 ? rank(taken) == 0 : bf_str_eq(m->sequence, taken))
        return true;
    /* a reader that began at a time has not read the state, which another run has written in the meantime */
    if (goes_back(m->sequence, taken) || rank(m->sequence) < 2)
        return refuse(p, m, BF_E_TEMPORARY,
                      "the reader started from an older state; start both again", e);
    return refuse(p, m, BF_E_INPUT,
                  "the reader started ahead of this state; do both use the same --state?", e);
}

static const struct bf_state_shard *taken_of(struct bf_positions *p, const struct bf_mark *m)
{
    const struct bf_state_shard *s = bf_state_find(&p->ahead, m->stream, m->shard);
    return s ? s : bf_state_find(p->state, m->stream, m->shard);
}

static bool check(struct bf_positions *p, const struct bf_mark *m, bool uncovered, struct bf_err *e)
{
    const struct bf_state_shard *own = taken_of(p, m);
    struct bf_str taken = own ? bf_str_of(own->sequence) : BF_STR("");
    if (m->kind == BF_MARK_GONE)
        return true;
    if (m->kind == BF_MARK_START && uncovered)
        return refuse(p, m, BF_E_TEMPORARY,
                      "the reader was started again in the middle of its rows; start both again",
                      e);
    if (m->kind != BF_MARK_START && m->after.p && leaves_out(m->after, taken))
        return refuse(p, m, BF_E_TEMPORARY,
                      "rows before this mark are missing, a filter has lost them; start all again",
                      e);
    if (!own)
        return true;
    if (m->kind == BF_MARK_START)
        return check_start(p, m, taken, e);
    if (goes_back(m->sequence, taken) || (m->after.p && goes_back(m->after, taken)))
        return refuse(p, m, BF_E_TEMPORARY,
                      "the reader was started again from an older state; start both again", e);
    return true;
}

static bool take(struct bf_positions *p, const struct bf_mark *m, bool uncovered, struct bf_err *e)
{
    (void)uncovered;
    if (m->kind == BF_MARK_GONE) { /* the shard cannot be read any more, so its end is not needed */
        if (bf_state_forget(p->state, m->stream, m->shard))
            p->forgot = true;
        return true;
    }
    if (m->kind == BF_MARK_START) {
        if (taken_of(p, m))
            return true;
        p->began = true;
    }
    p->moved = true;
    if (!bf_state_set(&p->ahead, m->stream, m->shard, m->sequence, m->kind == BF_MARK_END, e))
        return false;
    bf_state_since(&p->ahead, m->stream, m->shard, m->since_ms);
    return true;
}

static bool each(struct bf_positions *p, bool uncovered,
                 bool (*act)(struct bf_positions *, const struct bf_mark *, bool, struct bf_err *),
                 struct bf_err *e)
{
    struct bf_str line, together = bf_buf_view(&p->together);
    struct bf_mark m;
    while (together.n && bf_str_split(&together, '\n', &line))
        if (!bf_mark_parse(&m, line, e) || !act(p, &m, uncovered, e))
            return false;
    return true;
}

enum bf_positions_got bf_positions_take(struct bf_positions *p, const struct bf_mark *m,
                                        struct bf_str line, bool uncovered, struct bf_err *e)
{
    bool covers = m->kind == BF_MARK_AT || m->kind == BF_MARK_END;
    if (!bf_mark_same_run(&p->run, m, uncovered, e)) {
        p->refused = true;
        return BF_POSITIONS_ERROR;
    }
    if (m->more) { /* without effect if the others never arrive */
        bf_buf_adds(&p->together, line);
        bf_buf_addc(&p->together, '\n');
        return bf_buf_check(&p->together, "marks", e) ? BF_POSITIONS_TAKEN : BF_POSITIONS_ERROR;
    }
    if (!covers) /* of an earlier reader, which was interrupted */
        bf_buf_reset(&p->together);
    if (!each(p, uncovered, check, e) || !check(p, m, uncovered, e) ||
        !each(p, uncovered, take, e) || !take(p, m, uncovered, e))
        return BF_POSITIONS_ERROR;
    if (!covers)
        return BF_POSITIONS_TAKEN;
    bf_buf_reset(&p->together);
    return BF_POSITIONS_COVERED;
}
