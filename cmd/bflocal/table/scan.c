#include "cmd/bflocal/table/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive.h"
#include "cmd/bflocal/table/partition.h"
#include "cmd/bflocal/trino/trino_impl.h"
#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"
#include "lib/encoding/base64.h"

/* "/\* Presto View: BASE64 *\/" of {"originalSql","catalog","schema","columns"}. */
static bool read_view(struct bl_scan *s, const json_t *table, struct bf_str *sql,
                      const char **database)
{
    struct bf_str text = bf_str_of(bl_document_text(table, "ViewOriginalText"));
    static const struct bf_str head = BF_STR("/* Presto View: ");
    struct bf_buf plain;
    struct bf_str copy;
    if (!bf_str_starts(text, head) || text.n < head.n + 3)
        return false;
    bf_buf_init(&plain, text.n);
    bool ok = bf_base64_decode(&plain, bf_str_trim(bf_str(text.p + head.n, text.n - head.n - 2)));
    json_t *view = ok ? bl_document_parse(bf_buf_view(&plain)) : NULL;
    bf_buf_free(&plain);
    ok = view && bf_arena_copy(s->arena, bf_str_of(bl_document_text(view, "originalSql")), sql) &&
         bf_arena_copy(s->arena, bf_str_of(bl_document_text(view, "schema")), &copy);
    if (ok)
        *database = copy.p;
    json_decref(view);
    return ok && sql->n;
}

enum bl_trino_kind bl_scan_look_up(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                   const char **database, struct bf_err *e)
{
    struct bl_scan *s = arg;
    struct bl_store *st = &s->local->store;
    struct bf_str db, name;
    if (s->ntables == BL_SCAN_TABLES) {
        bf_err_set(e, BF_E_LIMIT, "a query over more than %d tables", BL_SCAN_TABLES);
        return BL_TRINO_FAILED;
    }
    if (!bf_arena_copy(s->arena, ref->database, &db) ||
        !bf_arena_copy(s->arena, ref->name, &name)) {
        bf_err_nomem(e);
        return BL_TRINO_FAILED;
    }
    bl_store_lock(st);
    json_t *found = bl_catalog_database(st, db.p), *table = bl_catalog_table(st, db.p, name.p, -1);
    bl_store_unlock(st);
    if (!found)
        bf_err_set(e, BF_E_NOTFOUND, "SCHEMA_NOT_FOUND: Schema '%s' does not exist", db.p);
    json_decref(found);
    if (!table)
        return BL_TRINO_NONE;
    s->tables[s->ntables++] = table;
    ref->found = table;
    if (strcmp(bl_document_text(table, "TableType"), "VIRTUAL_VIEW") != 0)
        return BL_TRINO_TABLE;
    if (read_view(s, table, view, database))
        return BL_TRINO_VIEW;
    bf_err_set(e, BF_E_INPUT, "INVALID_VIEW: the view %s.%s was not made by Athena", db.p, name.p);
    return BL_TRINO_FAILED;
}

void bl_scan_free(struct bl_scan *s)
{
    for (size_t i = 0; i < s->ntables; i++)
        json_decref(s->tables[i]);
    s->ntables = 0;
}

static void put_name(struct bf_buf *out, const char *name)
{
    bf_buf_addc(out, '"');
    for (; *name; name++) {
        if (*name == '"')
            bf_buf_addc(out, '"');
        bf_buf_addc(out, *name);
    }
    bf_buf_addc(out, '"');
}

/* CAST(NULL AS T) AS "a", ...; *n counts on. */
static bool put_nulls(const json_t *columns, struct bf_buf *out, size_t *n, struct bf_err *e)
{
    size_t i;
    json_t *column;
    json_array_foreach(columns, i, column)
    {
        bf_buf_adds(out, (*n)++ ? BF_STR(", CAST(NULL AS ") : BF_STR("CAST(NULL AS "));
        if (!bl_hive_type(bl_document_text(column, "Type"), out, e))
            return false;
        bf_buf_lit(out, ") AS ");
        put_name(out, bl_document_text(column, "Name"));
    }
    return true;
}

bool bl_scan_put_types(void *arg, struct bl_trino_ref *ref, struct bf_buf *out, struct bf_err *e)
{
    struct bl_scan *s = arg;
    const json_t *table = ref->found, *sd = json_object_get(table, "StorageDescriptor");
    size_t n = 0;
    bf_buf_lit(out, "(SELECT ");
    if (!put_nulls(json_object_get(sd, "Columns"), out, &n, e) ||
        !put_nulls(json_object_get(table, "PartitionKeys"), out, &n, e))
        return false;
    if (n == 0)
        return bf_err_set(e, BF_E_INPUT, "the table has no columns");
    if (s->path)
        bf_buf_lit(out, ", CAST(NULL AS VARCHAR) AS \"$path\"");
    bf_buf_lit(out, " WHERE false)");
    return true;
}

