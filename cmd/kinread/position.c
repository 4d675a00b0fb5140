/* Parses the positions at which to begin and to stop. */
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

/* A time, "now", or "-15m" before now; *ago: the time is relative to now. */
static bool read_time(struct bf_str s, int64_t now_ms, int64_t *ms, bool *ago, struct bf_err *e)
{
    uint64_t before = 0;
    *ago = bf_str_is(s, "now") || (s.n >= 2 && s.p[0] == '-');
    if (!*ago)
        return bf_clock_parse(s, ms, e);
    if (s.p[0] == '-' && !bf_num_duration(bf_str(s.p + 1, s.n - 1), &before, e))
        return false;
    *ms = (int64_t)before < now_ms ? now_ms - (int64_t)before : 0;
    return true;
}

/* The words of the manual, and those of the services and of other readers. */
static bool read_word(struct bf_feed_position *start, struct bf_str s)
{
    if (bf_str_is(s, "oldest") || bf_str_is(s, "earliest") || bf_str_is(s, "TRIM_HORIZON"))
        start->at = BF_FEED_OLDEST;
    else if (bf_str_is(s, "latest") || bf_str_is(s, "LATEST"))
        start->at = BF_FEED_LATEST;
    else
        return false;
    return true;
}

static bool read_from(struct config *cfg, struct bf_str s, int64_t now_ms, struct bf_err *e)
{
    if (read_word(&cfg->start, s))
        return true;
    if (all_digits(s) && s.n >= SEQUENCE_DIGITS_MIN && s.n <= BF_SHARD_SEQUENCE_MAX) {
        cfg->start.at = BF_FEED_AT;
        cfg->start.sequence = s;
        return true;
    }
    cfg->start.at = BF_FEED_TIME;
    if (!read_time(s, now_ms, &cfg->start.time_ms, &cfg->from_ago, e))
        return bf_err_set(e, BF_E_USAGE,
                          "--from: '%.60s' is not oldest, latest, a time such as "
                          "2026-11-27T06:30:00Z, a duration ago such as -15m, or a sequence number",
                          cfg->from);
    return cfg->start.time_ms <= now_ms ||
           bf_err_set(e, BF_E_USAGE, "--from: '%.40s' is in the future", s.p);
}

/* Checks that there is time between the two. */
static bool check_order(const struct config *cfg, int64_t now_ms, struct bf_err *e)
{
    if (cfg->start.at == BF_FEED_TIME && cfg->until_ms <= cfg->start.time_ms)
        return bf_err_set(e, BF_E_USAGE,
                          "--until is before --from: there are no records between them");
    if (cfg->start.at == BF_FEED_LATEST && cfg->until_ms <= now_ms)
        return bf_err_set(
            e, BF_E_USAGE,
            "--until is in the past, and reading begins at the latest record: there are no records "
            "between them; --from sets the beginning");
    return true;
}

bool position_read(struct config *cfg, int64_t now_ms, struct bf_err *e)
{
    cfg->until_ms = INT64_MAX;
    cfg->start.at = cfg->end ? BF_FEED_OLDEST : BF_FEED_LATEST;
    if (cfg->until && !read_time(bf_str_of(cfg->until), now_ms, &cfg->until_ms, &cfg->until_ago, e))
        return bf_err_ctx(e, "--until");
    return (!cfg->from || read_from(cfg, bf_str_of(cfg->from), now_ms, e)) &&
           check_order(cfg, now_ms, e);
}

void position_settle(const struct config *cfg, int64_t now_ms, int64_t skew_ms,
                     struct bf_feed_position *start, int64_t *until_ms)
{
    *start = cfg->start;
    *until_ms = cfg->until_ms + (cfg->until_ago ? skew_ms : 0);
    if (cfg->from_ago)
        start->time_ms += skew_ms;
    if (start->time_ms >
        now_ms + skew_ms) /* by our clock past, but in the future for the service */
        start->time_ms = now_ms + skew_ms;
}

static void put_iterator(char text[POSITION_MAX + 1], const struct bf_feed_position *p)
{
    int n = snprintf(text, POSITION_MAX + 1, "@%" PRId64 "/", p->time_ms);
    /* an iterator that is too long or needs escapes is left out, and only the time is used */
    if (p->sequence.n && p->sequence.n <= POSITION_MAX - (size_t)n &&
        !memchr(p->sequence.p, '\\', p->sequence.n)) {
        memcpy(text + n, p->sequence.p, p->sequence.n);
        text[(size_t)n + p->sequence.n] = '\0';
    }
}

void position_write(char text[POSITION_MAX + 1], const struct bf_feed_position *p)
{
    switch (p->at) {
    case BF_FEED_OLDEST:
    case BF_FEED_LATEST: /* replaced by an iterator before it is used */
        snprintf(text, POSITION_MAX + 1, "TRIM_HORIZON");
        break;
    case BF_FEED_TIME:
        snprintf(text, POSITION_MAX + 1, "@%" PRId64, p->time_ms);
        break;
    case BF_FEED_ITERATOR:
        put_iterator(text, p);
        break;
    case BF_FEED_AT:
    case BF_FEED_AFTER:
        snprintf(text, POSITION_MAX + 1, "%s%.*s", p->at == BF_FEED_AT ? "=" : "",
                 (int)p->sequence.n, p->sequence.p);
        break;
    }
}

/* "1795759200123", "1795759200123/ITERATOR" */
static bool parse_time(struct bf_feed_position *p, struct bf_str text)
{
    struct bf_err ignored = {0};
    struct bf_str ms;
    uint64_t n;
    p->at = memchr(text.p, '/', text.n) ? BF_FEED_ITERATOR : BF_FEED_TIME;
    p->sequence = text;
    if (!bf_str_split(&p->sequence, '/', &ms) || !bf_num_u64(ms, &n, &ignored) || n > INT64_MAX)
        return false;
    p->time_ms = (int64_t)n;
    return true;
}

bool position_parse(struct bf_feed_position *p, struct bf_str text)
{
    *p = (struct bf_feed_position){.at = BF_FEED_OLDEST};
    if (text.n == 0 || bf_str_is(text, "TRIM_HORIZON"))
        return true;
    if (text.p[0] == '@')
        return parse_time(p, bf_str(text.p + 1, text.n - 1));
    p->at = text.p[0] == '=' ? BF_FEED_AT : BF_FEED_AFTER;
    p->sequence = p->at == BF_FEED_AT ? bf_str(text.p + 1, text.n - 1) : text;
    return all_digits(p->sequence) && p->sequence.n <= BF_SHARD_SEQUENCE_MAX;
}
