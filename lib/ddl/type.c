#include "lib/ddl/type.h"

static const char *integer_word(const struct bf_type *t, const char *const words[4])
{
    return words[t->bits == 8 ? 0 : t->bits == 16 ? 1 : t->bits == 32 ? 2 : 3];
}

/* Names of fields are lower case in the catalog. */
static void put_name(struct bf_buf *out, struct bf_str name, bool quote)
{
    struct bf_buf lower;
    bf_buf_init(&lower, name.n + 1);
    bf_ddl_name_lower(&lower, name);
    if (quote)
        bf_ddl_name_put(out, bf_buf_view(&lower), BF_DDL_ATHENA);
    else
        bf_buf_adds(out, bf_buf_view(&lower));
    if (!bf_buf_ok(&lower))
        out->failed = true;
    bf_buf_free(&lower);
}

/* Hive's words. quote: names of fields as a statement wants them. */
static void put_athena(struct bf_buf *out, const struct bf_type *t, bool quote)
{
    static const char *const integers[] = {"tinyint", "smallint", "int", "bigint"};
    static const char *const words[] = {
        [BF_TYPE_STRING] = "string",   [BF_TYPE_JSON] = "string", [BF_TYPE_BINARY] = "binary",
        [BF_TYPE_BOOLEAN] = "boolean", [BF_TYPE_FLOAT] = "float", [BF_TYPE_DOUBLE] = "double",
        [BF_TYPE_DECIMAL] = "decimal", [BF_TYPE_DATE] = "date",   [BF_TYPE_TIMESTAMP] = "timestamp",
        [BF_TYPE_ARRAY] = "array",     [BF_TYPE_MAP] = "map",     [BF_TYPE_STRUCT] = "struct"};
    bf_buf_adds(out,
                bf_str_of(t->kind == BF_TYPE_INTEGER ? integer_word(t, integers) : words[t->kind]));
    if (t->kind == BF_TYPE_DECIMAL)
        bf_buf_addf(out, "(%d,%d)", t->digits, t->scale);
    if (t->kind < BF_TYPE_ARRAY)
        return;
    bf_buf_addc(out, '<');
    for (size_t i = 0; i < t->n; i++) {
        bf_buf_add(out, ",", i > 0);
        if (t->kind == BF_TYPE_STRUCT) {
            put_name(out, t->field[i].name, quote);
            bf_buf_addc(out, ':');
        }
        put_athena(out, &t->field[i].type, quote);
    }
    bf_buf_addc(out, '>');
}

static void put_duckdb(struct bf_buf *out, const struct bf_type *t)
{
    static const char *const integers[] = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT"};
    static const char *const words[] = {
        [BF_TYPE_STRING] = "VARCHAR", [BF_TYPE_JSON] = "JSON",
        [BF_TYPE_BINARY] = "BLOB",    [BF_TYPE_BOOLEAN] = "BOOLEAN",
        [BF_TYPE_FLOAT] = "FLOAT",    [BF_TYPE_DOUBLE] = "DOUBLE",
        [BF_TYPE_DATE] = "DATE",      [BF_TYPE_TIMESTAMP] = "TIMESTAMP"};
    switch (t->kind) {
    case BF_TYPE_INTEGER:
        bf_buf_adds(out, bf_str_of(integer_word(t, integers)));
        break;
    case BF_TYPE_DECIMAL:
        bf_buf_addf(out, "DECIMAL(%d,%d)", t->digits, t->scale);
        break;
    case BF_TYPE_ARRAY:
        put_duckdb(out, &t->field[0].type);
        bf_buf_lit(out, "[]");
        break;
    case BF_TYPE_MAP:
    case BF_TYPE_STRUCT:
        bf_buf_adds(out, t->kind == BF_TYPE_MAP ? BF_STR("MAP(") : BF_STR("STRUCT("));
        for (size_t i = 0; i < t->n; i++) {
            if (i)
                bf_buf_lit(out, ", ");
            if (t->kind == BF_TYPE_STRUCT) {
                bf_ddl_name_put(out, t->field[i].name, BF_DDL_DUCKDB);
                bf_buf_addc(out, ' ');
            }
            put_duckdb(out, &t->field[i].type);
        }
        bf_buf_addc(out, ')');
        break;
    default:
        bf_buf_adds(out, bf_str_of(words[t->kind]));
        if (t->kind == BF_TYPE_TIMESTAMP && t->utc)
            bf_buf_lit(out, " WITH TIME ZONE");
    }
}

