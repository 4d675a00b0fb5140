#include "cmd/bflocal/athena/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/trino/trino_impl.h"
#include "cmd/bflocal/duck/value.h"
#include "lib/encoding/enc.h"

static bool fail(struct bl_write *w, const char *what, struct bf_str value)
{
    return bf_err_set(w->d->e, BF_E_INPUT, "INVALID_TABLE_PROPERTY: bflocal has no %s %.*s", what,
                      (int)(value.n > 60 ? 60 : value.n), value.n ? value.p : "");
}

static bool set_format(struct bl_write *w, struct bf_str v)
{
    static const char *const names[] = {"PARQUET", "JSON", "TEXTFILE"};
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (v.n == strlen(names[i]) && strncasecmp(v.p, names[i], v.n) == 0) {
            w->format = (enum bl_write_format)i;
            return true;
        }
    return fail(w, "format", v);
}

static bool set_compression(struct bl_write *w, struct bf_str v)
{
    static const char *const names[] = {"gzip", "zstd", "snappy", "none"};
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (v.n == strlen(names[i]) && strncasecmp(v.p, names[i], v.n) == 0) {
            snprintf(w->compression, sizeof w->compression, "%s", names[i]);
            return true;
        }
    return fail(w, "compression", v);
}

/* Reads ARRAY['a', 'b']. */
static bool set_keys(struct bl_write *w)
{
    struct bl_ddl *d = w->d;
    if (!bl_ddl_expect_word(d, "ARRAY") || !bl_ddl_expect(d, "["))
        return false;
    do {
        if (d->at->kind != BL_TOKEN_STRING || w->nkeys == BL_WRITE_KEYS)
            return bl_ddl_unexpected(d);
        w->keys[w->nkeys++] = d->at->text;
        d->at++;
    } while (bl_ddl_take(d, ","));
    return bl_ddl_expect(d, "]");
}

static bool property(struct bl_write *w, json_t *other)
{
    struct bl_ddl *d = w->d;
    char name[BL_CATALOG_NAME];
    if (!bl_ddl_name(d, name) || !bl_ddl_expect(d, "="))
        return false;
    if (strcmp(name, "partitioned_by") == 0)
        return set_keys(w);
    struct bf_str v = d->at->text;
    if (d->at->kind == BL_TOKEN_END)
        return bl_ddl_unexpected(d);
    d->at++;
    if (strcmp(name, "format") == 0)
        return set_format(w, v);
    if (strcmp(name, "compression") == 0 || strcmp(name, "write_compression") == 0 ||
        strcmp(name, "parquet_compression") == 0)
        return set_compression(w, v);
    if (strcmp(name, "field_delimiter") == 0) {
        snprintf(w->delimiter, sizeof w->delimiter, "%.*s", (int)v.n, v.p);
        return true;
    }
    if (strcmp(name, "compression_level") == 0)
        return true; /* the bytes differ, but not the rows */
    if (strcmp(name, "external_location") != 0 && strcmp(name, "table_type") != 0)
        return fail(w, "property", bf_str_of(name));
    json_object_set_new(other, name, json_stringn(v.p, v.n));
    return true;
}

bool bl_write_properties(struct bl_write *w, json_t *other)
{
    struct bl_ddl *d = w->d;
    if (!bl_ddl_expect(d, "("))
        return false;
    do {
        if (!property(w, other))
            return false;
    } while (bl_ddl_take(d, ","));
    return bl_ddl_expect(d, ")");
}

/* Hive has no such types, so Athena cannot write them. */
static bool check_type(struct bl_write *w, duckdb_logical_type type)
{
    static const char *const no[] = {"json", "time", "timestamp with time zone", "uuid",
                                     "interval day to second"};
    struct bl_duck_type name;
    if (!bl_duck_type(type, &name))
        return true;
    for (size_t i = 0; i < BF_COUNT(no); i++)
        if (strcmp(name.name, no[i]) == 0)
            return bf_err_set(w->d->e, BF_E_INPUT, "NOT_SUPPORTED: Unsupported Hive type: %s",
                              no[i]);
    return true;
}

static bool describe(struct bl_write *w)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_result r;
    struct bf_buf type;
    bool ok = true;
    if (!bl_duck_query(w->d->x->con, "SELECT * FROM athena_w LIMIT 0", &r, w->d->e))
        return false;
    bf_buf_init(&type, 64 * 1024);
    w->columns = json_array();
    for (uint64_t i = 0; ok && i < duck->column_count(&r); i++) {
        duckdb_logical_type t = duck->column_logical_type(&r, i);
        const char *name = duck->column_name(&r, i);
        bf_buf_reset(&type);
        bl_duck_type_hive(&type, t);
        ok = check_type(w, t);
        duck->destroy_logical_type(&t);
        json_array_append_new(w->columns,
                              json_pack("{s:s,s:s}", "Name", name, "Type", bf_buf_cstr(&type)));
        if (ok && strncmp(name, "_col?", 5) == 0)
            ok = bf_err_set(w->d->e, BF_E_INPUT,
                            "SYNTAX_ERROR: Column name not specified at position %d", (int)i + 1);
    }
    bf_buf_free(&type);
    duck->destroy_result(&r);
    return ok;
}

