/* CAST and TRY_CAST: what Trino casts, and how. */
#include <ctype.h>
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

static void put3(struct sql *s, const char *a, struct bf_str x, const char *b)
{
    bf_buf_adds(s->out, bf_str_of(a));
    bf_buf_adds(s->out, x);
    bf_buf_adds(s->out, bf_str_of(b));
}

/* A text is cut to its length; any other value has to fit. The text of a double has another form in Trino if its
 * length is limited. */
static bool cast_length(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    const struct bl_duck_found *f = trino_probe(s, x);
    if (!f) {
        bf_buf_lit(s->out, "athena_text(");
        trino_put_probe(s, x);
        bf_buf_lit(s->out, ")");
        return s->e->code == BF_OK;
    }
    if (trino_is_float(f))
        return trino_fail(s, "bflocal does not cast a %s to varchar(%d): cast it to varchar",
                          f->text, type->length);
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

/* The texts that Trino converts to a type. DuckDB accepts more: "yes", "inf", "2020-02-29T10:11:12". */
static const struct {
    const char *type, *pattern, *refusal;
} texts[] = {
    {"BOOLEAN", "(?i)(t|true|1|f|false|0)", "Cannot cast to boolean: "},
    {"FLOAT", "\\s*[+-]?(NaN|Infinity|([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?)\\s*",
     "Cannot cast to real: "},
    {"DOUBLE", "\\s*[+-]?(NaN|Infinity|([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?)\\s*",
     "Cannot cast to double: "},
    {"DECIMAL", "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?", "Cannot cast to decimal: "},
    {"DATE", "\\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}\\s*", "Value cannot be cast to date: "},
    {"TIMESTAMP",
     "\\s*[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( ([01]?[0-9]|2[0-3]):[0-9]{1,2}"
     "(:[0-9]{1,2}([.][0-9]+)?)?( ?[A-Za-z+-][A-Za-z0-9_/:+-]*)?)?\\s*",
     "Value cannot be cast to timestamp: "},
};

/* A text that has the form of the type is cast; another one is an error, or NULL. */
static void cast_matching(struct sql *s, struct bf_str x, const struct trino_type *type, bool try,
                          size_t form)
{
    put3(s, try ? "CASE WHEN regexp_full_match(" : "CASE WHEN (", x, "");
    if (!try)
        put3(s, ") IS NULL OR regexp_full_match(", x, "");
    put3(s, ", '", bf_str_of(texts[form].pattern),
         try ? "') THEN TRY_CAST(trim(" : "') THEN CAST(trim(");
    put3(s, "", x, ") AS ");
    put3(s, "", type->text, ")");
    if (!try) {
        put3(s, " ELSE athena_fail('INVALID_CAST_ARGUMENT: ", bf_str_of(texts[form].refusal),
             "' || ");
        put3(s, "", x, ")");
    }
    put3(s, " END", BF_STR(""), "");
}

/* The next name of a scalar type in the text of a nested one, in lower case: its last word before , ) [ or
 * the end. False: there is none. */
static bool leaf(const char **at, char *name, size_t n)
{
    const char *p = *at;
    while (*p) {
        size_t k = 0;
        while (isalpha((unsigned char)*p) && k + 1 < n)
            name[k++] = (char)tolower((unsigned char)*p++);
        name[k] = '\0';
        bool numbers = k && *p == '(' && isdigit((unsigned char)p[1]);
        if (numbers)
            p += strcspn(p, ")") + (strchr(p, ')') != NULL);
        if (k && (!*p || strchr(",)[", *p))) {
            *at = p;
            return true;
        }
        p += *p != '\0';
    }
    return false;
}

/* Would DuckDB convert what is inside as Trino does? Not texts, doubles and times, whose conversions are
 * done otherwise above. */
static bool converts(const char *from, const char *to)
{
    char a[40], b[40];
    while (leaf(&from, a, sizeof a) && leaf(&to, b, sizeof b)) {
        bool text = strcmp(b, "varchar") == 0,
             number = strcmp(b, "float") == 0 || strcmp(b, "double") == 0;
        if (strcmp(a, "varchar") == 0 && !text)
            return false;
        if ((strcmp(a, "double") == 0 || strcmp(a, "real") == 0) && !number)
            return false;
        if ((strcmp(a, "timestamp") == 0 || strcmp(a, "date") == 0) && text)
            return false;
    }
    return true;
}

/* JSON to an array, a map or a row: Trino takes it or refuses the whole. Of what is inside, DuckDB makes a text of
 * everything, and a boolean of "yes". */
static const struct {
    const char *to, *path, *refused;
} json_elements[] = {
    {"VARCHAR[]", "'$[*]'", "('ARRAY', 'OBJECT', 'DOUBLE')"},
    {"MAP(VARCHAR, VARCHAR)", "'$.*'", "('ARRAY', 'OBJECT', 'DOUBLE')"},
    {"BOOLEAN[]", "'$[*]'", "('ARRAY', 'OBJECT', 'VARCHAR')"},
};

static bool cast_json_nested(struct sql *s, struct bf_str x, const struct trino_type *type,
                             bool try)
{
    bool row = false, checked = false;
    for (size_t i = 0; i + 7 <= type->text.n && !row; i++)
        row = memcmp(type->text.p + i, "STRUCT(", 7) == 0;
    if (try && row)
        return trino_fail(s, "bflocal has no TRY_CAST of json to a row: CAST it");
    put3(s, try ? "TRY(" : "", BF_STR(""), "");
    for (size_t i = 0; i < BF_COUNT(json_elements) && !checked; i++) {
        if (!bf_str_eq(type->text, bf_str_of(json_elements[i].to)))
            continue;
        checked = true;
        put3(s, "CASE WHEN len(list_filter(json_extract(CAST(", x, " AS JSON), ");
        put3(s, json_elements[i].path, BF_STR("), lambda athena_x: json_type(athena_x) IN "),
             json_elements[i].refused);
        put3(s,
             ")) > 0 THEN athena_fail('INVALID_CAST_ARGUMENT: bflocal does not cast this json to ",
             type->text, ": an element has another type') ELSE ");
    }
    put3(s, "CAST(", x, " AS ");
    put3(s, "", type->text, checked ? ") END" : ")");
    put3(s, try ? ")" : "", BF_STR(""), "");
    return true;
}

/* Of the texts in JSON too, only some are booleans. */
static void cast_json_boolean(struct sql *s, struct bf_str x, bool try)
{
    put3(s, "CASE WHEN json_type(", x,
         ") = 'VARCHAR' AND NOT regexp_full_match(json_extract_string(");
    put3(s, "", x, ", '$'), '");
    put3(s, texts[0].pattern, BF_STR("') THEN "),
         try ? "NULL ELSE TRY_CAST("
             : "athena_fail('INVALID_CAST_ARGUMENT: Cannot cast to boolean') ELSE CAST(");
    put3(s, "", x, " AS BOOLEAN) END");
}

/* Each element is cast; one that cannot be makes an error, or the whole NULL. */
static bool cast_nested(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    const struct bl_duck_found *f = trino_probe(s, x);
    char to[400];
    if (!f) {
        put3(s, "CAST(CAST(NULLIF(1, ", BF_STR(""), "");
        trino_put_probe(s, x);
        put3(s, ") AS VARCHAR) AS ", type->text, ")");
        return s->e->code == BF_OK;
    }
    if (f->json)
        return cast_json_nested(s, x, type, try);
    snprintf(to, sizeof to, "%.*s", (int)type->text.n, type->text.p);
    if (!converts(f->text, to))
        return trino_fail(s, "bflocal does not cast %s to %s: cast the elements, with transform()",
                          f->text, to);
    put3(s, try ? "TRY(CAST(" : "CAST(", x, " AS ");
    put3(s, "", type->text, try ? "))" : ")");
    return true;
}

static bool cast_plain(struct sql *s, struct bf_str x, const struct trino_type *type, bool try)
{
    const struct bl_duck_found *f = type->kind == TRINO_OTHER ? NULL : trino_probe(s, x);
    if (!f && type->kind != TRINO_OTHER) {
        put3(s, "CAST(NULLIF(1, ", BF_STR(""), "");
        trino_put_probe(s, x);
        put3(s, ") AS ", type->text, ")");
        return s->e->code == BF_OK;
    }
    if (f && !castable(f, type->kind))
        return trino_fail(s, "TYPE_MISMATCH: Cannot cast %s to %.*s", f->text, (int)type->text.n,
                          type->text.p);
    for (size_t i = 0; f && f->id == DUCKDB_VARCHAR && !f->json && i < BF_COUNT(texts); i++)
        if (bf_str_starts(type->text, bf_str_of(texts[i].type))) {
            cast_matching(s, x, type, try, i);
            return true;
        }
    if (f && f->json && type->kind == TRINO_BOOLEAN) {
        cast_json_boolean(s, x, try);
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
    if (type.kind == TRINO_UNKNOWN)
        return cast_nested(s, x, &type, try);
    return cast_plain(s, x, &type, try);
}
