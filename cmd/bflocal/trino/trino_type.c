/* Types, CAST and TRY_CAST. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/trino/trino_impl.h"

static const struct {
    const char *name, *to;
    bool is_integer;
    enum trino_kind kind;
} types[] = {
    {"BOOLEAN", "BOOLEAN", false, TRINO_BOOLEAN}, {"TINYINT", "TINYINT", true, TRINO_NUMBER},
    {"SMALLINT", "SMALLINT", true, TRINO_NUMBER}, {"INTEGER", "INTEGER", true, TRINO_NUMBER},
    {"INT", "INTEGER", true, TRINO_NUMBER},       {"BIGINT", "BIGINT", true, TRINO_NUMBER},
    {"REAL", "FLOAT", false, TRINO_NUMBER},       {"DATE", "DATE", false, TRINO_DATE},
    {"VARBINARY", "BLOB", false, TRINO_OTHER},    {"UUID", "UUID", false, TRINO_OTHER},
    {"JSON", "JSON", false, TRINO_OTHER},
};

/* Reads "(n)" or "(p, s)"; *n is the number of values. */
static bool numbers(struct sql *s, int out[2], int *n)
{
    *n = 0;
    if (!trino_take(s, "("))
        return true;
    do {
        if (s->at->kind != BL_TOKEN_NUMBER || *n == 2)
            return trino_unexpected(s);
        out[(*n)++] = (int)strtol(s->at->text.p, NULL, 10);
        s->at++;
    } while (trino_take(s, ","));
    return trino_expect(s, ")");
}

/* Reads (name type, ...) of a row. */
static bool fields(struct sql *s)
{
    struct trino_type type;
    bf_buf_lit(s->out, "STRUCT(");
    if (!trino_expect(s, "("))
        return false;
    do {
        if (!trino_is_name(s->at))
            return trino_unexpected(s);
        trino_put_name(s, trino_fold(s, s->at->text));
        s->at++;
        bf_buf_addc(s->out, ' ');
        if (!trino_type(s, &type))
            return false;
        bf_buf_adds(s->out, type.text);
        if (!bl_token_is(s->at, ")"))
            bf_buf_lit(s->out, ", ");
    } while (trino_take(s, ","));
    bf_buf_addc(s->out, ')');
    return trino_expect(s, ")");
}

static bool nested(struct sql *s, bool *done)
{
    struct trino_type a, b;
    *done = true;
    if (trino_word(s, "ARRAY")) {
        const char *close = bl_token_is(s->at, "<") ? ">" : ")";
        s->at++;
        if (!trino_type(s, &a) || !trino_expect(s, close))
            return false;
        bf_buf_adds(s->out, a.text);
        bf_buf_lit(s->out, "[]");
        return true;
    }
    if (trino_word(s, "MAP")) {
        const char *close = bl_token_is(s->at, "<") ? ">" : ")";
        s->at++;
        if (!trino_type(s, &a) || !trino_expect(s, ",") || !trino_type(s, &b) ||
            !trino_expect(s, close))
            return false;
        bf_buf_lit(s->out, "MAP(");
        bf_buf_adds(s->out, a.text);
        bf_buf_lit(s->out, ", ");
        bf_buf_adds(s->out, b.text);
        bf_buf_addc(s->out, ')');
        return true;
    }
    if (trino_word(s, "ROW"))
        return fields(s);
    *done = false;
    return true;
}

static bool time_type(struct sql *s, struct trino_type *type, bool *done)
{
    int n[2], count;
    bool stamp = bl_token_word(s->at, "TIMESTAMP");
    *done = stamp || bl_token_word(s->at, "TIME");
    if (!*done)
        return true;
    s->at++;
    if (!numbers(s, n, &count))
        return false;
    bool zone = trino_word(s, "WITH");
    if (zone && (!trino_expect_word(s, "TIME") || !trino_expect_word(s, "ZONE")))
        return false;
    if (zone && !stamp)
        return trino_fail(s, "bflocal has no type time with time zone");
    bf_buf_adds(s->out, bf_str_of(zone ? "TIMESTAMPTZ" : stamp ? "TIMESTAMP" : "TIME"));
    type->kind = stamp ? TRINO_TIMESTAMP : TRINO_OTHER;
    return true;
}

