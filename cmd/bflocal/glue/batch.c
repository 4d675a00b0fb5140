/* Glue: batch operations on partitions. Entries fail one by one, with 200 OK. */
#include "cmd/bflocal/glue/glue.h"

static void note(json_t *errors, const char *name, const json_t *values, enum bl_catalog_verdict v)
{
    static const char *const texts[] = {
        [BL_CATALOG_EXISTS] = "Partition already exists.",
        [BL_CATALOG_NO_PARTITION] = "Partition not found.",
        [BL_CATALOG_VALUES] = "The number of partition keys do not match the number of partition "
                              "values",
        [BL_CATALOG_INVALID] = "The input is not valid.",
    };
    json_t *list = values ? json_deep_copy(values) : json_array();
    json_array_append_new(errors, json_pack("{s:o,s:{s:s,s:s}}", name, list, "ErrorDetail",
                                            "ErrorCode", bl_glue_code(v), "ErrorMessage",
                                            v < BF_COUNT(texts) && texts[v] ? texts[v] : ""));
}

struct batch {
    const char *list; /* the member of the request with the entries */
    const char *name; /* of the values in an error */
    /* Processes one entry; *values identifies it in an error. */
    enum bl_catalog_verdict (*one)(struct bl_call *c, const json_t *body, const json_t *entry,
                                   const json_t **values);
};

static bool run(struct bl_call *c, const struct batch *b)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c), *errors = json_array(), *table = NULL, *entry;
    const json_t *values;
    size_t i;
    const char *name = bl_document_text(body, "TableName");
    bool ok = body;
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok) {
        table = bl_catalog_table(c->store, bl_document_text(body, "DatabaseName"), name, -1);
        json_array_foreach(json_object_get(body, b->list), i, entry)
        {
            enum bl_catalog_verdict v = table ? b->one(c, body, entry, &values) : BL_CATALOG_DONE;
            if (v != BL_CATALOG_DONE)
                note(errors, b->name, values, v);
        }
        if (table)
            bl_document_answer(c, json_pack("{s:O}", "Errors", errors));
        ok = bl_glue_end(c, table ? BL_CATALOG_DONE : BL_CATALOG_NO_TABLE, name);
    }
    json_decref(table);
    json_decref(errors);
    json_decref(body);
    return ok;
}

static enum bl_catalog_verdict create(struct bl_call *c, const json_t *body, const json_t *entry,
                                      const json_t **values)
{
    *values = json_object_get(entry, "Values");
    return bl_catalog_create_partition(c->store, bl_document_text(body, "DatabaseName"),
                                       bl_document_text(body, "TableName"), entry, c->now_ms);
}

static enum bl_catalog_verdict delete (struct bl_call *c, const json_t *body, const json_t *entry,
                                       const json_t **values) {
        *values = json_object_get(entry, "Values");
        return bl_catalog_delete_partition(c->store, bl_document_text(body, "DatabaseName"),
                                           bl_document_text(body, "TableName"), *values);
}

static enum bl_catalog_verdict update(struct bl_call *c, const json_t *body, const json_t *entry,
                                      const json_t **values)
{
    *values = json_object_get(entry, "PartitionValueList");
    return bl_catalog_update_partition(c->store, bl_document_text(body, "DatabaseName"),
                                       bl_document_text(body, "TableName"), *values,
                                       json_object_get(entry, "PartitionInput"), c->now_ms);
}

bool bl_glue_batch_create_partition(struct bl_call *c)
{
    return run(c, &(struct batch){"PartitionInputList", "PartitionValues", create});
}

bool bl_glue_batch_delete_partition(struct bl_call *c)
{
    return run(c, &(struct batch){"PartitionsToDelete", "PartitionValues", delete});
}

bool bl_glue_batch_update_partition(struct bl_call *c)
{
    return run(c, &(struct batch){"Entries", "PartitionValueList", update});
}

bool bl_glue_batch_get_partition(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *entry, *found = json_array(), *missing = json_array(),
           *table = NULL;
    const char *database = bl_document_text(body, "DatabaseName"),
               *name = bl_document_text(body, "TableName");
    size_t i;
    bool ok = body;
    if (ok) {
        bl_store_lock(c->store);
        table = bl_catalog_table(c->store, database, name, -1);
        json_array_foreach(json_object_get(body, "PartitionsToGet"), i, entry)
        {
            json_t *p =
                bl_catalog_partition(c->store, database, name, json_object_get(entry, "Values"));
            if (p)
                json_array_append_new(found, p);
            else
                json_array_append(missing, entry);
        }
        bl_store_unlock(c->store);
        ok = table ? bl_document_answer(
                         c, json_pack("{s:O,s:O}", "Partitions", found, "UnprocessedKeys", missing))
                   : bl_glue_fail(c, BL_CATALOG_NO_TABLE, name);
    }
    json_decref(table);
    json_decref(found);
    json_decref(missing);
    json_decref(body);
    return ok;
}
