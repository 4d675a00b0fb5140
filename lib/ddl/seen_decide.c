#include "lib/ddl/seen.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/ddl/name.h"

enum { ROOMY = 18, SHOWN = 40 };

enum family { NUMBER, BOOLEAN, TEXT, ARRAY, OBJECT, FAMILIES };
static const char *const family_names[] = {"a number", "a boolean", "text", "an array",
                                           "an object"};

/* The state of a decision, the same at every depth. */
struct decision {
    struct bf_arena *arena;
    bool iso;
    unsigned depth;
    struct bf_err *e;
};

static bool decide(struct decision *d, const struct bf_ddl_seen *s, struct bf_ddl_verdict *out);

static enum family family_of(enum bf_ddl_value v)
{
    switch (v) {
    case BF_DDL_SEEN_BOOLEAN:
        return BOOLEAN;
    case BF_DDL_SEEN_INTEGER:
    case BF_DDL_SEEN_DECIMAL:
    case BF_DDL_SEEN_DOUBLE:
    case BF_DDL_SEEN_BEYOND:
        return NUMBER;
    case BF_DDL_SEEN_ARRAY:
        return ARRAY;
    case BF_DDL_SEEN_OBJECT:
        return OBJECT;
    default:
        return TEXT;
    }
}

static void because(struct bf_ddl_verdict *out, enum bf_type_kind kind, const char *fmt, ...)
    BF_PRINTF(3, 4);
static void because(struct bf_ddl_verdict *out, enum bf_type_kind kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    out->type.kind = kind;
    (void)vsnprintf(out->why, sizeof out->why, fmt, ap);
    va_end(ap);
}

/* Six decimals of a second can hold three. */
static void decide_iso(const struct bf_ddl_seen *s, struct bf_ddl_verdict *out)
{
    if (s->iso_decimals >> 7) {
        because(out, BF_TYPE_STRING, "ISO 8601 times with more than 6 decimals of a second");
        return;
    }
    because(out, BF_TYPE_TIMESTAMP, "all values are ISO 8601 times");
    out->type.utc = true;
    out->type.scale = s->iso_decimals >> 4 ? 6 : 3;
}

static void decide_text(const struct bf_ddl_seen *s, bool iso, struct bf_ddl_verdict *out)
{
    size_t n = 0;
    for (int v = BF_DDL_SEEN_EMPTY; v <= BF_DDL_SEEN_TEXT; v++)
        n += s->first[v] != 0;
    if (s->first[BF_DDL_SEEN_TEXT])
        because(out, BF_TYPE_STRING, "row %" PRIu64 " has text", s->first[BF_DDL_SEEN_TEXT]);
    else if (s->first[BF_DDL_SEEN_EMPTY])
        because(out, BF_TYPE_STRING, "row %" PRIu64 " has an empty text",
                s->first[BF_DDL_SEEN_EMPTY]);
    else if (n > 1)
        because(out, BF_TYPE_STRING, "the rows have dates and times in different forms");
    else if (s->first[BF_DDL_SEEN_DATE])
        because(out, BF_TYPE_DATE, "all values are dates");
    else if (s->first[BF_DDL_SEEN_TIMESTAMP]) {
        because(out, BF_TYPE_TIMESTAMP, "all values are timestamps");
        out->type.scale = 6;
    } else if (iso)
        decide_iso(s, out);
    else
        because(out, BF_TYPE_STRING,
                "ISO 8601 times with T and Z; from_iso8601_timestamp() reads them in a query");
}

static void decide_number(const struct bf_ddl_seen *s, struct bf_ddl_verdict *out)
{
    unsigned all = s->before + s->after;
    if (s->first[BF_DDL_SEEN_BEYOND])
        because(out, BF_TYPE_STRING, "row %" PRIu64 " has a number that is beyond a double",
                s->first[BF_DDL_SEEN_BEYOND]);
    else if (s->first[BF_DDL_SEEN_DOUBLE])
        because(out, BF_TYPE_DOUBLE, "row %" PRIu64 " has a number of more than 38 digits",
                s->first[BF_DDL_SEEN_DOUBLE]);
    else if (all > BF_TYPE_DIGITS)
        because(out, BF_TYPE_DOUBLE,
                "%u digit%s before the point (row %" PRIu64 ") and %u after it (row %" PRIu64
                ") are more than 38",
                s->before, s->before == 1 ? "" : "s", s->before_row, s->after, s->after_row);
    else if (!s->first[BF_DDL_SEEN_DECIMAL]) {
        because(out, BF_TYPE_INTEGER,
                "all values are whole numbers, the longest of %u digit%s (row %" PRIu64 ")",
                s->before ? s->before : 1, s->before > 1 ? "s" : "", s->before_row);
        out->type.bits = 64;
    } else {
        because(out, BF_TYPE_DECIMAL,
                "numbers, at most %u digit%s before the point (row %" PRIu64
                ") and %u after it (row %" PRIu64 ")",
                s->before, s->before == 1 ? "" : "s", s->before_row, s->after, s->after_row);
        out->type.digits = all <= ROOMY ? ROOMY : BF_TYPE_DIGITS;
        out->type.scale = (int)s->after;
    }
}

/* Allocates the fields of a nested type. */
static bool parts(struct decision *d, struct bf_type *t, size_t n)
{
    t->field = bf_arena_alloc(d->arena, n * sizeof *t->field);
    t->n = n;
    if (!t->field)
        return bf_err_nomem(d->e);
    memset(t->field, 0, n * sizeof *t->field);
    return true;
}

