#include "cmd/bflocal/athena/ddl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive.h"
#include "cmd/bflocal/trino/trino_impl.h"

bool bl_ddl_unexpected(struct bl_ddl *d)
{
    if (d->e->code != BF_OK)
        return false;
    return bf_err_set(d->e, BF_E_INPUT, "FAILED: ParseException line %u:%u mismatched input '%.*s'",
                      d->at->line, d->at->column,
                      d->at->kind == BL_TOKEN_END ? 5
                      : d->at->raw.n > 60         ? 60
                                                  : (int)d->at->raw.n,
                      d->at->kind == BL_TOKEN_END ? "<EOF>" : d->at->raw.p);
}

bool bl_ddl_word(struct bl_ddl *d, const char *keyword)
{
    if (!bl_token_word(d->at, keyword))
        return false;
    d->at++;
    return true;
}

bool bl_ddl_take(struct bl_ddl *d, const char *op)
{
    if (!bl_token_is(d->at, op))
        return false;
    d->at++;
    return true;
}

bool bl_ddl_expect(struct bl_ddl *d, const char *op)
{
    return bl_ddl_take(d, op) || bl_ddl_unexpected(d);
}

bool bl_ddl_expect_word(struct bl_ddl *d, const char *keyword)
{
    return bl_ddl_word(d, keyword) || bl_ddl_unexpected(d);
}

bool bl_ddl_end(struct bl_ddl *d)
{
    return d->at->kind == BL_TOKEN_END || bl_ddl_unexpected(d);
}

/* Words that want backticks in DDL (Athena's user guide, "Reserved keywords in DDL statements"). */
static const char *const reserved[] = {
    "ALL",           "ALTER",      "AND",        "ARRAY",        "AS",
    "AUTHORIZATION", "BETWEEN",    "BIGINT",     "BINARY",       "BOOLEAN",
    "BOTH",          "BY",         "CASE",       "CAST",         "CHAR",
    "COLUMN",        "CONF",       "CONSTRAINT", "COMMIT",       "CREATE",
    "CROSS",         "CUBE",       "CURRENT",    "CURRENT_DATE", "CURRENT_TIMESTAMP",
    "CURSOR",        "DATABASE",   "DATE",       "DAYOFWEEK",    "DECIMAL",
    "DELETE",        "DESCRIBE",   "DISTINCT",   "DIV",          "DOUBLE",
    "DROP",          "ELSE",       "END",        "EXCHANGE",     "EXISTS",
    "EXTENDED",      "EXTERNAL",   "EXTRACT",    "FALSE",        "FETCH",
    "FLOAT",         "FLOOR",      "FOLLOWING",  "FOR",          "FOREIGN",
    "FROM",          "FULL",       "FUNCTION",   "GRANT",        "GROUP",
    "GROUPING",      "HAVING",     "IF",         "IMPORT",       "IN",
    "INNER",         "INSERT",     "INT",        "INTEGER",      "INTERSECT",
    "INTERVAL",      "INTO",       "IS",         "JOIN",         "LATERAL",
    "LEFT",          "LESS",       "LIKE",       "LOCAL",        "MACRO",
    "MAP",           "MORE",       "NONE",       "NOT",          "NULL",
    "NUMERIC",       "OF",         "ON",         "ONLY",         "OR",
    "ORDER",         "OUT",        "OUTER",      "OVER",         "PARTIALSCAN",
    "PARTITION",     "PERCENT",    "PRECEDING",  "PRECISION",    "PRESERVE",
    "PRIMARY",       "PROCEDURE",  "RANGE",      "READS",        "REDUCE",
    "REGEXP",        "REFERENCES", "REVOKE",     "RIGHT",        "RLIKE",
    "ROLLBACK",      "ROLLUP",     "ROW",        "ROWS",         "SELECT",
    "SET",           "SMALLINT",   "START",      "TABLE",        "TABLESAMPLE",
    "THEN",          "TIME",       "TIMESTAMP",  "TO",           "TRANSFORM",
    "TRIGGER",       "TRUE",       "TRUNCATE",   "UNBOUNDED",    "UNION",
    "UNIQUEJOIN",    "UPDATE",     "USER",       "USING",        "UTC_TIMESTAMP",
    "VALUES",        "VARCHAR",    "VIEWS",      "WHEN",         "WHERE",
    "WINDOW",        "WITH"};

