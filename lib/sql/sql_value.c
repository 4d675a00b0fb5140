#include <stdio.h>
#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/ddb/item.h"
#include "lib/ddb/number.h"
#include "lib/sql/sql_impl.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { PAD = 64, ATTRS_MAX = 1024 * 1024, EXACT_DIGITS = 15, INT_DIGITS = 18 };

/* Digits with at most one point among them. */
struct plain {
    int64_t digits;
    int significant, behind; /* digits without leading zeros; digits behind the point */
    bool point, ok;
};

static struct plain read_plain(struct bf_str t)
{
    struct plain p = {.ok = true};
    for (size_t i = t.n && (t.p[0] == '-' || t.p[0] == '+'); i < t.n; i++) {
        unsigned d = (unsigned char)t.p[i] - (unsigned)'0';
        if (d < 10 && p.significant < INT_DIGITS) {
            p.digits = p.digits * 10 + (int64_t)d;
            p.significant += p.digits > 0;
            p.behind += p.point;
        } else if (t.p[i] == '.' && !p.point)
            p.point = true;
        else
            p.ok = false;
    }
    return p;
}

static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A double that a few digits spell, as prices are: the only 15 digits that round to it, without printf. */
static size_t few_digits(double v, char *out)
{
    char digits[24];
    bool negative = v < 0;
    double positive = negative ? -v : v;
    for (int scale = 0; positive < 1e9 && scale <= 6; scale++) {
        int64_t m = (int64_t)(positive * tens[scale] + 0.5);
        if ((double)m / tens[scale] != positive)
            continue;
        int n = 0, at = 0;
        for (; m || n <= scale; m /= 10) {
            digits[n++] = (char)('0' + m % 10);
            if (n == scale)
                digits[n++] = '.';
        }
        if (scale && digits[n - 1] == '.')
            digits[n++] = '0';
        if (negative)
            out[at++] = '-';
        while (n)
            out[at++] = digits[--n];
        out[at] = '\0';
        return (size_t)at;
    }
    return 0;
}

size_t bf_sql_real_text(double v, char out[SQL_REAL_MAX])
{
    size_t n = few_digits(v, out);
    return n ? n : (size_t)snprintf(out, SQL_REAL_MAX, "%.15g", v);
}

static bool plain_number(struct bf_str text, struct sql_number *out)
{
    struct plain p = read_plain(text);
    bool negative = text.n && text.p[0] == '-';
    if (!p.ok)
        return false;
    if (!p.behind)
        *out =
            (struct sql_number){.type = SQLITE_INTEGER, .integer = negative ? -p.digits : p.digits};
    else if (p.significant > EXACT_DIGITS || p.behind >= (int)BF_COUNT(tens))
        return false;
    else { /* both exact, so the quotient is the double nearest to the number */
        double v = (double)p.digits / tens[p.behind];
        *out = (struct sql_number){.type = SQLITE_FLOAT, .real = negative ? -v : v};
    }
    return true;
}

struct sql_number bf_sql_number(struct bf_str text)
{
    char room[256];
    struct bf_buf plain = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct sql_number n = {.type = SQLITE_TEXT};
    if (plain_number(text, &n))
        return n;
    bf_number_put_plain(&plain, text); /* without an exponent, without zeros at the end */
    if (bf_buf_ok(&plain))
        (void)plain_number(bf_buf_view(&plain), &n);
    return n;
}

bool bf_sql_looks_long(struct bf_str text)
{
    struct bf_err e = {0};
    if (!text.n || (unsigned char)text.p[0] > '9' || /* zeros in front are no number's: _seq */
        (text.p[0] == '0' && text.n > 1 && text.p[1] >= '0' && text.p[1] <= '9') ||
        (text.n <= EXACT_DIGITS && !memchr(text.p, 'E', text.n) && !memchr(text.p, 'e', text.n)))
        return false;
    if (!bf_number_check(text, &e))
        return e.code == BF_E_LIMIT; /* a sum may have more digits than DynamoDB's */
    return bf_sql_number(text).type == SQLITE_TEXT;
}

void bf_sql_result_number(struct bf_sql *s, sqlite3_context *context, struct bf_str text)
{
    const struct sql_api *api = s->api;
    struct sql_number n = bf_sql_number(text);
    if (n.type == SQLITE_INTEGER)
        api->result_int64(context, n.integer);
    else if (n.type == SQLITE_FLOAT)
        api->result_double(context, n.real);
    else {
        s->long_numbers = true;
        api->result_text(context, text.p, (int)text.n, SQLITE_TRANSIENT);
        api->result_subtype(context, SQL_SUB_NUMBER);
    }
}

