#include "cmd/bflocal/http/router.h"

#include "cmd/bflocal/http/absent.h"
#include "cmd/bflocal/http/cbor.h"
#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/sts/sts.h"

static const struct bl_service *const json_services[] = {&bl_service_dynamodb, &bl_service_streams,
                                                         &bl_service_kinesis};

enum { CONTROL_BODY = 64 * 1024, ABSENT_BODY = 2 * 1024 * 1024 };

static bool is_control(const struct bl_call *c)
{
    return bf_str_starts(c->req.path, BF_STR("/_bflocal/"));
}

static const struct bl_op *find_op(const struct bl_service *s, struct bf_str name)
{
    for (size_t i = 0; i < s->nops; i++)
        if (bf_str_eq(name, bf_str_of(s->ops[i].name)))
            return &s->ops[i];
    return NULL;
}

bool bl_router_knows(const char *service, const char *op)
{
    for (size_t i = 0; i < BF_COUNT(json_services); i++)
        if ((!*service || strcmp(service, json_services[i]->name) == 0) &&
            (!*op || find_op(json_services[i], bf_str_of(op))))
            return true;
    return (!*service || strcmp(service, bl_service_s3.name) == 0) && (!*op || bl_s3_knows(op));
}

/* A target with a prefix we know belongs to that service, even when the operation is unknown. */
static void find_service(struct bl_call *c, struct bf_str target)
{
    for (size_t i = 0; i < BF_COUNT(json_services); i++) {
        struct bf_str prefix = bf_str_of(json_services[i]->target);
        if (!bf_str_starts(target, prefix))
            continue;
        c->service = json_services[i];
        c->op = find_op(c->service, bf_str(target.p + prefix.n, target.n - prefix.n));
        c->op_name = c->op ? c->op->name : "";
        return;
    }
}

bool bl_router_begin(struct bl_call *c, size_t *max_body)
{
    *max_body = CONTROL_BODY;
    c->op_name = "";
    if (is_control(c))
        return true;
    struct bf_str target = bl_header(c, "x-amz-target");
    if (!target.p && !bl_signed_for(c)) {
        c->service = &bl_service_s3;
        bl_reply_request_id(c);
        return bl_s3_begin(c, max_body);
    }
    find_service(c, target.p ? target : BF_STR(""));
    bl_reply_request_id(c);
    if (!c->service) {
        *max_body = ABSENT_BODY; /* heard out, so that its client hears the answer */
        return true;
    }
    *max_body = c->service->max_body;
    struct bf_str type = bl_header(c, "content-type");
    c->cbor = c->service->cbor_type && bf_str_starts(type, bf_str_of(c->service->cbor_type));
    return true;
}

/* The body as the JSON that it stands for. */
static bool take_cbor(struct bl_call *c)
{
    struct bf_err e;
    struct bf_buf json;
    if (!c->cbor || !c->req.body.n)
        return true;
    bf_buf_init(&json, c->service->max_body);
    bool ok = bl_cbor_to_json(&json, c->req.body, &e);
    bf_buf_free(&c->body);
    c->body = json;
    c->req.body = bf_buf_view(&c->body);
    return ok || bl_fail(c, BL_SerializationException, "%s", e.text);
}

/* The service says nothing here; whoever tries something out is told why. */
static void fail_op(struct bl_call *c)
{
    struct bf_str target = bl_header(c, "x-amz-target"), prefix = bf_str_of(c->service->target);
    size_t n = target.n - prefix.n;
    bl_fail(c, BL_UnknownOperationException,
            "bflocal has no %.*s: it holds the slice of the service that the toolkit uses",
            (int)(n > 60 ? 60 : n), target.p + prefix.n);
}

static void run_json(struct bl_call *c)
{
    if (!c->service) {
        if (bl_sts_is(c))
            bl_sts_run(c);
        else
            bl_absent_answer(c);
        return;
    }
    const struct bl_auth_server s = {c->local->access_key,
                                     c->local->secret_key,
                                     c->local->region,
                                     c->service->signing,
                                     false,
                                     c->now_ms};
    bl_auth_check(&s, &c->req, &c->arena, &c->auth);
    if (c->auth.code != BL_AUTH_OK)
        bl_fail_auth(c);
    else if (!c->op)
        fail_op(c);
    else if (!bl_reply_fault(c) && (!take_cbor(c) || !c->op->run(c)))
        c->failed = true;
}

void bl_router_finish(struct bl_call *c)
{
    c->now_ms = bl_now_ms(c->local);
    if (is_control(c)) {
        bl_control_run(c);
        return;
    }
    if (*c->op_name)
        bl_fault_draw(&c->local->faults, c->service->name, c->op_name, &c->fault);
    bl_fault_wait(&c->local->faults, &c->fault);
    c->ans.cut = c->fault.cut;
    c->ans.wrong_crc = c->fault.crc;
    if (c->service == &bl_service_s3) {
        bl_s3_finish(c);
        return;
    }
    if (!c->failed)
        run_json(c);
    bl_reply_finish(c);
}

void bl_router_too_large(struct bl_call *c)
{
    if (c->service == &bl_service_s3) {
        bl_s3_too_large(c);
        return;
    }
    bl_fail(c, BL_RequestEntityTooLarge, "%s", "Request body is too large.");
    c->ans.status = 413;
    bl_reply_finish(c);
}

void bl_router_head_too_large(struct bl_call *c)
{
    struct bf_str target = bl_header(c, "x-amz-target");
    c->op_name = "";
    find_service(c, target);
    if (!target.p)
        c->service = &bl_service_s3;
    bl_reply_request_id(c);
    if (!target.p) {
        bl_s3_head_too_large(c);
        return;
    }
    bl_fail(c, BL_RequestEntityTooLarge, "Request header is too large: more than %d headers.",
            BL_HEADERS_MAX);
    c->ans.status = 431;
    bl_reply_finish(c);
}
