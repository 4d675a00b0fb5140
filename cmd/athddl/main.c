/* athddl: rows, a schema file or receipts in; out comes what a table is, as SQL. */
#include "cmd/athddl/athddl.h"

#include <unistd.h>

#include "lib/cli/diag.h"
#include "lib/base/stop.h"

enum { ARENA_MAX = 512 * 1024 * 1024, TEXT_MAX = 64 * 1024 * 1024 };

static const struct bf_opt_word inputs[] = {
    {"ndjson", INPUT_NDJSON}, {"csv", INPUT_CSV}, {"tsv", INPUT_TSV}};
static const struct bf_opt_word serdes[] = {{"openx", BF_DDL_OPENX},
                                            {"hive", BF_DDL_HIVE_JSON},
                                            {"opencsv", BF_DDL_OPENCSV},
                                            {"lazy", BF_DDL_LAZY},
                                            {"parquet", BF_DDL_PARQUET}};
static const struct bf_opt_word targets[] = {
    {"athena", TARGET_ATHENA},     {"duckdb", TARGET_DUCKDB},       {"sqlite", TARGET_SQLITE},
    {"postgres", TARGET_POSTGRES}, {"glue-json", TARGET_GLUE_JSON}, {"schema", TARGET_SCHEMA}};

static const struct bf_opt options[] = {
    BF_OPT_CHOICE('i', "input", struct config, input, "FORMAT",
                  "rows are ndjson (default), csv or tsv", inputs),
    BF_OPT_STR('s', "schema", struct config, schema, "FILE",
               "columns from this file; no rows are read"),
    BF_OPT_STR(0, "location", struct config, location, "URL",
               "where the objects are: s3://BUCKET/PREFIX"),
    BF_OPT_STR(0, "hive", struct config, hive, "FIELDS",
               "partitions as s3put --hive makes them, projected"),
    BF_OPT_LIST(0, "partition", struct config, partition, "NAME[:TYPE]",
                "a partition that is added to the catalog"),
    BF_OPT_LIST(0, "range", struct config, range, "NAME=A,B", "range of a projected partition"),
    BF_OPT_LIST(0, "values", struct config, values, "NAME=A,B", "values of a projected partition"),
    BF_OPT_CHOICE(0, "serde", struct config, serde, "SERDE",
                  "openx, hive, opencsv, lazy or parquet", serdes),
    BF_OPT_FLAG(0, "no-header", struct config, no_header,
                "objects of CSV and TSV have no line of names"),
    BF_OPT_CHOICE(0, "for", struct config, what, "TARGET",
                  "athena (default), duckdb, sqlite, postgres, glue-json, schema", targets),
    BF_OPT_FLAG(0, "partitions", struct config, partitions,
                "read receipts of s3put, add their partitions"),
    BF_OPT_FLAG(0, "explain", struct config, explain, "say why each column has its type instead"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "lines that cannot be read go here"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first line that cannot be read"),
    BF_OPT_SIZE(0, "max-line", struct config, max_line, "SIZE", "the longest line (16MiB)"),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "athddl",
    .synopsis = "[options] [DATABASE.]TABLE",
    .about = "say what a table of rows in S3 is, as SQL",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 1,
};

static bool check(struct config *c, struct bf_err *e)
{
    static const int usual[] = {BF_DDL_OPENX, BF_DDL_OPENCSV, BF_DDL_LAZY};
    c->with = (enum bf_ddl_serde)(c->serde >= 0 ? c->serde : usual[c->input]);
    bool catalog = c->what == TARGET_ATHENA || c->what == TARGET_GLUE_JSON;
    if (c->partitions && !catalog)
        return bf_err_set(e, BF_E_USAGE, "--partitions is for athena and glue-json only");
    if (c->partitions && c->what == TARGET_GLUE_JSON && !c->schema)
        return bf_err_set(
            e, BF_E_USAGE,
            "--partitions --for glue-json needs --schema: each partition has the columns");
    if (c->partitions && c->explain)
        return bf_err_set(e, BF_E_USAGE, "--partitions and --explain exclude each other");
    if (c->hive && c->partition.n)
        return bf_err_set(e, BF_E_USAGE,
                          "--hive (projected) and --partition (in the catalog) exclude each other");
    if (catalog && !c->location && !c->partitions && !c->explain)
        return bf_err_set(e, BF_E_USAGE, "--location is missing: where the objects are");
    return true;
}

static bool set_layout(const struct config *c, struct bf_ddl_layout *l, struct bf_err *e)
{
    if (c->location && !bf_ddl_layout_location(l, bf_str_of(c->location), e))
        return bf_err_ctx(e, "option '--location'");
    if (l->n && c->partition.n)
        return bf_err_set(e, BF_E_USAGE,
                          "the expressions of --location (projected) and --partition "
                          "(in the catalog) exclude each other");
    if (c->hive && !bf_ddl_layout_hive(l, bf_str_of(c->hive), e))
        return false;
    for (size_t i = 0; i < c->partition.n; i++)
        if (!bf_ddl_layout_partition(l, bf_str_of(c->partition.item[i]), e))
            return false;
    if ((c->range.n || c->values.n) && !l->projected)
        return bf_err_set(e, BF_E_USAGE,
                          "--range and --values are for projected partitions: see --hive");
    for (size_t i = 0; i < c->range.n; i++)
        if (!bf_ddl_layout_range(l, bf_str_of(c->range.item[i]), e))
            return false;
    for (size_t i = 0; i < c->values.n; i++)
        if (!bf_ddl_layout_values(l, bf_str_of(c->values.item[i]), e))
            return false;
    return true;
}

static bool read_schema(struct run *r, struct bf_err *e)
{
    if (!bf_schema_read(&r->schema, r->cfg->schema, e))
        return false;
    for (size_t i = 0; i < r->schema.n; i++)
        if (!bf_ddl_table_add(&r->table, r->schema.field[i].name, &r->schema.field[i].type, false,
                              "the schema says so", e))
            return false;
    return true;
}

static bool finish(struct run *r, struct bf_err *e)
{
    bool catalog = r->cfg->what == TARGET_ATHENA || r->cfg->what == TARGET_GLUE_JSON;
    if (!(catalog ? bf_ddl_table_finish(&r->table, e) : bf_ddl_table_finish_plain(&r->table, e)))
        return false;
    for (size_t i = 0; i < r->table.n; i++) {
        const struct bf_ddl_column *c = &r->table.column[i];
        if (c->left_out && !r->cfg->explain)
            bf_diag_warn("column '%.*s' is left out: %s",
                         (int)(c->source.n < 60 ? c->source.n : 60), c->source.p, c->why);
        else if (r->cfg->schema && c->why && !r->cfg->explain &&
                 strcmp(c->why, "the schema says so") != 0)
            bf_diag_warn("column '%.*s' is a string: %s",
                         (int)(c->source.n < 60 ? c->source.n : 60), c->source.p, c->why);
    }
    return true;
}

/* A line a column: name, type, why, with tabs between them. */
static void explain(const struct run *r, struct bf_buf *text)
{
    static const enum bf_ddl_dialect dialects[] = {BF_DDL_ATHENA, BF_DDL_DUCKDB, BF_DDL_SQLITE,
                                                   BF_DDL_POSTGRES, BF_DDL_ATHENA};
    for (size_t i = 0; i < r->table.n; i++) {
        const struct bf_ddl_column *c = &r->table.column[i];
        bf_buf_adds(text, c->name);
        bf_buf_addc(text, '\t');
        if (c->left_out)
            bf_buf_lit(text, "-");
        else if (r->cfg->what == TARGET_SCHEMA)
            bf_type_put(text, &c->type);
        else
            bf_ddl_type_put(text, &c->type, dialects[r->cfg->what]);
        bf_buf_addf(text, "\t%s\n", c->why ? c->why : "");
    }
}

static bool put_schema(const struct run *r, struct bf_buf *text, struct bf_err *e)
{
    struct bf_schema s;
    bool ok = true;
    bf_schema_init(&s);
    for (size_t i = 0; ok && i < r->table.n; i++)
        ok = r->table.column[i].left_out ||
             bf_schema_add(&s, r->table.column[i].name, &r->table.column[i].type, e);
    if (ok)
        bf_schema_put(text, &s);
    bf_schema_free(&s);
    return ok;
}

static bool put(struct run *r, struct bf_err *e)
{
    static const enum bf_ddl_dialect dialects[] = {BF_DDL_ATHENA, BF_DDL_DUCKDB, BF_DDL_SQLITE,
                                                   BF_DDL_POSTGRES};
    struct bf_buf text;
    bool ok = true;
    bf_buf_init(&text, TEXT_MAX);
    if (r->cfg->explain)
        explain(r, &text);
    else if (r->cfg->what == TARGET_SCHEMA)
        ok = put_schema(r, &text, e);
    else if (r->cfg->what == TARGET_GLUE_JSON)
        bf_ddl_table_put_glue(&text, &r->table);
    else
        bf_ddl_table_put(&text, &r->table, dialects[r->cfg->what]);
    ok = ok && bf_buf_check(&text, "the table", e);
    if (ok)
        bf_out_write(&r->out, text.p, text.n);
    bf_buf_free(&text);
    return ok;
}

static bool make(struct run *r, struct bf_err *e)
{
    const struct config *c = r->cfg;
    if (!bf_ddl_table_init(&r->table, &r->arena, bf_str_of(c->table), e) ||
        !set_layout(c, &r->table.layout, e))
        return false;
    r->table.serde = c->with;
    r->table.header = !c->no_header;
    if (c->schema && (!read_schema(r, e) || !finish(r, e)))
        return false;
    if (c->partitions)
        return receipts_read(r, e);
    return (c->schema || (rows_read(r, e) && finish(r, e))) && put(r, e);
}

static bool run(struct config *cfg, struct bf_err *e)
{
    struct run r = {.cfg = cfg};
    struct bf_err later = {0};
    if (!check(cfg, e) || !bf_stop_install(e) ||
        !bf_rejects_append(&r.rejects, cfg->rejects, cfg->strict, e))
        return false;
    bf_arena_init(&r.arena, ARENA_MAX);
    bf_schema_init(&r.schema);
    bool ok = bf_out_init(&r.out, STDOUT_FILENO, "standard output", 0, e);
    if (ok) {
        ok = make(&r, e);
        if (!bf_out_close(&r.out, ok ? e : &later))
            ok = false;
    }
    if (!bf_rejects_close(&r.rejects, ok ? e : &later))
        ok = false;
    bf_schema_free(&r.schema);
    bf_arena_free(&r.arena);
    return ok && bf_rejects_told(&r.rejects, e);
}

int main(int argc, char **argv)
{
    struct config cfg = {.serde = -1, .max_line = BF_LINE_MAX_DEFAULT};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &cfg, &cfg.table, NULL);
    if (status != BF_OPT_RUN)
        return status;
    return run(&cfg, &e) ? 0 : bf_diag_exit(&e);
}
