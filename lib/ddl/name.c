#include "lib/ddl/name.h"

static bool is_letter(char c)
{
    return bf_ascii_lower(c) >= 'a' && bf_ascii_lower(c) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Athena's guide: "Reserved keywords for DDL" and "for SELECT statements", sorted by strcmp. */
static const char *const reserved[] = {"all",
                                       "alter",
                                       "and",
                                       "array",
                                       "as",
                                       "authorization",
                                       "between",
                                       "bigint",
                                       "binary",
                                       "boolean",
                                       "both",
                                       "by",
                                       "case",
                                       "cashe",
                                       "cast",
                                       "char",
                                       "column",
                                       "conf",
                                       "constraint",
                                       "create",
                                       "cross",
                                       "cube",
                                       "current",
                                       "current_date",
                                       "current_time",
                                       "current_timestamp",
                                       "current_user",
                                       "cursor",
                                       "database",
                                       "date",
                                       "dayofweek",
                                       "deallocate",
                                       "decimal",
                                       "delete",
                                       "describe",
                                       "distinct",
                                       "double",
                                       "drop",
                                       "else",
                                       "end",
                                       "escape",
                                       "except",
                                       "exchange",
                                       "execute",
                                       "exists",
                                       "extended",
                                       "external",
                                       "extract",
                                       "false",
                                       "fetch",
                                       "first",
                                       "float",
                                       "floor",
                                       "following",
                                       "for",
                                       "foreign",
                                       "from",
                                       "full",
                                       "function",
                                       "grant",
                                       "group",
                                       "grouping",
                                       "having",
                                       "if",
                                       "import",
                                       "in",
                                       "inner",
                                       "insert",
                                       "int",
                                       "integer",
                                       "intersect",
                                       "interval",
                                       "into",
                                       "is",
                                       "join",
                                       "json_array",
                                       "json_exists",
                                       "json_object",
                                       "json_query",
                                       "json_value",
                                       "last",
                                       "lateral",
                                       "left",
                                       "less",
                                       "like",
                                       "listagg",
                                       "local",
                                       "localtime",
                                       "localtimestamp",
                                       "macro",
                                       "map",
                                       "more",
                                       "natural",
                                       "none",
                                       "normalize",
                                       "not",
                                       "null",
                                       "numeric",
                                       "of",
                                       "on",
                                       "only",
                                       "or",
                                       "order",
                                       "out",
                                       "outer",
                                       "over",
                                       "partialscan",
                                       "partition",
                                       "percent",
                                       "preceding",
                                       "precision",
                                       "prepare",
                                       "preserve",
                                       "primary",
                                       "procedure",
                                       "range",
                                       "reads",
                                       "recursive",
                                       "reduce",
                                       "references",
                                       "regexp",
                                       "revoke",
                                       "right",
                                       "rlike",
                                       "rollback",
                                       "rollup",
                                       "row",
                                       "rows",
                                       "select",
                                       "set",
                                       "skip",
                                       "smallint",
                                       "start",
                                       "stream",
                                       "table",
                                       "tablesample",
                                       "then",
                                       "time",
                                       "timestamp",
                                       "to",
                                       "transform",
                                       "trigger",
                                       "trim",
                                       "true",
                                       "truncate",
                                       "unbounded",
                                       "uescape",
                                       "union",
                                       "uniquejoin",
                                       "unnest",
                                       "update",
                                       "user",
                                       "using",
                                       "utc_timestamp",
                                       "values",
                                       "varchar",
                                       "views",
                                       "when",
                                       "where",
                                       "window",
                                       "with"};

bool bf_ddl_name_is_reserved(struct bf_str name)
{
    for (size_t i = 0; i < BF_COUNT(reserved); i++)
        if (bf_str_same(name, bf_str_of(reserved[i])))
            return true;
    return false;
}

bool bf_ddl_name_is_plain(struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!is_letter(name.p[i]) && (i == 0 || (!is_digit(name.p[i]) && name.p[i] != '_')))
            return false;
    return name.n != 0 && !bf_ddl_name_is_reserved(name);
}

void bf_ddl_name_put(struct bf_buf *out, struct bf_str name, enum bf_ddl_dialect dialect)
{
    char quote = dialect == BF_DDL_ATHENA ? '`' : '"';
    if (dialect == BF_DDL_ATHENA && bf_ddl_name_is_plain(name)) {
        bf_buf_adds(out, name);
        return;
    }
    bf_buf_addc(out, quote);
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == quote)
            bf_buf_addc(out, quote);
        bf_buf_addc(out, name.p[i]);
    }
    bf_buf_addc(out, quote);
}

static bool has(struct bf_str text, char c)
{
    return text.n && memchr(text.p, c, text.n);
}

void bf_ddl_text_put(struct bf_buf *out, struct bf_str text, enum bf_ddl_dialect dialect)
{
    bool hive = dialect == BF_DDL_ATHENA;
    char quote = hive && has(text, '\'') && !has(text, '"') ? '"' : '\'';
    bf_buf_addc(out, quote);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (hive && c == '\t') {
            bf_buf_lit(out, "\\t");
            continue;
        }
        if (hive && (c == '\\' || c == quote))
            bf_buf_addc(out, '\\');
        else if (c == quote)
            bf_buf_addc(out, quote);
        bf_buf_addc(out, c);
    }
    bf_buf_addc(out, quote);
}

bool bf_ddl_name_is_simple(struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!is_letter(name.p[i]) && !is_digit(name.p[i]) && name.p[i] != '_')
            return false;
    return name.n != 0;
}

void bf_ddl_name_fold(struct bf_buf *out, struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool good = is_letter(c) || is_digit(c) || c == '_';
        bf_buf_addc(out, good ? bf_ascii_lower(c) : '_');
    }
}

void bf_ddl_name_lower(struct bf_buf *out, struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++)
        bf_buf_addc(out, bf_ascii_lower(name.p[i]));
}
