/* evput: each line of standard input becomes an event of an EventBridge bus. */
#include "cmd/evput/evput.h"

#include "lib/aws/config/arn.h"
#include "lib/aws/credentials/check.h"
#include "lib/cli/diag.h"

static const struct bf_opt options[] = {
    BF_OPT_STR('s', "source", struct config, source, "TEXT",
               "the events' source; {member} is replaced by a member of the line"),
    BF_OPT_STR('t', "detail-type", struct config, detail_type, "TEXT",
               "their detail type, in the same form: 'sale.{_op}'"),
    BF_OPT_STR(0, "time", struct config, time, "FIELD",
               "their time is this member of the line (default: when they are put)"),
    BF_OPT_LIST(0, "resource", struct config, resources, "TEXT",
                "a resource that they are about, as --source; repeatable"),
    BF_OPT_STR('b', "bus", struct config, bus, "NAME",
               "the event bus, by name or ARN (default: default)"),
    BF_OPT_STR(0, "key", struct config, key, "FIELD",
               "events with the same value of this member keep their order"),
    BF_OPT_SIZE(0, "max-request", struct config, max_request, "SIZE",
                "the largest request, as EventBridge counts (1MiB)", .min = 1024,
                .max = BF_EVENTS_BYTES),
    BF_OPT_FLAG(0, "dry-run", struct config, dry_run, "print the entries, put nothing"),
    BF_OPT_STR(0, "test", struct config, test, "PATTERN",
               "print the lines whose events match a rule with this pattern, put nothing"),
    BF_OPT_FLAG(0, "explain", struct config, explain,
                "with --test: print for each line the fields that fail"),
};

static const struct bf_opt grace[] = {BF_AWS_OPT_GRACE(struct config, aws.grace_ms)};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0}, BF_PUT_OPTIONS(struct config, put),
    {NULL, grace, BF_COUNT(grace), 0},     BF_AWS_OPTIONS(struct config, aws),
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "evput",
    .synopsis = "[options] --source TEXT --detail-type TEXT",
    .about = "put lines as events on an EventBridge bus",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .libraries = bf_aws_libraries,
};

static bool is_name(struct bf_str s)
{
    static const char others[] = "/.-_";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !memchr(others, c, sizeof others - 1))
            return false;
    }
    return s.n >= 1 && s.n <= 256;
}

static bool check_bus(const char *bus, struct bf_err *e)
{
    struct bf_arn arn;
    struct bf_str name = bf_str_of(bus), kind = BF_STR("event-bus/");
    if (bf_arn_parse(&arn, name)) {
        if (!bf_str_is(arn.service, "events") || !bf_str_starts(arn.resource, kind))
            return bf_err_set(e, BF_E_USAGE, "'%.80s' is no ARN of an event bus", bus);
        name = bf_str(arn.resource.p + kind.n, arn.resource.n - kind.n);
    }
    return is_name(name) ||
           bf_err_set(e, BF_E_USAGE, "'%.80s' is no event bus: A-Z a-z 0-9 / . - _ only", bus);
}

static bool check(const struct config *cfg, struct bf_err *e)
{
    if (cfg->dry_run && cfg->test)
        return bf_err_set(e, BF_E_USAGE, "--dry-run and --test exclude each other");
    if (cfg->explain && !cfg->test)
        return bf_err_set(e, BF_E_USAGE, "--explain wants --test");
    if (cfg->key && !*cfg->key)
        return bf_err_set(e, BF_E_USAGE, "--key: a name is missing, such as order_id");
    if (cfg->time && !*cfg->time)
        return bf_err_set(e, BF_E_USAGE, "--time: a name is missing, such as _ts");
    return !cfg->bus || check_bus(cfg->bus, e);
}

/* Checks that the bus exists: PutEvents reports no error for a missing bus. */
static bool find_bus(void *arg, struct bf_aws *aws, struct bf_err *e)
{
    const struct events *events = arg;
    const char *bus = events->cfg->bus ? events->cfg->bus : "default";
    bool allowed;
    if (!bf_events_find_bus(aws, bf_str_of(bus), &allowed, e))
        return bf_err_ctx(e, "%s", bus);
    if (!allowed)
        bf_diag_warn("%s: DescribeEventBus is not allowed, so nobody knows whether the bus is "
                     "there; EventBridge drops what is put on a bus that is not",
                     bus);
    return true;
}

static bool put(struct config *cfg, struct events *events, struct bf_err *e)
{
    char region[BF_ARN_REGION];
    struct bf_put_run run = {
        .settings = &cfg->put,
        .common = &cfg->common,
        .target = {.service = &bf_events_put,
                   .name = cfg->bus ? cfg->bus : "default",
                   .max_bytes = cfg->max_request},
        .max_line = BF_EVENTS_BYTES,
        .make = events_make,
        .arg = events,
    };
    bf_arn_take(cfg->bus, region, &cfg->aws);
    return bf_put_run(&run, &cfg->aws, find_bus, e);
}

static bool run(struct config *cfg, struct bf_err *e)
{
    struct events events;
    bool ok = events_init(&events, cfg, e) && check(cfg, e) &&
              (cfg->dry_run || cfg->test ? look_run(&events, e) : put(cfg, &events, e));
    events_free(&events);
    return ok;
}

int main(int argc, char **argv)
{
    static struct config cfg = {
        .aws.grace_ms = BF_AWS_GRACE_MS, .put = BF_PUT_SETTINGS, .max_request = BF_EVENTS_BYTES};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &cfg, NULL, NULL);
    if (status != BF_OPT_RUN)
        return status;
    return run(&cfg, &e) ? 0 : bf_diag_exit(&e);
}
