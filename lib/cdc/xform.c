#include "lib/cdc/xform.h"

#include <stdlib.h>

#include "lib/cdc/capture.h"
#include "lib/cdc/fold.h"
#include "lib/cdc/mark.h"
#include "lib/cdc/value.h"

enum { DECODED_MAX = 64 * 1024 * 1024, SHOWN_MAX = 256 * 1024 * 1024 };

struct bf_xform {
    struct bf_xform_conf conf;
    struct bf_row *row;
    struct bf_filter *filter; /* NULL: everything passes */
    struct bf_fold *fold;     /* NULL: rows go out at once */
    struct bf_buf folded;     /* a row on its way there */
    bool headed;              /* the first of them was made */
    struct bf_change change;
    struct bf_buf decoded; /* data of a capture's record */
    struct bf_buf shown;   /* a bad record of a capture, on one line */
    struct bf_xform_count count;
};

void bf_xform_conf_init(struct bf_xform_conf *conf)
{
    *conf = (struct bf_xform_conf){.ops = 0};
    bf_row_conf_init(&conf->row);
}

static bool op_of(struct bf_str name, enum bf_op *op)
{
    char upper[6];
    if (name.n != sizeof upper)
        return false;
    for (size_t i = 0; i < name.n; i++)
        upper[i] = (char)(name.p[i] >= 'a' && name.p[i] <= 'z' ? name.p[i] - 32 : name.p[i]);
    return bf_op_parse(bf_str(upper, sizeof upper), op);
}

bool bf_xform_conf_ops(struct bf_xform_conf *conf, struct bf_str list, struct bf_err *e)
{
    struct bf_str item;
    conf->ops = 0;
    while (bf_str_split(&list, ',', &item)) {
        enum bf_op op;
        if (!op_of(item, &op))
            return bf_err_set(e, BF_E_USAGE, "'%.*s' is not one of INSERT, MODIFY, REMOVE",
                              (int)(item.n > 60 ? 60 : item.n), item.p);
        conf->ops |= 1u << op;
    }
    return true;
}

struct bf_xform *bf_xform_new(const struct bf_xform_conf *conf, struct bf_err *e)
{
    struct bf_xform *x = calloc(1, sizeof *x);
    if (!x) {
        bf_err_nomem(e);
        return NULL;
    }
    x->conf = *conf;
    if (x->conf.ops == 0)
        x->conf.ops = ~0u;
    bf_change_init(&x->change);
    bf_buf_init(&x->decoded, DECODED_MAX);
    bf_buf_init(&x->shown, SHOWN_MAX);
    bf_buf_init(&x->folded, SHOWN_MAX);
    x->row = bf_row_new(&conf->row, e);
    bool ok = x->row != NULL;
    x->conf.filter.fields = conf->row.fields;
    if (ok && bf_filter_wanted(&conf->filter))
        ok = (x->filter = bf_filter_new(&x->conf.filter, e)) != NULL;
    if (ok && conf->fold)
        ok = (x->fold = bf_fold_new(conf->fold, conf->fold_bytes, e)) != NULL;
    if (ok)
        return x;
    bf_xform_destroy(x);
    return NULL;
}

void bf_xform_destroy(struct bf_xform *x)
{
    if (!x)
        return;
    bf_row_destroy(x->row);
    bf_filter_destroy(x->filter);
    bf_fold_destroy(x->fold);
    bf_buf_free(&x->folded);
    bf_change_free(&x->change);
    bf_buf_free(&x->decoded);
    bf_buf_free(&x->shown);
    free(x);
}

/* The first row of a table brings the header with it; made twice, what the second is shorter by. */
static bool fold_row(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    size_t header = 0, row = 0;
    bf_buf_reset(&x->folded);
    if (x->change.op != BF_OP_REMOVE) {
        if (!bf_row_put(x->row, &x->change, &x->folded, e))
            return false;
        row = x->folded.n;
        if (!x->headed) {
            if (!bf_row_put(x->row, &x->change, &x->folded, e))
                return false;
            header = 2 * row - x->folded.n;
            row -= header;
            bf_buf_add(rows, x->folded.p, header);
            x->headed = true;
        }
    }
    return bf_fold_put(x->fold, &x->change, bf_str(x->folded.p + header, row), e);
}

bool bf_xform_rest(struct bf_xform *x, struct bf_buf *rows)
{
    return x->fold && bf_fold_next(x->fold, rows, &x->count.rows);
}

