/* STS: its operations in the query protocol. */
#include "cmd/bflocal/sts/service.h"

#include "cmd/bflocal/http/absent.h"
#include "cmd/bflocal/http/check.h"
#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/sts/sts.h"

static const struct bl_op operations[] = {
    {"AssumeRole", bl_sts_assume_role, 0},
    {"GetCallerIdentity", bl_sts_caller_identity, 0},
};

static void run_action(struct bl_call *c)
{
    const struct bl_op *op = bl_service_op(c->service, bl_sts_form(c, "Action"));
    c->op_name = op ? op->name : "";
    c->ans.content_type = "text/xml";
    bl_call_authenticate(c, bl_signed_region(c, c->local->region));
    if (c->auth.code != BL_AUTH_OK)
        bl_sts_fail_auth(c);
    else if (!op)
        bl_absent_answer(c);
    else if (bl_call_check(c))
        op->run(c);
}

static void on_finish(struct bl_call *c)
{
    if (!c->failed)
        run_action(c);
    bl_reply_finish(c);
}

static void on_refuse(struct bl_call *c, const struct bl_outside *wrong, struct bf_str text)
{
    (void)wrong;
    bl_sts_fail_value(c, text);
}

static const struct bl_protocol query = {
    .finish = on_finish, .member = bl_sts_form, .refuse = on_refuse};

const struct bl_service bl_service_sts = {
    .title = "STS",
    .name = "sts",
    .variable = "STS",
    .signing = "sts",
    .max_body = 2 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .protocol = &query,
};
