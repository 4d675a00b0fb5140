#define _GNU_SOURCE /* strcasestr */
#include "cmd/bflocal/hive/hive.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/http/document.h"

static const struct {
    const char *name, *to;
} types[] = {
    {"string", "VARCHAR"},      {"varchar", "VARCHAR"},   {"char", "VARCHAR"},
    {"tinyint", "TINYINT"},     {"smallint", "SMALLINT"}, {"int", "INTEGER"},
    {"integer", "INTEGER"},     {"bigint", "BIGINT"},     {"float", "FLOAT"},
    {"double", "DOUBLE"},       {"boolean", "BOOLEAN"},   {"date", "DATE"},
    {"timestamp", "TIMESTAMP"}, {"binary", "BLOB"},
};

struct reader {
    const char *p;
    const char *all;
    struct bf_buf *out;
    struct bf_err *e;
    unsigned depth;
};

static bool fail(struct reader *r)
{
    return bf_err_set(r->e, BF_E_INPUT, "HIVE_INVALID_METADATA: bflocal has no type '%.200s'",
                      r->all);
}

static void blank(struct reader *r)
{
    while (isspace((unsigned char)*r->p))
        r->p++;
}

static bool take(struct reader *r, char c)
{
    blank(r);
    if (*r->p != c)
        return false;
    r->p++;
    return true;
}

static size_t word(struct reader *r, char out[128])
{
    size_t n = 0;
    blank(r);
    while ((isalnum((unsigned char)*r->p) || strchr("_$-", *r->p)) && *r->p && n + 1 < 128)
        out[n++] = (char)tolower((unsigned char)*r->p++);
    out[n] = '\0';
    return n;
}

static bool type(struct reader *r);

static bool fields(struct reader *r)
{
    char name[128];
    bool first = true;
    bf_buf_lit(r->out, "STRUCT(");
    do {
        bool quoted = take(r, '`');
        if (!word(r, name) || (quoted && !take(r, '`')) || !take(r, ':'))
            return fail(r);
        bf_buf_addf(r->out, "%s\"%s\" ", first ? "" : ", ", name);
        first = false;
        if (!type(r))
            return false;
    } while (take(r, ','));
    bf_buf_addc(r->out, ')');
    return take(r, '>') || fail(r);
}

static bool decimal(struct reader *r)
{
    unsigned long p = 10, s = 0;
    char *end;
    if (take(r, '(')) {
        p = strtoul(r->p, &end, 10);
        r->p = end;
        if (take(r, ',')) {
            s = strtoul(r->p, &end, 10);
            r->p = end;
        }
        if (!take(r, ')'))
            return fail(r);
    }
    bf_buf_addf(r->out, "DECIMAL(%lu,%lu)", p, s);
    return (p >= 1 && p <= 38 && s <= p) || fail(r);
}

static bool type(struct reader *r)
{
    char name[128];
    if (++r->depth > 32 || !word(r, name))
        return fail(r);
    bool ok = true;
    if (strcmp(name, "array") == 0) {
        ok = take(r, '<') && type(r) && take(r, '>');
        bf_buf_lit(r->out, "[]");
    } else if (strcmp(name, "map") == 0) {
        bf_buf_lit(r->out, "MAP(");
        ok = take(r, '<') && type(r) && take(r, ',');
        bf_buf_lit(r->out, ", ");
        ok = ok && type(r) && take(r, '>');
        bf_buf_addc(r->out, ')');
    } else if (strcmp(name, "struct") == 0)
        ok = take(r, '<') && fields(r);
    else if (strcmp(name, "decimal") == 0)
        ok = decimal(r);
    else {
        size_t i = 0;
        while (i < BF_COUNT(types) && strcmp(name, types[i].name) != 0)
            i++;
        if (i == BF_COUNT(types))
            return fail(r);
        bf_buf_adds(r->out, bf_str_of(types[i].to));
        if (take(r, '(')) { /* the length of a varchar */
            ok = word(r, name) && take(r, ')');
        }
    }
    r->depth--;
    return ok || (r->e->code == BF_OK ? fail(r) : false);
}

bool bl_hive_type(const char *text, struct bf_buf *out, struct bf_err *e)
{
    struct reader r = {.p = text, .all = text, .out = out, .e = e};
    bf_err_clear(e);
    if (!type(&r))
        return false;
    blank(&r);
    return !*r.p || fail(&r);
}

static bool has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

bool bl_hive_format(const json_t *sd, enum bl_hive_format *format, struct bf_err *e)
{
    const char *serde = bl_document_text(json_object_get(sd, "SerdeInfo"), "SerializationLibrary");
    const char *input = bl_document_text(sd, "InputFormat");
    if (has(serde, "openx.data.jsonserde") || has(serde, "hcatalog.data.JsonSerDe") ||
        has(serde, "serde2.JsonSerDe"))
        *format = BL_HIVE_JSON;
    else if (has(serde, "OpenCSVSerde"))
        *format = BL_HIVE_CSV;
    else if (has(serde, "LazySimpleSerDe"))
        *format = BL_HIVE_LAZY;
    else if (has(serde, "ParquetHiveSerDe") || (!*serde && has(input, "Parquet")))
        *format = BL_HIVE_PARQUET;
    else
        return bf_err_set(e, BF_E_INPUT,
                          "HIVE_UNSUPPORTED_FORMAT: bflocal reads JSON, CSV, delimited text and "
                          "Parquet, not %.200s",
                          *serde   ? serde
                          : *input ? input
                                   : "a table without a SerDe");
    return true;
}
