#include "lib/row/columns.h"

#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/ddb/number.h"

enum { SHOWN = 60, NAMES_MAX = 64 * 1024 * 1024 };

static int shown(struct bf_str s)
{
    return (int)(s.n > SHOWN ? SHOWN : s.n);
}

static bool bad_name(const struct bf_columns *c, size_t i, struct bf_err *e)
{
    struct bf_str name = c->column[i].name;
    if (name.n == 0)
        return bf_err_set(e, BF_E_INPUT, "column %zu of the CSV header has no name", i + 1);
    size_t first = bf_columns_find(c, name);
    return bf_err_set(e, BF_E_INPUT, "columns %zu and %zu of the CSV header have the same name",
                      first + 1, i + 1);
}

bool bf_columns_init(struct bf_columns *c, const struct bf_csv *csv, struct bf_err *e)
{
    *c = (struct bf_columns){.n = csv->n, .column = calloc(csv->n, sizeof *c->column)};
    bf_buf_init(&c->names, NAMES_MAX);
    for (size_t i = 0; i < csv->n; i++)
        bf_buf_adds(&c->names, csv->field[i]);
    if (!c->column || !bf_buf_ok(&c->names))
        return bf_err_nomem(e);
    for (size_t i = 0, at = 0; i < c->n; at += csv->field[i++].n)
        c->column[i].name = bf_str(c->names.n ? c->names.p + at : "", csv->field[i].n);
    c->index = c->n > 1 && c->column[0].name.n == 0;
    for (size_t i = c->index; i < c->n; i++)
        if (c->column[i].name.n == 0 || bf_columns_find(c, c->column[i].name) != i)
            return bad_name(c, i, e);
    return true;
}

void bf_columns_free(struct bf_columns *c)
{
    free(c->column);
    bf_buf_free(&c->names);
    *c = (struct bf_columns){0};
}

size_t bf_columns_find(const struct bf_columns *c, struct bf_str name)
{
    size_t i = 0;
    while (i < c->n && !bf_str_eq(c->column[i].name, name))
        i++;
    return i;
}

static bool type_named(struct bf_str name, enum bf_column_type *type)
{
    static const struct {
        const char *name;
        enum bf_column_type type;
    } names[] = {{"S", BF_COLUMN_S},
                 {"N", BF_COLUMN_N},
                 {"B", BF_COLUMN_B},
                 {"BOOL", BF_COLUMN_BOOL},
                 {"JSON", BF_COLUMN_JSON}};
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (bf_str_eq(name, bf_str_of(names[i].name))) {
            *type = names[i].type;
            return true;
        }
    return false;
}

/* One "name:TYPE"; the name may hold colons. */
static bool parse_type(struct bf_str item, struct bf_str *name, struct bf_str *type)
{
    size_t colon = item.n;
    while (colon > 0 && item.p[colon - 1] != ':')
        colon--;
    *name = bf_str(item.p, colon ? colon - 1 : 0);
    *type = bf_str(item.p + colon, item.n - colon);
    return name->n > 0;
}

/* Is the word one of a list such as "S, N"? */
static bool listed(struct bf_str word, const char *list)
{
    struct bf_str rest = bf_str_of(list), item;
    while (bf_str_split(&rest, ',', &item))
        if (bf_str_eq(bf_str_trim(item), word))
            return true;
    return false;
}

bool bf_columns_types_ok(const char *types, const char *allowed, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(types), item, name, type;
    do { /* an empty list is one empty item */
        if (!bf_str_split(&rest, ',', &item))
            item = bf_str("", 0);
        if (!parse_type(item, &name, &type) || !listed(type, allowed))
            return bf_err_set(e, BF_E_USAGE, "--types: '%.*s' is not NAME:TYPE with TYPE one of %s",
                              BF_SHOWN_TO(item, 80), allowed);
    } while (rest.n);
    return true;
}

bool bf_columns_types(struct bf_columns *c, const char *types, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(types), item, name, type;
    while (bf_str_split(&rest, ',', &item)) {
        size_t i = parse_type(item, &name, &type) ? bf_columns_find(c, name) : c->n;
        if (i == c->n)
            return bf_err_set(e, BF_E_USAGE, "--types: the CSV header has no column '%.*s'",
                              shown(name), name.p);
        c->column[i].given = type_named(type, &c->column[i].type);
    }
    return true;
}