/* Runs CREATE TEMP TABLE athena_w AS before (query) after. */
static bool collect(struct bl_write *w, struct bf_str before, struct bf_str sql,
                    struct bf_str after)
{
    struct bl_execution *x = w->d->x;
    struct bl_scan scan = {.ntables = 0};
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024 * 1024);
    bf_buf_lit(&text, "CREATE TEMP TABLE athena_w AS ");
    bf_buf_adds(&text, before);
    bool ok = bl_execution_connect(x, w->d->e) && bl_query_translate(x, &scan, sql, &text, w->d->e);
    x->scanned = scan.bytes;
    bl_scan_free(&scan);
    bf_buf_adds(&text, after);
    const char *statement = ok ? bf_buf_cstr(&text) : NULL;
    ok = statement && bl_duck_exec(x->con, statement, w->d->e);
    bf_buf_free(&text);
    return ok && describe(w);
}

bool bl_write_collect(struct bl_write *w, struct bf_str sql)
{
    return collect(w, BF_STR("SELECT * FROM ("), sql, BF_STR(")"));
}

/* Does the query have n columns? */
static bool check_count(struct bl_write *w, struct bf_str sql, size_t n)
{
    const struct bl_duck_api *duck;
    struct bl_execution *x = w->d->x;
    struct bl_scan scan = {.ntables = 0};
    struct bf_buf text;
    duckdb_result r;
    uint64_t got = 0;
    bf_buf_init(&text, 64 * 1024 * 1024);
    bf_buf_lit(&text, "SELECT * FROM (");
    bool ok = bl_execution_connect(x, w->d->e) && bl_query_translate(x, &scan, sql, &text, w->d->e);
    bl_scan_free(&scan);
    bf_buf_lit(&text, ") LIMIT 0");
    const char *statement = ok ? bf_buf_cstr(&text) : NULL;
    ok = statement && bl_duck_query(x->con, statement, &r, w->d->e);
    bf_buf_free(&text);
    duck = bl_duck_api();
    if (ok) {
        got = duck->column_count(&r);
        duck->destroy_result(&r);
    }
    bl_execution_disconnect(x);
    return ok &&
           (got == n || bf_err_set(w->d->e, BF_E_INPUT,
                                   "SYNTAX_ERROR: Insert query has mismatched column types: the "
                                   "table has %zu columns, the query %d",
                                   n, (int)got));
}

bool bl_write_into(struct bl_write *w, struct bf_str before, struct bf_str sql, struct bf_str after,
                   size_t n)
{
    struct bf_buf end;
    bf_buf_init(&end, 1024 * 1024);
    bf_buf_lit(&end, ") ");
    bf_buf_adds(&end, after);
    bool ok = check_count(w, sql, n) && collect(w, before, sql, bf_buf_view(&end));
    bf_buf_free(&end);
    return ok;
}

static void put_name(struct bf_buf *out, struct bf_str name)
{
    bf_buf_addc(out, '"');
    bf_buf_adds(out, name);
    bf_buf_addc(out, '"');
}

/* Appends the options of COPY. */
static void put_options(const struct bl_write *w, struct bf_buf *out)
{
    if (w->format == BL_WRITE_PARQUET) {
        bf_buf_addf(out, "FORMAT parquet, COMPRESSION '%s'",
                    !*w->compression                      ? "gzip"
                    : strcmp(w->compression, "none") == 0 ? "uncompressed"
                                                          : w->compression);
        return;
    }
    bf_buf_addf(out,
                "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', NULL '\\N', COMPRESSION "
                "'%s', DELIMITER ",
                *w->compression ? w->compression : "gzip");
    trino_put_string(out, w->format == BL_WRITE_TEXT && *w->delimiter ? bf_str_of(w->delimiter)
                                                                      : BF_STR("\x01"));
}

