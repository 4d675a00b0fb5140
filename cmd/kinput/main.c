/* kinput: each line of standard input becomes a record of a Kinesis stream. */
#include <inttypes.h>
#include <unistd.h>

#include "cmd/kinput/kinput.h"
#include "lib/aws/credentials/check.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/mark.h"

static const struct bf_opt options[] = {
    BF_OPT_STR(0, "key", struct config, key, "FIELD",
               "partition key: this member of the line's JSON object"),
    BF_OPT_FLAG(0, "key-hash", struct config, key_hash, "partition key: a hash of the line"),
    BF_OPT_FLAG(0, "key-random", struct config, key_random, "partition key: random"),
    BF_OPT_FLAG(0, "unordered", struct config, unordered,
                "let records of one key overtake each other"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "lines that could not be put go here"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first line that cannot be put"),
    BF_OPT_RANGE(0, "window", struct config, window, "N", "requests under way at once (8)", 1,
                 BATCHES_MAX - 2),
    BF_OPT_MS(0, "linger", struct config, linger_ms, "DURATION",
              "wait so long for a fuller request (50ms)"),
    BF_OPT_SIZE(0, "max-record", struct config, max_record, "SIZE",
                "the stream's largest record (1MiB)", .min = 1, .max = BF_KINESIS_PUT_BYTES_LARGE),
    BF_OPT_MS(0, "retry-for", struct config, retry_for_ms, "DURATION",
              "how long records are tried again without progress (5m)"),
    BF_AWS_OPT_GRACE(struct config, aws.grace_ms),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
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

/* What a run holds besides the requests. */
struct run {
    struct config *cfg;
    struct put put;
    struct keyer keyer;
    struct bf_reader reader;
    bool ended; /* no more input is taken */
    bool marks; /* a mark has been seen */
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

/* One line of input; false when the run has to end. */
static bool take_line(struct run *r, struct bf_str line, struct bf_err *e)
{
    struct bf_err why = {0};
    struct bf_str key;
    struct bf_mark mark;
    bool ordered;
    if (r->reader.line == 1)
        line = bf_str_no_bom(line);
    if (bf_mark_is(line) && !bf_mark_parse(&mark, line, &why)) { /* data, or half a mark */
        r->ended = !put_reject(&r->put, line, r->reader.line, &why);
        return true;
    }
    if (bf_mark_is(line)) {
        if (!r->marks)
            bf_diag_warn("line %" PRIu64 ": marks are left out: nobody commits them after kinput",
                         r->reader.line);
        r->marks = true;
        return true;
    }
    if (!keyer_find(&r->keyer, line, &key, &ordered, &why)) {
        r->ended = !put_reject(&r->put, line, r->reader.line, &why);
        return true;
    }
    if (line.n + key.n > r->cfg->max_record) {
        bf_err_set(&why, BF_E_LIMIT,
                   "%zu bytes with its partition key, longer than a record may be (%" PRIu64 ")",
                   line.n + key.n, r->cfg->max_record);
        r->ended = !put_reject(&r->put, line, r->reader.line, &why);
        return true;
    }
    return put_line(&r->put, line, key, ordered, r->reader.line, e);
}

/* Takes the lines that are there, as long as there is room for them. */
static bool take_input(struct run *r, struct bf_err *e)
{
    struct bf_str line;
    while (!r->ended && put_has_room(&r->put)) {
        switch (bf_reader_next_within(&r->reader, 0, &line, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            if (!take_line(r, line, e))
                return false;
            break;
        case BF_LINE_LONG:
            if (!put_reject_long(&r->put, &r->reader))
                r->ended = true;
            break;
        case BF_LINE_STOP:
            (void)!put_reject_cut(&r->put, &r->reader);
            r->ended = true;
            break;
        case BF_LINE_END:
            r->ended = true;
            break;
        case BF_LINE_WAIT:
            return true;
        case BF_LINE_ERROR:
            return false;
        }
    }
    return true;
}

static bool loop(struct run *r, struct bf_err *e)
{
    struct put *p = &r->put;
    for (;;) {
        int wait_ms;
        bool readable;
        if (!take_input(r, e) || !put_step(p, r->ended, &wait_ms, e))
            return false;
        r->ended = r->ended || p->refused.code != BF_OK;
        if (p->failed || (r->ended && put_idle(p)))
            return true;
        bf_progress_tick(&p->progress, p->records, p->bytes);
        bool listen = !r->ended && put_has_room(p);
        if (!bf_aws_run_fd(p->aws, wait_ms, listen ? r->reader.fd : -1, &readable, e))
            return false;
    }
}

static bool put_all(struct run *r, struct bf_aws *aws, struct bf_err *e)
{
    struct put *p = &r->put;
    bool ok = put_init(p, r->cfg, aws, e) && loop(r, e);
    if (ok && p->failed) {
        *e = p->err;
        ok = false;
    }
    if (!ok) {
        uint64_t last = r->reader.line;
        put_abandon(p);
        if (p->failed && !r->ended)
            bf_rejects_unread(&r->reader, last);
    }
    struct bf_err later = {0};
    if (!bf_rejects_close(&p->rejects, ok ? e : &later))
        ok = false;
    bf_progress_end(&p->progress, p->records, p->bytes);
    bf_diag_note("%s: %" PRIu64 " %s put, %" PRIu64 " rejected", r->cfg->stream, p->records,
                 p->records == 1 ? "record" : "records", p->rejects.count);
    if (ok && p->refused.code != BF_OK) { /* --strict */
        *e = p->refused;
        ok = false;
    }
    ok = ok && bf_rejects_told(&p->rejects, e);
    put_free(p);
    return ok;
}

static bool run(struct config *cfg, struct bf_err *e)
{
    struct run r = {.cfg = cfg};
    struct bf_aws *aws = NULL;
    if (!check(cfg, e) || !bf_stop_install(e))
        return false;
    bf_arn_take(cfg->stream, cfg->arn_region, &cfg->aws);
    keyer_init(&r.keyer, cfg);
    bool ok = bf_reader_init(&r.reader, STDIN_FILENO, "standard input", BF_KINESIS_PUT_BYTES_LARGE,
                             NULL, e) &&
              (aws = bf_aws_new(&cfg->aws, e)) != NULL;
    if (ok) {
        bf_aws_on_note(aws, bf_diag_take_note, NULL);
        bf_aws_on_detail(aws, bf_diag_take_detail, NULL);
        bf_aws_on_warning(aws, bf_diag_take_warning, NULL);
        ok = put_all(&r, aws, e);
    }
    if (aws)
        bf_aws_destroy(aws);
    bf_reader_close(&r.reader);
    keyer_free(&r.keyer);
    return ok;
}

int main(int argc, char **argv)
{
    struct config cfg = {.aws.grace_ms = BF_AWS_GRACE_MS,
                         .window = 8,
                         .linger_ms = 50,
                         .retry_for_ms = 300000,
                         .max_record = BF_KINESIS_RECORD_BYTES};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &cfg, &cfg.stream, NULL);
    if (status != BF_OPT_RUN)
        return status;
    return run(&cfg, &e) ? 0 : bf_diag_exit(&e);
}