bool bf_sql_add_attr(struct bf_sql *s, const struct bf_attr *a, struct bf_err *e)
{
    if (s->nattr == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        struct bf_attr *p = cap > ATTRS_MAX ? NULL : realloc(s->attr, cap * sizeof *p);
        if (!p)
            return bf_err_nomem(e);
        s->attr = p;
        s->cap = cap;
    }
    s->attr[s->nattr++] = *a;
    return true;
}

/* Room for n bytes of a value, read over by PAD. */
static char *room_for(struct bf_sql *s, size_t n, struct bf_err *e)
{
    char *p = bf_arena_alloc(&s->values, n + PAD);
    if (!p)
        bf_err_nomem(e);
    else
        memset(p + n, 0, PAD);
    return p;
}

static bool keep(struct bf_sql *s, struct bf_str text, struct bf_str *out, struct bf_err *e)
{
    char *p = room_for(s, text.n, e);
    if (!p)
        return false;
    if (text.n)
        memcpy(p, text.p, text.n);
    *out = bf_str(p, text.n);
    return true;
}

static bool string(struct bf_sql *s, struct bf_str text, struct bf_attr *a, struct bf_err *e)
{
    struct bf_str kept;
    bf_buf_reset(&s->scratch);
    bf_json_put_string(&s->scratch, text);
    if (!bf_buf_check(&s->scratch, "a text", e) || !keep(s, bf_buf_view(&s->scratch), &kept, e))
        return false;
    a->type = BF_ATTR_S;
    a->val = bf_str(kept.p + 1, kept.n - 2);
    a->escaped = memchr(a->val.p, '\\', a->val.n) != NULL;
    return true;
}

/* A JSON text; one that is none, or that DynamoDB could not hold, is a string. */
static bool json(struct bf_sql *s, struct bf_str text, struct bf_attr *a, struct bf_err *e)
{
    struct bf_json j;
    struct bf_err ignored = {0};
    struct bf_attr typed;
    struct bf_str kept;
    size_t bytes = 0;
    bf_json_init(&j, text);
    bf_buf_reset(&s->typed);
    if (!bf_item_plain_value(&j, BF_STR("value"), &bytes, &s->typed, &ignored) ||
        !bf_json_end(&j, &ignored) || !bf_buf_ok(&s->typed) ||
        !bf_change_value(&s->inner, bf_buf_view(&s->typed), &typed, &ignored))
        return string(s, text, a, e);
    /* the text that was read is a copy of typed */
    char *p = room_for(s, s->typed.n, e);
    if (!p)
        return false;
    memcpy(p, s->typed.p, s->typed.n);
    kept = bf_str(p, s->typed.n);
    a->type = typed.type;
    a->escaped = typed.escaped;
    a->json = typed.json;
    a->val = bf_str(kept.p + (typed.val.p - typed.av.p), typed.val.n);
    a->av = kept;
    return true;
}

static bool number(struct bf_sql *s, struct bf_str text, struct bf_attr *a, struct bf_err *e)
{
    struct bf_err ignored;
    bool items = bf_row_typed(s->row); /* they hold what DynamoDB does: 38 digits */
    if (!bf_number_is_json(text) || (items && !bf_number_check(text, &ignored)))
        return string(s, text, a, e);
    a->type = BF_ATTR_N;
    a->json = true;
    return keep(s, text, &a->val, e);
}

static bool real(struct bf_sql *s, double v, struct bf_attr *a, struct bf_err *e)
{
    char text[SQL_REAL_MAX];
    size_t n = bf_sql_real_text(v, text);
    if (strtod(text, NULL) != v)
        n = (size_t)snprintf(text, sizeof text, "%.17g", v);
    a->type =
        bf_number_is_json(bf_str(text, n)) ? BF_ATTR_N : BF_ATTR_NULL; /* no infinity in JSON */
    a->json = a->type == BF_ATTR_N;
    return keep(s, a->json ? bf_str(text, n) : BF_STR("true"), &a->val, e);
}

/* Gives a value its typed form, for rows that are items. */
static bool typed_form(struct bf_sql *s, struct bf_attr *a, struct bf_err *e)
{
    if (a->av.p)
        return true;
    struct bf_str tag = bf_attr_type_name(a->type);
    bool quotes = a->type == BF_ATTR_S || a->type == BF_ATTR_N || a->type == BF_ATTR_B;
    bf_buf_reset(&s->typed);
    bf_buf_lit(&s->typed, "{\"");
    bf_buf_adds(&s->typed, tag);
    bf_buf_add(&s->typed, "\":\"", quotes ? 3 : 2);
    bf_buf_adds(&s->typed, a->val);
    bf_buf_add(&s->typed, "\"}", quotes ? 2 : 0);
    if (!quotes)
        bf_buf_lit(&s->typed, "}");
    return bf_buf_check(&s->typed, "a value", e) && keep(s, bf_buf_view(&s->typed), &a->av, e);
}

