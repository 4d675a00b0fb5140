/* Named queries and prepared statements. */
#include <stdio.h>

#include "cmd/bflocal/athena/athena.h"
#include "lib/base/rng.h"

static const char *group_of(const json_t *body)
{
    const char *group = bl_document_text(body, "WorkGroup");
    return *group ? group : "primary";
}

static bool begin(struct bl_call *c)
{
    struct bf_err e = {0};
    return bl_store_begin_delete(c->store, &e) || bl_fail_err(c, &e);
}

static bool need(struct bl_call *c, const json_t *body, const char *name)
{
    return *bl_document_text(body, name) ||
           bl_athena_fail(c, "INVALID_INPUT", "%s is required", name);
}

/* Is there this workgroup? The store is held. */
static bool need_group(struct bl_call *c, const json_t *body)
{
    json_t *group = bl_workgroup_find(c->store, group_of(body));
    json_decref(group);
    return group || bl_athena_fail(c, "INVALID_INPUT", "WorkGroup is not found.");
}

bool bl_athena_create_named(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    char id[37];
    bool ok = body && need(c, body, "Name") && need(c, body, "Database") &&
              need(c, body, "QueryString") && begin(c);
    if (ok && !need_group(c, body))
        ok = bl_end_change_empty(c, false);
    else if (ok) {
        bf_rng_fresh_uuid(id);
        json_t *doc = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "NamedQueryId", id, "Name",
                                bl_document_text(body, "Name"), "Description",
                                bl_document_text(body, "Description"), "Database",
                                bl_document_text(body, "Database"), "QueryString",
                                bl_document_text(body, "QueryString"), "WorkGroup", group_of(body));
        bl_object_put(c->store, "named", "", id, doc);
        json_decref(doc);
        bl_document_answer(c, json_pack("{s:s}", "NamedQueryId", id));
        ok = bl_end_change_empty(c, true);
    }
    json_decref(body);
    return ok;
}

static bool no_named(struct bl_call *c, const char *id)
{
    return bl_athena_fail(c, "INVALID_INPUT", "NamedQuery %.60s was not found", id);
}

bool bl_athena_get_named(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    if (!body)
        return false;
    const char *id = bl_document_text(body, "NamedQueryId");
    bl_store_lock(c->store);
    json_t *doc = bl_object_get(c->store, "named", "", id);
    bl_store_unlock(c->store);
    bool ok = doc ? bl_document_answer(c, json_pack("{s:o}", "NamedQuery", doc)) : no_named(c, id);
    json_decref(body);
    return ok;
}

bool bl_athena_batch_get_named(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *found = json_array(), *missing = json_array(), *id;
    size_t i;
    bl_store_lock(c->store);
    json_array_foreach(json_object_get(body, "NamedQueryIds"), i, id)
    {
        const char *text = json_is_string(id) ? json_string_value(id) : "";
        json_t *doc = bl_object_get(c->store, "named", "", text);
        if (doc)
            json_array_append_new(found, doc);
        else
            json_array_append_new(missing, json_pack("{s:s,s:s,s:s}", "NamedQueryId", text,
                                                     "ErrorCode", "INVALID_INPUT", "ErrorMessage",
                                                     "The named query was not found"));
    }
    bl_store_unlock(c->store);
    bool ok = body && bl_document_answer(c, json_pack("{s:O,s:O}", "NamedQueries", found,
                                                      "UnprocessedNamedQueryIds", missing));
    json_decref(found);
    json_decref(missing);
    json_decref(body);
    return ok;
}

bool bl_athena_list_named(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *ids = json_array(), *doc;
    size_t i;
    bl_store_lock(c->store);
    json_t *list = bl_object_list(c->store, "named", "", "", 10000);
    bl_store_unlock(c->store);
    json_array_foreach(list, i, doc)
    {
        if (strcmp(bl_document_text(doc, "WorkGroup"), group_of(body)) == 0)
            json_array_append(ids, json_object_get(doc, "NamedQueryId"));
    }

    json_decref(list);
    bool ok = body && bl_document_answer(c, json_pack("{s:O}", "NamedQueryIds", ids));
    json_decref(ids);
    json_decref(body);
    return ok;
}

