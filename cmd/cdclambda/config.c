/*
 * What was asked for. A custom runtime gets no arguments, so every option is also an entry of
 * transform.conf in the package, and a variable of the environment, which wins over the file.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cdclambda/lambda.h"
#include "lib/xform/xform_filter_options.h"
#include "lib/xform/xform_options.h"
#include "lib/row/reshape.h"
#include "lib/sql/sql_options.h"

extern char **environ;

static bool set_format(void *field, struct bf_str value, struct bf_err *e)
{
    static const struct bf_opt_word words[] = {{"ndjson", BF_ROW_NDJSON},
                                               {"csv", BF_ROW_CSV},
                                               {"opencsv", BF_ROW_OPENCSV},
                                               {"tsv", BF_ROW_TSV},
                                               {"ddb-json", BF_ROW_DDB_JSON}};
    int v = 0;
    bool ok = bf_opt_choose(words, BF_COUNT(words), value, &v, e);
    *(enum bf_row_format *)field = (enum bf_row_format)v;
    return ok;
}

static const struct bf_opt options[] = {
    BF_OPT_FN('o', "output", struct config, firehose.xform.row.format, "FORMAT",
              "rows as ndjson (default), csv, opencsv, tsv or ddb-json", set_format),
    BF_OPT_STR(0, "partition-keys", struct config, firehose.partition_keys, "LIST",
               "Firehose's partition keys, of these columns: a,name=b.c"),
    BF_OPT_SIZE(0, "max-answer", struct config, firehose.max_answer, "SIZE",
                "answers, at most (default 6MiB)"),
    BF_OPT_STR(0, "to", struct config, to, "DESTINATION",
               "rows of Kinesis and DynamoDB: firehose:STREAM or s3://BUCKET/PREFIX"),
    BF_OPT_FLAG(0, "gzip", struct config, gzip, "compress objects in S3"),
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

/* BF_PARTITION_KEYS for partition-keys; NULL: for none. */
static const struct bf_opt *option_of(struct bf_str variable)
{
    char name[64];
    if (variable.n - 3 >= sizeof name)
        return NULL;
    for (size_t i = 3; i < variable.n; i++) {
        char c = variable.p[i];
        if (!isupper((unsigned char)c) && !isdigit((unsigned char)c) && c != '_')
            return NULL;
        name[i - 3] = (char)(c == '_' ? '-' : tolower((unsigned char)c));
    }
    return bf_opt_find(&cdclambda_tool, bf_str(name, variable.n - 3));
}

/* "BF_NAME=value". A flag is set by 1 or true, and left alone by 0 or false; an empty value is none. */
static bool load_variable(struct config *c, const char *assignment, struct bf_err *e)
{
    struct bf_str name = bf_str(assignment, strcspn(assignment, "="));
    const char *value = assignment + name.n + (assignment[name.n] == '=');
    const struct bf_opt *o = option_of(name);
    int shown = (int)(name.n > 60 ? 60 : name.n);
    if (!o) /* a filter whose name is mistyped must not be left out unseen */
        return bf_err_set(e, BF_E_USAGE, "%.*s: there is no such option", shown, name.p);
    struct bf_str v = bf_str_of(value);
    if (v.n == 0)
        return true;
    if (!o->arg) {
        if (bf_str_is(v, "0") || bf_str_is(v, "false"))
            return true;
        if (!bf_str_is(v, "1") && !bf_str_is(v, "true"))
            return bf_err_set(e, BF_E_USAGE, "%.*s: '%.60s' is not 1, true, 0 or false", shown,
                              name.p, value);
        value = NULL;
    }
    return bf_opt_set(&cdclambda_tool, c, bf_str_of(o->name), value, e) ||
           bf_err_ctx(e, "%.*s", shown, name.p);
}

bool config_load(struct config *c, struct bf_err *e)
{
    const char *root = getenv("LAMBDA_TASK_ROOT");
    if (root && *root && !load_file(c, root, e))
        return false;
    for (char **v = environ; *v; v++)
        if (strncmp(*v, "BF_", 3) == 0 && !load_variable(c, *v, e))
            return false;
    return true;
}