/* The columns without those of partitions; for JSON one text, the line. */
static void put_columns(const struct bl_write *w, struct bf_buf *out)
{
    bool json = w->format == BL_WRITE_JSON;
    size_t n = json_array_size(w->columns) - w->nkeys;
    bf_buf_adds(out, json ? BF_STR("athena_json_hive(struct_pack(") : BF_STR(""));
    for (size_t i = 0; i < n; i++) {
        struct bf_str name = bf_str_of(bl_document_text(json_array_get(w->columns, i), "Name"));
        bf_buf_adds(out, i ? BF_STR(", ") : BF_STR(""));
        if (json) {
            size_t at = out->n;
            put_name(out, name);
            for (; at < out->n; at++)
                if (out->p[at] >= 'A' && out->p[at] <= 'Z')
                    out->p[at] = (char)(out->p[at] - 'A' + 'a');
            bf_buf_lit(out, " := ");
        }
        put_name(out, name);
    }
    bf_buf_adds(out, json ? BF_STR("))") : BF_STR(""));
}

/* Runs COPY (SELECT the columns of one partition) TO 'file'. */
static bool copy(struct bl_write *w, struct bl_s3_writer *to, const struct bf_str *values,
                 const bool *nulls)
{
    struct bf_buf sql, path;
    bf_buf_init(&sql, 1024 * 1024);
    bf_buf_init(&path, 8192);
    bf_buf_lit(&sql, "COPY (SELECT ");
    put_columns(w, &sql);
    bf_buf_lit(&sql, " FROM athena_w");
    for (size_t i = 0; i < w->nkeys; i++) {
        bf_buf_adds(&sql, i ? BF_STR(" AND ") : BF_STR(" WHERE "));
        bf_buf_lit(&sql, "CAST(");
        put_name(&sql, w->keys[i]);
        bf_buf_lit(&sql, " AS VARCHAR) ");
        if (nulls[i])
            bf_buf_lit(&sql, "IS NULL");
        else {
            bf_buf_lit(&sql, "= ");
            trino_put_string(&sql, values[i]);
        }
    }
    bf_buf_lit(&sql, ") TO ");
    bl_s3_write_path(to, &path);
    trino_put_string(&sql, bf_buf_view(&path));
    bf_buf_lit(&sql, " (USE_TMP_FILE false, ");
    put_options(w, &sql);
    bf_buf_addc(&sql, ')');
    const char *text = bf_buf_cstr(&sql);
    bool ok = text ? bl_duck_exec(w->d->x->con, text, w->d->e) : bf_err_nomem(w->d->e);
    bf_buf_free(&sql);
    bf_buf_free(&path);
    return ok && bl_s3_write_adopt(to, w->d->e);
}

/* Writes the object of one partition; without partitions, of all rows. */
static bool put_object(struct bl_write *w, const struct bf_str *values, const bool *nulls, size_t i)
{
    struct bl_execution *x = w->d->x;
    struct bl_s3_writer to;
    struct bf_buf key;
    struct bf_str folder = w->prefix;
    bf_buf_init(&key, 64 * 1024);
    bf_buf_adds(&key, w->prefix);
    for (size_t k = 0; k < w->nkeys; k++) {
        bf_buf_adds(&key, w->keys[k]);
        bf_buf_addc(&key, '=');
        bf_uri_encode(&key, values[k], false);
        bf_buf_addc(&key, '/');
    }
    bool ok = bf_arena_copy(&x->arena, bf_buf_view(&key), &folder) || bf_err_nomem(w->d->e);
    const char *how = w->format == BL_WRITE_PARQUET         ? ""
                      : !*w->compression                    ? ".gz"
                      : strcmp(w->compression, "gzip") == 0 ? ".gz"
                      : strcmp(w->compression, "zstd") == 0 ? ".zst"
                                                            : "";
    bf_buf_addf(&key, "%s_%zu%s", x->id, i, how);
    ok = ok && bl_s3_write_begin(x->athena->local, &to, w->d->e);
    if (ok) {
        ok = copy(w, &to, values, nulls) && bl_s3_write_end(&to, w->bucket, bf_buf_view(&key),
                                                            "application/octet-stream", w->d->e);
        bl_s3_write_free(&to);
    }
    if (ok && w->partition)
        ok = w->partition(w, values, folder);
    bf_buf_lit(&w->manifest, "s3://");
    bf_buf_adds(&w->manifest, w->bucket);
    bf_buf_addc(&w->manifest, '/');
    bf_buf_adds(&w->manifest, bf_buf_view(&key));
    bf_buf_addc(&w->manifest, '\n');
    bf_buf_free(&key);
    return ok;
}

