#include "cmd/ddbput/ddbput.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/aws/credentials/check.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

static bool set_separator(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_csv_parse_separator(value, field, e);
}

static const struct bf_opt_word inputs[] = {
    {"auto", FORM_AUTO}, {"json", FORM_JSON}, {"csv", FORM_CSV}};

static const struct bf_opt options[] = {
    BF_OPT_CHOICE('i', "input", struct config, input, "FORMAT", "auto (default), json or csv",
                  inputs),
    BF_OPT_STR('t', "types", struct config, types, "NAME:TYPE,...",
               "types of CSV columns: S, N, B, BOOL, JSON"),
    BF_OPT_FN(0, "delimiter", struct config, separator, "CHAR",
              "what separates CSV fields (default: the header tells)", set_separator),
    BF_OPT_FLAG(0, "if-not-exists", struct config, if_not_exists,
                "leave items alone that are there already"),
    BF_OPT_STR(0, "create", struct config, create, "KEY:TYPE[,KEY:TYPE]",
               "make the table, with its stream, if it is missing"),
    BF_OPT_STR(0, "stream-to", struct config, stream_to, "STREAM",
               "send the table's changes to this Kinesis stream"),
    BF_OPT_MS(0, "wait", struct config, wait_ms, "DURATION",
              "for a new table or destination to be ready (default 5m)"),
    BF_OPT_RATE(0, "rate", struct config, rate, "UNITS", "write units a second at most"),
    BF_OPT_RANGE(0, "window", struct config, window, "N",
                 "requests under way at once, 1 to 256 (default 16)", 1, WINDOW_MAX),
    BF_OPT_MS(0, "retry-for", struct config, retry_for_ms, "DURATION",
              "how long a request is tried again without progress (default 2m)"),
    BF_AWS_OPT_GRACE(struct config, aws.grace_ms),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE",
               "write lines there that could not be written to the table"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first such line"),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_AWS_OPTIONS(struct config, aws),
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "ddbput",
    .synopsis = "[options] TABLE",
    .about = "write lines, items or CSV from standard input to a DynamoDB table",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 1,
    .libraries = bf_aws_libraries,
};

static bool check_config(const struct config *c, struct bf_err *e)
{
    struct bf_ddb_key key[2];
    unsigned n;
    if (!bf_ddb_check_name(bf_str_of(c->table), e))
        return false;
    if ((c->types || c->separator) && c->input == FORM_JSON)
        return bf_err_set(e, BF_E_USAGE, "--%s is for CSV, not with --input json",
                          c->types ? "types" : "delimiter");
    if (c->types && !bf_columns_types_ok(c->types, "S, N, B, BOOL, JSON", e))
        return false;
    if (c->stream_to && !bf_feed_name_ok(bf_str_of(c->stream_to)) &&
        strncmp(c->stream_to, "arn:", 4) != 0)
        return bf_err_set(e, BF_E_USAGE, "--stream-to: '%.80s' is no stream name and no ARN",
                          c->stream_to);
    if (c->create && !bf_ddb_parse_keys(bf_str_of(c->create), key, &n, e))
        return bf_err_ctx(e, "--create");
    return true;
}

static bool open_all(struct ddbput *d, struct bf_err *e)
{
    const struct config *c = d->config;
    bf_buf_init(&d->key, OP_TEXT_MAX);
    bf_buf_init(&d->expr, OP_TEXT_MAX);
    bf_buf_init(&d->names, OP_TEXT_MAX);
    bf_buf_init(&d->values, OP_TEXT_MAX);
    bf_buf_init(&d->key_name, 8 * BF_DDB_NAME_MAX);
    bf_buf_init(&d->header, LINE_MAX_BYTES);
    bf_rng_seed(&d->rng, bf_rng_entropy());
    if (!bf_stop_install(e) || !bf_rejects_append(&d->rejects, c->rejects, c->strict, e) ||
        !store_init(&d->store, e) || !flights_init(d, e) ||
        !bf_reader_init(&d->in, STDIN_FILENO, "standard input", LINE_MAX_BYTES, NULL, e))
        return false;
    d->aws = bf_aws_new(&c->aws, e);
    if (!d->aws)
        return false;
    bf_aws_on_note(d->aws, bf_diag_take_note, NULL);
    bf_aws_on_detail(d->aws, bf_diag_take_detail, NULL);
    bf_aws_on_warning(d->aws, bf_diag_take_warning, NULL);
    bf_progress_init(&d->progress, &c->common, BF_PROGRESS_SINK);
    return table_open(d, e);
}

static void close_all(struct ddbput *d)
{
    bf_aws_destroy(d->aws);
    bf_columns_free(&d->columns);
    if (d->csv.in)
        bf_csv_free(&d->csv);
    bf_reader_close(&d->in);
    flights_free(d);
    store_free(&d->store);
    bf_buf_free(&d->key);
    bf_buf_free(&d->expr);
    bf_buf_free(&d->names);
    bf_buf_free(&d->values);
    bf_buf_free(&d->key_name);
    bf_buf_free(&d->header);
}

/* Prints how the run ended, error first, then what it leaves behind; the exit status. */
static int report(struct ddbput *d, const struct bf_err *e)
{
    struct bf_err closing = {0};
    int status = bf_diag_exit(e);
    if (d->fatal && !d->eof && d->csv.in && bf_csv_pending(&d->csv))
        bf_rejects_stopped(d->last_line);
    else if (d->fatal && !d->eof)
        bf_rejects_unread(&d->in, d->last_line);
    if (d->existed)
        bf_diag_warn("%" PRIu64 " item%s existed already, left alone", d->existed,
                     d->existed == 1 ? "" : "s");
    if ((!bf_rejects_close(&d->rejects, &closing) || !bf_rejects_told(&d->rejects, &closing)) &&
        status == 0)
        status = bf_diag_exit(&closing);
    bf_diag_note("%" PRIu64 " written, %" PRIu64 " rejected", d->written, d->rejects.count);
    return status;
}

int main(int argc, char **argv)
{
    struct config c = {
        .aws.grace_ms = BF_AWS_GRACE_MS, .window = 16, .retry_for_ms = 120000, .wait_ms = 300000};
    struct ddbput d = {.config = &c};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &c, &c.table, NULL);
    if (status != BF_OPT_RUN)
        return status;
    bf_arn_take(c.table, c.arn_region, &c.aws);
    if (check_config(&c, &e) && open_all(&d, &e))
        (void)run(&d, &e);
    status = report(&d, &e);
    close_all(&d);
    return status;
}