/* What a column of that kind alone held; types are bits. */
static bool only(unsigned types, unsigned which)
{
    types &= ~(1u << BF_ATTR_NULL);
    return types && !(types & ~which);
}

/* A text without its subtype that can only have been a long number, as in sql_order.c. */
static bool was_number(const struct bf_sql *s, struct bf_str text)
{
    return s->forgets && s->long_numbers && !s->long_texts && !s->long_metas && !s->makes_text &&
           bf_sql_looks_long(text);
}

/* The JSON of a set is that of the set again; numbers stand in quotes there. */
static bool set(struct bf_sql *s, struct bf_str text, enum bf_attr_type type, struct bf_attr *a,
                struct bf_err *e)
{
    bool quotes = type == BF_ATTR_NS && text.n > 2;
    bf_buf_reset(&s->scratch);
    for (size_t i = 0; i < text.n; i++) {
        bf_buf_add(&s->scratch, "\"", quotes && (text.p[i] == ',' || text.p[i] == ']'));
        bf_buf_addc(&s->scratch, text.p[i]);
        bf_buf_add(&s->scratch, "\"", quotes && (text.p[i] == ',' || text.p[i] == '['));
    }
    a->type = type;
    return bf_buf_check(&s->scratch, "a value", e) && keep(s, bf_buf_view(&s->scratch), &a->val, e);
}

static bool text_value(struct bf_sql *s, struct bf_str text, unsigned sub, unsigned types,
                       struct bf_attr *a, struct bf_err *e)
{
    const unsigned nested =
        1u << BF_ATTR_M | 1u << BF_ATTR_L | 1u << BF_ATTR_SS | 1u << BF_ATTR_NS | 1u << BF_ATTR_BS;
    for (int type = BF_ATTR_SS; type <= BF_ATTR_BS; type++)
        if (only(types, 1u << type))
            return set(s, text, (enum bf_attr_type)type, a, e);
    if (sub == SQL_SUB_JSON || only(types, nested))
        return json(s, text, a, e);
    if (sub == SQL_SUB_NUMBER || only(types, 1u << BF_ATTR_N) || (!sub && was_number(s, text)))
        return number(s, text, a, e);
    if (!string(s, text, a, e))
        return false;
    if (only(types, 1u << BF_ATTR_B))
        a->type = BF_ATTR_B;
    return true;
}

static bool from_value(struct bf_sql *s, sqlite3_value *v, unsigned types, struct bf_attr *a,
                       struct bf_err *e)
{
    const struct sql_api *api = s->api;
    unsigned sub = api->value_subtype(v);
    switch (api->value_type(v)) {
    case SQLITE_INTEGER:
        if (sub == SQL_SUB_BOOL || only(types, 1u << BF_ATTR_BOOL)) {
            a->type = BF_ATTR_BOOL;
            return keep(s, api->value_int64(v) ? BF_STR("true") : BF_STR("false"), &a->val, e);
        }
        a->type = BF_ATTR_N;
        a->json = true;
        return keep(s, bf_str_of((const char *)api->value_text(v)), &a->val, e);
    case SQLITE_FLOAT:
        return real(s, api->value_double(v), a, e);
    case SQLITE_TEXT: {
        const char *p = (const char *)api->value_text(v);
        return text_value(s, bf_str(p, (size_t)api->value_bytes(v)), sub, types, a, e);
    }
    case SQLITE_BLOB: {
        const void *p = api->value_blob(v);
        struct bf_buf text;
        bf_buf_init(&text, 512u * 1024 * 1024);
        bf_base64_encode(&text, bf_str(p, (size_t)api->value_bytes(v)));
        bool ok = bf_buf_check(&text, "a value", e) && string(s, bf_buf_view(&text), a, e);
        a->type = BF_ATTR_B;
        bf_buf_free(&text);
        return ok;
    }
    default:
        a->type = BF_ATTR_NULL;
        return keep(s, BF_STR("true"), &a->val, e);
    }
}

/* Is the attribute's place taken by a result of that name? */
static bool taken(const struct sql_query *q, const struct bf_attr *a)
{
    for (size_t i = 0; i < q->n; i++)
        if (!q->result[i].star && bf_attr_is(a, q->result[i].name))
            return true;
    return false;
}

/* A whole row that was stored by bf_sql_put_row. */
static bool stored_row(struct bf_sql *s, const struct sql_query *q, struct bf_str text,
                       struct bf_err *e)
{
    if (!bf_change_item(&s->kept, text, e))
        return false;
    for (size_t i = 0; i < s->kept.new_image.n; i++) {
        const struct bf_attr *a = &s->kept.new_image.attr[i];
        if (!(q->override && taken(q, a)) && !bf_sql_add_attr(s, a, e))
            return false;
    }
    return true;
}

