/* A table as statements of SQL. */
#include "lib/ddl/table.h"

void bf_ddl_table_put_name(struct bf_buf *out, const struct bf_ddl_table *t,
                           enum bf_ddl_dialect dialect)
{
    if (t->database.n) {
        bf_ddl_name_put(out, t->database, dialect);
        bf_buf_addc(out, '.');
    }
    bf_ddl_name_put(out, t->name, dialect);
}

/* "  name type" lines with commas between them. */
static void put_columns(struct bf_buf *out, const struct bf_ddl_table *t,
                        enum bf_ddl_dialect dialect)
{
    bool first = true;
    for (size_t i = 0; i < t->n; i++) {
        const struct bf_ddl_column *c = &t->column[i];
        if (c->left_out)
            continue;
        bf_buf_adds(out, first ? BF_STR("  ") : BF_STR(",\n  "));
        bf_ddl_name_put(out, c->name, dialect);
        bf_buf_addc(out, ' ');
        bf_ddl_type_put(out, &c->type, dialect);
        if (c->type.required && dialect != BF_DDL_ATHENA)
            bf_buf_lit(out, " NOT NULL");
        first = false;
    }
}

static void put_partitions(struct bf_buf *out, const struct bf_ddl_layout *l,
                           enum bf_ddl_dialect dialect, bool first)
{
    for (size_t i = 0; i < l->n; i++) {
        bf_buf_adds(out, first ? BF_STR("  ") : BF_STR(",\n  "));
        bf_ddl_name_put(out, l->part[i].name, dialect);
        bf_buf_addc(out, ' ');
        bf_ddl_type_put(out, &l->part[i].type, dialect);
        first = false;
    }
}

static void put_properties(struct bf_buf *out, const char *what, const struct bf_ddl_properties *p)
{
    if (p->n == 0)
        return;
    bf_buf_addf(out, "\n%s (", what);
    for (size_t i = 0; i < p->n; i++) {
        bf_buf_adds(out, i ? BF_STR(",\n  ") : BF_STR("\n  "));
        bf_ddl_text_put(out, p->p[i].name, BF_DDL_ATHENA);
        bf_buf_lit(out, " = ");
        bf_ddl_text_put(out, p->p[i].value, BF_DDL_ATHENA);
    }
    bf_buf_lit(out, "\n)");
}

static void put_athena(struct bf_buf *out, const struct bf_ddl_table *t)
{
    const struct bf_ddl_serde_words *words = bf_ddl_serde_words(t->serde);
    bf_buf_lit(out, "CREATE EXTERNAL TABLE IF NOT EXISTS ");
    bf_ddl_table_put_name(out, t, BF_DDL_ATHENA);
    bf_buf_lit(out, " (\n");
    put_columns(out, t, BF_DDL_ATHENA);
    bf_buf_lit(out, "\n)");
    if (t->layout.n) {
        bf_buf_lit(out, "\nPARTITIONED BY (\n");
        put_partitions(out, &t->layout, BF_DDL_ATHENA, true);
        bf_buf_lit(out, "\n)");
    }
    bf_buf_addf(out, "\nROW FORMAT SERDE '%s'", words->library);
    put_properties(out, "WITH SERDEPROPERTIES", &t->serde_properties);
    bf_buf_addf(out, "\nSTORED AS %s\nLOCATION ", words->stored);
    bf_ddl_text_put(out, t->layout.location, BF_DDL_ATHENA);
    put_properties(out, "TBLPROPERTIES", &t->properties);
    bf_buf_lit(out, ";\n");
}

/* Is it NAME=${NAME}/ for each partition, so that DuckDB finds their values in the names of the objects? */
static bool is_hive(const struct bf_ddl_layout *l)
{
    struct bf_str rest = l->template, folder;
    size_t found = 0;
    while (bf_str_split(&rest, '/', &folder))
        for (size_t i = 0; i < l->n; i++) {
            struct bf_str name = l->part[i].name;
            found += folder.n == 2 * name.n + 4 && bf_str_starts(folder, name) &&
                     memcmp(folder.p + name.n, "=${", 3) == 0;
        }
    return l->n && found == l->n;
}

