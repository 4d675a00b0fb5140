#include "cmd/bflocal/table/partition.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive.h"
#include "cmd/bflocal/table/projection.h"
#include "cmd/bflocal/trino/trino_impl.h"
#include "cmd/bflocal/duck/engine.h"
#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"
#include "lib/base/map.h"

bool bl_scan_hidden(struct bf_str rest)
{
    struct bf_str part;
    while (rest.p && bf_str_split(&rest, '/', &part))
        if (part.n && (part.p[0] == '_' || part.p[0] == '.'))
            return true;
    return false;
}

struct finder {
    struct bl_scan *s;
    const json_t *table;
    size_t nkeys;
    struct bl_parts *out;
    struct bf_str bucket, prefix;
    size_t part;                     /* whose objects are listed */
    struct bl_projection projection; /* or those of all, by their keys */
    struct bf_map seen;
    struct bf_buf key;
    struct bf_err *e;
    bool ok;
};

static void *grow(struct bf_arena *a, void *old, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return old;
    size_t more = *cap ? *cap * 2 : 64;
    void *p = bf_arena_alloc(a, more * size);
    if (p && n)
        memcpy(p, old, n * size);
    *cap = p ? more : *cap;
    return p;
}

static struct bl_part *add_part(struct finder *f)
{
    struct bl_parts *o = f->out;
    struct bl_part *p = grow(f->s->arena, o->part, o->n, &o->cap, sizeof *o->part);
    if (!p)
        return NULL;
    o->part = p;
    p = &o->part[o->n++];
    memset(p, 0, sizeof *p);
    p->values = bf_arena_alloc(f->s->arena, (f->nkeys + 1) * sizeof *p->values);
    return p->values ? p : NULL;
}

static bool add_file(struct finder *f, struct bf_str key, const struct bl_s3_own *object,
                     size_t part)
{
    struct bl_parts *o = f->out;
    struct bl_part_file *p = grow(f->s->arena, o->file, o->nfiles, &o->files_cap, sizeof *o->file);
    if (!p)
        return false;
    o->file = p;
    p = &o->file[o->nfiles++];
    p->object = *object;
    p->part = part;
    bf_buf_reset(&f->key);
    bf_buf_lit(&f->key, "s3://");
    bf_buf_adds(&f->key, f->bucket);
    bf_buf_addc(&f->key, '/');
    bf_buf_adds(&f->key, key);
    return bf_arena_copy(f->s->arena, bf_buf_view(&f->key), &p->uri);
}

/* An object below a partition's location. */
static bool take_object(void *arg, struct bf_str key, const struct bl_s3_own *object)
{
    struct finder *f = arg;
    if (object->size == 0 || bl_scan_hidden(bf_str(key.p + f->prefix.n, key.n - f->prefix.n)))
        return true;
    f->ok = add_file(f, key, object, f->part);
    return f->ok;
}

/* The partition of those values; they are views. */
static bool projected_part(struct finder *f, const struct bf_str *values, size_t *part)
{
    bool added;
    bf_buf_reset(&f->key);
    for (size_t i = 0; i < f->nkeys; i++) {
        bf_buf_adds(&f->key, values[i]);
        bf_buf_addc(&f->key, '\0');
    }
    uint64_t *known = bf_map_put(&f->seen, bf_buf_view(&f->key), &added);
    if (!known)
        return false;
    if (added) {
        struct bl_part *p = add_part(f);
        for (size_t i = 0; p && i < f->nkeys; i++)
            if (!bf_arena_copy(f->s->arena, values[i], &p->values[i]))
                return false;
        if (!p)
            return false;
        *known = f->out->n - 1;
    }
    *part = (size_t)*known;
    return true;
}

static bool take_projected(void *arg, struct bf_str key, const struct bl_s3_own *object)
{
    struct finder *f = arg;
    struct bf_str values[BL_PROJECTION_COLUMNS];
    size_t part;
    if (object->size == 0 || !bl_projection_match(&f->projection, key, values))
        return true;
    const struct bf_str *last = &values[0];
    for (size_t i = 1; i < f->nkeys; i++)
        if (values[i].p > last->p)
            last = &values[i];
    const char *behind = last->p + last->n;
    if (bl_scan_hidden(bf_str(behind, (size_t)(key.p + key.n - behind))))
        return true;
    f->ok = projected_part(f, values, &part) && add_file(f, key, object, part);
    return f->ok;
}