/* Filters and writes the change in x->change. */
static bool write_row(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    bool pass = x->conf.ops & 1u << x->change.op;
    x->count.changes++;
    if (pass && x->filter && !bf_filter_takes(x->filter, &x->change, &pass, e))
        return false;
    if (!pass) {
        x->count.filtered++;
        return true;
    }
    if (x->fold)
        return fold_row(x, rows, e);
    if (!bf_row_put(x->row, &x->change, rows, e))
        return false;
    x->count.rows++;
    return true;
}

struct wrap {
    struct bf_xform *x;
    struct bf_buf *rows;
};

static bool bad_record(struct bf_xform *x, const struct bf_capture_record *record,
                       const struct bf_err *why, struct bf_err *e)
{
    struct bf_err told = *why;
    if (record->index)
        bf_err_ctx(&told, "record %zu", record->index);
    if (!x->conf.bad) {
        *e = told;
        return false;
    }
    bf_buf_reset(&x->shown);
    char *copy = bf_buf_room(&x->shown, record->raw.n + 64); /* padded, as compacting wants it */
    if (!copy)
        return bf_err_nomem(e);
    memcpy(copy, record->raw.p, record->raw.n);
    memset(copy + record->raw.n, 0, 64);
    struct bf_buf line;
    bf_buf_init(&line, SHOWN_MAX);
    bf_value_put_compact(&line, bf_str(copy, record->raw.n));
    bool ok = bf_buf_check(&line, "the record", e) &&
              x->conf.bad(x->conf.bad_ctx, bf_buf_view(&line), &told, e);
    bf_buf_free(&line);
    return ok;
}

static bool wrapped(void *ctx, const struct bf_capture_record *record, const struct bf_err *why,
                    struct bf_err *e)
{
    struct wrap *w = ctx;
    struct bf_err bad = {0};
    if (why)
        return bad_record(w->x, record, why, e);
    switch (bf_change_parse(&w->x->change, record->change, 0, &bad)) {
    case BF_CHANGE:
        if (!w->x->change.seq.text.p && record->seq.p)
            w->x->change.seq.text = record->seq;
        if (write_row(w->x, w->rows, &bad))
            return true;
        break;
    case BF_CHANGE_WRAP:
        bf_err_set(&bad, BF_E_INPUT, "a capture in a capture");
        break;
    case BF_CHANGE_BAD:
        break;
    }
    return bad_record(w->x, record, &bad, e);
}

static bool capture(struct bf_xform *x, struct bf_str text, struct bf_buf *rows, struct bf_err *e)
{
    struct wrap w = {x, rows};
    size_t before = rows->n;
    if (bf_capture_each(text, &x->decoded, wrapped, &w, e))
        return true;
    if (!rows->failed)
        rows->n = before;
    return false;
}

static bool record(struct bf_xform *x, struct bf_str text, size_t slack, struct bf_buf *rows,
                   struct bf_err *e)
{
    switch (bf_change_parse(&x->change, text, slack, e)) {
    case BF_CHANGE:
        return write_row(x, rows, e);
    case BF_CHANGE_WRAP:
        return capture(x, text, rows, e);
    case BF_CHANGE_BAD:
        break;
    }
    return false;
}

bool bf_xform_document(struct bf_xform *x, struct bf_str document, struct bf_buf *rows,
                       struct bf_err *e)
{
    return record(x, document, 0, rows, e);
}

static bool is_blank(struct bf_str line)
{
    return bf_str_trim(line).n == 0;
}

bool bf_xform_line(struct bf_xform *x, struct bf_str line, size_t slack, struct bf_buf *rows,
                   struct bf_err *e)
{
    struct bf_mark mark;
    if (bf_mark_is(line)) {
        if (x->fold && ++x->count.marks)
            return bf_fold_mark(x->fold, line, rows, e);
        if (!bf_mark_parse(&mark, line, e))
            return false;
        bf_buf_adds(rows, line);
        bf_buf_addc(rows, '\n');
        x->count.marks++;
        return bf_buf_check(rows, "output", e);
    }
    if (line.n == 0 || (line.p[0] != '{' && is_blank(line)))
        return true;
    return record(x, line, slack, rows, e);
}

void bf_xform_end(struct bf_xform *x, struct bf_buf *rows)
{
    bf_row_put_header(x->row, rows);
}

void bf_xform_no_header(struct bf_xform *x)
{
    bf_row_no_header(x->row);
}

struct bf_xform_count bf_xform_count(const struct bf_xform *x)
{
    return x->count;
}