static bool ends(struct bf_str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

/* By the name of an object: what text is compressed with. */
static const char *compression(struct bf_str uri, struct bf_err *e)
{
    static const char *const others[] = {".bz2", ".snappy", ".lz4", ".lzo", ".xz", ".deflate"};
    if (ends(uri, ".gz"))
        return "gzip";
    if (ends(uri, ".zst"))
        return "zstd";
    for (size_t i = 0; i < BF_COUNT(others); i++)
        if (ends(uri, others[i])) {
            bf_err_set(e, BF_E_INPUT, "HIVE_CANNOT_OPEN_SPLIT: bflocal reads no %s: %.200s",
                       others[i], uri.p);
            return NULL;
        }
    return "none";
}

struct reading {
    struct bl_scan *s;
    const json_t *table, *sd, *columns, *keys;
    enum bl_hive_format format;
    const struct bl_parts *parts;
    struct bf_buf *out;
    struct bf_err *e;
};

static void put_path(struct reading *r, const struct bl_s3_own *o)
{
    struct bf_buf path;
    bf_buf_init(&path, 8192);
    bl_s3_own_path(r->s->local, o, &path);
    trino_put_string(r->out, bf_buf_view(&path));
    bf_buf_free(&path);
}

/* ['a', 'b'] of the files with that compression; false: there are none. */
static bool put_files(struct reading *r, const char *how)
{
    struct bf_err e;
    size_t n = 0;
    for (size_t i = 0; i < r->parts->nfiles; i++) {
        const struct bl_part_file *f = &r->parts->file[i];
        if (how && strcmp(compression(f->uri, &e), how) != 0)
            continue;
        bf_buf_adds(r->out, n++ ? BF_STR(", ") : BF_STR("["));
        put_path(r, &f->object);
    }
    if (n)
        bf_buf_addc(r->out, ']');
    return n > 0;
}

static long skipped_lines(const json_t *sd, const json_t *table)
{
    static const char name[] = "skip.header.line.count";
    const json_t *serde = json_object_get(json_object_get(sd, "SerdeInfo"), "Parameters");
    const char *text =
        json_string_value(json_object_get(json_object_get(table, "Parameters"), name));
    if (!text)
        text = json_string_value(json_object_get(serde, name));
    return text ? strtol(text, NULL, 10) : 0;
}

/* SELECT athena_row(...) AS athena_r, filename FROM read_csv(lines), for each compression. Nothing divides a line: an
 * empty delimiter would be the byte NUL. */
static bool put_lines(struct reading *r)
{
    static const char *const all[] = {"none", "gzip", "zstd"};
    struct bf_buf spec;
    size_t from = 0, some = 0;
    bf_buf_init(&spec, 1024 * 1024);
    bool ok = bl_hive_spec(r->sd, r->table, r->format, &spec, r->e);
    for (size_t i = 0; ok && i < BF_COUNT(all); i++) {
        from = r->out->n;
        bf_buf_adds(r->out, some ? BF_STR(" UNION ALL ") : BF_STR(""));
        bf_buf_lit(r->out, "SELECT athena_row(");
        trino_put_string(r->out, bf_buf_view(&spec));
        bf_buf_lit(r->out, ", line) AS athena_r, filename AS athena_f FROM read_csv(");
        if (!put_files(r, all[i])) {
            r->out->n = from;
            continue;
        }
        some++;
        bf_buf_addf(
            r->out,
            ", columns={'line': 'VARCHAR'}, delim=chr(1)||chr(2)||chr(3)||chr(4), quote='', "
            "escape='', header=false, "
            "auto_detect=false, strict_mode=false, compression='%s', filename=true, "
            "max_line_size=33554432, buffer_size=67108864, skip=%ld)",
            all[i], skipped_lines(r->sd, r->table));
        if (r->format == BL_HIVE_JSON)
            bf_buf_lit(r->out, " WHERE line IS NOT NULL AND trim(line) <> ''");
    }
    bf_buf_free(&spec);
    return ok;
}

/* The columns by their names; one that a file has not is NULL. */
static bool put_parquet(struct reading *r)
{
    size_t n = 0;
    bf_buf_lit(r->out, "SELECT ");
    if (!put_nulls(r->columns, r->out, &n, r->e))
        return false;
    bf_buf_lit(r->out, ", CAST(NULL AS VARCHAR) AS athena_f WHERE false UNION ALL BY NAME SELECT *"
                       " FROM read_parquet(");
    put_files(r, NULL);
    bf_buf_lit(r->out, ", union_by_name=true, hive_partitioning=false, filename='athena_f')");
    return true;
}

/* The columns of a row as they are asked for. */
static bool put_columns(struct reading *r, bool joined)
{
    size_t i, n = 0;
    json_t *column;
    json_array_foreach(r->columns, i, column)
    {
        bf_buf_adds(r->out, n++ ? BF_STR(", ") : BF_STR(""));
        if (r->format == BL_HIVE_PARQUET) {
            bf_buf_lit(r->out, "CAST(");
            put_name(r->out, bl_document_text(column, "Name"));
            bf_buf_lit(r->out, " AS ");
            if (!bl_hive_type(bl_document_text(column, "Type"), r->out, r->e))
                return false;
            bf_buf_addc(r->out, ')');
        } else if (!bl_hive_column(column, i + 1, r->format, r->out, r->e))
            return false;
        bf_buf_lit(r->out, " AS ");
        put_name(r->out, bl_document_text(column, "Name"));
    }
    json_array_foreach(r->keys, i, column)
    {
        bf_buf_adds(r->out, n++ ? BF_STR(", CAST(nullif(") : BF_STR("CAST(nullif("));
        if (joined)
            bf_buf_addf(r->out, "k%zu", i);
        else
            trino_put_string(r->out, r->parts->part[r->parts->file[0].part].values[i]);
        bf_buf_lit(r->out, ", '__HIVE_DEFAULT_PARTITION__') AS ");
        if (!bl_hive_type(bl_document_text(column, "Type"), r->out, r->e))
            return false;
        bf_buf_lit(r->out, ") AS ");
        put_name(r->out, bl_document_text(column, "Name"));
    }
    if (r->s->path)
        bf_buf_lit(r->out, ", athena_u AS \"$path\"");
    return true;
}

/* Which file belongs to which partition, and what it is called. */
static void put_join(struct reading *r)
{
    size_t nkeys = json_array_size(r->keys);
    bf_buf_lit(r->out, " JOIN (VALUES ");
    for (size_t i = 0; i < r->parts->nfiles; i++) {
        const struct bl_part_file *f = &r->parts->file[i];
        bf_buf_adds(r->out, i ? BF_STR(", (") : BF_STR("("));
        put_path(r, &f->object);
        bf_buf_lit(r->out, ", ");
        trino_put_string(r->out, f->uri);
        for (size_t k = 0; k < nkeys; k++) {
            bf_buf_lit(r->out, ", ");
            trino_put_string(r->out, r->parts->part[f->part].values[k]);
        }
        bf_buf_addc(r->out, ')');
    }
    bf_buf_lit(r->out, ") AS athena_p(athena_n, athena_u");
    for (size_t k = 0; k < nkeys; k++)
        bf_buf_addf(r->out, ", k%zu", k);
    bf_buf_lit(r->out, ") ON athena_f = athena_n");
}

static bool one_partition(const struct bl_parts *p)
{
    for (size_t i = 1; i < p->nfiles; i++)
        if (p->file[i].part != p->file[0].part)
            return false;
    return true;
}

static bool check_compression(struct reading *r)
{
    for (size_t i = 0; i < r->parts->nfiles; i++)
        if (r->format != BL_HIVE_PARQUET && !compression(r->parts->file[i].uri, r->e))
            return false;
    return true;
}

bool bl_scan_put_rows(void *arg, struct bl_trino_ref *ref, struct bf_buf *out, struct bf_err *e)
{
    struct bl_scan *s = arg;
    struct bl_parts parts;
    struct reading r = {.s = s, .table = ref->found, .parts = &parts, .out = out, .e = e};
    r.sd = json_object_get(r.table, "StorageDescriptor");
    r.columns = json_object_get(r.sd, "Columns");
    r.keys = json_object_get(r.table, "PartitionKeys");
    if (!bl_hive_format(r.sd, &r.format, e) || !bl_parts_find(s, ref, r.table, &parts, e) ||
        !check_compression(&r))
        return false;
    if (parts.nfiles == 0)
        return bl_scan_put_types(arg, ref, out, e);
    for (size_t i = 0; i < parts.nfiles; i++)
        s->bytes += parts.file[i].object.size;
    bool joined = s->path || (json_array_size(r.keys) && !one_partition(&parts));
    bf_buf_lit(out, "(SELECT ");
    if (!put_columns(&r, joined))
        return false;
    bf_buf_lit(out, " FROM (");
    if (!(r.format == BL_HIVE_PARQUET ? put_parquet(&r) : put_lines(&r)))
        return false;
    bf_buf_lit(out, ") AS athena_s");
    if (joined)
        put_join(&r);
    bf_buf_addc(out, ')');
    return bf_buf_check(out, "the statement", e);
}
