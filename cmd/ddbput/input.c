#include "cmd/ddbput/ddbput.h"

#include <inttypes.h>
#include <string.h>

#include "lib/cli/diag.h"
#include "lib/checkpoint/mark.h"

bool reject(struct ddbput *d, struct bf_str line, uint64_t number, const struct bf_err *why)
{
    struct bf_err e = {0};
    if (bf_rejects_add(&d->rejects, line, number, why, &e))
        return true;
    if (d->rejects.strict)
        close_input(d, &e);
    else
        give_up(d, &e);
    return false;
}

static enum input reject_long(struct ddbput *d, struct bf_err *e)
{
    d->last_line = d->in.line;
    return bf_rejects_add_long(&d->rejects, &d->in, e) ? INPUT_GOT : INPUT_ERROR;
}

/* Enters what was made of a line, or rejects the line. */
static enum input enter_op(struct ddbput *d, struct op *o, bool made, struct bf_str line,
                           uint64_t number, const struct bf_err *why)
{
    d->last_line = number;
    if (made) {
        o->line = number;
        store_enter(&d->store, o);
    } else {
        store_return(&d->store, o);
        reject(d, line, number, why);
    }
    return INPUT_GOT;
}

static enum input ended(struct ddbput *d, bool stopped)
{
    struct bf_err e = {0};
    d->eof = true;
    if (stopped && !d->closing) {
        bf_err_set(&e, BF_E_STOPPED, "interrupted after line %" PRIu64, d->last_line);
        close_input(d, &e);
    }
    return INPUT_END;
}

static bool is_blank(struct bf_str line)
{
    return bf_str_trim(line).n == 0;
}

static enum input json_step(struct ddbput *d, struct bf_err *e)
{
    struct bf_str line;
    struct bf_err why = {0};
    switch (bf_reader_next_within(&d->in, 0, &line, e)) {
    case BF_LINE:
    case BF_LINE_PARTIAL:
        break;
    case BF_LINE_LONG:
        return reject_long(d, e);
    case BF_LINE_END:
        return ended(d, false);
    case BF_LINE_STOP:
        return ended(d, true);
    case BF_LINE_WAIT:
        return INPUT_WAIT;
    case BF_LINE_ERROR:
        return INPUT_ERROR;
    }
    if (d->in.line == 1)
        line = bf_str_no_bom(line);
    if (is_blank(line))
        return INPUT_GOT;
    struct bf_mark mark;
    if (bf_mark_is(line) && !bf_mark_parse(&mark, line, &why)) { /* data, or half a mark */
        d->last_line = d->in.line;
        reject(d, line, d->in.line, &why);
        return INPUT_GOT;
    }
    if (bf_mark_is(line)) {
        if (!d->marks)
            bf_diag_warn("line %" PRIu64 ": marks are left out: nobody commits them after ddbput",
                         d->in.line);
        d->marks = true;
        return INPUT_GOT;
    }
    struct op *o = store_take(&d->store);
    return enter_op(d, o, op_from_line(d, o, line, &why), line, d->in.line, &why);
}

static enum input csv_step(struct ddbput *d, struct bf_err *e)
{
    struct bf_err why = {0};
    enum bf_csv_got got = BF_CSV_RECORD;
    if (d->headed)
        got = bf_columns_guess(&d->columns, &d->csv, 0, &why);
    switch (got == BF_CSV_RECORD ? bf_csv_next(&d->csv, 0, &why) : got) {
    case BF_CSV_RECORD:
        break;
    case BF_CSV_BAD:
        d->last_line = d->csv.line;
        reject(d, d->csv.raw, d->csv.line, &why);
        return INPUT_GOT;
    case BF_CSV_LONG:
        return reject_long(d, e);
    case BF_CSV_END:
        return ended(d, false);
    case BF_CSV_STOP:
        return ended(d, true);
    case BF_CSV_WAIT:
        return INPUT_WAIT;
    case BF_CSV_ERROR:
        *e = why;
        return INPUT_ERROR;
    }
    if (is_blank(d->csv.raw))
        return INPUT_GOT;
    if (!d->headed)
        return columns_init(d, e) ? INPUT_GOT : INPUT_ERROR;
    struct op *o = store_take(&d->store);
    return enter_op(d, o, op_from_record(d, o, &why), d->csv.raw, d->csv.line, &why);
}

/* Does the line name each key of the table, as a CSV header does? */
static bool header_has_keys(struct ddbput *d, struct bf_str line)
{
    struct bf_csv_form form = bf_csv_form(line);
    struct bf_err ignored = {0};
    d->csv.separator = d->config->separator ? d->config->separator : form.separator;
    if (!bf_csv_split(&d->csv, bf_str_no_bom(bf_str(line.p, form.n)), &ignored))
        return false;
    for (unsigned k = 0; k < d->schema.n; k++) {
        size_t i = 0;
        while (i < d->csv.n && !bf_str_eq(d->csv.field[i], d->schema.key[k].name))
            i++;
        if (i == d->csv.n)
            return false;
    }
    return true;
}

/* -i auto: CSV when the first line that is not blank is a header with the table's key names in it;
 * everything else is JSON, and is told line by line what is wrong with it. */
static enum input decide(struct ddbput *d, struct bf_err *e)
{
    enum form input = d->config->input;
    struct bf_str line;
    if (!d->csv.in)
        bf_csv_init(&d->csv, &d->in, '\0', 0);
    if (input == FORM_AUTO) {
        enum bf_line got = bf_reader_next_within(&d->in, 0, &line, e);
        if (got == BF_LINE_WAIT)
            return INPUT_WAIT;
        if (got == BF_LINE_ERROR)
            return INPUT_ERROR;
        if (got == BF_LINE && is_blank(line))
            return INPUT_GOT;
        if (got == BF_LINE || got == BF_LINE_PARTIAL || got == BF_LINE_LONG) {
            d->is_csv = header_has_keys(d, line);
            bf_reader_unread(&d->in, line);
        }
    } else
        d->is_csv = input == FORM_CSV;
    d->decided = true;
    d->csv.separator = d->config->separator;
    d->csv.next_line = d->in.line + 1;
    return INPUT_GOT;
}

enum input input_step(struct ddbput *d, struct bf_err *e)
{
    if (!d->decided)
        return decide(d, e);
    return d->is_csv ? csv_step(d, e) : json_step(d, e);
}
