/* EventBridge: the targets of rules. */
#include "cmd/bflocal/events/dispatch.h"

#include <stdio.h>

#include "cmd/bflocal/events/target_check.h"
#include "lib/json/doc.h"
#include "lib/json/write.h"

/* The rule that a request names, and its bus. */
static bool read_rule(struct bl_call *c, const json_t *body, struct bf_str *bus,
                      struct bf_str *rule)
{
    *rule = bf_doc_get_text(body, "Rule");
    return bl_events_bus_member(c, body, bus);
}

/* Begins the transaction of a change; the rule is there. */
static bool begin(struct bl_call *c, struct bf_str bus, struct bf_str rule)
{
    struct bf_err e = {0};
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    if (!bl_events_has_bus(c->store, bus))
        bl_events_fail_bus(c, bus);
    else if (!bl_events_has_rule(c->store, bus, rule))
        bl_events_fail_rule(c, bus, rule);
    else
        return true;
    bl_store_rollback(c->store);
    return false;
}

static void put_failure(struct bl_call *c, size_t failed, struct bf_str id, const char *code,
                        struct bf_str text)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_adds(out, failed ? BF_STR(",{\"TargetId\":") : BF_STR("{\"TargetId\":"));
    bf_json_put_string(out, id);
    bf_buf_addf(out, ",\"ErrorCode\":\"%s\",\"ErrorMessage\":", code);
    bf_json_put_string(out, text);
    bf_buf_addc(out, '}');
}

static void write_target(struct bl_call *c, struct bf_str bus, struct bf_str rule,
                         const json_t *target)
{
    struct bf_str name, arn = bf_str_of(bl_document_text(target, "Arn"));
    const struct bl_target_kind *kind = bl_target_kind(c->local, arn, &name);
    struct bf_buf doc;
    bf_buf_init(&doc, 256 * 1024);
    bl_document_print(&doc, target);
    if (!bf_buf_check(&doc, "a target", &c->store->err))
        return;
    sqlite3_stmt *q =
        bl_sql(c->store, "INSERT OR REPLACE INTO events_target VALUES(?1,?2,?3,?4,?5,?6)");
    bl_bind_text(q, 1, bus);
    bl_bind_text(q, 2, rule);
    bl_bind_text(q, 3, bf_str_of(bl_document_text(target, "Id")));
    bl_bind_text(q, 4, arn);
    bl_bind_i64(q, 5, kind && kind->slow);
    bl_bind_text(q, 6, bf_buf_view(&doc));
    bl_run(c->store, q);
    bf_buf_free(&doc);
}

static bool check_count(struct bl_call *c, struct bf_str bus, struct bf_str rule)
{
    sqlite3_stmt *q = bl_sql(c->store, "SELECT count(*) FROM events_target WHERE bus=? AND rule=?");
    bl_bind_text(q, 1, bus);
    bl_bind_text(q, 2, rule);
    bool ok = bl_step(c->store, q) && bl_column_i64(q, 0) <= BL_EVENTS_TARGETS;
    bl_done(q);
    return ok || bl_fail(c, BL_LimitExceededException,
                         "The requested resource exceeds the maximum number allowed.");
}

static bool end(struct bl_call *c, bool ok, size_t failed)
{
    if (ok)
        bf_buf_addf(&c->ans.body, "],\"FailedEntryCount\":%zu}", failed);
    return bl_end_change(c, ok);
}

static bool put_targets(struct bl_call *c, struct bf_str bus, struct bf_str rule,
                        const json_t *list)
{
    size_t failed = 0, n = json_array_size(list);
    if (!begin(c, bus, rule))
        return false;
    bf_buf_lit(&c->ans.body, "{\"FailedEntries\":[");
    for (size_t i = 0; i < n; i++) {
        const json_t *target = json_array_get(list, i);
        if (!bl_fault_entry(&c->fault, i, n))
            write_target(c, bus, rule, target);
        else
            put_failure(c, failed++, bf_str_of(bl_document_text(target, "Id")),
                        "ConcurrentModificationException",
                        BF_STR("Rule is being modified by another request."));
    }
    return end(c, check_count(c, bus, rule), failed);
}

