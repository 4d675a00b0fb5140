/* Types. */
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
    if (stamp && count && n[0] != 3)
        return trino_fail(s, "bflocal has no type timestamp(%d): its timestamps have milliseconds",
                          n[0]);
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
