#include "lib/row/row.h"

#include "lib/row/row_impl.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"

/* RFC 4180: quoted when it must be; the empty string always, so that NULL (nothing) differs from it. */
static void put_csv(struct bf_buf *out, struct bf_str s)
{
    bool quote = s.n == 0;
    for (size_t i = 0; i < s.n && !quote; i++)
        quote = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quote) {
        bf_buf_adds(out, s);
        return;
    }
    bf_buf_addc(out, '"');
    while (s.n) {
        const char *at = memchr(s.p, '"', s.n);
        size_t n = at ? (size_t)(at - s.p) + 1 : s.n;
        bf_buf_add(out, s.p, n);
        if (at)
            bf_buf_addc(out, '"');
        s.p += n;
        s.n -= n;
    }
    bf_buf_addc(out, '"');
}

/* As Hive and Athena read it: \t, \n, \r and \\ stand for what would break the line. */
static void put_tsv(struct bf_buf *out, struct bf_str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        char letter = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\\' ? '\\' : 0;
        if (!letter)
            continue;
        bf_buf_add(out, s.p + from, i - from);
        bf_buf_addc(out, '\\');
        bf_buf_addc(out, letter);
        from = i + 1;
    }
    bf_buf_add(out, s.p + from, s.n - from);
}

/* Quoted always: outside of quotes OpenCSVSerDe drops a backslash, inside it takes one for the escape of a quote or of
 * another one. */
static void put_opencsv(struct bf_buf *out, struct bf_str s)
{
    bf_buf_addc(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == '\\') {
            bf_buf_add(out, s.p + from, i - from);
            bf_buf_addc(out, '\\');
            from = i;
        }
    bf_buf_add(out, s.p + from, s.n - from);
    bf_buf_addc(out, '"');
}

/* It reads lines, and then looks for quotes. */
static bool breaks_line(const struct bf_row *r, struct bf_str row)
{
    return r->conf.format == BF_ROW_OPENCSV &&
           (memchr(row.p, '\n', row.n) || memchr(row.p, '\r', row.n));
}

static void put_cell(const struct bf_row *r, struct bf_buf *out, struct bf_str s)
{
    if (r->conf.format == BF_ROW_CSV)
        put_csv(out, s);
    else if (r->conf.format == BF_ROW_OPENCSV)
        put_opencsv(out, s);
    else
        put_tsv(out, s);
}

static void put_null(const struct bf_row *r, struct bf_buf *out)
{
    if (r->conf.format == BF_ROW_TSV)
        bf_buf_lit(out, "\\N");
    if (r->conf.format == BF_ROW_OPENCSV)
        bf_buf_lit(out, "\"\"");
}

static char separator(const struct bf_row *r)
{
    return r->conf.format == BF_ROW_TSV ? '\t' : ',';
}

void bf_row_put_header(struct bf_row *r, struct bf_buf *out)
{
    if (!r->header_due || !r->fixed)
        return;
    r->header_due = false;
    for (size_t i = 0; i < r->ncolumns + r->conf.nmeta; i++) {
        if (i)
            bf_buf_addc(out, separator(r));
        put_cell(r, out, i < r->ncolumns ? r->columns[i].name : r->meta[i - r->ncolumns].name);
    }
    bf_buf_addc(out, '\n');
}

/* The attributes of the first row become the columns. */
static bool fix_columns(struct bf_row *r, const struct bf_image *image, struct bf_err *e)
{
    for (size_t i = 0; i < image->n; i++) {
        const struct bf_attr *a = &image->attr[i];
        bf_buf_reset(&r->cell);
        bf_json_unescape(&r->cell, a->name);
        if (!bf_buf_check(&r->cell, "a name", e) ||
            !bf_row_add_column(r, bf_buf_view(&r->cell), e)) {
            bf_row_no_columns(r);
            if (e->code == BF_E_USAGE)
                e->code = BF_E_INPUT;
            return false;
        }
        /* it is this very attribute: no path into others, which would be shown twice */
        r->columns[i].path = r->columns[i].old = false;
    }
    r->fixed = true;
    return true;
}

bool bf_row_fix(struct bf_row *r, const struct bf_image *image, struct bf_err *e)
{
    bool table = bf_row_is_table(r->conf.format);
    return !table || r->fixed || fix_columns(r, image, e);
}

bool bf_row_is_fixed(const struct bf_row *r)
{
    return r->fixed;
}

/* Without --fields: an attribute that is no column would be lost. */
static bool complete(const struct bf_row *r, const struct bf_image *image, struct bf_err *e)
{
    for (size_t i = 0; i < image->n; i++) {
        const struct bf_attr *a = &image->attr[i];
        size_t k = 0;
        while (k < r->ncolumns && !bf_attr_is(a, r->columns[k].name))
            k++;
        if (k == r->ncolumns)
            return bf_err_set(
                e, BF_E_INPUT,
                "attribute %.*s is none of the columns of the first row; see --fields",
                BF_SHOWN(a->name));
    }
    return true;
}

static void put_value(struct bf_row *r, const struct bf_attr *a, struct bf_buf *out)
{
    if (a->type == BF_ATTR_NULL)
        put_null(r, out);
    else if ((a->type == BF_ATTR_S && !a->escaped) || a->type == BF_ATTR_BOOL)
        put_cell(r, out, a->val);
    else if (a->type == BF_ATTR_N && a->json && r->conf.format != BF_ROW_OPENCSV)
        bf_buf_adds(out, a->val);
    else {
        bf_buf_reset(&r->cell);
        bf_value_put_text(&r->cell, a);
        out->failed |= !bf_buf_ok(&r->cell);
        out->nomem |= r->cell.nomem;
        put_cell(r, out, bf_buf_view(&r->cell));
    }
}

static void put_meta(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                     struct bf_buf *out)
{
    struct bf_change_text t;
    char room[ROW_META_BYTES];
    bf_row_meta_cell(r, what, c, room, &t);
    if (!t.text.p) {
        put_null(r, out);
        return;
    }
    if (t.escaped) {
        bf_buf_reset(&r->cell);
        bf_json_unescape(&r->cell, t.text);
        t.text = bf_buf_view(&r->cell);
    }
    put_cell(r, out, t.text);
}

bool bf_row_put_table(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                      struct bf_buf *out, struct bf_err *e)
{
    if (!r->fixed && !fix_columns(r, image, e))
        return false;
    size_t before = out->n, found = 0;
    bf_row_put_header(r, out);
    size_t row = out->n;
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct bf_attr scratch;
        const struct bf_attr *a;
        if (i)
            bf_buf_addc(out, separator(r));
        if (bf_row_find(&r->columns[i], c, image, &scratch, &a)) {
            put_value(r, a, out);
            found++;
        } else
            put_null(r, out);
    }
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        if (i || r->ncolumns)
            bf_buf_addc(out, separator(r));
        put_meta(r, r->conf.meta[i], c, out);
    }
    bf_buf_addc(out, '\n');
    if (!r->conf.fields && found < image->n && !complete(r, image, e)) {
        out->n = row;
        return false;
    }
    if (bf_buf_ok(out) && breaks_line(r, bf_str(out->p + row, out->n - row - 1))) {
        out->n = row;
        return bf_err_set(e, BF_E_INPUT,
                          "a value holds a line break, which OpenCSVSerDe cannot "
                          "read; -o csv, tsv and ndjson hold it");
    }
    if (bf_buf_ok(out))
        return true;
    out->n = before;
    return bf_buf_check(out, "the row", e);
}
