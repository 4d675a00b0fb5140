/* EventBridge: events that a target has not got. Each is told on standard error, kept for the control call
 * events/failed, and, if the target has a DeadLetterConfig, stored in its bucket with the attributes that the service
 * gives the message in a queue. */
#include "cmd/bflocal/events/dispatch.h"

#include <stdio.h>

#include "cmd/bflocal/http/control.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/cli/diag.h"
#include "lib/json/write.h"

enum { KEPT = 1000, TEXT_MAX = 8 * 1024 * 1024 };

static void put_member(struct bf_buf *out, const char *name, struct bf_str value)
{
    bf_buf_addf(out, "\"%s\":", name);
    bf_json_put_string(out, value);
    bf_buf_addc(out, ',');
}

/* {"RULE_ARN":...,"event":{...}} */
static void put_letter(const struct bl_dispatch *d, const char *limit, struct bf_buf *out)
{
    bf_buf_addc(out, '{');
    put_member(out, "RULE_ARN", d->rule_arn);
    put_member(out, "TARGET_ARN", bf_str_of(bl_document_text(d->target, "Arn")));
    put_member(out, "ERROR_CODE", bf_str_of(d->code));
    put_member(out, "ERROR_MESSAGE", bf_str_of(d->text));
    if (limit)
        put_member(out, "EXHAUSTED_RETRY_CONDITION", bf_str_of(limit));
    bf_buf_addf(out, "\"RETRY_ATTEMPTS\":%lld,\"event\":",
                (long long)(d->attempts > 0 ? d->attempts - 1 : 0));
    bf_buf_adds(out, d->event);
    bf_buf_addc(out, '}');
}

static void store_letter(const struct bl_dispatch *d, const char *arn, struct bf_str letter)
{
    char id[37], key[200];
    struct bf_err e = {0};
    struct bf_date t = bf_clock_date(bl_now_ms(d->local));
    struct bf_str bucket = bf_str_of(arn + sizeof "arn:aws:s3:::" - 1);
    bf_rng_fresh_uuid(id);
    snprintf(key, sizeof key, "aws/events/%.*s/%04d/%02d/%02d/%04d-%02d-%02dT%02d.%02d.%02d-%s",
             BF_SHOWN_TO(d->rule_name, 64), (int)t.year, t.month, t.day, (int)t.year, t.month,
             t.day, t.hour, t.minute, t.second, id);
    if (!bl_s3_own_put_unheard(d->local, bucket, bf_str_of(key), letter, "application/json", &e))
        bf_diag_warn("EventBridge: rule %s: the event is not in s3://%.*s: %s", d->rule_name.p,
                     BF_SHOWN(bucket), e.text);
}

static bool keep_letter(const struct bl_dispatch *d, struct bf_str letter, struct bf_err *e)
{
    struct bl_store *st = &d->local->store;
    if (!bl_store_begin_delete(st, e))
        return false;
    sqlite3_stmt *q = bl_sql(st, "INSERT INTO events_failed(letter) VALUES(?)");
    bl_bind_text(q, 1, letter);
    bl_run(st, q);
    q = bl_sql(st, "DELETE FROM events_failed WHERE n<=?");
    bl_bind_i64(q, 1, sqlite3_last_insert_rowid(st->db) - KEPT);
    bl_run(st, q);
    return bl_store_commit(st, e);
}

/* A function that has failed is Lambda's failure: the rule's dead-letter queue does not get the event. */
void bl_dispatch_give_up(struct bl_dispatch *d, const char *limit)
{
    const char *dead = bl_document_text(json_object_get(d->target, "DeadLetterConfig"), "Arn");
    bool function = limit && strcmp(limit, "function") == 0;
    struct bf_buf letter;
    struct bf_err e = {0};
    bf_diag_warn("EventBridge: rule %s: target %s: an event is dropped: %s: %s", d->rule_name.p,
                 bl_document_text(d->target, "Id"), d->code, d->text);
    bf_buf_init(&letter, TEXT_MAX);
    put_letter(d, function ? NULL : limit, &letter);
    bool ok = bf_buf_check(&letter, "an event", &e);
    if (ok && *dead && !function)
        store_letter(d, dead, bf_buf_view(&letter));
    if (!ok || !keep_letter(d, bf_buf_view(&letter), &e))
        bf_diag_warn("EventBridge: rule %s: a failure is not kept: %s", d->rule_name.p, e.text);
    bf_buf_free(&letter);
}

void bl_events_show_failed(struct bl_call *c)
{
    bl_control_answer(c, 200);
    bl_store_lock(c->store);
    sqlite3_stmt *q = bl_sql(c->store, "SELECT letter FROM events_failed ORDER BY n");
    while (bl_step(c->store, q)) {
        bf_buf_adds(&c->ans.body, bl_column_text(q, 0));
        bf_buf_addc(&c->ans.body, '\n');
    }
    bl_done(q);
    bl_store_unlock(c->store);
}
