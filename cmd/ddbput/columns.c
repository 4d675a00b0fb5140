#include "cmd/ddbput/ddbput.h"

#include <inttypes.h>

#include "lib/cli/diag.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

/* A key's column has the type that the table wants, and so has that of an index. */
static bool key_type(struct ddbput *d, const struct bf_ddb_key *key, struct bf_err *e)
{
    size_t i = bf_columns_find(&d->columns, bf_str_of(key->name));
    enum bf_column_type type = key->type == 'S'   ? BF_COLUMN_S
                               : key->type == 'N' ? BF_COLUMN_N
                                                  : BF_COLUMN_B;
    if (i == d->columns.n)
        return true;
    struct bf_column *column = &d->columns.column[i];
    if (column->given && column->type != type)
        return bf_err_set(e, BF_E_USAGE,
                          "--types: '%s' is a key of the table or of an index, of type %c",
                          key->name, key->type);
    column->type = type;
    column->given = true;
    return true;
}

static bool key_types(struct ddbput *d, struct bf_err *e)
{
    for (unsigned k = 0; k < d->table.nkeys; k++)
        if (bf_columns_find(&d->columns, d->schema.key[k].name) == d->columns.n)
            return bf_err_set(e, BF_E_INPUT,
                              "the CSV header has no column '%s', a key of the table",
                              d->table.key[k].name);
    for (unsigned i = 0; i < d->table.nattrs; i++)
        if (!key_type(d, &d->table.attr[i], e))
            return false;
    return true;
}

/* Names, types and the line itself of the header that was just read. */
static bool read_header(struct ddbput *d, struct bf_err *e)
{
    if (!bf_columns_init(&d->columns, &d->csv, e))
        return false;
    bf_buf_adds(&d->header, d->csv.raw);
    if (d->config->types && !bf_columns_types(&d->columns, d->config->types, e))
        return false;
    if (!bf_buf_check(&d->header, "the CSV header", e) || !key_types(d, e))
        return false;
    if (d->columns.index)
        bf_diag_warn("the first column of the CSV has no name (a row number, as R and pandas write "
                     "it): left out");
    return true;
}

bool columns_init(struct ddbput *d, struct bf_err *e)
{
    d->headed = true;
    d->last_line = d->csv.line;
    if (!read_header(d, e)) /* the command line has no number */
        return e->code == BF_E_USAGE ? false : bf_err_ctx(e, "line %" PRIu64, d->csv.line);
    return bf_rejects_header(&d->rejects, bf_buf_view(&d->header), e);
}

static bool boolean(struct bf_str s, const char **word)
{
    *word = bf_str_is(s, "true") || bf_str_is(s, "TRUE") || bf_str_is(s, "1")     ? "true"
            : bf_str_is(s, "false") || bf_str_is(s, "FALSE") || bf_str_is(s, "0") ? "false"
                                                                                  : NULL;
    return *word != NULL;
}

static bool put_json(struct bf_buf *out, const struct bf_column *c, struct bf_str s,
                     struct bf_err *e)
{
    struct bf_json j;
    size_t bytes = 0;
    bf_json_init(&j, s);
    return bf_item_plain_value(&j, c->name, &bytes, out, e) && bf_json_end(&j, e);
}

static bool put_field(struct bf_buf *out, const struct bf_column *c, struct bf_str s,
                      struct bf_err *e)
{
    const char *word;
    switch (c->type) {
    case BF_COLUMN_JSON:
        return put_json(out, c, s, e);
    case BF_COLUMN_BOOL:
        if (!boolean(s, &word))
            return bf_err_set(e, BF_E_INPUT, "neither true nor false");
        bf_buf_addf(out, "{\"BOOL\":%s}", word);
        return true;
    case BF_COLUMN_N:
        bf_buf_lit(out, "{\"N\":");
        break;
    case BF_COLUMN_B:
        bf_buf_lit(out, "{\"B\":");
        break;
    default:
        bf_buf_lit(out, "{\"S\":");
        break;
    }
    bf_json_put_string(out, s);
    bf_buf_addc(out, '}');
    return true;
}

static bool put_fields(struct ddbput *d, struct bf_buf *out, struct bf_err *e)
{
    bool first = true;
    if (!bf_columns_row(&d->columns, &d->csv, e))
        return false;
    bf_buf_addc(out, '{');
    for (size_t i = d->columns.index; i < d->columns.n; i++) {
        const struct bf_column *column = &d->columns.column[i];
        struct bf_str s = d->csv.field[i];
        size_t at;
        if (s.n == 0)
            continue;
        if (!bf_utf8_valid(s, &at))
            return bf_err_set(e, BF_E_INPUT, "column '%.*s': invalid UTF-8 at byte %zu",
                              BF_SHOWN(column->name), at + 1);
        if (!first)
            bf_buf_addc(out, ',');
        first = false;
        bf_json_put_string(out, column->name);
        bf_buf_addc(out, ':');
        if (!put_field(out, column, s, e))
            return bf_err_ctx(e, "column '%.*s'", BF_SHOWN(column->name));
    }
    bf_buf_addc(out, '}');
    return bf_buf_check(out, "the request", e);
}

bool op_from_record(struct ddbput *d, struct op *o, struct bf_err *e)
{
    struct bf_item item;
    struct bf_json j;
    if (d->csv.n != d->columns.n)
        return bf_err_set(e, BF_E_INPUT, "%zu field%s, the CSV header has %zu", d->csv.n,
                          d->csv.n == 1 ? "" : "s", d->columns.n);
    o->kind = d->config->if_not_exists ? OP_PUT_NEW : OP_PUT;
    op_begin_put(d, o);
    size_t at = o->text.n;
    if (!put_fields(d, &o->text, e))
        return false;
    /* the typed text is looked over where it stands */
    bf_json_init(&j, bf_str(o->text.p + at, o->text.n - at));
    if (!bf_item_typed(&j, &d->schema, &item, NULL, e))
        return false;
    bf_buf_reset(&d->key);
    if (!bf_item_key(&item, &d->schema, &d->key, e))
        return false;
    op_end_put(d, o);
    return op_finish(d, o, item.bytes, d->csv.raw, e);
}
