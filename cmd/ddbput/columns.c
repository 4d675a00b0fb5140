#include "cmd/ddbput/ddbput.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/enc.h"
#include "lib/cdc/number.h"
#include "lib/json/write.h"

static const struct {
    const char *name;
    enum column_type type;
} type_names[] = {
    {"S", COLUMN_S}, {"N", COLUMN_N}, {"B", COLUMN_B}, {"BOOL", COLUMN_BOOL}, {"JSON", COLUMN_JSON},
};

void columns_free(struct ddbput *d)
{
    for (size_t i = 0; i < d->ncolumns; i++)
        free(d->columns[i].name);
    free(d->columns);
    d->columns = NULL;
    d->ncolumns = 0;
}

static size_t find_field(const struct ddbput *d, struct bf_str name)
{
    size_t i = 0;
    while (i < d->csv.n && !bf_str_eq(d->csv.field[i], name))
        i++;
    return i;
}

/* One "name:TYPE" of --types. */
static bool parse_type(struct bf_str item, struct bf_str *name, enum column_type *type,
                       struct bf_err *e)
{
    size_t colon = item.n;
    while (colon > 0 && item.p[colon - 1] != ':')
        colon--;
    *name = bf_str(item.p, colon ? colon - 1 : 0);
    for (size_t t = 0; name->n && t < BF_COUNT(type_names); t++)
        if (bf_str_eq(bf_str(item.p + colon, item.n - colon), bf_str_of(type_names[t].name))) {
            *type = type_names[t].type;
            return true;
        }
    return bf_err_set(e, BF_E_USAGE,
                      "--types: '%.*s' is not NAME:TYPE with TYPE one of S, N, B, BOOL, JSON",
                      (int)(item.n > 80 ? 80 : item.n), item.p);
}

bool columns_types_ok(const char *types, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(types), item, name;
    enum column_type type;
    do { /* an empty list is one empty item */
        if (!bf_str_split(&rest, ',', &item))
            item = bf_str("", 0);
        if (!parse_type(item, &name, &type, e))
            return false;
    } while (rest.n);
    return true;
}

static bool set_type(struct ddbput *d, struct bf_str item, struct bf_err *e)
{
    struct bf_str name;
    enum column_type type;
    if (!parse_type(item, &name, &type, e))
        return false;
    size_t i = find_field(d, name);
    if (i == d->csv.n)
        return bf_err_set(e, BF_E_USAGE, "--types: the CSV header has no column '%.*s'",
                          (int)name.n, name.p);
    d->columns[i].type = type;
    return true;
}

/* A key's column has the type that the table wants. */
static bool key_types(struct ddbput *d, struct bf_err *e)
{
    for (unsigned k = 0; k < d->schema.n; k++) {
        const struct bf_item_attr *a = &d->schema.key[k];
        size_t i = find_field(d, a->name);
        if (i == d->csv.n)
            return bf_err_set(e, BF_E_INPUT,
                              "the CSV header has no column '%.*s', a key of the table",
                              (int)a->name.n, a->name.p);
        d->columns[i].type = a->type == 'S' ? COLUMN_S : a->type == 'N' ? COLUMN_N : COLUMN_B;
    }
    return true;
}

static bool name_column(struct ddbput *d, size_t i, struct bf_err *e)
{
    struct bf_str name = d->csv.field[i];
    if (name.n == 0)
        return bf_err_set(e, BF_E_INPUT, "column %zu of the CSV header has no name", i + 1);
    if (find_field(d, name) != i)
        return bf_err_set(e, BF_E_INPUT, "the CSV header names '%.*s' twice",
                          (int)(name.n > 60 ? 60 : name.n), name.p);
    bf_buf_reset(&d->names);
    bf_json_put_string(&d->names, name);
    d->columns[i].name = bf_buf_ok(&d->names) ? bf_str_dup(bf_buf_view(&d->names)) : NULL;
    return d->columns[i].name ? true : bf_err_nomem(e);
}

