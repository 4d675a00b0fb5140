#include "cmd/bflocal/http/router.h"

#include "cmd/bflocal/http/absent.h"
#include "cmd/bflocal/http/check.h"
#include "cmd/bflocal/wire/cbor.h"
#include "cmd/bflocal/http/control.h"
#include "cmd/bflocal/http/reply.h"

enum { CONTROL_BODY = 64 * 1024, ABSENT_BODY = 2 * 1024 * 1024 };

/* A target with a known prefix belongs to that service, even if the operation is unknown. */
static void find_target(struct bl_call *c, struct bf_str target)
{
    for (const struct bl_service *const *s = c->local->services; *s; s++) {
        struct bf_str prefix = bf_str_of((*s)->target ? (*s)->target : "");
        if (!prefix.n || !bf_str_starts(target, prefix))
            continue;
        c->service = *s;
        c->op = bl_service_op(*s, bf_str(target.p + prefix.n, target.n - prefix.n));
        c->op_name = c->op ? c->op->name : "";
        return;
    }
}

/* The service with its own protocol that the request is signed for. */
static const struct bl_service *find_signed(const struct bl_call *c)
{
    for (const struct bl_service *const *s = c->local->services; *s; s++)
        if ((*s)->protocol && !(*s)->protocol->rest && bl_signed_with(c, (*s)->signing))
            return *s;
    return NULL;
}

/* The service for requests that name no other. */
static const struct bl_service *find_rest(const struct bl_call *c)
{
    for (const struct bl_service *const *s = c->local->services; *s; s++)
        if ((*s)->protocol && (*s)->protocol->rest)
            return *s;
    return NULL;
}

static void find_service(struct bl_call *c)
{
    struct bf_str target = bl_header(c, "x-amz-target");
    find_target(c, target);
    if (!c->service)
        c->service = find_signed(c);
    if (!c->service && !target.p && !bl_signed_for(c))
        c->service = find_rest(c);
}

bool bl_router_begin(struct bl_call *c, size_t *max_body)
{
    *max_body = CONTROL_BODY;
    c->op_name = "";
    if (bl_control_is(c))
        return true;
    find_service(c);
    bl_reply_request_id(c);
    if (!c->service) {
        *max_body =
            ABSENT_BODY; /* the body is read to its end: a client that still sends would miss the answer */
        return true;
    }
    *max_body = c->service->max_body;
    if (c->service->protocol)
        return !c->service->protocol->begin || c->service->protocol->begin(c, max_body);
    struct bf_str type = bl_header(c, "content-type");
    const struct bl_dialect *d = c->service->dialect;
    c->cbor = d->cbor_type && bf_str_starts(type, bf_str_of(d->cbor_type));
    return true;
}

/* Replaces a CBOR body by its JSON. */
static bool decode_cbor(struct bl_call *c)
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

/* The real service answers without a message here; bflocal explains. */
static void fail_op(struct bl_call *c)
{
    struct bf_str target = bl_header(c, "x-amz-target"), prefix = bf_str_of(c->service->target);
    bl_fail(c, BL_UnknownOperationException,
            "bflocal has no %.*s: it has the operations that bfpipe uses",
            BF_SHOWN(bf_str(target.p + prefix.n, target.n - prefix.n)));
}

static void run_json(struct bl_call *c)
{
    if (!c->service) {
        bl_absent_answer(c);
        return;
    }
    bl_call_authenticate(c, c->local->region);
    if (c->auth.code != BL_AUTH_OK)
        bl_fail_auth(c);
    else if (!c->op)
        fail_op(c);
    else if (!bl_reply_fault(c) && (!decode_cbor(c) || !bl_call_check(c) || !c->op->run(c)))
        c->failed = true;
}

void bl_router_finish(struct bl_call *c)
{
    c->now_ms = bl_now_ms(c->local);
    if (bl_control_is(c)) {
        bl_control_run(c);
        return;
    }
    if (*c->op_name)
        bl_fault_draw(&c->local->faults, c->service->name, c->op_name, &c->fault);
    bl_fault_wait(&c->local->faults, &c->fault);
    c->ans.cut = c->fault.cut;
    c->ans.wrong_crc = c->fault.crc;
    if (c->service && c->service->protocol) {
        c->service->protocol->finish(c);
        return;
    }
    if (!c->failed)
        run_json(c);
    bl_reply_finish(c);
}

void bl_router_too_large(struct bl_call *c)
{
    if (c->service && c->service->protocol && c->service->protocol->too_large) {
        c->service->protocol->too_large(c);
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
    find_target(c, target);
    if (!target.p)
        c->service = find_rest(c);
    bl_reply_request_id(c);
    if (c->service && c->service->protocol && c->service->protocol->head_too_large) {
        c->service->protocol->head_too_large(c);
        return;
    }
    bl_fail(c, BL_RequestEntityTooLarge, "Request header is too large: more than %d headers.",
            BL_HEADERS_MAX);
    c->ans.status = 431;
    bl_reply_finish(c);
}