/* The partition columns must be the last columns, in their order. */
static bool check_keys(struct bl_write *w)
{
    size_t n = json_array_size(w->columns);
    if (w->format != BL_WRITE_PARQUET && strcmp(w->compression, "snappy") == 0)
        return bf_err_set(w->d->e, BF_E_INPUT, "bflocal writes snappy only in Parquet");
    if (n <= w->nkeys)
        return bf_err_set(w->d->e, BF_E_INPUT, "INVALID_TABLE_PROPERTY: no columns are left");
    for (size_t i = 0; i < w->nkeys; i++)
        if (!bf_str_eq(w->keys[i], bf_str_of(bl_document_text(
                                       json_array_get(w->columns, n - w->nkeys + i), "Name"))))
            return bf_err_set(
                w->d->e, BF_E_INPUT,
                "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in "
                "the table and in the same order as the table properties");
    return true;
}

static int64_t count(struct bl_write *w)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_result r;
    int64_t n = -1;
    if (!bl_duck_query(w->d->x->con, "SELECT count(*) FROM athena_w", &r, w->d->e))
        return -1;
    duckdb_data_chunk chunk = duck->fetch_chunk(r);
    if (chunk) {
        n = ((const int64_t *)duck->vector_get_data(duck->data_chunk_get_vector(chunk, 0)))[0];
        duck->destroy_data_chunk(&chunk);
    }
    duck->destroy_result(&r);
    return n;
}

struct parts {
    struct bf_str values[BL_WRITE_PARTITIONS][BL_WRITE_KEYS];
    bool nulls[BL_WRITE_PARTITIONS][BL_WRITE_KEYS];
    size_t n;
};

/* Finds the distinct values of the partition columns. */
static bool find_parts(struct bl_write *w, struct parts *p)
{
    const struct bl_duck_api *duck = bl_duck_api();
    struct bf_buf sql;
    duckdb_result r;
    duckdb_data_chunk chunk;
    bf_buf_init(&sql, 64 * 1024);
    bf_buf_lit(&sql, "SELECT DISTINCT ");
    for (size_t k = 0; k < w->nkeys; k++) {
        bf_buf_adds(&sql, k ? BF_STR(", CAST(") : BF_STR("CAST("));
        put_name(&sql, w->keys[k]);
        bf_buf_lit(&sql, " AS VARCHAR)");
    }
    bf_buf_lit(&sql, " FROM athena_w ORDER BY ALL");
    bool ok = bl_duck_query(w->d->x->con, bf_buf_cstr(&sql), &r, w->d->e);
    bf_buf_free(&sql);
    if (!ok)
        return false;
    while (ok && (chunk = duck->fetch_chunk(r)) != NULL) {
        for (uint64_t i = 0; ok && i < duck->data_chunk_get_size(chunk); i++, p->n++) {
            if (p->n == BL_WRITE_PARTITIONS)
                ok = bf_err_set(
                    w->d->e, BF_E_LIMIT,
                    "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of %d open writers for "
                    "partitions/buckets",
                    BL_WRITE_PARTITIONS);
            for (size_t k = 0; ok && k < w->nkeys; k++) {
                duckdb_vector v = duck->data_chunk_get_vector(chunk, k);
                p->nulls[p->n][k] = bl_duck_null(v, i);
                ok = bf_arena_copy(&w->d->x->arena,
                                   p->nulls[p->n][k] ? BF_STR("__HIVE_DEFAULT_PARTITION__")
                                                     : bl_duck_text(v, i),
                                   &p->values[p->n][k]);
            }
        }
        duck->destroy_data_chunk(&chunk);
    }
    duck->destroy_result(&r);
    return ok;
}

bool bl_write_objects(struct bl_write *w)
{
    struct parts *p;
    bf_buf_init(&w->manifest, 64 * 1024 * 1024);
    if (!check_keys(w) || (w->rows = count(w)) < 0)
        return false;
    static const struct bf_str no_values[1];
    static const bool no_nulls[1];
    if (w->nkeys == 0)
        return w->rows == 0 || put_object(w, no_values, no_nulls, 0);
    p = calloc(1, sizeof *p);
    bool ok = p ? find_parts(w, p) : bf_err_nomem(w->d->e);
    for (size_t i = 0; ok && i < p->n; i++)
        ok = put_object(w, p->values[i], p->nulls[i], i);
    free(p);
    return ok;
}

bool bl_write_finish(struct bl_write *w)
{
    struct bl_execution *x = w->d->x;
    struct bf_buf key;
    bf_buf_init(&key, 4096);
    bf_buf_adds(&key, x->prefix);
    bf_buf_addf(&key, "%s-manifest.csv", x->id);
    x->updated = w->rows;
    bl_output_kind(x, "");
    x->columns = json_array();
    bool ok = bl_s3_own_put(x->athena->local, x->bucket, bf_buf_view(&key),
                            bf_buf_view(&w->manifest), "text/csv", w->d->e);
    bf_buf_free(&key);
    return ok;
}

void bl_write_free(struct bl_write *w)
{
    json_decref(w->columns);
    bf_buf_free(&w->manifest);
}
