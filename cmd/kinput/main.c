/* kinput: puts each line of standard input as a record of a Kinesis stream. */
#include "cmd/kinput/kinput.h"

#include "lib/aws/credentials/check.h"
#include "lib/cli/diag.h"

static const struct bf_opt options[] = {
    BF_OPT_STR(0, "key", struct config, key, "FIELD",
               "partition key: this member of the line's JSON object"),
    BF_OPT_FLAG(0, "key-hash", struct config, key_hash, "partition key: a hash of the line"),
    BF_OPT_FLAG(0, "key-random", struct config, key_random, "partition key: random"),
    BF_OPT_SIZE(0, "max-record", struct config, max_record, "SIZE",
                "largest record of the stream (1MiB)", .min = 1, .max = BF_KINESIS_PUT_BYTES_LARGE),
    BF_AWS_OPT_GRACE(struct config, aws.grace_ms),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_PUT_OPTIONS(struct config, put),
    BF_AWS_OPTIONS(struct config, aws),
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "kinput",
    .synopsis = "[options] STREAM | ARN",
    .about = "put lines as records of a Kinesis stream",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 1,
    .libraries = bf_aws_libraries,
};

static bool check(const struct config *cfg, struct bf_err *e)
{
    if ((cfg->key != NULL) + cfg->key_hash + cfg->key_random > 1)
        return bf_err_set(e, BF_E_USAGE, "--key, --key-hash and --key-random exclude each other");
    if (cfg->key && !*cfg->key)
        return bf_err_set(e, BF_E_USAGE, "--key: a name is missing, such as customer_id");
    if (!bf_feed_name_ok(bf_str_of(cfg->stream)) && strncmp(cfg->stream, "arn:", 4) != 0)
        return bf_err_set(e, BF_E_USAGE, "'%.80s' is no stream name: A-Z a-z 0-9 - _ . only",
                          cfg->stream);
    return true;
}

static bool parse_stream(const struct config *cfg, struct bf_feed_stream *stream, struct bf_err *e)
{
    struct bf_str name = bf_str_of(cfg->stream);
    struct bf_arn arn;
    stream->name = name;
    if (!bf_arn_parse(&arn, name))
        return bf_feed_name_ok(name) ||
               bf_err_set(e, BF_E_USAGE, "'%.80s' is no ARN of a Kinesis stream", cfg->stream);
    struct bf_str kind = BF_STR("stream/");
    if (!bf_str_is(arn.service, "kinesis") || !bf_str_starts(arn.resource, kind))
        return bf_err_set(e, BF_E_USAGE, "'%.80s' is no ARN of a Kinesis stream", cfg->stream);
    stream->arn = name;
    stream->name = bf_str(arn.resource.p + kind.n, arn.resource.n - kind.n);
    return true;
}

static bool run(struct config *cfg, struct bf_err *e)
{
    struct records records = {.cfg = cfg};
    struct bf_feed_stream stream = {0};
    if (!check(cfg, e) || !parse_stream(cfg, &stream, e))
        return false;
    bf_arn_take(cfg->stream, cfg->arn_region, &cfg->aws);
    bf_put_keyer_init(&records.keyer, cfg->key, cfg->key_hash, cfg->key_random);
    bool large = cfg->max_record > BF_KINESIS_RECORD_BYTES;
    struct bf_put_run put = {
        .settings = &cfg->put,
        .common = &cfg->common,
        .target = {.service = &bf_kinesis_put,
                   .to = &stream,
                   .name = cfg->stream,
                   .max_bytes = large ? BF_KINESIS_PUT_BYTES_LARGE : BF_KINESIS_PUT_BYTES},
        .max_line = BF_KINESIS_PUT_BYTES_LARGE,
        .make = record_make,
        .arg = &records,
    };
    bool ok = bf_put_run(&put, &cfg->aws, NULL, e);
    bf_put_keyer_free(&records.keyer);
    return ok;
}

int main(int argc, char **argv)
{
    struct config cfg = {.aws.grace_ms = BF_AWS_GRACE_MS,
                         .put = BF_PUT_SETTINGS,
                         .max_record = BF_KINESIS_RECORD_BYTES};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &cfg, &cfg.stream, NULL);
    if (status != BF_OPT_RUN)
        return status;
    return run(&cfg, &e) ? 0 : bf_diag_exit(&e);
}
