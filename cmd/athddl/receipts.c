/* --partitions: receipts in, statements out. */
#include "cmd/athddl/athddl.h"

#include <unistd.h>

#include "lib/checkpoint/mark.h"
#include "lib/ddl/receipt.h"

static bool put(struct run *r, struct bf_ddl_adder *a, struct bf_buf *text, struct bf_err *e)
{
    bf_ddl_adder_put(a, text);
    if (!bf_buf_check(text, "the statement", e))
        return false;
    bf_out_write(&r->out, text->p, text->n);
    bf_buf_reset(text);
    return bf_out_ok(&r->out) || bf_out_flush(&r->out, e);
}

static bool take(struct run *r, struct bf_ddl_adder *a, struct bf_reader *in, struct bf_str line,
                 struct bf_buf *text, struct bf_err *e)
{
    struct bf_err why = {0};
    if (in->line == 1)
        line = bf_str_no_bom(line);
    if (bf_str_trim(line).n == 0 || bf_mark_is(line))
        return true;
    if (!bf_ddl_adder_take(a, line, &why)) {
        if (why.code == BF_E_INPUT)
            return bf_rejects_add(&r->rejects, line, in->line, &why, e);
        *e = why;
        return false;
    }
    return a->n < BF_DDL_BATCH || put(r, a, text, e);
}

/* A batch ends where it is full, and where no further receipt is there: who waits for the partition waits no longer
 * than for its receipt. */
static bool read_all(struct run *r, struct bf_ddl_adder *a, struct bf_reader *in,
                     struct bf_buf *text, struct bf_err *e)
{
    struct bf_str line;
    for (int wait_ms = 0;;) {
        switch (bf_reader_next_within(in, wait_ms, &line, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            wait_ms = 0;
            if (!take(r, a, in, line, text, e))
                return false;
            break;
        case BF_LINE_WAIT:
            wait_ms = -1;
            if (!put(r, a, text, e) || !bf_out_flush(&r->out, e))
                return false;
            break;
        case BF_LINE_LONG:
            if (!bf_rejects_add_long(&r->rejects, in, e))
                return false;
            break;
        case BF_LINE_STOP:
            if (!bf_rejects_add_cut(&r->rejects, in, e) || !put(r, a, text, e))
                return false;
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        case BF_LINE_END:
            return put(r, a, text, e);
        case BF_LINE_ERROR:
            return false;
        }
    }
}

bool receipts_read(struct run *r, struct bf_err *e)
{
    struct bf_ddl_adder a;
    struct bf_reader in;
    struct bf_buf text;
    bf_ddl_adder_init(&a, &r->table, r->cfg->what == TARGET_GLUE_JSON);
    bf_buf_init(&text, 8 * 1024 * 1024);
    bool ok = bf_reader_init(&in, STDIN_FILENO, "standard input", r->cfg->max_line, &r->out, e);
    if (ok) {
        ok = read_all(r, &a, &in, &text, e);
        bf_reader_close(&in);
    }
    bf_buf_free(&text);
    bf_ddl_adder_free(&a);
    return ok;
}