/* Names, types and the line itself of the header that was just read. */
static bool read_header(struct ddbput *d, struct bf_err *e)
{
    for (size_t i = 0; i < d->ncolumns; i++)
        if (!name_column(d, i, e))
            return false;
    bf_buf_adds(&d->header, d->csv.raw);
    d->rejects.header = bf_buf_view(&d->header);
    return bf_buf_check(&d->header, "the CSV header", e) && key_types(d, e);
}

bool columns_init(struct ddbput *d, struct bf_err *e)
{
    d->columns = calloc(d->csv.n, sizeof *d->columns);
    if (!d->columns)
        return bf_err_nomem(e);
    d->ncolumns = d->csv.n;
    struct bf_str rest = bf_str_of(d->config->types), item;
    while (d->config->types && bf_str_split(&rest, ',', &item))
        if (!set_type(d, item, e))
            return false;
    return read_header(d, e) || bf_err_ctx(e, "line %" PRIu64, d->csv.line);
}

/* A decimal number without exponent or leading zeros, that DynamoDB holds: a code such as 12E3 or
 * 00042 stays a string. */
static bool looks_like_number(struct bf_str s)
{
    struct bf_err ignored;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || (s.p[i] == '-' && i == 0)))
            return false;
    return bf_number_check(s, &ignored) && bf_number_is_json(s);
}

static bool boolean(struct bf_str s, const char **word)
{
    *word = bf_str_is(s, "true") || bf_str_is(s, "TRUE") || bf_str_is(s, "1")     ? "true"
            : bf_str_is(s, "false") || bf_str_is(s, "FALSE") || bf_str_is(s, "0") ? "false"
                                                                                  : NULL;
    return *word != NULL;
}

static bool put_json(struct bf_buf *out, const struct column *c, struct bf_str s, struct bf_err *e)
{
    struct bf_json j;
    size_t bytes = 0;
    bf_json_init(&j, s);
    return bf_item_plain_value(&j, bf_str_of(c->name), &bytes, out, e) && bf_json_end(&j, e);
}

static bool put_field(struct bf_buf *out, const struct column *c, struct bf_str s, struct bf_err *e)
{
    enum column_type type = c->type;
    const char *word;
    if (type == COLUMN_AUTO)
        type = looks_like_number(s) ? COLUMN_N : COLUMN_S;
    switch (type) {
    case COLUMN_JSON:
        return put_json(out, c, s, e);
    case COLUMN_BOOL:
        if (!boolean(s, &word))
            return bf_err_set(e, BF_E_INPUT, "neither true nor false");
        bf_buf_addf(out, "{\"BOOL\":%s}", word);
        return true;
    case COLUMN_N:
        bf_buf_lit(out, "{\"N\":");
        break;
    case COLUMN_B:
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
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < d->ncolumns; i++) {
        struct bf_str s = d->csv.field[i];
        size_t at;
        if (s.n == 0)
            continue;
        if (!bf_utf8_valid(s, &at))
            return bf_err_set(e, BF_E_INPUT, "column %s: invalid UTF-8 at byte %zu",
                              d->columns[i].name, at + 1);
        if (!first)
            bf_buf_addc(out, ',');
        first = false;
        bf_buf_adds(out, bf_str_of(d->columns[i].name));
        bf_buf_addc(out, ':');
        if (!put_field(out, &d->columns[i], s, e))
            return bf_err_ctx(e, "column %s", d->columns[i].name);
    }
    bf_buf_addc(out, '}');
    return bf_buf_check(out, "the request", e);
}

bool op_from_record(struct ddbput *d, struct op *o, struct bf_err *e)
{
    struct bf_item item;
    struct bf_json j;
    if (d->csv.n != d->ncolumns)
        return bf_err_set(e, BF_E_INPUT, "%zu fields, the CSV header has %zu", d->csv.n,
                          d->ncolumns);
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
