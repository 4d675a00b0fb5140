/* Glue: databases. */
#include "cmd/bflocal/glue/glue.h"

bool bl_glue_create_database(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    const json_t *input = json_object_get(body, "DatabaseInput");
    bool ok = body;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(c, bl_catalog_create_database(c->store, input, c->now_ms), "Database");
    json_decref(body);
    return ok;
}

bool bl_glue_get_database(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    bool ok = body;
    if (ok) {
        bl_store_lock(c->store);
        json_t *found = bl_catalog_database(c->store, bl_document_text(body, "Name"));
        bl_store_unlock(c->store);
        ok = found ? bl_document_answer(c, json_pack("{s:o}", "Database", found))
                   : bl_glue_fail(c, BL_CATALOG_NO_DATABASE, bl_document_text(body, "Name"));
    }
    json_decref(body);
    return ok;
}

bool bl_glue_get_databases(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    struct bf_str after;
    int64_t max;
    bool ok = body && bl_glue_page(c, body, 100, &max, &after);
    if (ok) {
        bl_store_lock(c->store);
        json_t *list = bl_catalog_databases(c->store, after.p, max + 1);
        bl_store_unlock(c->store);
        json_t *answer = json_pack("{s:o}", "DatabaseList", list);
        if ((int64_t)json_array_size(list) > max) {
            json_array_remove(list, (size_t)max);
            const json_t *last = json_array_get(list, (size_t)max - 1);
            bl_glue_token(answer, bf_str_of(bl_document_text(last, "Name")));
        }
        ok = bl_document_answer(c, answer);
    }
    json_decref(body);
    return ok;
}

bool bl_glue_update_database(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    const char *name = bl_document_text(body, "Name");
    bool ok = body;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(
            c, bl_catalog_update_database(c->store, name, json_object_get(body, "DatabaseInput")),
            name);
    json_decref(body);
    return ok;
}

bool bl_glue_delete_database(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    const char *name = bl_document_text(body, "Name");
    bool ok = body;
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_glue_end(c, bl_catalog_delete_database(c->store, name), name);
    json_decref(body);
    return ok;
}
