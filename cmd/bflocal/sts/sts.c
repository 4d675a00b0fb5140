#include "cmd/bflocal/sts/sts.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/wire/session.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"
#include "lib/base/rng.h"

#define STS_NS " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""

enum { USUAL_S = 3600 };

static bool fail_query(struct bl_call *c, int status, const char *code, struct bf_str text)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_reset(out);
    c->ans.status = status;
    bf_buf_lit(out, "<ErrorResponse" STS_NS "><Error><Type>Sender</Type>");
    bl_xml_element(out, "Code", bf_str_of(code));
    bl_xml_element(out, "Message", text);
    bf_buf_lit(out, "</Error>");
    bl_xml_element(out, "RequestId", bf_str_of(c->request_id));
    bf_buf_lit(out, "</ErrorResponse>");
    return false;
}

bool bl_sts_fail_value(struct bl_call *c, struct bf_str text)
{
    return fail_query(c, 400, "ValidationError", text);
}

bool bl_sts_fail_auth(struct bl_call *c)
{
    switch (c->auth.code) {
    case BL_AUTH_MISSING:
        return fail_query(c, 403, "MissingAuthenticationToken", c->auth.text);
    case BL_AUTH_KEY:
    case BL_AUTH_TOKEN:
        return fail_query(c, 403, "InvalidClientTokenId", c->auth.text);
    case BL_AUTH_TOKEN_EXPIRED:
        return fail_query(c, 403, "ExpiredToken", c->auth.text);
    case BL_AUTH_INCOMPLETE:
    case BL_AUTH_MALFORMED:
        return fail_query(c, 400, "IncompleteSignature", c->auth.text);
    default:
        return fail_query(c, 403, "SignatureDoesNotMatch", c->auth.text);
    }
}

struct bf_str bl_sts_form(struct bl_call *c, const char *name)
{
    struct bf_str rest = c->req.body, item, found = {NULL, 0};
    while (rest.n && bf_str_split(&rest, '&', &item)) {
        struct bf_str value = item, key;
        if (!bf_str_split(&value, '=', &key) || !bf_str_eq(key, bf_str_of(name)) || !value.p)
            continue;
        if (!bl_form_decode(c, value, &found))
            found = BF_STR("");
    }
    return found;
}

static void open_result(struct bl_call *c, const char *op)
{
    bf_buf_addf(&c->ans.body, "<%sResponse" STS_NS "><%sResult>", op, op);
}

static void close_result(struct bl_call *c, const char *op)
{
    bf_buf_addf(&c->ans.body,
                "</%sResult><ResponseMetadata><RequestId>%s</RequestId>"
                "</ResponseMetadata></%sResponse>",
                op, c->request_id, op);
}

/* The ARN of "ACCOUNT ROLE/SESSION". */
static struct bf_str session_arn(struct bl_call *c, const char *role, struct bf_str *account)
{
    struct bf_str rest = bf_str_of(role);
    (void)bf_str_split(&rest, ' ', account);
    return bl_arena_printf(&c->arena, "arn:aws:sts::%.*s:assumed-role/%.*s", (int)account->n,
                           account->p, (int)rest.n, rest.p);
}

bool bl_sts_caller_identity(struct bl_call *c)
{
    struct bf_str account = BF_STR(BL_ACCOUNT),
                  arn = BF_STR("arn:aws:iam::" BL_ACCOUNT ":user/bflocal"),
                  user = BF_STR("AIDABFLOCALUSER00000");
    if (c->auth.session.role[0]) {
        arn = session_arn(c, c->auth.session.role, &account);
        user = bl_arena_printf(&c->arena, "AROABFLOCALROLE00000%s",
                               strrchr(c->auth.session.role, '/'));
        for (size_t i = 0; i < user.n; i++)
            if (user.p[i] == '/')
                user = bl_arena_printf(&c->arena, "%.*s:%s", (int)i, user.p, user.p + i + 1);
    }
    open_result(c, "GetCallerIdentity");
    bl_xml_element(&c->ans.body, "Arn", arn);
    bl_xml_element(&c->ans.body, "UserId", user);
    bl_xml_element(&c->ans.body, "Account", account);
    close_result(c, "GetCallerIdentity");
    return true;
}