/* All attributes of the change, then its metadata. */
static bool whole_row(struct bf_sql *s, const struct sql_query *q, struct bf_err *e)
{
    for (size_t i = 0; i < s->image->n; i++) {
        const struct bf_attr *a = &s->image->attr[i];
        if (s->row->reserved[(unsigned char)a->name.p[0]] && bf_row_collides(s->row, a, e))
            return false;
        if (!(q->override && taken(q, a)) && !bf_sql_add_attr(s, a, e))
            return false;
    }
    for (size_t i = 0; i < s->row->conf.nmeta; i++) {
        struct row_meta *m = &s->row->meta[i];
        struct bf_attr a = {.type = BF_ATTR_NULL};
        struct bf_change_text t;
        struct bf_str name;
        char room[ROW_META_BYTES];
        bf_row_meta_cell(s->row, m->what, s->change, room, &t);
        if (!keep(s, m->json, &name, e))
            return false;
        a.name = bf_str(name.p + 1, name.n - 3); /* "_op": */
        if (q->override && taken(q, &a))
            continue;
        if (t.text.p) {
            bf_buf_reset(&s->typed);
            bf_buf_lit(&s->typed, "\"");
            bf_buf_adds(&s->typed, t.text);
            bf_buf_lit(&s->typed, "\"");
            if (!bf_buf_check(&s->typed, "a value", e) ||
                !keep(s, bf_buf_view(&s->typed), &a.val, e))
                return false;
            a.type = BF_ATTR_S;
            a.escaped = t.escaped;
            a.val = bf_str(a.val.p + 1, a.val.n - 2);
        } else if (!keep(s, BF_STR("true"), &a.val, e))
            return false;
        if (!typed_form(s, &a, e) || !bf_sql_add_attr(s, &a, e))
            return false;
    }
    return true;
}

bool bf_sql_columns(struct bf_sql *s, struct bf_image *image, struct bf_err *e)
{
    *image = (struct bf_image){.present = s->rows.n > 0};
    s->nattr = 0;
    for (size_t i = 0; i < s->rows.n; i++) {
        struct bf_attr a = {.name = s->rows.result[i].attr.name,
                            .name_escaped = s->rows.result[i].attr.name_escaped,
                            .type = BF_ATTR_NULL};
        image->present &= !s->rows.result[i].star;
        if (!bf_sql_add_attr(s, &a, e))
            return false;
    }
    if (image->present)
        *image = bf_row_image_of(s->attr, s->nattr);
    return true;
}

bool bf_sql_put_row(struct bf_sql *s, struct bf_buf *out, struct bf_err *e)
{
    static const struct sql_query all = {.override = false};
    s->nattr = 0;
    bf_arena_reset(&s->values);
    if (!whole_row(s, &all, e))
        return false;
    bf_buf_lit(out, "{");
    for (size_t i = 0; i < s->nattr; i++) {
        const struct bf_attr *a = &s->attr[i];
        bf_buf_add(out, ",", i > 0);
        bf_buf_add(out, a->name.p - 1, a->name.n + 2);
        bf_buf_lit(out, ":");
        bf_value_put_av(out, a);
    }
    bf_buf_lit(out, "}");
    return true;
}

bool bf_sql_collect(struct bf_sql *s, struct sql_query *q, bool stored, struct bf_err *e)
{
    bool items = bf_row_typed(s->row);
    s->nattr = 0;
    bf_arena_reset(&s->values);
    for (size_t i = 0; i < q->n; i++) {
        const struct sql_result *r = &q->result[i];
        struct bf_attr a = {.name = r->attr.name, .name_escaped = r->attr.name_escaped};
        const struct sql_column *column = r->column == SIZE_MAX ? NULL : &s->column[r->column];
        if (r->star) {
            struct bf_str text = bf_str_of((const char *)s->api->column_text(q->stmt, (int)i));
            if (!(stored ? stored_row(s, q, text, e) : whole_row(s, q, e)))
                return false;
            continue;
        }
        if (column && !stored && column->meta == BF_META_N && column->serial == s->serial &&
            column->attr) {
            a = *column->attr;
            a.name = r->attr.name;
            a.name_escaped = r->attr.name_escaped;
        } else if (!from_value(s, s->api->column_value(q->stmt, (int)i),
                               column && stored ? column->types : r->types, &a, e) ||
                   (items && !typed_form(s, &a, e)))
            return false;
        if (!bf_sql_add_attr(s, &a, e))
            return false;
    }
    return true;
}
