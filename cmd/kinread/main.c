/* kinread: reads a Kinesis stream or the stream of a DynamoDB table. */
#include <stdio.h>

#include "cmd/kinread/kinread.h"
#include "lib/aws/credentials/check.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

/* For completions, which offer no times and sequence numbers. */
static const struct bf_opt_word places[] = {{"oldest", 0}, {"latest", 0}, {"now", 0}};

enum { POLL_MOST_MS = 24 * 3600 * 1000 };

static const struct bf_opt options[] = {
    BF_OPT_STR(0, "from", struct config, from, "WHERE",
               "oldest, latest, a time (UTC), -15m, or a sequence number", .words = places,
               .nwords = BF_COUNT(places)),
    BF_OPT_FLAG('e', "end", struct config, end,
                "stop at the newest record that existed at the start"),
    BF_OPT_RANGE('n', "count", struct config, count, "N", "stop after N records", 1, UINT64_MAX,
                 .old = "-c"),
    BF_OPT_STR(0, "until", struct config, until, "TIME",
               "stop at the first record at or after TIME (UTC)"),
    BF_OPT_LIST(0, "shard", struct config, shards, "SHARD",
                "only this shard; may be given several times"),
    BF_OPT_FLAG(0, "list", struct config, list, "list the shards and exit"),
    BF_OPT_STR('f', "format", struct config, format, "FORMAT",
               "format of a record: %d data, %k key, %s sequence, ..."),
    BF_OPT_FLAG('J', "json", struct config, json, "write each record in a JSON envelope"),
    BF_OPT_FLAG(0, "raw", struct config, raw, "do not add shard and sequence to change lines"),
    BF_OPT_FLAG(0, "split", struct config, split, "write data of several lines as several lines"),
    BF_OPT_STR(
        0, "state", struct config, state, "DIR",
        "begin at the positions in DIR, FILE.db or postgresql://... and write marks for s3put or "
        "cdcproj"),
    BF_OPT_STR(0, "snapshot", struct config, snapshot, "dynamodb:TABLE",
               "with --state: also scan the table whose changes the stream has, once"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE",
               "append envelopes of records that cannot be a line"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first gap or unwritable record"),
    BF_OPT_RANGE(0, "window", struct config, window, "N", "requests in flight (8)", 1, 256),
    BF_OPT_MS(0, "poll", struct config, poll_ms, "DURATION",
              "how often a shard is asked for new records (200ms to 1s)", .min = 1,
              .max = POLL_MOST_MS),
    BF_OPT_MS(0, "retry-for", struct config, retry_for_ms, "DURATION",
              "how long a shard is retried without progress (5m)"),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_AWS_OPTIONS(struct config, aws),
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "kinread",
    .synopsis = "[options] STREAM | ARN | dynamodb:TABLE",
    .about = "read the records of a Kinesis stream or a DynamoDB stream",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 1,
    .libraries = bf_aws_libraries,
};

/* A scan needs the stream from before it began, without a gap, and a state that says how far both were read. */
static bool check_snapshot(const struct config *cfg, struct bf_err *e)
{
    enum { MINUTE_MS = 60000 };
    if (!cfg->snapshot)
        return true;
    if (!cfg->state)
        return bf_err_set(e, BF_E_USAGE,
                          "--snapshot needs --state, which says how far the table was scanned");
    if (cfg->until || cfg->count || cfg->json)
        return bf_err_set(e, BF_E_USAGE, "--snapshot cannot be combined with --%s",
                          cfg->until   ? "until"
                          : cfg->count ? "count"
                                       : "json");
    if (cfg->start.at == BF_FEED_AT ||
        (cfg->start.at == BF_FEED_TIME && cfg->start.time_ms > bf_clock_wall_ms() - MINUTE_MS))
        return bf_err_set(e, BF_E_USAGE,
                          "--snapshot: --from is oldest, latest or a time at least a minute ago");
    return true;
}

static bool check(const struct config *cfg, struct bf_err *e)
{
    if (cfg->format && cfg->json)
        return bf_err_set(e, BF_E_USAGE, "--format and --json exclude each other");
    if (cfg->split && (cfg->format || cfg->json))
        return bf_err_set(e, BF_E_USAGE,
                          "--split is for plain lines: it cannot be combined with --%s",
                          cfg->json ? "json" : "format");
    if (cfg->raw && (cfg->format || cfg->json))
        return bf_err_set(e, BF_E_USAGE,
                          "--raw is for plain lines: it cannot be combined with --%s",
                          cfg->json ? "json" : "format");
    if (cfg->list && (cfg->from || cfg->until || cfg->format || cfg->state || cfg->rejects ||
                      cfg->shards.n || cfg->snapshot || cfg->end || cfg->raw || cfg->split ||
                      cfg->strict || cfg->count || cfg->poll_ms))
        return bf_err_set(e, BF_E_USAGE,
                          "--list reads no records: it can only be combined with --json");
    if (cfg->format && cfg->state)
        return bf_err_set(
            e, BF_E_USAGE,
            "--state writes marks between lines: it cannot be combined with --format");
    return !(cfg->shards.n && cfg->state) ||
           bf_err_set(
               e, BF_E_USAGE,
               "--state has the positions of all shards: it cannot be combined with --shard");
}

static bool run(struct config *cfg, struct bf_err *e)
{
    struct source source;
    struct bf_aws *aws = NULL;
    bool ok = check(cfg, e) && position_read(cfg, bf_clock_wall_ms(), e) && check_snapshot(cfg, e);
    if (!ok)
        return false;
    ok = source_parse(&source, cfg->source, &cfg->aws, e) && bf_stop_install(e) &&
         (aws = bf_aws_new(&cfg->aws, e)) != NULL;
    if (ok) {
        bf_aws_on_note(aws, bf_diag_take_note, NULL);
        bf_aws_on_detail(aws, bf_diag_take_detail, NULL);
        bf_aws_on_warning(aws, bf_diag_take_warning, NULL);
        ok = source_open(&source, aws, e) &&
             (cfg->list ? list_shards : follow)(cfg, &source, aws, e);
    }
    /* a signal is not a failure */
    if (!ok && e->code == BF_E_STOPPED && !cfg->list) {
        bf_err_clear(e);
        ok = true;
    }
    if (aws)
        bf_aws_destroy(aws);
    source_free(&source);
    return ok;
}

int main(int argc, char **argv)
{
    struct config cfg = {.window = 8, .retry_for_ms = 300000};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &cfg, &cfg.source, NULL);
    if (status != BF_OPT_RUN)
        return status;
    return run(&cfg, &e) ? 0 : bf_diag_exit(&e);
}