/* The value that one column must have: "injected" wants one. */
static bool has_equality(const struct bl_trino_ref *ref, const char *name)
{
    char want[300];
    for (size_t i = 0; i < ref->nwhere; i++) {
        snprintf(want, sizeof want, "%.250s\n", name);
        struct bf_str names = ref->where[i].names, text = ref->where[i].text;
        bool own = bf_str_eq(names, bf_str_of(want));
        if (!own) {
            snprintf(want, sizeof want, "%.*s.%.200s\n",
                     (int)(ref->alias.n > 60 ? 60 : ref->alias.n), ref->alias.p, name);
            own = bf_str_eq(names, bf_str_of(want));
        }
        for (size_t k = 0; own && k < text.n; k++)
            if ((text.p[k] == '=' && text.p[k - 1] == ' ') ||
                (text.n - k > 4 && memcmp(text.p + k, " IN ", 4) == 0))
                return true;
    }
    return false;
}

static bool find_projected(struct finder *f, struct bl_trino_ref *ref)
{
    struct bl_projection *p = &f->projection;
    if (!bl_projection_read(f->table, bl_now_ms(f->s->local), f->s->arena, p, f->e))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (p->column[i].kind == BL_PROJECTION_INJECTED && !has_equality(ref, p->column[i].name))
            return bf_err_set(f->e, BF_E_INPUT,
                              "CONSTRAINT_VIOLATION: For the injected projected partition column "
                              "%.100s, the WHERE clause must contain only static equality "
                              "conditions, and at least one such condition must be present.",
                              p->column[i].name);
    f->bucket = p->bucket;
    f->prefix = bf_str(p->location.p, p->fixed);
    return bl_s3_own_list(f->s->local, p->bucket, f->prefix, take_projected, f, f->e) &&
           (f->ok || bf_err_nomem(f->e));
}

static bool set_location(struct finder *f, struct bl_part *p, const char *location)
{
    struct bf_str bucket, key;
    if (!bl_s3_own_uri(bf_str_of(location), &bucket, &key))
        return bf_err_set(f->e, BF_E_INPUT, "HIVE_METASTORE_ERROR: '%.200s' is no location in S3",
                          location);
    bf_buf_reset(&f->key);
    bf_buf_adds(&f->key, key);
    if (key.n && key.p[key.n - 1] != '/')
        bf_buf_addc(&f->key, '/');
    return (bf_arena_copy(f->s->arena, bucket, &p->bucket) &&
            bf_arena_copy(f->s->arena, bf_buf_view(&f->key), &p->prefix)) ||
           bf_err_nomem(f->e);
}

/* Those that the catalog has. */
static bool find_stored(struct finder *f)
{
    struct bl_local *l = f->s->local;
    size_t i;
    json_t *row;
    bool ok = true;
    bl_store_lock(&l->store);
    json_t *rows = bl_catalog_partitions(&l->store, bl_document_text(f->table, "DatabaseName"),
                                         bl_document_text(f->table, "Name"), BF_STR(""), INT32_MAX);
    bl_store_unlock(&l->store);
    json_array_foreach(rows, i, row)
    {
        struct bl_part *p = add_part(f);
        const json_t *values = json_object_get(row, "Values");
        ok = p &&
             set_location(f, p,
                          bl_document_text(json_object_get(row, "StorageDescriptor"), "Location"));
        for (size_t k = 0; ok && k < f->nkeys; k++) {
            const char *text = json_string_value(json_array_get(values, k));
            ok = bf_arena_copy(f->s->arena, bf_str_of(text ? text : ""), &p->values[k]);
        }
        if (!ok)
            break;
    }
    json_decref(rows);
    return ok || f->e->code != BF_OK || bf_err_nomem(f->e);
}

static bool list_files(struct finder *f)
{
    for (size_t i = 0; i < f->out->n; i++) {
        struct bl_part *p = &f->out->part[i];
        if (p->dropped)
            continue;
        f->part = i;
        f->bucket = p->bucket;
        f->prefix = p->prefix;
        if (!bl_s3_own_list(f->s->local, p->bucket, p->prefix, take_object, f, f->e))
            return false;
        if (!f->ok)
            return bf_err_nomem(f->e);
    }
    return true;
}

/* Are all columns of the condition partition keys of the table? */
static bool is_for(const struct finder *f, const struct bl_trino_ref *ref, struct bf_str names)
{
    struct bf_str name;
    const json_t *keys = json_object_get(f->table, "PartitionKeys");
    while (names.n && bf_str_split(&names, '\n', &name) && name.n) {
        const char *dot = memchr(name.p, '.', name.n);
        struct bf_str column = name;
        if (dot) {
            struct bf_str table = bf_str(name.p, (size_t)(dot - name.p));
            column = bf_str(dot + 1, name.n - table.n - 1);
            if (!bf_str_eq(table, ref->alias))
                return false;
        } else if (!ref->only)
            return false;
        bool found = false;
        for (size_t i = 0; i < json_array_size(keys); i++)
            found = found ||
                    bf_str_eq(column, bf_str_of(bl_document_text(json_array_get(keys, i), "Name")));
        if (!found)
            return false;
    }
    return true;
}

