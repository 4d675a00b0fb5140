/* Workgroups: the location of results, as a default or enforced. */
#include <stdio.h>

#include "cmd/bflocal/athena/athena.h"

json_t *bl_workgroup_find(struct bl_store *s, const char *name)
{
    return bl_object_get(s, "workgroup", "", name);
}

/* Copies the given members of a Configuration. ResultConfigurationUpdates counts as
 * ResultConfiguration. */
static void merge(json_t *conf, const json_t *from)
{
    static const char *const members[] = {"EnforceWorkGroupConfiguration",
                                          "PublishCloudWatchMetricsEnabled",
                                          "BytesScannedCutoffPerQuery",
                                          "RequesterPaysEnabled",
                                          "EngineVersion",
                                          "ResultConfiguration"};
    for (size_t i = 0; i < BF_COUNT(members); i++) {
        json_t *v = json_object_get(from, members[i]);
        if (v)
            json_object_set_new(conf, members[i], json_deep_copy(v));
    }
    json_t *updates = json_object_get(from, "ResultConfigurationUpdates"),
           *result = json_object_get(conf, "ResultConfiguration");
    if (json_is_true(json_object_get(updates, "RemoveOutputLocation")))
        json_object_del(result, "OutputLocation");
    if (json_object_get(updates, "OutputLocation"))
        json_object_set(result, "OutputLocation", json_object_get(updates, "OutputLocation"));
}

bool bl_athena_create_workgroup(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    struct bf_err e = {0};
    const char *name = bl_document_text(body, "Name");
    bool ok = body && (*name || bl_athena_fail(c, "INVALID_INPUT", "Name is required"));
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok) {
        json_t *old = bl_workgroup_find(c->store, name);
        ok = !old || bl_athena_fail(c, "INVALID_INPUT", "WorkGroup already exists");
        if (ok) {
            json_t *doc =
                json_pack("{s:s,s:s,s:s,s:{s:b,s:{}},s:o}", "Name", name, "State", "ENABLED",
                          "Description", bl_document_text(body, "Description"), "Configuration",
                          "EnforceWorkGroupConfiguration", 1, "ResultConfiguration", "CreationTime",
                          bl_document_time(c->now_ms));
            merge(json_object_get(doc, "Configuration"), json_object_get(body, "Configuration"));
            bl_object_put(c->store, "workgroup", "", name, doc);
            json_decref(doc);
        }
        json_decref(old);
        ok = bl_end_change_empty(c, ok);
    }
    json_decref(body);
    return ok;
}

bool bl_athena_get_workgroup(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    if (!body)
        return false;
    bl_store_lock(c->store);
    json_t *doc = bl_workgroup_find(c->store, bl_document_text(body, "WorkGroup"));
    bl_store_unlock(c->store);
    json_decref(body);
    if (!doc)
        return bl_athena_fail(c, "INVALID_INPUT", "WorkGroup is not found.");
    json_t *engine = json_pack("{s:s,s:s}", "SelectedEngineVersion", "AUTO",
                               "EffectiveEngineVersion", "Athena engine version 3");
    json_object_set_new(json_object_get(doc, "Configuration"), "EngineVersion", engine);
    return bl_document_answer(c, json_pack("{s:o}", "WorkGroup", doc));
}

bool bl_athena_list_workgroups(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *out = json_array(), *doc;
    size_t i;
    bl_store_lock(c->store);
    json_t *list = bl_object_list(c->store, "workgroup", "", "", 1000);
    bl_store_unlock(c->store);
    json_array_foreach(list, i, doc)
    {
        json_array_append_new(out,
                              json_pack("{s:O,s:O,s:O,s:O}", "Name", json_object_get(doc, "Name"),
                                        "State", json_object_get(doc, "State"), "Description",
                                        json_object_get(doc, "Description"), "CreationTime",
                                        json_object_get(doc, "CreationTime")));
    }

    json_decref(list);
    bool ok = body && bl_document_answer(c, json_pack("{s:O}", "WorkGroups", out));
    json_decref(out);
    json_decref(body);
    return ok;
}

bool bl_athena_update_workgroup(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    struct bf_err e = {0};
    const char *name = bl_document_text(body, "WorkGroup"),
               *state = bl_document_text(body, "State"),
               *text = bl_document_text(body, "Description");
    bool ok = body != NULL;
    if (ok && !bl_store_begin(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok) {
        json_t *doc = bl_workgroup_find(c->store, name);
        ok = doc || bl_athena_fail(c, "INVALID_INPUT", "WorkGroup is not found.");
        if (ok) {
            if (*state)
                json_object_set_new(doc, "State", json_string(state));
            if (*text)
                json_object_set_new(doc, "Description", json_string(text));
            merge(json_object_get(doc, "Configuration"),
                  json_object_get(body, "ConfigurationUpdates"));
            bl_object_put(c->store, "workgroup", "", name, doc);
        }
        json_decref(doc);
        ok = bl_end_change_empty(c, ok);
    }
    json_decref(body);
    return ok;
}

bool bl_athena_delete_workgroup(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    struct bf_err e = {0};
    const char *name = bl_document_text(body, "WorkGroup");
    bool ok = body && (strcmp(name, "primary") != 0 ||
                       bl_athena_fail(c, "INVALID_INPUT", "primary workgroup cannot be deleted"));
    if (ok && !bl_store_begin_delete(c->store, &e))
        ok = bl_fail_err(c, &e);
    else if (ok)
        ok = bl_end_change_empty(c,
                                 bl_object_delete(c->store, "workgroup", "", name) ||
                                     bl_athena_fail(c, "INVALID_INPUT", "WorkGroup is not found."));
    json_decref(body);
    return ok;
}
