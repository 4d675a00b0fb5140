/* Schedules of rules: rates, and which of the two kinds one is. */
#include "cmd/bflocal/rule/schedule.h"

#include "lib/base/num.h"

/* The text between "NAME(" and ")"; p NULL: it is not of that kind. */
static struct bf_str inside(struct bf_str text, struct bf_str name)
{
    if (!bf_str_starts(text, name) || text.n <= name.n || text.p[text.n - 1] != ')')
        return bf_str(NULL, 0);
    return bf_str(text.p + name.n, text.n - name.n - 1);
}

static bool parse_rate(struct bf_str text, int64_t *ms, struct bf_err *e)
{
    static const struct {
        const char *one, *more;
        int64_t ms;
    } units[] = {
        {"minute", "minutes", 60000}, {"hour", "hours", 3600000}, {"day", "days", 86400000}};
    struct bf_str unit = text, number;
    struct bf_err ignored;
    uint64_t n;
    if (bf_str_split(&unit, ' ', &number) && unit.p && bf_num_u64(number, &n, &ignored) && n > 0 &&
        n <= INT32_MAX)
        for (size_t i = 0; i < BF_COUNT(units); i++)
            if (bf_str_eq(unit, bf_str_of(n == 1 ? units[i].one : units[i].more))) {
                *ms = (int64_t)n * units[i].ms;
                return true;
            }
    return bf_err_set(e, BF_E_INPUT,
                      "a rate is a positive number and a unit: 1 minute, 5 minutes, 1 hour, 2 "
                      "days");
}

bool bl_schedule_parse(struct bf_str text, struct bl_schedule *s, struct bf_err *e)
{
    struct bf_str rate = inside(text, BF_STR("rate(")), cron = inside(text, BF_STR("cron("));
    memset(s, 0, sizeof *s);
    if (rate.p)
        return parse_rate(rate, &s->rate_ms, e);
    return cron.p ? bl_cron_parse(cron, &s->cron, e)
                  : bf_err_set(e, BF_E_INPUT, "a schedule is rate(...) or cron(...)");
}

int64_t bl_schedule_next(const struct bl_schedule *s, int64_t after_ms)
{
    return s->rate_ms ? after_ms + s->rate_ms : bl_cron_next(&s->cron, after_ms);
}