bool bl_athena_update_named(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    const char *id = bl_document_text(body, "NamedQueryId");
    static const char *const members[] = {"Name", "Description", "QueryString"};
    bool ok = body && begin(c);
    if (ok) {
        json_t *doc = bl_object_get(c->store, "named", "", id);
        for (size_t i = 0; doc && i < BF_COUNT(members); i++)
            if (json_object_get(body, members[i]))
                json_object_set(doc, members[i], json_object_get(body, members[i]));
        if (doc)
            bl_object_put(c->store, "named", "", id, doc);
        ok = bl_end_change_empty(c, doc != NULL || no_named(c, id));
        json_decref(doc);
    }
    json_decref(body);
    return ok;
}

bool bl_athena_delete_named(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    const char *id = bl_document_text(body, "NamedQueryId");
    bool ok = body && begin(c);
    if (ok)
        ok = bl_end_change_empty(c, bl_object_delete(c->store, "named", "", id) || no_named(c, id));
    json_decref(body);
    return ok;
}

bool bl_prepared_find(struct bl_store *s, const char *workgroup, const char *name,
                      struct bf_arena *a, struct bf_str *sql)
{
    json_t *doc = bl_object_get(s, "prepared", workgroup, name);
    bool ok = doc && bf_arena_copy(a, bf_str_of(bl_document_text(doc, "QueryStatement")), sql);
    json_decref(doc);
    return ok;
}

static bool no_prepared(struct bl_call *c, const char *name)
{
    return bl_fail(c, BL_ResourceNotFoundException, "PreparedStatement %.256s was not found", name);
}

static bool write_prepared(struct bl_call *c, bool create)
{
    json_t *body = bl_document_read(c);
    const char *name = bl_document_text(body, "StatementName");
    bool ok = body && need(c, body, "StatementName") && need(c, body, "QueryStatement") && begin(c);
    if (ok) {
        json_t *old = bl_object_get(c->store, "prepared", group_of(body), name);
        if (create && !need_group(c, body))
            ok = false;
        else if (create && old)
            ok =
                bl_athena_fail(c, "INVALID_INPUT", "PreparedStatement %.256s already exists", name);
        else if (!create && !old)
            ok = no_prepared(c, name);
        else {
            json_t *doc =
                json_pack("{s:s,s:s,s:s,s:s,s:o}", "StatementName", name, "QueryStatement",
                          bl_document_text(body, "QueryStatement"), "WorkGroupName", group_of(body),
                          "Description", bl_document_text(body, "Description"), "LastModifiedTime",
                          bl_document_time(c->now_ms));
            bl_object_put(c->store, "prepared", group_of(body), name, doc);
            json_decref(doc);
        }
        json_decref(old);
        ok = bl_end_change_empty(c, ok);
    }
    json_decref(body);
    return ok;
}

bool bl_athena_create_prepared(struct bl_call *c)
{
    return write_prepared(c, true);
}

bool bl_athena_update_prepared(struct bl_call *c)
{
    return write_prepared(c, false);
}

bool bl_athena_get_prepared(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    if (!body)
        return false;
    const char *name = bl_document_text(body, "StatementName");
    bl_store_lock(c->store);
    json_t *doc = bl_object_get(c->store, "prepared", group_of(body), name);
    bl_store_unlock(c->store);
    bool ok = doc ? bl_document_answer(c, json_pack("{s:o}", "PreparedStatement", doc))
                  : no_prepared(c, name);
    json_decref(body);
    return ok;
}

bool bl_athena_list_prepared(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *out = json_array(), *doc;
    size_t i;
    bl_store_lock(c->store);
    json_t *list = bl_object_list(c->store, "prepared", group_of(body), "", 10000);
    bl_store_unlock(c->store);
    json_array_foreach(list, i, doc)
    {
        json_array_append_new(
            out, json_pack("{s:O,s:O}", "StatementName", json_object_get(doc, "StatementName"),
                           "LastModifiedTime", json_object_get(doc, "LastModifiedTime")));
    }

    json_decref(list);
    bool ok = body && bl_document_answer(c, json_pack("{s:O}", "PreparedStatements", out));
    json_decref(out);
    json_decref(body);
    return ok;
}

bool bl_athena_delete_prepared(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    const char *name = bl_document_text(body, "StatementName");
    bool ok = body && begin(c);
    if (ok)
        ok = bl_end_change_empty(c, bl_object_delete(c->store, "prepared", group_of(body), name) ||
                                        no_prepared(c, name));
    json_decref(body);
    return ok;
}