/* A sign in the exponent, if there is one: programs write 1e-05 and 1E+20, codes are 12E3. */
static bool printed_exponent(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == 'e' || s.p[i] == 'E')
            return i + 1 < s.n && (s.p[i + 1] == '-' || s.p[i + 1] == '+');
    return true;
}

bool bf_columns_number(struct bf_str s)
{
    struct bf_err ignored;
    size_t i = 0;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    if (i == s.n && i <= BF_NUMBER_DIGITS) /* most numbers are whole */
        return i == 1 || (i > 1 && s.p[0] != '0');
    return bf_number_is_json(s) && printed_exponent(s) && bf_number_check(s, &ignored);
}

/* What cannot be a row tells nothing. */
static void see(struct bf_columns *c, const struct bf_csv *csv)
{
    if (csv->n != c->n || !bf_utf8_valid(csv->raw, NULL))
        return;
    for (size_t i = 0; i < c->n; i++) {
        struct bf_column *column = &c->column[i];
        if (csv->field[i].n == 0 || column->given || column->text)
            continue;
        bool number = bf_columns_number(csv->field[i]);
        column->number |= number;
        column->text |= !number;
    }
}

/* Can reading ahead change anything? */
static bool all_given(const struct bf_columns *c)
{
    for (size_t i = c->index; i < c->n; i++)
        if (!c->column[i].given)
            return false;
    return true;
}

static enum bf_csv_got settle(struct bf_columns *c, struct bf_csv *csv)
{
    for (size_t i = 0; i < c->n; i++) {
        struct bf_column *column = &c->column[i];
        if (!column->given)
            column->type = column->text     ? BF_COLUMN_S
                           : column->number ? BF_COLUMN_N
                                            : BF_COLUMN_AUTO;
    }
    bf_csv_rewind(csv);
    c->known = true;
    return BF_CSV_RECORD;
}

enum bf_csv_got bf_columns_guess(struct bf_columns *c, struct bf_csv *csv, int timeout_ms,
                                 struct bf_err *e)
{
    if (c->known || all_given(c)) {
        c->known = true;
        return BF_CSV_RECORD;
    }
    if (!c->reading)
        bf_csv_keep(csv);
    c->reading = true;
    while (c->records < BF_COLUMNS_SAMPLE && bf_csv_kept(csv) < BF_CSV_KEEP) {
        switch (bf_csv_next(csv, timeout_ms, e)) {
        case BF_CSV_RECORD:
            see(c, csv);
            c->records++;
            break;
        case BF_CSV_BAD:
            break;
        case BF_CSV_WAIT:
            return BF_CSV_WAIT;
        case BF_CSV_ERROR:
            return BF_CSV_ERROR;
        case BF_CSV_LONG:
        case BF_CSV_END:
        case BF_CSV_STOP: /* each comes again after the records */
            return settle(c, csv);
        }
    }
    return settle(c, csv);
}

static bool wrong(const struct bf_columns *c, size_t i, struct bf_err *e)
{
    struct bf_str name = c->column[i].name;
    return bf_err_set(e, BF_E_INPUT,
                      "column %zu, '%.*s', has held numbers so far and this is none; "
                      "--types %.*s:S makes all of them strings",
                      i + 1, shown(name), name.p, shown(name), name.p);
}

bool bf_columns_row(struct bf_columns *c, const struct bf_csv *csv, struct bf_err *e)
{
    for (size_t i = c->index; i < c->n; i++) {
        struct bf_column *column = &c->column[i];
        struct bf_str value = csv->field[i];
        if (value.n == 0 || column->type >= BF_COLUMN_S)
            continue;
        if (column->given) {
            if (!bf_number_check(value, e))
                return bf_err_ctx(e, "column '%.*s'", shown(column->name), column->name.p);
            continue;
        }
        bool number = bf_columns_number(value);
        if (column->type == BF_COLUMN_AUTO)
            column->type = number ? BF_COLUMN_N : BF_COLUMN_S;
        else if (!number)
            return wrong(c, i, e);
    }
    return true;
}
