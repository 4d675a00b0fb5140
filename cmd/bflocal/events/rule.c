/* EventBridge: rules. */
#include "cmd/bflocal/events/events.h"

#include "lib/json/doc.h"
#include "lib/json/write.h"

/* A rule of a request; views into its document. */
struct wanted {
    struct bf_str name, bus, pattern, schedule, state, description, role;
    const json_t *tags;
    int64_t next_ms; /* -1: it never fires */
};

bool bl_events_fail_rule(struct bl_call *c, struct bf_str bus, struct bf_str name)
{
    return bl_fail(c, BL_ResourceNotFoundException, "Rule %.*s does not exist on EventBus %.*s.",
                   BF_SHOWN_TO(name, 64), BF_SHOWN_TO(bus, 256));
}

bool bl_events_has_rule(struct bl_store *s, struct bf_str bus, struct bf_str name)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT 1 FROM events_rule WHERE bus=? AND name=?");
    bl_bind_text(q, 1, bus);
    bl_bind_text(q, 2, name);
    bool found = bl_step(s, q);
    bl_done(q);
    return found;
}

static struct bf_str arn_of(struct bl_call *c, const struct wanted *w)
{
    bool own = !bf_str_is(w->bus, "default");
    return bl_arena_printf(&c->arena, "arn:aws:events:%s:" BL_ACCOUNT ":rule/%.*s%s%.*s",
                           c->local->region, own ? (int)w->bus.n : 0, w->bus.p, own ? "/" : "",
                           (int)w->name.n, w->name.p);
}

/* The rule that a request names. */
static bool read_name(struct bl_call *c, const json_t *body, struct wanted *w)
{
    *w = (struct wanted){.name = bf_doc_get_text(body, "Name")};
    return bl_events_bus_member(c, body, &w->bus);
}

static bool check_schedule(struct bl_call *c, struct wanted *w)
{
    struct bl_schedule s;
    struct bf_err e;
    w->next_ms = -1;
    if (!w->schedule.n)
        return true;
    if (!bl_schedule_parse(w->schedule, &s, &e))
        return bl_fail(c, BL_ValidationException, "Parameter ScheduleExpression is not valid. %s",
                       e.text);
    if (!bf_str_is(w->bus, "default"))
        return bl_fail(c, BL_ValidationException,
                       "ScheduleExpression is supported only on the default event bus.");
    w->next_ms = bl_schedule_next(&s, c->now_ms);
    return true;
}

static bool check_pattern(struct bl_call *c, struct bf_str text)
{
    struct bf_pattern *p = text.n ? bl_events_pattern(c, text) : NULL;
    bf_pattern_destroy(p);
    return !text.n || p;
}

static bool read_rule(struct bl_call *c, const json_t *body, struct wanted *w)
{
    if (!read_name(c, body, w))
        return false;
    w->pattern = bf_doc_get_text(body, "EventPattern");
    w->schedule = bf_doc_get_text(body, "ScheduleExpression");
    w->state = bf_doc_get_text(body, "State");
    w->description = bf_doc_get_text(body, "Description");
    w->role = bf_doc_get_text(body, "RoleArn");
    if (!w->state.n)
        w->state = BF_STR("ENABLED");
    w->tags = json_object_get(body, "Tags");
    if (!w->pattern.n && !w->schedule.n)
        return bl_fail(c, BL_ValidationException,
                       "Parameter(s) EventPattern or ScheduleExpression must be specified.");
    return check_schedule(c, w) && check_pattern(c, w->pattern) && bl_events_check_tags(c, w->tags);
}

/* Is there room on the bus for a new rule? */
static bool check_count(struct bl_call *c, struct bf_str bus)
{
    sqlite3_stmt *q = bl_sql(c->store, "SELECT count(*) FROM events_rule WHERE bus=?");
    bl_bind_text(q, 1, bus);
    bool room = bl_step(c->store, q) && bl_column_i64(q, 0) < BL_EVENTS_RULES;
    bl_done(q);
    return room || bl_fail(c, BL_LimitExceededException,
                           "The requested resource exceeds the maximum number allowed.");
}

