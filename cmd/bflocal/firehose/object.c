#include "cmd/bflocal/firehose/object.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/s3/own.h"
#include "lib/aws/s3/compress.h"

enum { KEY_MAX = 4096 };

struct bl_object {
    struct bl_object *next;
    struct bl_objects *all;
    const struct bl_object_kind *kind;
    struct bf_str group;
    int64_t at_ms; /* the arrival of its oldest record */
    struct bl_s3_writer w;
    struct bf_compress *z; /* NULL: not compressed */
    struct bf_parquet *columns;
    bool any;    /* it has a row */
    char text[]; /* the group's */
};

static void destroy(struct bl_object *o)
{
    if (o->w.local)
        bl_s3_write_free(&o->w);
    bf_compress_destroy(o->z);
    bf_parquet_destroy(o->columns);
    free(o);
}

static bool put(void *object, struct bf_str piece, struct bf_err *e)
{
    struct bl_object *o = object;
    return bl_s3_write(&o->w, piece, e);
}

bool bl_object_key(void *group, struct bf_str name, struct bf_str *value)
{
    struct bf_str rest = *(const struct bf_str *)group, key;
    while (rest.n && bf_str_split(&rest, '\0', &key) && bf_str_split(&rest, '\0', value))
        if (bf_str_eq(key, name))
            return true;
    return false;
}

static bool put_key(struct bl_object *o, struct bf_buf *key, struct bf_err *e)
{
    char uuid[37], version[24], extension[160];
    struct bl_objects *all = o->all;
    struct bf_prefix_values v = {.wall_ms = o->at_ms,
                                 .zone_minutes = bf_timezone_minutes(all->zone, o->at_ms),
                                 .rng = &all->rng,
                                 .error_type = o->kind->error_type,
                                 .field = bl_object_key,
                                 .arg = &o->group};
    bf_rng_uuid(&all->rng, uuid);
    snprintf(version, sizeof version, "%lld", (long long)all->version);
    if (o->kind->extension.p)
        snprintf(extension, sizeof extension, "%.*s", (int)o->kind->extension.n,
                 o->kind->extension.p);
    else
        snprintf(extension, sizeof extension, "%s",
                 o->columns      ? ".parquet"
                 : o->kind->gzip ? ".gz"
                                 : "");
    if (!bf_prefix_put(o->kind->prefix, &v, key, e))
        return false;
    bf_prefix_put_name(key, all->stream, version, o->at_ms, uuid, extension);
    return bf_buf_check(key, "the object's key", e);
}

/* Could it have a name? A partition key can be too long for that. */
static bool check_key(struct bl_object *o, struct bf_err *e)
{
    struct bf_buf key;
    bf_buf_init(&key, KEY_MAX);
    bool ok = put_key(o, &key, e);
    bf_buf_free(&key);
    return ok;
}

static bool check_number(const struct bl_objects *all, const struct bl_object_kind *kind,
                         struct bf_err *e)
{
    size_t n = 0;
    for (const struct bl_object *o = all->list; o; o = o->next)
        n += o->kind == kind;
    return n < BL_OBJECTS_MAX ||
           bf_err_set(e, BF_E_LIMIT, "more than %d active partitions", BL_OBJECTS_MAX);
}

static struct bl_object *begin(struct bl_objects *all, const struct bl_object_kind *kind,
                               struct bf_str group, int64_t at_ms, struct bf_err *e)
{
    if (!check_number(all, kind, e))
        return NULL;
    struct bl_object *o = calloc(1, sizeof *o + group.n);
    if (!o) {
        bf_err_nomem(e);
        return NULL;
    }
    if (group.n)
        memcpy(o->text, group.p, group.n);
    o->all = all;
    o->kind = kind;
    o->at_ms = at_ms;
    o->w.fd = -1;
    o->group = bf_str(o->text, group.n);
    bool ok = check_key(o, e) && bl_s3_write_begin(all->local, &o->w, e) &&
              (!kind->gzip || (o->z = bf_compress_new(BF_COMPRESS_GZIP, 0, e)) != NULL) &&
              (!kind->columns || (o->columns = bf_parquet_new(kind->columns, e)) != NULL);
    if (ok && o->columns)
        bf_parquet_begin(o->columns, put, o);
    if (ok)
        return o;
    destroy(o);
    return NULL;
}

struct bl_object *bl_object_for(struct bl_objects *all, const struct bl_object_kind *kind,
                                struct bf_str group, int64_t at_ms, struct bf_err *e)
{
    struct bl_object **at = &all->list, *o;
    while ((o = *at) && (o->kind != kind || !bf_str_eq(o->group, group)))
        at = &o->next;
    if (o)
        *at = o->next;
    else if (!(o = begin(all, kind, group, at_ms, e)))
        return NULL;
    o->next = all->list;
    all->list = o;
    if (at_ms < o->at_ms)
        o->at_ms = at_ms;
    return o;
}

bool bl_object_add(struct bl_object *o, struct bf_str data, struct bf_err *e)
{
    if (o->columns) {
        bool taken = bf_parquet_row(o->columns, data, 0, e);
        o->any = o->any || taken;
        return taken;
    }
    if (!data.n)
        return true;
    return o->z ? bf_compress_add(o->z, data, put, o, e) : put(o, data, e);
}

static bool end(struct bl_object *o, struct bf_err *e)
{
    struct bf_buf key;
    if (o->columns && !o->any)
        return true;
    bf_buf_init(&key, KEY_MAX);
    bool ok =
        (!o->columns || bf_parquet_end(o->columns, e)) &&
        (!o->z || bf_compress_end(o->z, put, o, e)) && put_key(o, &key, e) &&
        bl_s3_write_end(&o->w, o->kind->bucket, bf_buf_view(&key), "application/octet-stream", e);
    bf_buf_free(&key);
    return ok;
}

bool bl_objects_end(struct bl_objects *all, struct bf_err *e)
{
    for (struct bl_object *o = all->list; o; o = o->next)
        if (!end(o, e))
            return false;
    return true;
}

void bl_objects_free(struct bl_objects *all)
{
    while (all->list) {
        struct bl_object *o = all->list;
        all->list = o->next;
        destroy(o);
    }
}
