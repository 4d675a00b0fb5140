/* Where to begin and where to stop. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/kinread/kinread.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"

enum { SEQUENCE_DIGITS_MIN = 15 }; /* fewer digits are a typing error, not a sequence number */

static bool all_digits(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* A time, or "-15m" before now. */
static bool read_time(struct bf_str s, int64_t now_ms, int64_t *ms, struct bf_err *e)
{
    uint64_t ago;
    if (s.n < 2 || s.p[0] != '-')
        return bf_clock_parse(s, ms, e);
    if (!bf_num_duration(bf_str(s.p + 1, s.n - 1), &ago, e))
        return false;
    *ms = (int64_t)ago < now_ms ? now_ms - (int64_t)ago : 0;
    return true;
}

static bool read_from(struct config *cfg, struct bf_str s, int64_t now_ms, struct bf_err *e)
{
    if (bf_str_is(s, "oldest"))
        cfg->start.at = BF_FEED_OLDEST;
    else if (bf_str_is(s, "latest"))
        cfg->start.at = BF_FEED_LATEST;
    else if (all_digits(s) && s.n >= SEQUENCE_DIGITS_MIN && s.n <= BF_SHARD_SEQUENCE_MAX) {
        cfg->start.at = BF_FEED_AT;
        cfg->start.sequence = s;
    } else {
        cfg->start.at = BF_FEED_TIME;
        if (!read_time(s, now_ms, &cfg->start.time_ms, e))
            return bf_err_set(e, BF_E_USAGE,
                              "--from: '%.60s' is none of oldest, latest, a time such as "
                              "2026-11-27T06:30:00Z, so long ago such as -15m, a sequence number",
                              cfg->from);
        if (cfg->start.time_ms > now_ms)
            return bf_err_set(e, BF_E_USAGE, "--from: '%.40s' is in the future", s.p);
    }
    return true;
}

bool position_read(struct config *cfg, int64_t now_ms, struct bf_err *e)
{
    cfg->until_ms = INT64_MAX;
    if (cfg->until && !read_time(bf_str_of(cfg->until), now_ms, &cfg->until_ms, e))
        return bf_err_ctx(e, "--until");
    if (cfg->from)
        return read_from(cfg, bf_str_of(cfg->from), now_ms, e);
    cfg->start.at = cfg->end ? BF_FEED_OLDEST : BF_FEED_LATEST;
    return true;
}

void position_write(char text[POSITION_MAX + 1], const struct bf_feed_position *p)
{
    switch (p->at) {
    case BF_FEED_OLDEST:
    case BF_FEED_LATEST: /* the reader has turned it into a time before it matters */
        snprintf(text, POSITION_MAX + 1, "TRIM_HORIZON");
        break;
    case BF_FEED_TIME:
        snprintf(text, POSITION_MAX + 1, "@%" PRId64, p->time_ms);
        break;
    case BF_FEED_AT:
    case BF_FEED_AFTER:
        snprintf(text, POSITION_MAX + 1, "%.*s", (int)p->sequence.n, p->sequence.p);
        break;
    }
}

bool position_parse(struct bf_feed_position *p, struct bf_str text)
{
    struct bf_err ignored = {0};
    uint64_t ms;
    *p = (struct bf_feed_position){.at = BF_FEED_OLDEST};
    if (text.n == 0 || bf_str_is(text, "TRIM_HORIZON"))
        return true;
    if (text.p[0] == '@') {
        if (!bf_num_u64(bf_str(text.p + 1, text.n - 1), &ms, &ignored) || ms > INT64_MAX)
            return false;
        p->at = BF_FEED_TIME;
        p->time_ms = (int64_t)ms;
        return true;
    }
    p->at = BF_FEED_AFTER;
    p->sequence = text;
    return all_digits(text) && text.n <= BF_SHARD_SEQUENCE_MAX;
}