/* A decimal is TEXT: REAL would lose its digits. */
static void put_sqlite(struct bf_buf *out, const struct bf_type *t)
{
    switch (t->kind) {
    case BF_TYPE_BOOLEAN:
    case BF_TYPE_INTEGER:
        bf_buf_lit(out, "INTEGER");
        break;
    case BF_TYPE_FLOAT:
    case BF_TYPE_DOUBLE:
        bf_buf_lit(out, "REAL");
        break;
    case BF_TYPE_BINARY:
        bf_buf_lit(out, "BLOB");
        break;
    default:
        bf_buf_lit(out, "TEXT");
    }
}

static void put_postgres(struct bf_buf *out, const struct bf_type *t)
{
    static const char *const integers[] = {"smallint", "smallint", "integer", "bigint"};
    static const char *const words[] = {
        [BF_TYPE_STRING] = "text",  [BF_TYPE_JSON] = "jsonb",
        [BF_TYPE_BINARY] = "bytea", [BF_TYPE_BOOLEAN] = "boolean",
        [BF_TYPE_FLOAT] = "real",   [BF_TYPE_DOUBLE] = "double precision",
        [BF_TYPE_DATE] = "date",    [BF_TYPE_TIMESTAMP] = "timestamp",
        [BF_TYPE_ARRAY] = "jsonb",  [BF_TYPE_MAP] = "jsonb",
        [BF_TYPE_STRUCT] = "jsonb"};
    if (t->kind == BF_TYPE_DECIMAL)
        bf_buf_addf(out, "numeric(%d,%d)", t->digits, t->scale);
    else if (t->kind == BF_TYPE_INTEGER)
        bf_buf_adds(out, bf_str_of(integer_word(t, integers)));
    else
        bf_buf_adds(out, bf_str_of(words[t->kind]));
    if (t->kind == BF_TYPE_TIMESTAMP && t->utc)
        bf_buf_lit(out, " with time zone");
}

void bf_ddl_type_put(struct bf_buf *out, const struct bf_type *t, enum bf_ddl_dialect dialect)
{
    switch (dialect) {
    case BF_DDL_ATHENA:
        put_athena(out, t, true);
        break;
    case BF_DDL_DUCKDB:
        put_duckdb(out, t);
        break;
    case BF_DDL_SQLITE:
        put_sqlite(out, t);
        break;
    case BF_DDL_POSTGRES:
        put_postgres(out, t);
    }
}

void bf_ddl_type_put_glue(struct bf_buf *out, const struct bf_type *t)
{
    put_athena(out, t, false);
}

/* What OpenCSVSerDe reads: Athena's guide names string, boolean, the integers, double, date and timestamp. */
static const char *unread_opencsv(const struct bf_type *t, bool nulls)
{
    switch (t->kind) {
    case BF_TYPE_STRING:
    case BF_TYPE_JSON:
        return NULL;
    case BF_TYPE_BOOLEAN:
    case BF_TYPE_INTEGER:
    case BF_TYPE_DOUBLE:
    case BF_TYPE_DATE:
    case BF_TYPE_TIMESTAMP:
        return nulls ? "OpenCSVSerDe reads an empty field as text, and fails where it is no string"
                     : NULL;
    case BF_TYPE_DECIMAL:
        return "OpenCSVSerDe does not read decimals; CAST() makes one in a query";
    default:
        return "OpenCSVSerDe does not read this type";
    }
}

const char *bf_ddl_type_unread(const struct bf_type *t, enum bf_ddl_serde serde, bool nulls)
{
    switch (serde) {
    case BF_DDL_OPENCSV:
        return unread_opencsv(t, nulls);
    case BF_DDL_LAZY:
        if (t->kind >= BF_TYPE_ARRAY)
            return "the field holds JSON, which LazySimpleSerDe does not read; json_parse() does";
        return t->kind == BF_TYPE_TIMESTAMP && t->utc
                   ? "LazySimpleSerDe reads no ISO 8601 times; from_iso8601_timestamp() does"
                   : NULL;
    case BF_DDL_OPENX:
        return t->kind == BF_TYPE_TIMESTAMP && t->utc
                   ? "the JSON SerDe reads no ISO 8601 times; from_iso8601_timestamp() does"
                   : NULL;
    default:
        return NULL;
    }
}
