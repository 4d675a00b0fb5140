/* cdcxform: change records in, rows out. */
#include "cmd/cdcxform/run.h"

#include "lib/cli/diag.h"
#include "lib/base/stop.h"
#include "lib/row/reshape_options.h"
#include "lib/xform/xform_filter_options.h"
#include "lib/xform/xform_options.h"
#include "lib/sql/sql_options.h"

enum { FIREHOSE = -1, TABLE = -2 };

static const struct bf_opt_word formats[] = {
    {"ndjson", BF_ROW_NDJSON}, {"csv", BF_ROW_CSV},
    {"tsv", BF_ROW_TSV},       {"ddb-json", BF_ROW_DDB_JSON},
    {"writes", BF_ROW_WRITES}, {"opencsv", BF_ROW_OPENCSV},
    {"table", TABLE},          {"diff", BF_ROW_DIFF},
    {"firehose", FIREHOSE}};
static const struct bf_opt_word inputs[] = {
    {"auto", INPUT_AUTO},         {"lines", INPUT_LINES}, {"capture", INPUT_CAPTURE},
    {"firehose", INPUT_FIREHOSE}, {"rows", INPUT_ROWS},   {"log", INPUT_LOG}};
static const struct bf_opt_word colours[] = {
    {"auto", COLOUR_AUTO}, {"always", COLOUR_ALWAYS}, {"never", COLOUR_NEVER}};

static bool set_format(void *field, struct bf_str value, struct bf_err *e)
{
    struct config *config = field;
    int v = 0;
    bool ok = bf_opt_choose(formats, BF_COUNT(formats), value, &v, e);
    if (v == FIREHOSE) /* rows inside the answers: another -o may name their format */
        config->firehose = true;
    else if (v == TABLE)
        config->table = true;
    else
        config->xform.row.format = (enum bf_row_format)v;
    return ok;
}

static bool set_file(void *field, struct bf_str value, struct bf_err *e);

static const struct bf_opt options[] = {
    BF_OPT_FN(0, "options", struct config, common, "FILE", "take options from FILE, one a line",
              set_file, .old = "-f --file"),
    BF_OPT_FLAG(0, "check", struct config, check, "only check all that was given; read no input"),
    BF_OPT_ROW('o', "output", BF_OPT_KIND_FN, 0, "FORMAT",
               "ndjson (default), csv, opencsv, tsv, ddb-json, writes, table, diff or firehose",
               set_format, .words = formats, .nwords = BF_COUNT(formats)),
    BF_OPT_STR(0, "partition-keys", struct config, partition_keys, "LIST",
               "Firehose's partition keys, of these columns: a,name=b.c"),
    BF_OPT_SIZE(0, "max-answer", struct config, max_answer, "SIZE",
                "Firehose's answers, at most (default 6MiB)"),
    BF_OPT_OFF(0, "no-header", struct config, xform.row.header,
               "no column names in CSV, TSV and tables"),
    BF_OPT_CHOICE(0, "color", struct config, colour, "WHEN",
                  "colors in tables and diffs: auto (default), always or never", colours),
    BF_OPT_CHOICE('i', "input", struct config, input, "FORMAT",
                  "auto (default), lines, capture, firehose, rows or log", inputs),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "append refused lines to FILE"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first refused line"),
    BF_OPT_SIZE(0, "max-line", struct config, max_line, "SIZE",
                "refuse longer lines and documents (default 16MiB)"),
    BF_OPT_RANGE('j', "jobs", struct config, jobs, "N", "use N threads (default 1); order is kept",
                 1, 256),
};

static const struct bf_opt_group groups[] = {
    BF_XFORM_OPTIONS(struct config, xform),      BF_SQL_FILTERS(struct config, xform.sql),
    BF_FILTER_OPTIONS(struct config, xform),     BF_SQL_ROWS(struct config, xform.sql),
    BF_SQL_ENRICHMENT(struct config, xform.sql), BF_RESHAPE_OPTIONS(struct config, xform.shape),
    {NULL, options, BF_COUNT(options), 0},       BF_OPT_COMMON(struct config, common),
};

enum { FILES_MAX = 1024 };

static const struct bf_tool tool = {
    .name = "cdcxform",
    .synopsis = "[options] [FILE ...]",
    .about = "turn DynamoDB change records into flat rows",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .max_operands = FILES_MAX,
};

static bool set_file(void *field, struct bf_str value, struct bf_err *e)
{
    struct config *config = field;
    return bf_opt_file_read(&config->files, &tool, config, value.p, e);
}

int main(int argc, char **argv)
{
    static const char *files[FILES_MAX];
    static struct config config = {.max_line = BF_LINE_MAX_DEFAULT, .jobs = 1};
    struct bf_err e = {0};
    size_t nfiles = 0;
    uint64_t rejected = 0;
    bf_xform_conf_init(&config.xform);
    int status = bf_opt_parse(&tool, argc, argv, &config, files, &nfiles);
    config.xform.input = config.input == INPUT_ROWS  ? BF_XFORM_ROWS
                         : config.input == INPUT_LOG ? BF_XFORM_LOG
                                                     : BF_XFORM_RECORDS;
    if (status == BF_OPT_RUN) {
        bool ok = bf_stop_install(&e) && run_files(&config, files, nfiles, &rejected, &e);
        status = ok ? rejected != 0 : bf_diag_exit(&e);
    }
    bf_opt_files_free(&config.files);
    return status;
}