static bool refuse_others(struct bl_call *c)
{
    static const char *const unknown[] = {"Policy",
                                          "PolicyArns.member.1.arn",
                                          "Tags.member.1.Key",
                                          "TransitiveTagKeys.member.1",
                                          "SerialNumber",
                                          "TokenCode",
                                          "ProvidedContexts.member.1.ProviderArn"};
    for (size_t i = 0; i < BF_COUNT(unknown); i++)
        if (bl_sts_form(c, unknown[i]).p)
            return bl_sts_fail_value(
                c, bl_arena_printf(&c->arena, "bflocal has no %s: there are no policies here",
                                   unknown[i]));
    return true;
}

/* Reads account and name from "arn:aws:iam::ACCOUNT:role/PATH/NAME". */
static bool read_role(struct bf_str arn, struct bf_str *account, struct bf_str *name)
{
    struct bf_str field;
    for (int i = 0; i < 5; i++)
        if (!arn.p || !bf_str_split(&arn, ':', i == 4 ? account : &field))
            return false;
    if (account->n != 12 || !arn.p || !bf_str_starts(arn, BF_STR("role/")))
        return false;
    *name = arn;
    for (size_t i = 0; i < arn.n; i++)
        if (arn.p[i] == '/')
            *name = bf_str(arn.p + i + 1, arn.n - i - 1);
    return name->n >= 1 && name->n <= 64;
}

static void draw_key(char out[21])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct bf_rng rng;
    bf_rng_seed(&rng, bf_rng_entropy());
    memcpy(out, "ASIABFLOCAL", 11);
    for (int i = 11; i < 20; i++)
        out[i] = digits[bf_rng_next(&rng) >> 59];
    out[20] = '\0';
}

static void put_session(struct bl_call *c, const struct bl_session *s, struct bf_str name)
{
    struct bf_buf *out = &c->ans.body;
    struct bf_str account;
    open_result(c, "AssumeRole");
    bf_buf_lit(out, "<AssumedRoleUser>");
    bl_xml_element(out, "AssumedRoleId",
                   bl_arena_printf(&c->arena, "AROABFLOCALROLE00000:%.*s", (int)name.n, name.p));
    bl_xml_element(out, "Arn", session_arn(c, s->role, &account));
    bf_buf_lit(out, "</AssumedRoleUser><Credentials>");
    bl_xml_element(out, "AccessKeyId", bf_str_of(s->access_key));
    bl_xml_element(out, "SecretAccessKey", bf_str_of(s->secret_key));
    bl_xml_element(out, "SessionToken", bf_str_of(s->token));
    bf_buf_lit(out, "<Expiration>");
    bf_clock_iso(out, s->expires_s * 1000);
    bf_buf_lit(out, "</Expiration></Credentials>");
    close_result(c, "AssumeRole");
}

bool bl_sts_assume_role(struct bl_call *c)
{
    struct bl_session s = {.expires_s = 0};
    struct bf_str arn = bl_sts_form(c, "RoleArn"), name = bl_sts_form(c, "RoleSessionName"),
                  seconds = bl_sts_form(c, "DurationSeconds"), account, role;
    struct bf_err e;
    uint64_t duration = USUAL_S;
    if (seconds.p && !bf_num_u64(seconds, &duration, &e)) /* the model was checked before */
        return false;
    if (!read_role(arn, &account, &role))
        return bl_sts_fail_value(
            c, bl_arena_printf(&c->arena, "%.*s is invalid", BF_SHOWN_TO(arn, 400)));
    if (!refuse_others(c))
        return false;
    draw_key(s.access_key);
    s.expires_s = c->now_ms / 1000 + (int64_t)duration;
    snprintf(s.role, sizeof s.role, "%.*s %.*s/%.*s", (int)account.n, account.p, (int)role.n,
             role.p, (int)name.n, name.p);
    bl_session_make(c->local->secret_key, &s);
    put_session(c, &s, name);
    return true;
}