static bool is_plain(const struct bl_token *t)
{
    if (t->kind != BL_TOKEN_WORD || t->text.p[0] == '_')
        return false;
    for (size_t i = 0; i < BF_COUNT(reserved); i++)
        if (bl_token_word(t, reserved[i]))
            return false;
    return true;
}

bool bl_ddl_name(struct bl_ddl *d, char out[BL_CATALOG_NAME])
{
    const struct bl_token *t = d->at;
    bool quoted = t->kind == BL_TOKEN_QUOTED && (t->quote == '`' || d->query);
    if (!quoted && !(d->query ? trino_is_name(t) : is_plain(t)))
        return bl_ddl_unexpected(d);
    d->at++;
    for (size_t i = 0; i < t->text.n && i + 1 < BL_CATALOG_NAME; i++)
        out[i] =
            (char)(t->text.p[i] >= 'A' && t->text.p[i] <= 'Z' ? t->text.p[i] + 32 : t->text.p[i]);
    out[t->text.n < BL_CATALOG_NAME ? t->text.n : BL_CATALOG_NAME - 1] = '\0';
    return t->text.n < BL_CATALOG_NAME ||
           bf_err_set(d->e, BF_E_INPUT, "FAILED: SemanticException a name longer than 255 bytes");
}

bool bl_ddl_table_name(struct bl_ddl *d, struct bl_ddl_table *t)
{
    snprintf(t->database, sizeof t->database, "%s", d->x->database);
    if (!bl_ddl_name(d, t->name))
        return false;
    for (int i = 0; i < 2 && bl_ddl_take(d, "."); i++) {
        memcpy(t->database, t->name, sizeof t->database);
        if (!bl_ddl_name(d, t->name))
            return false;
    }
    return true;
}

static size_t escape(const char *p, size_t n, char *out)
{
    static const char from[] = "tnr0ab", to[] = "\t\n\r\0\a\b";
    size_t used = 0;
    unsigned value = 0;
    if (*p == 'u' && n >= 5) {
        *out = (char)strtol(p + 1, NULL, 16);
        return 5;
    }
    while (used < 3 && used < n && p[used] >= '0' && p[used] <= '7')
        value = value * 8 + (unsigned)(p[used++] - '0');
    if (used == 3) {
        *out = (char)value;
        return 3;
    }
    const char *at = strchr(from, *p);
    *out = at ? to[at - from] : *p;
    return 1;
}

bool bl_ddl_string(struct bl_ddl *d, struct bf_buf *out)
{
    struct bf_str s = d->at->text;
    bf_buf_init(out, 256 * 1024);
    if (d->at->kind != BL_TOKEN_STRING && !(d->at->kind == BL_TOKEN_QUOTED && d->at->quote == '"'))
        return bl_ddl_unexpected(d);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && i + 1 < s.n)
            i += escape(s.p + i + 1, s.n - i - 1, &c);
        bf_buf_addc(out, c);
    }
    d->at++;
    return bf_buf_check(out, "a string", d->e);
}

json_t *bl_ddl_string_value(struct bl_ddl *d)
{
    struct bf_buf text;
    json_t *v = NULL;
    if (bl_ddl_string(d, &text))
        v = json_stringn(text.n ? text.p : "", text.n);
    bf_buf_free(&text);
    return v;
}

bool bl_ddl_properties(struct bl_ddl *d, json_t *into)
{
    struct bf_buf key;
    if (!bl_ddl_expect(d, "("))
        return false;
    do {
        bool ok = bl_ddl_string(d, &key) && bl_ddl_expect(d, "=");
        json_t *v = ok ? bl_ddl_string_value(d) : NULL;
        const char *name = bf_buf_cstr(&key);
        if (v && name)
            json_object_set_new(into, name, v);
        bf_buf_free(&key);
        if (!v)
            return false;
    } while (bl_ddl_take(d, ","));
    return bl_ddl_expect(d, ")");
}