static bool plain(struct sql *s, struct trino_type *type)
{
    int n[2] = {38, 0}, count = 0;
    const struct bl_token *name = s->at++;
    for (size_t i = 0; i < BF_COUNT(types); i++)
        if (bl_token_word(name, types[i].name)) {
            bf_buf_adds(s->out, bf_str_of(types[i].to));
            type->is_integer = types[i].is_integer;
            type->kind = types[i].kind;
            type->is_json = bl_token_word(name, "JSON");
            return true;
        }
    if (bl_token_word(name, "DOUBLE")) {
        (void)trino_word(s, "PRECISION");
        bf_buf_lit(s->out, "DOUBLE");
        type->kind = TRINO_NUMBER;
        return true;
    }
    if (bl_token_word(name, "VARCHAR") || bl_token_word(name, "STRING")) {
        type->is_text = true;
        bf_buf_lit(s->out, "VARCHAR");
        if (!numbers(s, n, &count))
            return false;
        type->length = count ? n[0] : 0;
        return true;
    }
    if (bl_token_word(name, "DECIMAL") || bl_token_word(name, "NUMERIC")) {
        if (!numbers(s, n, &count))
            return false;
        bf_buf_addf(s->out, "DECIMAL(%d,%d)", n[0], n[1]);
        type->kind = TRINO_NUMBER;
        return (n[0] >= 1 && n[0] <= 38 && n[1] >= 0 && n[1] <= n[0]) ||
               trino_fail(s, "DECIMAL precision must be in range [1, 38], its scale not above it");
    }
    s->at = name;
    return trino_fail(s, "bflocal has no type %.*s", (int)(name->raw.n > 60 ? 60 : name->raw.n),
                      name->raw.p);
}

bool trino_type(struct sql *s, struct trino_type *type)
{
    size_t from = s->out->n;
    bool done;
    memset(type, 0, sizeof *type);
    if (!trino_deeper(s) || !nested(s, &done) || (!done && !time_type(s, type, &done)) ||
        (!done && !plain(s, type)))
        return false;
    s->depth--;
    type->text = trino_cut(s, from);
    return true;
}

static void put3(struct sql *s, const char *a, struct bf_str x, const char *b)
{
    bf_buf_adds(s->out, bf_str_of(a));
    bf_buf_adds(s->out, x);
    bf_buf_adds(s->out, bf_str_of(b));
}

/* A text is cut to its length; any other value has to fit. */
static bool cast_length(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    const struct bl_duck_found *f = trino_probe(s, x);
    if (!f) {
        bf_buf_lit(s->out, "athena_text(");
        trino_put_probe(s, x);
        bf_buf_lit(s->out, ")");
        return s->e->code == BF_OK;
    }
    if (trino_is_chain(f)) {
        put3(s, try ? "TRY(athena_substr(athena_text(" : "athena_substr(athena_text(", x, "), 1, ");
        bf_buf_addf(s->out, "%d)%s", type->length, try ? ")" : "");
        return true;
    }
    put3(s, "CASE WHEN length(athena_text(", x, ")) > ");
    bf_buf_addf(s->out, "%d THEN ", type->length);
    if (!try) {
        put3(s, "athena_fail('INVALID_CAST_ARGUMENT: Value ' || athena_text(", x, ") || ");
        bf_buf_addf(s->out, "' cannot be represented as varchar(%d)')", type->length);
    } else
        bf_buf_lit(s->out, "NULL");
    put3(s, " ELSE athena_text(", x, ") END");
    return true;
}

static bool cast_text(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    if (type->length)
        return cast_length(s, x, type, try);
    bf_buf_adds(s->out, bf_str_of(try ? "TRY(" : ""));
    put3(s, "athena_text(", x, ")");
    bf_buf_adds(s->out, bf_str_of(try ? ")" : ""));
    return true;
}

/* Does Trino cast from one kind to the other? DuckDB does some of the others, and makes NULL of all in TRY_CAST. */
static bool castable(const struct bl_duck_found *f, enum trino_kind to)
{
    bool date = f->id == DUCKDB_DATE,
         time = f->id == DUCKDB_TIMESTAMP || f->id == DUCKDB_TIMESTAMP_TZ;
    bool number = trino_is_integer(f) || trino_is_float(f) || f->id == DUCKDB_DECIMAL ||
                  f->id == DUCKDB_BOOLEAN;
    if (to == TRINO_NUMBER || to == TRINO_BOOLEAN)
        return !date && !time && f->id != DUCKDB_INTERVAL;
    return to == TRINO_OTHER || (!number && !f->json);
}

