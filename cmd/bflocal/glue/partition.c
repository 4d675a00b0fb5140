/* Glue: operations on single partitions, and GetPartitions with an expression. */
#include "cmd/bflocal/glue/glue.h"
#include "lib/base/map.h"

static const char *table_of(const json_t *body)
{
    return bl_document_text(body, "TableName");
}

static const char *database_of(const json_t *body)
{
    return bl_document_text(body, "DatabaseName");
}

bool bl_glue_create_partition(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    bool ok = body;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok) {
        enum bl_catalog_verdict v =
            bl_catalog_create_partition(c->store, database_of(body), table_of(body),
                                        json_object_get(body, "PartitionInput"), c->now_ms);
        ok = bl_glue_end(c, v, v == BL_CATALOG_EXISTS ? "Partition" : table_of(body));
    }
    json_decref(body);
    return ok;
}

bool bl_glue_get_partition(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    bool ok = body;
    if (ok) {
        bl_store_lock(c->store);
        json_t *found = bl_catalog_partition(c->store, database_of(body), table_of(body),
                                             json_object_get(body, "PartitionValues"));
        bl_store_unlock(c->store);
        ok = found ? bl_document_answer(c, json_pack("{s:o}", "Partition", found))
                   : bl_glue_fail(c, BL_CATALOG_NO_PARTITION, table_of(body));
    }
    json_decref(body);
    return ok;
}

bool bl_glue_update_partition(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    bool ok = body;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(c,
                         bl_catalog_update_partition(c->store, database_of(body), table_of(body),
                                                     json_object_get(body, "PartitionValueList"),
                                                     json_object_get(body, "PartitionInput"),
                                                     c->now_ms),
                         table_of(body));
    json_decref(body);
    return ok;
}

bool bl_glue_delete_partition(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    bool ok = body;
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(c,
                         bl_catalog_delete_partition(c->store, database_of(body), table_of(body),
                                                     json_object_get(body, "PartitionValues")),
                         table_of(body));
    json_decref(body);
    return ok;
}

/* Is the partition in the caller's segment? */
static bool in_segment(const json_t *body, struct bf_str key)
{
    const json_t *segment = json_object_get(body, "Segment");
    int64_t total = bl_document_int(segment, "TotalSegments", 1),
            number = bl_document_int(segment, "SegmentNumber", 0);
    return total < 2 || (int64_t)(bf_hash(key) % (uint64_t)total) == number;
}

struct listing {
    const json_t *body, *keys;
    int64_t max;
    struct bf_str after;
    json_t *found;
    struct bf_buf last; /* the key of the last one found */
    bool more;
};

/* Adds the partitions of `rows` that match. False: the answer is set. */
static bool choose(struct bl_call *c, struct listing *l, const json_t *rows)
{
    size_t i;
    json_t *row;
    struct bf_buf key;
    struct bf_err e = {0};
    bool ok = true, yes;
    bf_buf_init(&key, 64 * 1024);
    json_array_foreach(rows, i, row)
    {
        struct bl_glue_filter f = {bl_document_text(l->body, "Expression"), l->keys,
                                   json_object_get(row, "Values")};
        bf_buf_reset(&key);
        bl_document_print(&key, f.values);
        if (!in_segment(l->body, bf_buf_view(&key)))
            continue;
        if (!bl_glue_matches(&f, &yes, &e)) {
            ok = bl_fail(c, BL_InvalidInputException, "%s", e.text);
            break;
        }
        if (!yes)
            continue;
        if ((int64_t)json_array_size(l->found) == l->max) {
            l->more = true;
            break;
        }
        if (json_is_true(json_object_get(l->body, "ExcludeColumnSchema")))
            json_object_del(json_object_get(row, "StorageDescriptor"), "Columns");
        json_array_append(l->found, row);
        bf_buf_reset(&l->last);
        bf_buf_adds(&l->last, bf_buf_view(&key));
    }
    bf_buf_free(&key);
    return ok;
}

bool bl_glue_get_partitions(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *table = NULL, *rows = NULL;
    struct listing l = {.body = body};
    bool ok = body && bl_glue_page(c, body, 1000, &l.max, &l.after);
    if (ok) {
        bl_store_lock(c->store);
        table = bl_catalog_table(c->store, database_of(body), table_of(body), -1);
        rows =
            bl_catalog_partitions(c->store, database_of(body), table_of(body), l.after, INT32_MAX);
        bl_store_unlock(c->store);
        ok = table || bl_glue_fail(c, BL_CATALOG_NO_TABLE, table_of(body));
    }
    if (ok) {
        l.keys = json_object_get(table, "PartitionKeys");
        l.found = json_array();
        bf_buf_init(&l.last, 64 * 1024);
        ok = choose(c, &l, rows);
        json_t *answer = json_pack("{s:o}", "Partitions", l.found);
        if (l.more)
            bl_glue_token(answer, bf_buf_view(&l.last));
        if (ok)
            ok = bl_document_answer(c, answer);
        else
            json_decref(answer);
        bf_buf_free(&l.last);
    }
    json_decref(rows);
    json_decref(table);
    json_decref(body);
    return ok;
}