static void write_rule(struct bl_call *c, const struct wanted *w, struct bf_str arn)
{
    sqlite3_stmt *q = bl_sql(
        c->store, "INSERT OR REPLACE INTO events_rule VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
    bl_bind_text(q, 1, w->bus);
    bl_bind_text(q, 2, w->name);
    bl_bind_text(q, 3, arn);
    bl_bind_text(q, 4, w->state);
    bl_bind_text(q, 5, w->pattern);
    bl_bind_text(q, 6, w->schedule);
    bl_bind_text(q, 7, w->description);
    bl_bind_text(q, 8, w->role);
    bl_bind_i64(q, 9, w->next_ms);
    bl_bind_i64(q, 10, c->now_ms);
    bl_run(c->store, q);
}

/* Ends the transaction of a change of the rules. */
static bool end_change(struct bl_call *c, bool ok)
{
    if (ok) {
        c->local->events->stale = true;
        bl_events_wake(c->local->events);
    }
    return bl_end_change(c, ok);
}

static bool put_rule(struct bl_call *c, const struct wanted *w)
{
    struct bf_str arn = arn_of(c, w);
    struct bf_err e = {0};
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    bool there = bl_events_has_rule(c->store, w->bus, w->name);
    bool ok = (bl_events_has_bus(c->store, w->bus) || bl_events_fail_bus(c, w->bus)) &&
              (there || check_count(c, w->bus));
    if (ok) {
        write_rule(c, w, arn);
        if (!there) /* an update ignores tags (API reference) */
            bl_events_put_tags(c->store, arn, w->tags);
    }
    if (!end_change(c, ok))
        return false;
    bf_buf_lit(&c->ans.body, "{\"RuleArn\":");
    bf_json_put_string(&c->ans.body, arn);
    bf_buf_addc(&c->ans.body, '}');
    return true;
}

bool bl_events_put_rule(struct bl_call *c)
{
    struct wanted w;
    json_t *body = bl_document_read(c);
    bool ok = body && read_rule(c, body, &w) && put_rule(c, &w);
    json_decref(body);
    return ok;
}

static void put_member(struct bf_buf *out, const char *name, struct bf_str value)
{
    if (!value.n)
        return;
    bf_buf_addf(out, ",\"%s\":", name);
    bf_json_put_string(out, value);
}

/* A row: name, arn, state, pattern, schedule, description, role, bus. */
static void put_row(struct bf_buf *out, sqlite3_stmt *q)
{
    bf_buf_lit(out, "{\"Name\":");
    bf_json_put_string(out, bl_column_text(q, 0));
    put_member(out, "Arn", bl_column_text(q, 1));
    put_member(out, "State", bl_column_text(q, 2));
    put_member(out, "EventPattern", bl_column_text(q, 3));
    put_member(out, "ScheduleExpression", bl_column_text(q, 4));
    put_member(out, "Description", bl_column_text(q, 5));
    put_member(out, "RoleArn", bl_column_text(q, 6));
    put_member(out, "EventBusName", bl_column_text(q, 7));
}

bool bl_events_describe_rule(struct bl_call *c)
{
    struct wanted w;
    json_t *body = bl_document_read(c);
    bool found = false, ok = body && read_name(c, body, &w);
    if (ok) {
        bl_store_lock(c->store);
        sqlite3_stmt *q =
            bl_sql(c->store, "SELECT name,arn,state,pattern,schedule,description,role,bus FROM "
                             "events_rule WHERE bus=? AND name=?");
        bl_bind_text(q, 1, w.bus);
        bl_bind_text(q, 2, w.name);
        found = bl_step(c->store, q);
        if (found) {
            put_row(&c->ans.body, q);
            bf_buf_lit(&c->ans.body, ",\"CreatedBy\":\"" BL_ACCOUNT "\"}");
        }
        bl_done(q);
        ok = found || (bl_events_has_bus(c->store, w.bus) ? bl_events_fail_rule(c, w.bus, w.name)
                                                          : bl_events_fail_bus(c, w.bus));
        bl_store_unlock(c->store);
    }
    json_decref(body);
    return ok;
}

/* The schedule of a rule that is there counts from now. */
static int64_t next_of(struct bl_call *c, const struct wanted *w)
{
    struct bl_schedule s;
    struct bf_err e;
    sqlite3_stmt *q = bl_sql(c->store, "SELECT schedule FROM events_rule WHERE bus=? AND name=?");
    bl_bind_text(q, 1, w->bus);
    bl_bind_text(q, 2, w->name);
    int64_t next = -1;
    if (bl_step(c->store, q) && bl_schedule_parse(bl_column_text(q, 0), &s, &e))
        next = bl_schedule_next(&s, c->now_ms);
    bl_done(q);
    return next;
}

static bool set_state(struct bl_call *c, const char *state)
{
    struct wanted w;
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    bool ok =
        body && read_name(c, body, &w) && (bl_store_begin(c->store, &e) || bl_fail_err(c, &e));
    if (ok) {
        int64_t next = next_of(c, &w);
        sqlite3_stmt *q = bl_sql(c->store, "UPDATE events_rule SET state=?,next_ms=?,set_ms=? "
                                           "WHERE bus=? AND name=?");
        bl_bind_text(q, 1, bf_str_of(state));
        bl_bind_i64(q, 2, next);
        bl_bind_i64(q, 3, c->now_ms);
        bl_bind_text(q, 4, w.bus);
        bl_bind_text(q, 5, w.name);
        ok = end_change(c, bl_run(c->store, q) > 0 || bl_events_fail_rule(c, w.bus, w.name));
    }
    json_decref(body);
    return ok;
}

bool bl_events_enable_rule(struct bl_call *c)
{
    return set_state(c, "ENABLED");
}

bool bl_events_disable_rule(struct bl_call *c)
{
    return set_state(c, "DISABLED");
}

static bool delete_rule(struct bl_call *c, const struct wanted *w)
{
    struct bf_err e = {0};
    if (!bl_store_begin_delete(c->store, &e))
        return bl_fail_err(c, &e);
    sqlite3_stmt *q = bl_sql(c->store, "SELECT 1 FROM events_target WHERE bus=? AND rule=?");
    bl_bind_text(q, 1, w->bus);
    bl_bind_text(q, 2, w->name);
    bool used = bl_step(c->store, q);
    bl_done(q);
    if (used)
        return end_change(
            c, bl_fail(c, BL_ValidationException, "Rule can't be deleted since it has targets."));
    q = bl_sql(c->store, "DELETE FROM events_rule WHERE bus=? AND name=?");
    bl_bind_text(q, 1, w->bus);
    bl_bind_text(q, 2, w->name);
    bl_run(c->store, q);
    bl_events_drop_tags(c->store, arn_of(c, w));
    return end_change(c, true);
}

/* One that is not there is no error. */
bool bl_events_delete_rule(struct bl_call *c)
{
    struct wanted w;
    json_t *body = bl_document_read(c);
    bool ok = body && read_name(c, body, &w) && delete_rule(c, &w);
    json_decref(body);
    return ok;
}

static void list(struct bl_call *c, struct bf_str bus, struct bf_str prefix,
                 struct bl_events_page *page)
{
    bf_buf_lit(&c->ans.body, "{\"Rules\":[");
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT name,arn,state,pattern,schedule,description,role,bus FROM "
                         "events_rule WHERE bus=? AND name>? ORDER BY name");
    bl_bind_text(q, 1, bus);
    bl_bind_text(q, 2, page->after);
    while (bl_step(c->store, q))
        if (bf_str_starts(bl_column_text(q, 0), prefix)) {
            if (!bl_events_page_take(c, page, bl_column_text(q, 0)))
                break;
            put_row(&c->ans.body, q);
            bf_buf_addc(&c->ans.body, '}');
        }
    bl_done(q);
    bl_events_page_end(c, page);
}

bool bl_events_list_rules(struct bl_call *c)
{
    struct bf_str bus;
    struct bl_events_page page;
    json_t *body = bl_document_read(c);
    struct bf_str prefix = bf_doc_get_text(body, "NamePrefix");
    bool ok = body && bl_events_bus_member(c, body, &bus) && bl_events_page_read(c, body, &page);
    if (ok) {
        bl_store_lock(c->store);
        ok = bl_events_has_bus(c->store, bus) || bl_events_fail_bus(c, bus);
        if (ok)
            list(c, bus, prefix, &page);
        bl_store_unlock(c->store);
    }
    json_decref(body);
    return ok;
}
