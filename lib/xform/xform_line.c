/* From a line, a document or a record of a capture to a change. */
#include "lib/envelope/capture.h"
#include "lib/ddb/value.h"
#include "lib/xform/xform_impl.h"
#include "lib/json/extent.h"

enum { SHOWN_MAX = 256 * 1024 * 1024 };

struct wrap {
    struct bf_xform *x;
    struct bf_buf *rows;
};

void bf_xform_carrier(struct bf_xform *x, struct bf_str seq, struct bf_str part)
{
    x->carrier = seq;
    x->carrier_part = part;
}

/* Parses a change; the record that carries it is the one that it names, or that of the caller. */
static enum bf_change_kind parse(struct bf_xform *x, struct bf_str text, size_t slack,
                                 struct bf_err *e)
{
    enum bf_change_kind kind = bf_change_parse(&x->change, text, slack, e);
    if (kind == BF_CHANGE && x->carrier.p && !x->change.kinesis_seq.text.p) {
        x->change.kinesis_seq.text = x->carrier;
        x->change.kinesis_part = x->carrier_part;
    }
    return kind;
}

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
    if (!memchr(record->raw.p, '\n', record->raw.n)) /* valid JSON or not */
        return x->conf.bad(x->conf.bad_ctx, record->raw, &told, e);
    bf_buf_reset(&x->shown);
    char *copy = bf_buf_room(&x->shown, record->raw.n + 64); /* padded, as compacting requires */
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

static bool record(struct bf_xform *x, struct bf_str text, size_t slack, struct bf_buf *rows,
                   struct bf_err *e);

/* Documents that follow each other, }{, as in the source backup of Firehose: each is a record.
 * False with *e unchanged: text is not of that form. */
static bool several(struct bf_xform *x, struct bf_str text, struct bf_buf *rows, struct bf_err *e)
{
    size_t before = rows->n, n = bf_json_extent(text);
    struct bf_capture_record part = {.index = 0};
    if (n == 0 || bf_json_extents(text) == 0)
        return false;
    for (; text.n; n = bf_json_extent(text)) {
        struct bf_err why = {0};
        part.raw = n ? bf_str(text.p, n) : text; /* the last one may be incomplete */
        part.index++;
        if (!record(x, part.raw, 0, rows, &why) && !bad_record(x, &part, &why, e)) {
            if (!rows->failed && !x->conf.bad)
                rows->n = before;
            return false;
        }
        text = bf_str_trim(bf_str(text.p + part.raw.n, text.n - part.raw.n));
    }
    return true;
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
        if (record->seq.p)
            w->x->change.kinesis_seq.text = record->seq;
        if (record->part.p)
            w->x->change.kinesis_part = record->part;
        if (bf_xform_change(w->x, w->rows, &bad))
            return true;
        break;
    case BF_CHANGE_WRAP:
        bf_err_set(&bad, BF_E_INPUT, "a capture in a capture");
        break;
    case BF_CHANGE_BAD:
        if (bad.code == BF_E_INPUT && several(w->x, record->change, w->rows, &bad))
            return true;
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
    if (!rows->failed && !x->conf.bad) /* otherwise the rows before the bad record are kept */
        rows->n = before;
    return false;
}

/* Handles a text that is not a change record, according to kind. */
static bool other(struct bf_xform *x, enum bf_change_kind kind, struct bf_str text,
                  struct bf_buf *rows, struct bf_err *e)
{
    if (kind == BF_CHANGE_WRAP || (e->code == BF_E_INPUT && bf_capture_wraps(text)))
        return capture(x, text, rows, e);
    return e->code == BF_E_INPUT && several(x, text, rows, e);
}

static bool record(struct bf_xform *x, struct bf_str text, size_t slack, struct bf_buf *rows,
                   struct bf_err *e)
{
    enum bf_change_kind kind = parse(x, text, slack, e);
    return kind == BF_CHANGE ? bf_xform_change(x, rows, e) : other(x, kind, text, rows, e);
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
        if (!bf_mark_parse(&mark, line, e))
            return false;
        x->count.marks++;
        if (bf_xform_waits(x)) /* a mark covers the rows above it, which are held back */
            return bf_held_add(&x->marks, &mark, line, rows, e);
        bf_buf_adds(rows, line);
        bf_buf_addc(rows, '\n');
        return bf_buf_check(rows, "output", e);
    }
    if (line.n == 0 || (line.p[0] != '{' && is_blank(line)))
        return true;
    if (x->conf.input != BF_XFORM_RECORDS)
        return bf_xform_input(x, line, rows, e);
    enum bf_change_kind kind = parse(x, line, slack, e);
    return kind == BF_CHANGE ? bf_xform_change(x, rows, e) : other(x, kind, line, rows, e);
}
