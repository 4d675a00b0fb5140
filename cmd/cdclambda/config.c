/*
 * What was asked for. A custom runtime gets no arguments, so every option is also an entry of
 * transform.conf in the package, and a variable of the environment, which wins over the file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cdclambda/lambda.h"
#include "lib/aws/credentials/check.h"
#include "lib/row/reshape_options.h"
#include "lib/xform/xform_filter_options.h"
#include "lib/xform/xform_options.h"
#include "lib/row/reshape.h"
#include "lib/cli/opt_env.h"
#include "lib/sql/sql_options.h"

static const struct bf_opt_word formats[] = {{"ndjson", BF_ROW_NDJSON},
                                             {"csv", BF_ROW_CSV},
                                             {"opencsv", BF_ROW_OPENCSV},
                                             {"tsv", BF_ROW_TSV},
                                             {"ddb-json", BF_ROW_DDB_JSON}};
static const struct bf_opt_word compressions[] = {{"gzip", true}, {"none", false}};

static const struct bf_opt options[] = {
    BF_OPT_CHOICE('o', "output", struct config, firehose.xform.row.format, "FORMAT",
                  "rows as ndjson (default), csv, opencsv, tsv or ddb-json", formats),
    BF_OPT_STR(0, "partition-keys", struct config, firehose.partition_keys, "LIST",
               "Firehose's partition keys, of these columns: a,name=b.c"),
    BF_OPT_SIZE(0, "max-answer", struct config, firehose.max_answer, "SIZE",
                "answers, at most (default 6MiB)"),
    BF_OPT_STR(0, "to", struct config, to, "DESTINATION",
               "rows of Kinesis and DynamoDB: firehose:STREAM or s3://BUCKET/PREFIX"),
    BF_OPT_CHOICE(0, "compress", struct config, gzip, "KIND",
                  "objects in S3: gzip or none (default)", compressions, .old = "--gzip=gzip"),
    BF_OPT_FLAG(0, "fail-batch", struct config, fail_batch,
                "fail the whole batch, without batchItemFailures"),
};

static bool check_credentials(void *report, struct bf_str unused, struct bf_err *e)
{
    const struct bf_rowsink_api *sink = sink_load(e);
    return sink && sink->check(report, unused, e);
}

static const struct bf_opt check[] = {BF_CRED_CHECK_OPTION(check_credentials)};

static const struct bf_opt_group groups[] = {
    BF_XFORM_OPTIONS(struct config, firehose.xform),
    BF_SQL_FILTERS(struct config, firehose.xform.sql),
    BF_FILTER_OPTIONS(struct config, firehose.xform),
    BF_SQL_ROWS(struct config, firehose.xform.sql),
    BF_SQL_ENRICHMENT(struct config, firehose.xform.sql),
    BF_RESHAPE_OPTIONS(struct config, firehose.xform.shape),
    {NULL, options, BF_COUNT(options), 0},
    BF_AWS_PLAIN_OPTIONS(struct config, aws),
    {"AWS options", check, BF_COUNT(check), offsetof(struct config, aws)},
    BF_OPT_COMMON(struct config, common),
};

static const char *libraries(void)
{
    struct bf_err e;
    const struct bf_rowsink_api *sink = sink_load(&e);
    return sink ? sink->libraries() : "";
}

const struct bf_tool cdclambda_tool = {
    .name = "cdclambda",
    .synopsis = "[options]",
    .about = "the transform as a Lambda function: a custom runtime",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .libraries = libraries,
    .own_environment = true,
};

void config_init(struct config *c)
{
    *c = (struct config){.to = NULL};
    bf_xform_conf_init(&c->firehose.xform);
}

void config_free(struct config *c)
{
    bf_opt_files_free(&c->files);
}

static bool load_file(struct config *c, const char *root, struct bf_err *e)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/transform.conf", root) >= (int)sizeof path)
        return bf_err_set(e, BF_E_USAGE, "LAMBDA_TASK_ROOT is too long");
    if (bf_opt_file_read(&c->files, &cdclambda_tool, c, path, e))
        return true;
    bool absent = e->code == BF_E_NOTFOUND && c->files.text[0].n == 0;
    if (absent)
        bf_err_clear(e);
    return absent;
}

bool config_load(struct config *c, struct bf_err *e)
{
    const char *root = getenv("LAMBDA_TASK_ROOT");
    if (root && *root && !load_file(c, root, e))
        return false;
    return bf_opt_env(&cdclambda_tool, c, true, e);
}
