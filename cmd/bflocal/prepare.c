#define _GNU_SOURCE /* memmem */
#include "cmd/bflocal/prepare.h"

#include "cmd/bflocal/http/check.h"
#include "cmd/bflocal/kinesis/kinesis.h"
#include "cmd/bflocal/kinesis/service.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/s3/service.h"
#include "lib/base/num.h"
#include "lib/json/write.h"

enum { ROOM = 64 * 1024 };

/* Streams and buckets are created by the services' own operations, so that the same rules of
 * names hold. The call has no client: it is not signed, and faults do not apply to it. */
static void begin(struct bl_call *c, struct bl_local *l, const struct bl_service *service)
{
    memset(c, 0, sizeof *c);
    c->local = l;
    c->store = &l->store;
    c->service = service;
    c->op_name = "";
    c->now_ms = bl_now_ms(l);
    c->ans.status = 200;
    c->ans.fd = -1;
    bf_arena_init(&c->arena, ROOM);
    bf_buf_init(&c->body, ROOM);
    bf_buf_init(&c->ans.body, ROOM);
}

/* What the answer of a service says, for people: the message in its XML or JSON. */
static struct bf_str message_of(struct bf_str answer)
{
    static const struct bf_str before[] = {BF_STR("<Message>"), BF_STR("\"message\":\"")};
    static const char after[] = {'<', '"'};
    for (size_t i = 0; i < BF_COUNT(before); i++) {
        const char *at = memmem(answer.p, answer.n, before[i].p, before[i].n);
        if (!at)
            continue;
        at += before[i].n;
        size_t left = (size_t)(answer.p + answer.n - at);
        const char *end = memchr(at, after[i], left);
        return bf_str(at, end ? (size_t)(end - at) : left);
    }
    return answer;
}

static bool end(struct bl_call *c, const char *option, struct bf_str name, struct bf_err *e)
{
    bool ok = c->ans.status == 200;
    if (!ok)
        bf_err_set(e, BF_E_USAGE, "%s: %.*s: %.*s", option, BF_SHOWN(name),
                   BF_SHOWN_TO(message_of(bf_buf_view(&c->ans.body)), 160));
    bf_buf_free(&c->ans.body);
    bf_buf_free(&c->body);
    bf_arena_free(&c->arena);
    return ok;
}

static bool make_stream(struct bl_local *l, struct bf_str text, struct bf_err *e)
{
    struct bl_call c;
    struct bf_str name = {NULL, 0};
    uint64_t shards = 1;
    (void)bf_str_split(&text, ':', &name);
    if (text.p && (!bf_num_u64(text, &shards, e) || shards < 1))
        return bf_err_set(e, BF_E_USAGE, "--stream: want NAME or NAME:SHARDS");
    if (bl_stream_find(l->kinesis, name))
        return true;
    begin(&c, l, &bl_service_kinesis);
    bf_buf_lit(&c.body, "{\"StreamName\":");
    bf_json_put_string(&c.body, name);
    bf_buf_addf(&c.body, ",\"ShardCount\":%llu}", (unsigned long long)shards);
    c.req.body = bf_buf_view(&c.body);
    c.op_name = "CreateStream";
    (void)!(bl_call_check(&c) && bl_kinesis_create(&c)); /* a failure is in the answer */
    return end(&c, "--stream", name, e);
}

static bool make_bucket(struct bl_local *l, struct bf_str name, struct bf_err *e)
{
    struct bl_call c;
    struct bl_s3_call s3 = {.bucket = name};
    bl_store_lock(&l->store);
    bool there = bl_s3_bucket_exists(&l->store, name);
    bl_store_unlock(&l->store);
    if (there)
        return true;
    begin(&c, l, &bl_service_s3);
    c.sink_arg = &s3;
    if (strcmp(l->region, "us-east-1") !=
        0) { /* CreateBucket needs a LocationConstraint in every other region */
        bf_buf_addf(&c.body,
                    "<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint>"
                    "</CreateBucketConfiguration>",
                    l->region);
        c.req.body = bf_buf_view(&c.body);
    }
    bl_s3_create_bucket(&c);
    return end(&c, "--bucket", name, e);
}

static bool make_function(struct bl_local *l, struct bf_str text, struct bf_err *e)
{
    struct bf_str name;
    if (!bf_str_split(&text, '=', &name) || !text.n)
        return bf_err_set(e, BF_E_USAGE, "--lambda: want NAME=PROGRAM");
    return bl_lambda_prepare(l, name, text, e) || bf_err_ctx(e, "--lambda");
}

bool bl_prepare(struct bl_local *l, const struct bl_prepare *p, struct bf_err *e)
{
    for (size_t i = 0; i < p->streams.n; i++)
        if (!make_stream(l, bf_str_of(p->streams.item[i]), e))
            return false;
    for (size_t i = 0; i < p->buckets.n; i++)
        if (!make_bucket(l, bf_str_of(p->buckets.item[i]), e))
            return false;
    for (size_t i = 0; i < p->functions.n; i++)
        if (!make_function(l, bf_str_of(p->functions.item[i]), e))
            return false;
    return true;
}
