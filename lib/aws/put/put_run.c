#include "lib/aws/put/put_run.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/base/stop.h"
#include "lib/checkpoint/mark.h"
#include "lib/cli/diag.h"

/* The state of a run, apart from the requests. */
struct run {
    const struct bf_put_run *conf;
    struct bf_aws *aws;
    struct bf_put *put;
    struct bf_reader reader;
    bool ended; /* no more input is read */
    bool marks; /* a mark has been seen */
};

enum bf_put_is bf_put_look(struct bf_str *line, uint64_t number, bool *told, struct bf_err *why)
{
    struct bf_mark mark;
    if (number == 1)
        *line = bf_mark_no_bom(*line);
    if (!bf_mark_is(*line))
        return BF_PUT_DATA;
    if (!bf_mark_parse(&mark, *line, why))
        return BF_PUT_BROKEN;
    if (!*told)
        bf_diag_warn("line %" PRIu64 ": marks are skipped: no tool after %s commits them", number,
                     bf_diag_name());
    *told = true;
    return BF_PUT_MARK;
}

/* Handles one line of input; false if the run has to end. */
static bool take_line(struct run *r, struct bf_str line, struct bf_err *e)
{
    struct bf_err why = {0};
    enum bf_put_is is = bf_put_look(&line, r->reader.line, &r->marks, &why);
    struct bf_put_line out = {.data = line, .number = r->reader.line};
    if (is == BF_PUT_MARK)
        return true;
    if (is == BF_PUT_DATA && r->conf->make(r->conf->arg, line, &out, &why))
        return bf_put_line(r->put, &out, e);
    r->ended = !bf_put_reject(r->put, line, r->reader.line, &why);
    return true;
}

/* Reads the available lines while there is room for them. */
static bool take_input(struct run *r, struct bf_err *e)
{
    struct bf_str line;
    while (!r->ended && bf_put_has_room(r->put)) {
        switch (bf_reader_next_within(&r->reader, 0, &line, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            if (!take_line(r, line, e))
                return false;
            break;
        case BF_LINE_LONG:
            if (!bf_put_reject_long(r->put, &r->reader))
                r->ended = true;
            break;
        case BF_LINE_STOP:
            (void)!bf_put_reject_cut(r->put, &r->reader);
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
    struct bf_put *p = r->put;
    for (;;) {
        int wait_ms;
        bool readable;
        if (!take_input(r, e) || !bf_put_step(p, r->ended, &wait_ms, e))
            return false;
        r->ended = r->ended || bf_put_refused(p);
        if (bf_put_failed(p, e))
            return false;
        if (r->ended && bf_put_idle(p))
            return true;
        bf_put_tick(p);
        bool listen = !r->ended && bf_put_has_room(p);
        if (!bf_aws_run_fd(r->aws, wait_ms, listen ? r->reader.fd : -1, &readable, e))
            return false;
    }
}

static bool put_all(struct run *r, bool (*ready)(void *arg, struct bf_aws *aws, struct bf_err *e),
                    struct bf_err *e)
{
    struct bf_err failure;
    r->put = bf_put_new(r->conf->settings, r->conf->common, &r->conf->target, r->aws, e);
    if (!r->put)
        return false;
    bool ok = (!ready || ready(r->conf->arg, r->aws, e)) && loop(r, e);
    if (!ok) {
        uint64_t last = r->reader.line;
        bf_put_abandon(r->put);
        if (bf_put_failed(r->put, &failure) && !r->ended)
            bf_rejects_unread(&r->reader, last);
    }
    ok = bf_put_end(r->put, ok, e);
    bf_put_destroy(r->put);
    return ok;
}

bool bf_put_run(const struct bf_put_run *conf, const struct bf_aws_options *options,
                bool (*ready)(void *arg, struct bf_aws *aws, struct bf_err *e), struct bf_err *e)
{
    struct run r = {.conf = conf};
    bool ok = bf_stop_install(e) &&
              bf_reader_init(&r.reader, STDIN_FILENO, "standard input", conf->max_line, NULL, e) &&
              (r.aws = bf_aws_new(options, e)) != NULL;
    if (ok) {
        bf_aws_on_note(r.aws, bf_diag_take_note, NULL);
        bf_aws_on_detail(r.aws, bf_diag_take_detail, NULL);
        bf_aws_on_warning(r.aws, bf_diag_take_warning, NULL);
        ok = put_all(&r, ready, e);
    }
    if (r.aws)
        bf_aws_destroy(r.aws);
    bf_reader_close(&r.reader);
    return ok;
}