bool bl_events_put_targets(struct bl_call *c)
{
    struct bf_str bus = {NULL, 0}, rule = {NULL, 0};
    json_t *body = bl_document_read(c);
    const json_t *list = json_object_get(body, "Targets");
    bool ok = body && read_rule(c, body, &bus, &rule);
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = bl_target_check(c, json_array_get(list, i));
    ok = ok && put_targets(c, bus, rule, list);
    json_decref(body);
    return ok;
}

static bool remove_targets(struct bl_call *c, struct bf_str bus, struct bf_str rule,
                           const json_t *ids)
{
    size_t failed = 0;
    if (!begin(c, bus, rule))
        return false;
    bf_buf_lit(&c->ans.body, "{\"FailedEntries\":[");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        struct bf_str id = bf_str_of(json_string_value(json_array_get(ids, i)));
        sqlite3_stmt *q =
            bl_sql(c->store, "DELETE FROM events_target WHERE bus=? AND rule=? AND id=?");
        bl_bind_text(q, 1, bus);
        bl_bind_text(q, 2, rule);
        bl_bind_text(q, 3, id);
        if (bl_run(c->store, q) == 0)
            put_failure(c, failed++, id, "ResourceNotFoundException",
                        bl_arena_printf(&c->arena,
                                        "Rule '%.*s' does not have a target with the Id '%.*s'.",
                                        BF_SHOWN_TO(rule, 64), BF_SHOWN_TO(id, 64)));
    }
    return end(c, true, failed);
}

bool bl_events_remove_targets(struct bl_call *c)
{
    struct bf_str bus = {NULL, 0}, rule = {NULL, 0};
    json_t *body = bl_document_read(c);
    bool ok = body && read_rule(c, body, &bus, &rule) &&
              remove_targets(c, bus, rule, json_object_get(body, "Ids"));
    json_decref(body);
    return ok;
}

static void list_targets(struct bl_call *c, struct bf_str bus, struct bf_str rule,
                         struct bl_events_page *page)
{
    bf_buf_lit(&c->ans.body, "{\"Targets\":[");
    sqlite3_stmt *q = bl_sql(c->store, "SELECT id,doc FROM events_target WHERE bus=? AND rule=? "
                                       "AND id>? ORDER BY id");
    bl_bind_text(q, 1, bus);
    bl_bind_text(q, 2, rule);
    bl_bind_text(q, 3, page->after);
    while (bl_step(c->store, q) && bl_events_page_take(c, page, bl_column_text(q, 0)))
        bf_buf_adds(&c->ans.body, bl_column_text(q, 1));
    bl_done(q);
    bl_events_page_end(c, page);
}

bool bl_events_list_targets(struct bl_call *c)
{
    struct bf_str bus = {NULL, 0}, rule = {NULL, 0};
    struct bl_events_page page;
    json_t *body = bl_document_read(c);
    bool ok = body && read_rule(c, body, &bus, &rule) && bl_events_page_read(c, body, &page);
    if (ok) {
        bl_store_lock(c->store);
        ok = bl_events_has_rule(c->store, bus, rule) || bl_events_fail_rule(c, bus, rule);
        if (ok)
            list_targets(c, bus, rule, &page);
        bl_store_unlock(c->store);
    }
    json_decref(body);
    return ok;
}

bool bl_events_list_rule_names(struct bl_call *c)
{
    struct bf_str bus = {NULL, 0};
    struct bl_events_page page;
    json_t *body = bl_document_read(c);
    struct bf_str arn = bf_doc_get_text(body, "TargetArn");
    bool ok = body && bl_events_bus_member(c, body, &bus) && bl_events_page_read(c, body, &page);
    bl_store_lock(c->store);
    ok = ok && (bl_events_has_bus(c->store, bus) || bl_events_fail_bus(c, bus));
    if (ok) {
        bf_buf_lit(&c->ans.body, "{\"RuleNames\":[");
        sqlite3_stmt *q = bl_sql(c->store, "SELECT DISTINCT rule FROM events_target WHERE bus=? "
                                           "AND arn=? AND rule>? ORDER BY rule");
        bl_bind_text(q, 1, bus);
        bl_bind_text(q, 2, arn);
        bl_bind_text(q, 3, page.after);
        while (bl_step(c->store, q) && bl_events_page_take(c, &page, bl_column_text(q, 0)))
            bf_json_put_string(&c->ans.body, bl_column_text(q, 0));
        bl_done(q);
        bl_events_page_end(c, &page);
    }
    bl_store_unlock(c->store);
    json_decref(body);
    return ok;
}
