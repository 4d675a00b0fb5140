/* EventBridge: event buses. */
#include "cmd/bflocal/events/events.h"

#include "cmd/bflocal/store/transaction.h"
#include "lib/json/doc.h"
#include "lib/json/write.h"

bool bl_events_has_bus(struct bl_store *s, struct bf_str name)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT 1 FROM events_bus WHERE name=?");
    bl_bind_text(q, 1, name);
    bool found = bl_step(s, q);
    bl_done(q);
    return found;
}

static struct bf_str arn_of(struct bl_call *c, struct bf_str name)
{
    return bl_arena_printf(&c->arena, "arn:aws:events:%s:" BL_ACCOUNT ":event-bus/%.*s",
                           c->local->region, (int)name.n, name.p);
}

static void put_arn(struct bl_call *c, struct bf_str name)
{
    bf_json_put_string(&c->ans.body, arn_of(c, name));
}

/* A row: name, description, created_ms, modified_ms. */
static void put_bus(struct bl_call *c, sqlite3_stmt *q)
{
    struct bf_buf *out = &c->ans.body;
    struct bf_str name = bl_column_text(q, 0), description = bl_column_text(q, 1);
    bf_buf_lit(out, "{\"Name\":");
    bf_json_put_string(out, name);
    bf_buf_lit(out, ",\"Arn\":");
    put_arn(c, name);
    if (description.n) {
        bf_buf_lit(out, ",\"Description\":");
        bf_json_put_string(out, description);
    }
    bf_buf_addf(out, ",\"CreationTime\":%.3f,\"LastModifiedTime\":%.3f}",
                (double)bl_column_i64(q, 2) / 1000, (double)bl_column_i64(q, 3) / 1000);
}

bool bl_events_fail_bus(struct bl_call *c, struct bf_str name)
{
    return bl_fail(c, BL_ResourceNotFoundException, "Event bus %.*s does not exist.",
                   BF_SHOWN_TO(name, 256));
}

bool bl_events_describe_bus(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str given = BF_STR("");
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "Name", &given))
        return false;
    struct bf_str name = bl_events_bus_name(c->local, given);
    bl_store_lock(c->store);
    sqlite3_stmt *q = bl_sql(
        c->store, "SELECT name,description,created_ms,modified_ms FROM events_bus WHERE name=?");
    bl_bind_text(q, 1, name);
    bool found = name.p && bl_step(c->store, q);
    if (found)
        put_bus(c, q);
    bl_done(q);
    bl_store_unlock(c->store);
    return found || bl_events_fail_bus(c, name.p ? name : given);
}

static bool insert(struct bl_call *c, struct bf_str name, struct bf_str description,
                   const json_t *tags)
{
    struct bf_err e = {0};
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    if (bl_events_has_bus(c->store, name)) {
        bl_store_rollback(c->store);
        return bl_fail(c, BL_ResourceAlreadyExistsException, "Event bus %.*s already exists.",
                       BF_SHOWN_TO(name, 256));
    }
    sqlite3_stmt *q = bl_sql(c->store, "INSERT INTO events_bus VALUES(?,?,?,?)");
    bl_bind_text(q, 1, name);
    bl_bind_text(q, 2, description);
    bl_bind_i64(q, 3, c->now_ms);
    bl_bind_i64(q, 4, c->now_ms);
    bl_run(c->store, q);
    bl_events_put_tags(c->store, arn_of(c, name), tags);
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}

bool bl_events_create_bus(struct bl_call *c)
{
    static const char *const unknown[] = {"KmsKeyIdentifier", "DeadLetterConfig", "LogConfig",
                                          NULL};
    struct bl_params p;
    struct bf_str name = {NULL, 0}, source = {NULL, 0}, description = BF_STR("");
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "Name", &name) ||
        !bl_param_string(c, &p, "EventSourceName", &source) ||
        !bl_param_string(c, &p, "Description", &description) || !bl_events_refuse(c, &p, unknown))
        return false;
    if (source.p)
        return bl_fail(c, BL_ResourceNotFoundException, "Event source %.*s does not exist.",
                       BF_SHOWN_TO(source, 256));
    if (memchr(name.p, '/', name.n))
        return bl_fail(c, BL_ValidationException, "Event bus name must not contain '/'.");
    json_t *body = bl_document_read(c);
    const json_t *tags = json_object_get(body, "Tags");
    bool made = body && bl_events_check_tags(c, tags) && insert(c, name, description, tags);
    json_decref(body);
    if (!made)
        return false;
    bf_buf_lit(&c->ans.body, "{\"EventBusArn\":");
    put_arn(c, name);
    if (description.n) {
        bf_buf_lit(&c->ans.body, ",\"Description\":");
        bf_json_put_string(&c->ans.body, description);
    }
    bf_buf_addc(&c->ans.body, '}');
    return true;
}

/* A missing bus is not an error. */
bool bl_events_delete_bus(struct bl_call *c)
{
    struct bl_params p;
    struct bf_err e = {0};
    struct bf_str name = {NULL, 0};
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "Name", &name))
        return false;
    if (bf_str_is(name, "default"))
        return bl_fail(c, BL_ValidationException, "Cannot delete event bus default.");
    if (!bl_store_begin_delete(c->store, &e))
        return bl_fail_err(c, &e);
    sqlite3_stmt *q = bl_sql(c->store, "SELECT 1 FROM events_rule WHERE bus=?");
    bl_bind_text(q, 1, name);
    bool used = bl_step(c->store, q);
    bl_done(q);
    if (used) {
        bl_store_rollback(c->store);
        return bl_fail(c, BL_ValidationException,
                       "Event bus %.*s can't be deleted since it has rules.",
                       BF_SHOWN_TO(name, 256));
    }
    q = bl_sql(c->store, "DELETE FROM events_bus WHERE name=?");
    bl_bind_text(q, 1, name);
    bl_run(c->store, q);
    bl_events_drop_tags(c->store, arn_of(c, name));
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}

bool bl_events_list_buses(struct bl_call *c)
{
    struct bl_events_page page;
    json_t *body = bl_document_read(c);
    struct bf_str prefix = bf_doc_get_text(body, "NamePrefix");
    bool ok = body && bl_events_page_read(c, body, &page);
    if (ok) {
        bf_buf_lit(&c->ans.body, "{\"EventBuses\":[");
        bl_store_lock(c->store);
        sqlite3_stmt *q = bl_sql(c->store, "SELECT name,description,created_ms,modified_ms FROM "
                                           "events_bus WHERE name>? ORDER BY name");
        bl_bind_text(q, 1, page.after);
        while (bl_step(c->store, q))
            if (bf_str_starts(bl_column_text(q, 0), prefix)) {
                if (!bl_events_page_take(c, &page, bl_column_text(q, 0)))
                    break;
                put_bus(c, q);
            }
        bl_done(q);
        bl_store_unlock(c->store);
        bl_events_page_end(c, &page);
    }
    json_decref(body);
    return ok;
}
