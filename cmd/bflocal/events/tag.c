/* EventBridge: tags of buses and rules. */
#include "cmd/bflocal/events/events.h"

#include "lib/json/doc.h"
#include "lib/json/write.h"

enum { TAGS_MAX = 50 };

bool bl_events_check_tags(struct bl_call *c, const json_t *tags)
{
    if (json_array_size(tags) > TAGS_MAX)
        return bl_fail(c, BL_ValidationException, "A resource has %d tags at most", TAGS_MAX);
    for (size_t i = 0; i < json_array_size(tags); i++) {
        struct bf_str key = bf_doc_get_text(json_array_get(tags, i), "Key");
        if (bf_str_starts(key, BF_STR("aws:")))
            return bl_fail(c, BL_ValidationException, "A tag's key does not begin with aws:");
    }
    return true;
}

void bl_events_put_tags(struct bl_store *s, struct bf_str arn, const json_t *tags)
{
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const json_t *tag = json_array_get(tags, i);
        sqlite3_stmt *q = bl_sql(s, "INSERT OR REPLACE INTO events_tag VALUES(?,?,?)");
        bl_bind_text(q, 1, arn);
        bl_bind_text(q, 2, bf_str_of(bl_document_text(tag, "Key")));
        bl_bind_text(q, 3, bf_str_of(bl_document_text(tag, "Value")));
        bl_run(s, q);
    }
}

void bl_events_drop_tags(struct bl_store *s, struct bf_str arn)
{
    sqlite3_stmt *q = bl_sql(s, "DELETE FROM events_tag WHERE arn=?");
    bl_bind_text(q, 1, arn);
    bl_run(s, q);
}

/* Is there a bus or a rule with this ARN? In the store's lock. */
static bool has_resource(struct bl_call *c, struct bf_str arn)
{
    struct bf_str bus = bl_arn_own(c->local, arn, "events", "event-bus");
    if (bus.p && bl_events_has_bus(c->store, bus))
        return true;
    sqlite3_stmt *q = bl_sql(c->store, "SELECT 1 FROM events_rule WHERE arn=?");
    bl_bind_text(q, 1, arn);
    bool found = bl_step(c->store, q);
    bl_done(q);
    return found || bl_fail(c, BL_ResourceNotFoundException, "Resource %.*s does not exist.",
                            BF_SHOWN_TO(arn, 300));
}

static bool check_count(struct bl_call *c, struct bf_str arn)
{
    sqlite3_stmt *q = bl_sql(c->store, "SELECT count(*) FROM events_tag WHERE arn=?");
    bl_bind_text(q, 1, arn);
    bool ok = bl_step(c->store, q) && bl_column_i64(q, 0) <= TAGS_MAX;
    bl_done(q);
    return ok || bl_fail(c, BL_ValidationException, "A resource has %d tags at most", TAGS_MAX);
}

bool bl_events_tag(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    struct bf_str arn = bf_doc_get_text(body, "ResourceARN");
    const json_t *tags = json_object_get(body, "Tags");
    bool ok = body && bl_events_check_tags(c, tags) &&
              (bl_store_begin(c->store, &e) || bl_fail_err(c, &e));
    if (ok) {
        ok = has_resource(c, arn);
        if (ok)
            bl_events_put_tags(c->store, arn, tags);
        ok = bl_end_change_empty(c, ok && check_count(c, arn));
    }
    json_decref(body);
    return ok;
}

bool bl_events_untag(struct bl_call *c)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    struct bf_str arn = bf_doc_get_text(body, "ResourceARN");
    const json_t *keys = json_object_get(body, "TagKeys");
    bool ok = body && (bl_store_begin(c->store, &e) || bl_fail_err(c, &e));
    if (ok) {
        ok = has_resource(c, arn);
        for (size_t i = 0; ok && i < json_array_size(keys); i++) {
            sqlite3_stmt *q = bl_sql(c->store, "DELETE FROM events_tag WHERE arn=? AND key=?");
            bl_bind_text(q, 1, arn);
            bl_bind_text(q, 2, bf_str_of(json_string_value(json_array_get(keys, i))));
            bl_run(c->store, q);
        }
        ok = bl_end_change_empty(c, ok);
    }
    json_decref(body);
    return ok;
}

bool bl_events_list_tags(struct bl_call *c)
{
    struct bf_buf *out = &c->ans.body;
    json_t *body = bl_document_read(c);
    struct bf_str arn = bf_doc_get_text(body, "ResourceARN");
    bool ok = body, any = false;
    if (ok) {
        bl_store_lock(c->store);
        ok = has_resource(c, arn);
        if (ok)
            bf_buf_lit(out, "{\"Tags\":[");
        sqlite3_stmt *q =
            bl_sql(c->store, "SELECT key,value FROM events_tag WHERE arn=? ORDER BY key");
        bl_bind_text(q, 1, arn);
        for (; ok && bl_step(c->store, q); any = true) {
            bf_buf_adds(out, any ? BF_STR(",{\"Key\":") : BF_STR("{\"Key\":"));
            bf_json_put_string(out, bl_column_text(q, 0));
            bf_buf_lit(out, ",\"Value\":");
            bf_json_put_string(out, bl_column_text(q, 1));
            bf_buf_addc(out, '}');
        }
        bl_done(q);
        if (ok)
            bf_buf_lit(out, "]}");
        bl_store_unlock(c->store);
    }
    json_decref(body);
    return ok;
}
