/* S3: a bucket's notification configuration, and the events for EventBridge that it asks for (S3 user guide, "Using
 * EventBridge"). An event is published in the transaction of the change that it reports. */
#include <stdio.h>

#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

enum { DETAIL_MAX = 16 * 1024 };

static bool is_on(struct bl_store *st, struct bf_str bucket)
{
    sqlite3_stmt *q = bl_sql(st, "SELECT 1 FROM s3_notify WHERE bucket = ?");
    bl_bind_text(q, 1, bucket);
    bool on = bl_step(st, q);
    bl_done(q);
    return on;
}

static void put_member(struct bf_buf *out, const char *name, struct bf_str value)
{
    bf_buf_addf(out, "\"%s\":", name);
    bf_json_put_string(out, value);
}

/* The member "object". A sequencer is greater than all before it. */
static void put_object(struct bl_s3 *s, const struct bl_s3_told *t, struct bf_buf *out)
{
    uint64_t now = (uint64_t)bl_now_ms(s->local) << 12;
    s->sequencer = now > s->sequencer ? now : s->sequencer + 1;
    bf_buf_lit(out, ",\"object\":{");
    put_member(out, "key", t->key);
    if (t->object) {
        struct bf_str etag = t->object->etag;
        bf_buf_addf(out, ",\"size\":%llu,", (unsigned long long)t->object->size);
        put_member(out, "etag", etag.n > 2 ? bf_str(etag.p + 1, etag.n - 2) : etag);
    }
    bf_buf_addf(out, ",\"sequencer\":\"%016llX\"}", (unsigned long long)s->sequencer);
}

void bl_s3_tell(struct bl_local *l, const struct bl_s3_told *t)
{
    char arn[128];
    struct bf_buf detail;
    if (!l->publish || !is_on(&l->store, t->bucket))
        return;
    bf_buf_init(&detail, DETAIL_MAX);
    bf_buf_lit(&detail, "{\"version\":\"0\",\"bucket\":{");
    put_member(&detail, "name", t->bucket);
    bf_buf_addc(&detail, '}');
    put_object(l->s3, t, &detail);
    bf_buf_addc(&detail, ',');
    put_member(&detail, "request-id", bf_str_of(t->request_id));
    bf_buf_lit(&detail, ",\"requester\":\"" BL_ACCOUNT "\",\"source-ip-address\":\"127.0.0.1\",");
    put_member(&detail, "reason", bf_str_of(t->reason));
    if (!t->object)
        bf_buf_lit(&detail, ",\"deletion-type\":\"Permanently Deleted\"");
    bf_buf_addc(&detail, '}');
    snprintf(arn, sizeof arn, "arn:aws:s3:::%.*s", (int)t->bucket.n, t->bucket.p);
    if (bf_buf_check(&detail, "an event", &l->store.err))
        l->publish(l, &(struct bl_published){.source = "aws.s3",
                                             .detail_type =
                                                 t->object ? "Object Created" : "Object Deleted",
                                             .resource = bf_str_of(arn),
                                             .detail = bf_buf_view(&detail)});
    bf_buf_free(&detail);
}

/* <NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>; other destinations are refused. */
static bool read_document(struct bl_call *c, bool *on)
{
    struct bf_xml x;
    enum bf_xml_token t;
    bf_xml_init(&x, c->req.body);
    *on = false;
    while ((t = bf_xml_next(&x)) != BF_XML_END) {
        if (t == BF_XML_ERROR)
            return bl_s3_fail(c, BL_S3_MalformedXML);
        if (t != BF_XML_OPEN || bf_str_is(x.name, "NotificationConfiguration"))
            continue;
        if (!bf_str_is(x.name, "EventBridgeConfiguration"))
            return bl_s3_failf(
                c, BL_S3_NotImplemented,
                "bflocal has no %.*s: the notifications of a bucket go to EventBridge "
                "(EventBridgeConfiguration)",
                BF_SHOWN(x.name));
        *on = true;
    }
    return true;
}

void bl_s3_put_notification(struct bl_call *c)
{
    struct bf_err e = {0};
    bool on;
    if (!read_document(c, &on))
        return;
    if (!bl_store_begin(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    sqlite3_stmt *q = on ? bl_sql(c->store, "INSERT OR IGNORE INTO s3_notify VALUES (?)")
                         : bl_sql(c->store, "DELETE FROM s3_notify WHERE bucket = ?");
    bl_bind_text(q, 1, bl_s3_of(c)->bucket);
    bl_run(c->store, q);
    if (!bl_store_commit(c->store, &e))
        bl_s3_fail_err(c, &e);
}

void bl_s3_get_notification(struct bl_call *c)
{
    bl_store_lock(c->store);
    bool on = is_on(c->store, bl_s3_of(c)->bucket);
    if (!bl_s3_end_read(c))
        return;
    bf_buf_lit(&c->ans.body, BL_XML_HEAD "<NotificationConfiguration" BL_XML_NS ">");
    if (on)
        bf_buf_lit(&c->ans.body, "<EventBridgeConfiguration/>");
    bf_buf_lit(&c->ans.body, "</NotificationConfiguration>");
}