static bool decide_array(struct decision *d, const struct bf_ddl_seen *s,
                         struct bf_ddl_verdict *out)
{
    struct bf_ddl_verdict v = {.type.kind = BF_TYPE_STRING, .why = "no row has an element"};
    if (!parts(d, &out->type, 1) || (s->element && !decide(d, s->element, &v)))
        return false;
    out->type.field[0] = (struct bf_field){BF_STR("element"), v.type};
    out->torn = v.torn;
    because(out, BF_TYPE_ARRAY, "arrays; their elements: %.160s", v.why);
    return true;
}

/* Are the members unsuitable as fields of a struct? If so, says why. */
static bool no_fields(const struct bf_ddl_seen *s, char *why, size_t size)
{
    if (s->many_row)
        (void)snprintf(why, size, "row %" PRIu64 " has the name after the first %d", s->many_row,
                       BF_DDL_MEMBERS_MAX);
    else if (s->alike_row)
        (void)snprintf(why, size,
                       "row %" PRIu64 " has a name that differs from another only in case",
                       s->alike_row);
    else if (s->nmembers == 0)
        (void)snprintf(why, size, "all objects are empty");
    else {
        size_t i = 0;
        while (i < s->nmembers && bf_ddl_name_is_simple(s->member[i].name))
            i++;
        if (i == s->nmembers)
            return false;
        struct bf_str n = s->member[i].name;
        (void)snprintf(why, size, "'%.*s' cannot be the name of a field",
                       (int)(n.n < SHOWN ? n.n : SHOWN), n.p);
    }
    return true;
}

static bool same_plain(const struct bf_type *a, const struct bf_type *b)
{
    return a->kind == b->kind && a->kind < BF_TYPE_ARRAY && a->scale == b->scale;
}

static bool decide_map(struct decision *d, const struct bf_ddl_seen *s, struct bf_ddl_verdict *out,
                       const char *why)
{
    struct bf_type value = {.kind = BF_TYPE_STRING};
    for (size_t i = 0; i < s->nmembers; i++) {
        struct bf_ddl_verdict v;
        if (!decide(d, s->member[i].seen, &v))
            return false;
        if (i == 0)
            value = v.type;
        else if (!same_plain(&value, &v.type)) {
            out->torn = true;
            because(out, BF_TYPE_JSON, "objects as JSON text: %s, and values differ in type", why);
            return true;
        } else if (v.type.digits > value.digits)
            value = v.type;
    }
    if (!parts(d, &out->type, 2))
        return false;
    out->type.field[0] =
        (struct bf_field){BF_STR("key"), {.kind = BF_TYPE_STRING, .required = true}};
    out->type.field[1] = (struct bf_field){BF_STR("value"), value};
    because(out, BF_TYPE_MAP, "objects as maps: %s", why);
    return true;
}

static bool decide_object(struct decision *d, const struct bf_ddl_seen *s,
                          struct bf_ddl_verdict *out)
{
    char why[120];
    if (no_fields(s, why, sizeof why))
        return decide_map(d, s, out, why);
    if (!parts(d, &out->type, s->nmembers))
        return false;
    because(out, BF_TYPE_STRUCT, "objects");
    for (size_t i = 0; i < s->nmembers; i++) {
        struct bf_ddl_verdict v;
        struct bf_str name = s->member[i].name;
        if (!decide(d, s->member[i].seen, &v))
            return false;
        out->type.field[i] = (struct bf_field){name, v.type};
        if (v.torn && !out->torn) {
            out->torn = true;
            because(out, BF_TYPE_STRUCT, "objects; their %.*s: %.130s",
                    (int)(name.n < SHOWN ? name.n : SHOWN), name.p, v.why);
        }
    }
    return true;
}

static bool decide_nested(struct decision *d, const struct bf_ddl_seen *s, bool array,
                          struct bf_ddl_verdict *out)
{
    if (d->depth == BF_TYPE_DEPTH) {
        because(out, BF_TYPE_JSON, "nested deeper than %d", BF_TYPE_DEPTH);
        return true;
    }
    d->depth++;
    bool ok = array ? decide_array(d, s, out) : decide_object(d, s, out);
    d->depth--;
    return ok;
}

static bool decide(struct decision *d, const struct bf_ddl_seen *s, struct bf_ddl_verdict *out)
{
    uint64_t first[FAMILIES] = {0};
    enum family kinds[2] = {NUMBER, NUMBER};
    size_t n = 0;
    for (int v = BF_DDL_SEEN_BOOLEAN; v < BF_DDL_SEEN_N; v++) {
        enum family f = family_of((enum bf_ddl_value)v);
        if (s->first[v] && (first[f] == 0 || s->first[v] < first[f]))
            first[f] = s->first[v];
    }
    for (int f = 0; f < FAMILIES; f++)
        if (first[f] && n++ < 2)
            kinds[n - 1] = (enum family)f;
    memset(out, 0, sizeof *out);
    if (n == 0)
        because(out, BF_TYPE_STRING, "no row has a value");
    else if (n > 1) {
        out->torn = true;
        because(out, BF_TYPE_STRING, "row %" PRIu64 " has %s, row %" PRIu64 " has %s",
                first[kinds[0]], family_names[kinds[0]], first[kinds[1]], family_names[kinds[1]]);
    } else if (kinds[0] == BOOLEAN)
        because(out, BF_TYPE_BOOLEAN, "all values are booleans");
    else if (kinds[0] == TEXT)
        decide_text(s, d->iso, out);
    else if (kinds[0] == NUMBER)
        decide_number(s, out);
    else
        return decide_nested(d, s, kinds[0] == ARRAY, out);
    return true;
}

bool bf_ddl_seen_decide(struct bf_arena *a, const struct bf_ddl_seen *s, bool iso,
                        struct bf_ddl_verdict *out, struct bf_err *e)
{
    struct decision d = {.arena = a, .iso = iso, .e = e};
    return decide(&d, s, out);
}
