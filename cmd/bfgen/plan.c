#include "cmd/bfgen/plan.h"

#include <errno.h>
#include <poll.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };
enum { DEFAULT_COUNT = 1000, DEFAULT_RATE_MICRO = 1000000, LATE_MS = 1000 };

/* The milliseconds between two changes are this number divided by the rate. */
#define GAP UINT64_C(1000000000)

/* 9999-12-31T00:00:00Z: after it, years have five digits. */
#define LAST_MS INT64_C(253402214400000)

/* The relative number of changes in each hour of the day. */
static const uint8_t curve[24] = {
    90, 70, 40, 22, 15, 25, 45,  65,  85,  100, 110, 100, /* doors, night, morning */
    90, 80, 75, 75, 80, 90, 105, 120, 125, 110, 80,  50,  /* afternoon, evening */
};

/* A weight applies to each millisecond of its hour. */
static uint64_t weight_at(int64_t wall_ms)
{
    int64_t in_day = wall_ms % DAY_MS;
    return curve[(in_day + (in_day < 0 ? DAY_MS : 0)) / HOUR_MS];
}

static int64_t next_hour(int64_t wall_ms)
{
    int64_t in_hour = wall_ms % HOUR_MS;
    return wall_ms - in_hour + (in_hour < 0 ? 0 : HOUR_MS);
}

static uint64_t area(int64_t from_ms, uint64_t duration_ms)
{
    uint64_t day = 0, sum = 0;
    for (int h = 0; h < 24; h++)
        day += (uint64_t)curve[h] * HOUR_MS;
    int64_t end = from_ms + (int64_t)(duration_ms % DAY_MS);
    for (int64_t t = from_ms; t < end;) {
        int64_t until = next_hour(t) < end ? next_hour(t) : end;
        sum += weight_at(t) * (uint64_t)(until - t);
        t = until;
    }
    return day * (duration_ms / DAY_MS) + sum;
}

/* The number of changes in the duration at this rate; false if it overflows. */
static bool fits(uint64_t duration_ms, uint64_t rate_micro, uint64_t *count)
{
    uint64_t s = duration_ms / 1000, ms = duration_ms % 1000;
    uint64_t whole = rate_micro / 1000000, part = rate_micro % 1000000;
    if (whole && s > INT64_MAX / 2 / whole)
        return false;
    *count = s * whole + (s * part + ms * rate_micro / 1000) / 1000000;
    return true;
}

/* count = rate x duration, from the two that were given. */
static bool fill_in(struct plan *p, const struct config *cfg, uint64_t *duration_ms,
                    struct bf_err *e)
{
    uint64_t rate = cfg->rate_micro ? cfg->rate_micro : DEFAULT_RATE_MICRO, by_rate;
    bool endless = cfg->count == 0 || (cfg->count == COUNT_UNSET && cfg->from && !cfg->duration_ms);
    if (cfg->count == 0 && cfg->duration_ms)
        return bf_err_set(e, BF_E_USAGE, "option '--duration': a count of 0 has no end");
    *duration_ms = cfg->duration_ms ? cfg->duration_ms : DAY_MS;
    if (cfg->start_ms > LAST_MS || *duration_ms > (uint64_t)(LAST_MS - cfg->start_ms))
        return bf_err_set(e, BF_E_USAGE, "the changes would pass the year 9999");
    if (!fits(*duration_ms, rate, &by_rate))
        return bf_err_set(e, BF_E_USAGE, "the rate and the duration together are too large");
    if (endless)
        p->count = 0;
    else if (cfg->count != COUNT_UNSET)
        p->count = cfg->count;
    else
        p->count = cfg->duration_ms ? by_rate : DEFAULT_COUNT;
    p->n = p->count ? p->count : by_rate;
    if (p->n == 0)
        p->n = 1;
    if (!endless && p->count == 0)
        return bf_err_set(e, BF_E_USAGE,
                          "option '--duration': shorter than one change at this rate");
    return true;
}

static void open_hour(struct plan *p, int64_t from_ms)
{
    p->hour_at = p->until_at;
    p->hour_ms = from_ms;
    p->until_ms = next_hour(from_ms);
    p->until_at += weight_at(from_ms) * (uint64_t)(p->until_ms - from_ms);
}

bool plan_init(struct plan *p, const struct config *cfg, struct bf_err *e)
{
    uint64_t duration_ms = 0;
    *p = (struct plan){.rate_micro = cfg->rate_micro};
    if (!fill_in(p, cfg, &duration_ms, e))
        return false;
    uint64_t whole = area(cfg->start_ms, duration_ms);
    p->step = whole / p->n;
    p->rem = whole % p->n;
    open_hour(p, cfg->start_ms);
    return true;
}

int64_t plan_next(struct plan *p, struct bf_rng *rng)
{
    uint64_t at = p->at + share_of(p->step, (uint32_t)(bf_rng_next(rng) >> 32));
    p->at += p->step;
    p->at_rem += p->rem;
    if (p->at_rem >= p->n) {
        p->at_rem -= p->n;
        p->at++;
    }
    while (at >= p->until_at && p->until_ms < LAST_MS)
        open_hour(p, p->until_ms);
    if (at >= p->until_at)
        return LAST_MS;
    return p->hour_ms + (int64_t)((at - p->hour_at) / weight_at(p->hour_ms));
}

bool plan_pace(struct plan *p, struct bf_out *out, struct bf_err *e)
{
    if (!p->rate_micro)
        return true;
    if (p->due_ms == 0) /* not earlier: opening the source of the rows may take time */
        p->due_ms = bf_clock_mono_ms();
    for (;;) {
        int64_t now = bf_clock_mono_ms();
        if (now >
            p->due_ms + LATE_MS) /* a slow reader: do not send the missed changes in one burst */
            p->due_ms = now;
        if (now >= p->due_ms || bf_stop_asked())
            break;
        if (!bf_out_flush(out, e))
            return false;
        struct pollfd fds[2] = {{.fd = bf_stop_fd(), .events = POLLIN}, {.fd = out->fd}};
        int64_t wait = p->due_ms - now;
        if (poll(fds, 2, wait > 60000 ? 60000 : (int)wait) < 0 && errno != EINTR)
            return bf_err_sys(e, errno, "poll");
        if (!bf_out_heard(out, e))
            return false;
    }
    p->due_ms += (int64_t)(GAP / p->rate_micro);
    p->due_rem += GAP % p->rate_micro;
    if (p->due_rem >= p->rate_micro) {
        p->due_rem -= p->rate_micro;
        p->due_ms++;
    }
    return true;
}