/* (VALUES (0, CAST('x' AS DATE)), ...) AS "alias"("athena_i", "dt") */
static bool put_values(struct finder *f, const struct bl_trino_ref *ref, struct bf_buf *out)
{
    size_t i;
    json_t *key;
    const json_t *keys = json_object_get(f->table, "PartitionKeys");
    bf_buf_lit(out, "(SELECT athena_i");
    json_array_foreach(keys, i, key)
    {
        bf_buf_addf(out, ", CAST(nullif(k%zu, '__HIVE_DEFAULT_PARTITION__') AS ", i);
        if (!bl_hive_type(bl_document_text(key, "Type"), out, f->e))
            return false;
        bf_buf_addf(out, ") AS \"%s\"", bl_document_text(key, "Name"));
    }
    bf_buf_lit(out, " FROM (VALUES ");
    for (size_t p = 0; p < f->out->n; p++) {
        bf_buf_addf(out, "%s(%zu", p ? ", " : "", p);
        for (size_t k = 0; k < f->nkeys; k++) {
            bf_buf_lit(out, ", ");
            trino_put_string(out, f->out->part[p].values[k]);
        }
        bf_buf_addc(out, ')');
    }
    bf_buf_lit(out, ") AS athena_v(athena_i");
    for (size_t k = 0; k < f->nkeys; k++)
        bf_buf_addf(out, ", k%zu", k);
    bf_buf_lit(out, ")) AS \"");
    bf_buf_adds(out, ref->alias);
    bf_buf_addc(out, '"');
    return true;
}

static bool run_choice(struct finder *f, const char *sql)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_result r;
    duckdb_data_chunk chunk;
    if (!bl_duck_query(f->s->con, sql, &r, f->e))
        return false;
    for (size_t i = 0; i < f->out->n; i++)
        f->out->part[i].dropped = true;
    while ((chunk = duck->fetch_chunk(r)) != NULL) {
        const int32_t *at = duck->vector_get_data(duck->data_chunk_get_vector(chunk, 0));
        for (uint64_t i = 0; i < duck->data_chunk_get_size(chunk); i++)
            f->out->part[at[i]].dropped = false;
        duck->destroy_data_chunk(&chunk);
    }
    const char *failed = duck->result_error(&r);
    bool ok = !failed || bl_duck_fail(failed, f->e);
    duck->destroy_result(&r);
    return ok;
}

/* Drops the partitions that WHERE excludes: DuckDB decides, on the partition keys alone. */
static bool choose(struct finder *f, struct bl_trino_ref *ref)
{
    struct bf_buf sql;
    bool any = false, ok;
    bf_buf_init(&sql, 64 * 1024 * 1024);
    bf_buf_lit(&sql, "SELECT CAST(athena_i AS INTEGER) FROM ");
    ok = put_values(f, ref, &sql);
    for (size_t i = 0; ok && i < ref->nwhere; i++) {
        if (!is_for(f, ref, ref->where[i].names))
            continue;
        bf_buf_adds(&sql, any ? BF_STR(" AND (") : BF_STR(" WHERE ("));
        bf_buf_adds(&sql, ref->where[i].text);
        bf_buf_addc(&sql, ')');
        any = true;
    }
    const char *text = bf_buf_cstr(&sql);
    ok = ok && (!any || (text ? run_choice(f, text) : bf_err_nomem(f->e)));
    bf_buf_free(&sql);
    return ok;
}

static void drop_files(struct bl_parts *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->nfiles; i++)
        if (!o->part[o->file[i].part].dropped)
            o->file[n++] = o->file[i];
    o->nfiles = n;
}

bool bl_parts_find(struct bl_scan *s, struct bl_trino_ref *ref, const json_t *table,
                   struct bl_parts *out, struct bf_err *e)
{
    struct finder f = {.s = s, .table = table, .out = out, .e = e, .ok = true};
    bool projected = bl_projection_enabled(table), ok;
    memset(out, 0, sizeof *out);
    f.nkeys = json_array_size(json_object_get(table, "PartitionKeys"));
    bf_buf_init(&f.key, 64 * 1024);
    bf_map_init(&f.seen, 1000000);
    if (f.nkeys == 0) {
        struct bl_part *p = add_part(&f);
        ok = p &&
             set_location(
                 &f, p, bl_document_text(json_object_get(table, "StorageDescriptor"), "Location"));
    } else
        ok = projected ? find_projected(&f, ref) : find_stored(&f);
    if (ok && f.nkeys && out->n && ref->may_prune)
        ok = choose(&f, ref);
    if (ok && f.nkeys && projected)
        drop_files(out);
    else
        ok = ok && list_files(&f);
    bf_map_free(&f.seen);
    bf_buf_free(&f.key);
    return ok;
}