static void put_duckdb_list(struct bf_buf *out, const struct bf_ddl_table *t)
{
    bool first = true;
    for (size_t i = 0; i < t->n; i++) {
        const struct bf_ddl_column *c = &t->column[i];
        struct bf_buf type;
        if (c->left_out)
            continue;
        bf_buf_init(&type, (size_t)1 << 20);
        bf_ddl_type_put(&type, &c->type, BF_DDL_DUCKDB);
        bf_buf_adds(out, first ? BF_STR("\n    ") : BF_STR(",\n    "));
        bf_ddl_text_put(out, c->source, BF_DDL_DUCKDB);
        bf_buf_lit(out, ": ");
        bf_ddl_text_put(out, bf_buf_view(&type), BF_DDL_DUCKDB);
        out->failed = out->failed || !bf_buf_ok(&type);
        bf_buf_free(&type);
        first = false;
    }
}

/* How DuckDB reads objects that the SerDe reads; the object's names are the caller's. */
static void put_duckdb_format(struct bf_buf *out, const struct bf_ddl_table *t)
{
    char separator[] = {t->separator ? t->separator : ',', '\0'};
    switch (t->serde) {
    case BF_DDL_PARQUET:
        return;
    case BF_DDL_OPENX:
    case BF_DDL_HIVE_JSON:
        bf_buf_lit(out, ",\n  format = 'newline_delimited'");
        break;
    case BF_DDL_OPENCSV:
        bf_buf_addf(out, ",\n  header = %s, delim = ", t->header ? "true" : "false");
        bf_ddl_text_put(out, bf_str_of(separator), BF_DDL_DUCKDB);
        bf_buf_lit(out, ", quote = '\"'");
        break;
    case BF_DDL_LAZY:
        bf_buf_addf(out,
                    ",\n  header = %s, delim = '\\t', quote = '', escape = '', nullstr = '\\N'",
                    t->header ? "true" : "false");
        break;
    }
    bf_buf_lit(out, ",\n  columns = {");
    put_duckdb_list(out, t);
    bf_buf_lit(out, "\n  }");
}

static void put_duckdb_view(struct bf_buf *out, const struct bf_ddl_table *t)
{
    struct bf_buf glob;
    bf_buf_init(&glob, 64 * 1024);
    bf_buf_adds(&glob, t->layout.location);
    bf_buf_lit(&glob, "**");
    bf_buf_lit(out, "CREATE OR REPLACE VIEW ");
    bf_ddl_table_put_name(out, t, BF_DDL_DUCKDB);
    bf_buf_addf(out, " AS\nSELECT * FROM %s(\n  ",
                t->serde == BF_DDL_PARQUET                              ? "read_parquet"
                : t->serde == BF_DDL_OPENCSV || t->serde == BF_DDL_LAZY ? "read_csv"
                                                                        : "read_json");
    bf_ddl_text_put(out, bf_buf_view(&glob), BF_DDL_DUCKDB);
    put_duckdb_format(out, t);
    if (is_hive(&t->layout)) {
        bf_buf_lit(out, ",\n  hive_partitioning = true, hive_types = {");
        for (size_t i = 0; i < t->layout.n; i++) {
            if (i)
                bf_buf_lit(out, ", ");
            bf_ddl_text_put(out, t->layout.part[i].name, BF_DDL_DUCKDB);
            bf_buf_lit(out, ": ");
            bf_ddl_type_put(out, &t->layout.part[i].type, BF_DDL_DUCKDB);
        }
        bf_buf_addc(out, '}');
    }
    bf_buf_lit(out, "\n);\n");
    out->failed = out->failed || !bf_buf_ok(&glob);
    bf_buf_free(&glob);
}

void bf_ddl_table_put(struct bf_buf *out, const struct bf_ddl_table *t, enum bf_ddl_dialect dialect)
{
    if (dialect == BF_DDL_ATHENA) {
        put_athena(out, t);
        return;
    }
    if (dialect == BF_DDL_DUCKDB && t->layout.location.n) {
        put_duckdb_view(out, t);
        return;
    }
    bf_buf_lit(out, "CREATE TABLE IF NOT EXISTS ");
    bf_ddl_table_put_name(out, t, dialect);
    bf_buf_lit(out, " (\n");
    put_columns(out, t, dialect);
    put_partitions(out, &t->layout, dialect, false);
    bf_buf_lit(out, "\n);\n");
}