/* Text must be digits only, and halves are rounded up; DuckDB accepts "2.5" and rounds halves to even. */
static bool cast_integer(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    const struct bl_duck_found *f = trino_probe(s, x);
    if (!f) {
        put3(s, "CAST(", BF_STR(""), "");
        trino_put_probe(s, x);
        put3(s, " AS ", type->text, ")");
        return s->e->code == BF_OK;
    }
    const char *cast = try ? "TRY_CAST(" : "CAST(";
    if (!castable(f, TRINO_NUMBER))
        return trino_fail(s, "TYPE_MISMATCH: Cannot cast %s to %.*s", f->text, (int)type->text.n,
                          type->text.p);
    if (trino_is_float(f)) {
        put3(s, cast, BF_STR(""), "round(");
        put3(s, "", x, ") AS ");
    } else if (f->id == DUCKDB_VARCHAR && !f->json) {
        put3(s, cast, BF_STR(""), "CASE WHEN regexp_full_match(");
        put3(s, "", x, ", '[+-]?[0-9]+') ");
        if (!try)
            put3(s, "OR (", x, ") IS NULL ");
        put3(s, "THEN (", x, ")");
        if (!try) {
            put3(s, " ELSE athena_fail('INVALID_CAST_ARGUMENT: Cannot cast ''' || (", x,
                 ") || ''' to ");
            put3(s, "", type->text, "')");
        }
        put3(s, " END AS ", BF_STR(""), "");
    } else {
        put3(s, cast, x, " AS ");
    }
    put3(s, "", type->text, ")");
    return true;
}

/* A date as text has no time. */
static void cast_date(struct sql *s, struct bf_str x, bool try)
{
    put3(s, try ? "CASE WHEN regexp_full_match(" : "CASE WHEN (", x, "");
    if (!try)
        put3(s, ") IS NULL OR regexp_full_match(", x, "");
    put3(s, ", '\\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}\\s*') THEN ", BF_STR(""),
         try ? "TRY_CAST(" : "CAST(");
    put3(s, "", x, " AS DATE)");
    if (!try)
        put3(s, " ELSE athena_fail('INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || ", x,
             ")");
    put3(s, " END", BF_STR(""), "");
}

static bool cast_plain(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    const struct bl_duck_found *f =
        type->kind == TRINO_OTHER || type->kind == TRINO_UNKNOWN ? NULL : trino_probe(s, x);
    if (!f && type->kind != TRINO_OTHER && type->kind != TRINO_UNKNOWN) {
        put3(s, "CAST(NULLIF(1, ", BF_STR(""), "");
        trino_put_probe(s, x);
        put3(s, ") AS ", type->text, ")");
        return s->e->code == BF_OK;
    }
    if (f && !castable(f, type->kind))
        return trino_fail(s, "TYPE_MISMATCH: Cannot cast %s to %.*s", f->text, (int)type->text.n,
                          type->text.p);
    if (f && type->kind == TRINO_DATE && f->id == DUCKDB_VARCHAR) {
        cast_date(s, x, try);
        return true;
    }
    put3(s, try ? "TRY_CAST(" : "CAST(", x, " AS ");
    put3(s, "", type->text, ")");
    return true;
}

bool trino_date(struct sql *s, struct bf_str x)
{
    struct trino_type date = {.text = BF_STR("DATE"), .kind = TRINO_DATE};
    return cast_plain(s, x, &date, false);
}

bool trino_cast(struct sql *s, bool try)
{
    struct trino_type type;
    size_t from = s->out->n;
    if (!trino_expect(s, "(") || !trino_expr(s))
        return false;
    struct bf_str x = trino_cut(s, from);
    if (!trino_expect_word(s, "AS") || !trino_type(s, &type) || !trino_expect(s, ")"))
        return false;
    if (type.is_text)
        return cast_text(s, x, &type, try);
    if (type.is_integer)
        return cast_integer(s, x, &type, try);
    if (type.is_json) {
        put3(s, try ? "TRY(CAST(athena_json(" : "CAST(athena_json(", x,
             try ? ") AS JSON))" : ") AS JSON)");
        return true;
    }
    return cast_plain(s, x, &type, try);
}
