/*
 * -o firehose: each line of input is one of Firehose's transform events, each line of output its answer.
 */
#include "cmd/cdcxform/run.h"

/* A record that is answered as ProcessingFailed is a rejected one too; on one line, as JSON has line
 * breaks only between its words. */
static void failed(void *ctx, struct bf_str record, const struct bf_err *why)
{
    struct run *r = ctx;
    struct bf_buf line;
    struct bf_err e = {0};
    if (r->failed.code != BF_OK)
        return;
    bf_buf_init(&line, record.n + 1);
    bf_buf_adds(&line, record);
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == '\n' || line.p[i] == '\r')
            line.p[i] = ' ';
    if (!bf_buf_check(&line, "the record", &e) ||
        !bf_rejects_add(&r->rejects, bf_buf_view(&line), r->number, why, &e))
        r->failed = e;
    bf_buf_free(&line);
}

bool run_firehose_new(struct run *r, const struct bf_xform_conf *conf, struct bf_err *e)
{
    const struct config *config = r->config;
    struct bf_firehose_conf all = {.xform = *conf,
                                   .partition_keys = config->partition_keys,
                                   .max_answer = config->max_answer,
                                   .failed = failed,
                                   .failed_ctx = r};
    if (!config->firehose) {
        const char *idle = config->partition_keys ? "partition-keys"
                           : config->max_answer   ? "max-answer"
                                                  : NULL;
        return !idle || bf_err_set(e, BF_E_USAGE, "--%s is for -o firehose", idle);
    }
    if (conf->row.format == BF_ROW_DIFF)
        return bf_err_set(e, BF_E_USAGE, "-o firehose gives rows, not -o diff");
    if (config->input == INPUT_ROWS || config->input == INPUT_LOG)
        return bf_err_set(e, BF_E_USAGE, "-o firehose takes events, not -i %s",
                          config->input == INPUT_ROWS ? "rows" : "log");
    r->firehose = bf_firehose_new(&all, e);
    return r->firehose != NULL;
}

bool run_event(struct run *r, struct bf_str event, struct bf_err *e)
{
    if (bf_str_trim(event).n == 0)
        return true;
    bool ok = bf_firehose_event(r->firehose, event, &r->rows, e);
    if (ok)
        bf_buf_addc(&r->rows, '\n');
    return ok && r->failed.code == BF_OK; /* run_refuse knows */
}