/* A type: it ends before a comma, a closing bracket or a keyword. */
static bool read_type(struct bl_ddl *d, struct bf_buf *out)
{
    int depth = 0;
    bf_buf_init(out, 64 * 1024);
    for (;; d->at++) {
        const struct bl_token *t = d->at;
        if (t->kind == BL_TOKEN_END)
            return bl_ddl_unexpected(d);
        if (depth == 0 &&
            (bl_token_is(t, ",") || bl_token_is(t, ")") || bl_token_word(t, "COMMENT")))
            break;
        depth += bl_token_is(t, "(") || bl_token_is(t, "<") ? 1 : 0;
        depth -= bl_token_is(t, ")") || bl_token_is(t, ">") ? 1 : 0;
        if (bl_token_is(t, "<>"))
            return bl_ddl_unexpected(d);
        for (size_t i = 0; i < t->text.n; i++)
            bf_buf_addc(out, (char)tolower((unsigned char)t->text.p[i]));
    }
    return out->n || bl_ddl_unexpected(d);
}

bool bl_ddl_columns(struct bl_ddl *d, json_t *into)
{
    char name[BL_CATALOG_NAME];
    struct bf_buf type, check;
    if (!bl_ddl_expect(d, "("))
        return false;
    do {
        if (!bl_ddl_name(d, name))
            return false;
        bool ok = read_type(d, &type);
        const char *text = ok ? bf_buf_cstr(&type) : NULL;
        bf_buf_init(&check, 64 * 1024);
        ok = text && bl_hive_type(text, &check, d->e);
        bf_buf_free(&check);
        json_t *column = ok ? json_pack("{s:s,s:s}", "Name", name, "Type", text) : NULL;
        bf_buf_free(&type);
        if (!column)
            return ok ? bf_err_nomem(d->e) : false;
        json_array_append_new(into, column);
        if (bl_ddl_word(d, "COMMENT")) {
            json_t *comment = bl_ddl_string_value(d);
            if (!comment)
                return false;
            json_object_set_new(column, "Comment", comment);
        }
    } while (bl_ddl_take(d, ","));
    return bl_ddl_expect(d, ")");
}

json_t *bl_ddl_find(struct bl_ddl *d, const struct bl_ddl_table *t)
{
    struct bl_store *s = &d->x->athena->local->store;
    bl_store_lock(s);
    json_t *table = bl_catalog_table(s, t->database, t->name, -1);
    bl_store_unlock(s);
    if (!table)
        bf_err_set(d->e, BF_E_NOTFOUND,
                   "FAILED: SemanticException [Error 10001]: Table not found %.200s", t->name);
    return table;
}

bool bl_ddl_begin(struct bl_ddl *d)
{
    return bl_store_begin_delete(&d->x->athena->local->store, d->e);
}

bool bl_ddl_settle(struct bl_ddl *d, enum bl_catalog_verdict v, const char *what)
{
    static const char *const texts[] = {
        [BL_CATALOG_NO_DATABASE] =
            "FAILED: SemanticException [Error 10072]: Database does not exist: ",
        [BL_CATALOG_NO_TABLE] = "FAILED: SemanticException [Error 10001]: Table not found ",
        [BL_CATALOG_NO_PARTITION] = "FAILED: SemanticException [Error 10006]: Partition not found ",
        [BL_CATALOG_EXISTS] =
            "FAILED: Execution Error, return code 1. AlreadyExistsException: already "
            "exists: ",
        [BL_CATALOG_STALE] = "FAILED: Execution Error: it has changed meanwhile: ",
        [BL_CATALOG_INVALID] = "FAILED: Execution Error: not valid: ",
        [BL_CATALOG_VALUES] = "FAILED: SemanticException: not as many values as partition keys: "};
    struct bl_store *s = &d->x->athena->local->store;
    if (v == BL_CATALOG_DONE)
        return bl_store_commit(s, d->e);
    bl_store_rollback(s);
    return bf_err_set(d->e, BF_E_INPUT, "%s%.250s", texts[v], what);
}

bool bl_ddl_done(struct bl_ddl *d)
{
    return bl_output_text(d->x, BF_STR(""), "", d->e);
}
