/*
 * When a rule's schedule fires (EventBridge user guide, "Setting a schedule pattern for scheduled rules"): rate(5 minutes),
 * cron(0 18 ? * MON-FRI *). The times of a rule are in UTC, so no change of clocks touches them.
 *
 * A cron expression has six fields: minutes 0-59, hours 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week 1-7
 * or SUN-SAT, year 1970-2199. Each takes lists, ranges, steps and `*`; one of the two days, and only one, is `?`. The day
 * of month also takes L (the last), LW (the last weekday) and 15W (the weekday next to the 15th, in the same month); the
 * day of week also takes L (Saturday), 6L or FRIL (the last Friday of the month) and 6#3 (the third Friday).
 */
#ifndef BL_SCHEDULE_H
#define BL_SCHEDULE_H

#include "lib/base/str.h"

enum { BL_CRON_YEAR = 1970, BL_CRON_YEARS = 230, BL_SCHEDULE_MAX = 256 };

struct bl_cron {
    uint64_t minutes;
    uint32_t hours, days, months; /* bit n: the value n */
    uint32_t weekdays;            /* bit 1: Sunday */
    uint32_t last_weekdays;       /* the last such day of the month */
    uint32_t nth[6];              /* nth[k]: the k-th such day of the month */
    uint32_t near_days;           /* the weekday next to this day */
    bool last_day, last_workday;
    bool by_weekday; /* the day of month is `?` */
    bool years[BL_CRON_YEARS];
};

struct bl_schedule {
    int64_t rate_ms; /* 0: cron */
    struct bl_cron cron;
};

/* False: it is no schedule; *e says why. */
bool bl_schedule_parse(struct bf_str text, struct bl_schedule *s, struct bf_err *e) BF_MUST;
bool bl_cron_parse(struct bf_str fields, struct bl_cron *c, struct bf_err *e) BF_MUST;

/* The first time after `after_ms`, in milliseconds since 1970; -1: it never fires again. A rate counts from
 * `after_ms`. */
int64_t bl_schedule_next(const struct bl_schedule *s, int64_t after_ms);
int64_t bl_cron_next(const struct bl_cron *c, int64_t after_ms);

#endif
