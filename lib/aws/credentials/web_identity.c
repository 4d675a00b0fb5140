/* A role assumed with the token of an identity provider, which is in a file (EKS, GitHub). */
#include <inttypes.h>
#include <stdio.h>

#include "lib/aws/credentials/source.h"

struct web {
    const char *file, *arn, *session;
    bool env;
};

/* The environment has precedence over the profile, for each property separately, as in botocore. */
static const char *get(const struct bf_cred_seek *s, const char *variable, const char *property)
{
    const char *value = s->env ? bf_aws_config_env(s->config, variable) : NULL;
    return value ? value : bf_cred_get(s, property);
}

static enum bf_cred_found assume(const struct bf_cred_seek *s, const struct web *w,
                                 struct bf_str token, struct bf_credentials *out, struct bf_err *e)
{
    struct bf_buf form;
    char session[64], what[160];
    snprintf(session, sizeof session, "bfpipe-%" PRId64, s->world->wall_ms(s->world->arg) / 1000);
    snprintf(what, sizeof what, "role %.120s (web identity)", w->arn);
    bf_buf_init(&form, 256 << 10);
    bf_buf_lit(&form, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    bf_cred_form(&form, "RoleArn", w->arn);
    bf_cred_form(&form, "RoleSessionName", w->session ? w->session : session);
    size_t at = form.n + strlen("&WebIdentityToken=");
    bf_cred_form(&form, "WebIdentityToken", token.p);
    enum bf_cred_found found = BF_CRED_BROKEN;
    if (bf_buf_cstr(&form))
        found = bf_cred_sts(s, NULL, bf_buf_view(&form), form.p + at, what, out, e);
    else if (bf_buf_check(&form, "the request to STS", e))
        bf_err_nomem(e);
    bf_cred_wipe(&form);
    return found;
}

enum bf_cred_found bf_cred_from_web_identity(const struct bf_cred_seek *s,
                                             struct bf_credentials *out, struct bf_err *e)
{
    struct web w = {.file = get(s, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"),
                    .arn = get(s, "AWS_ROLE_ARN", "role_arn"),
                    .session = get(s, "AWS_ROLE_SESSION_NAME", "role_session_name")};
    if (!w.file)
        return bf_cred_pass(e, "no web_identity_token_file, no AWS_WEB_IDENTITY_TOKEN_FILE");
    if (!w.arn)
        return bf_cred_break(
            e, "a web identity's token file is given, but neither AWS_ROLE_ARN nor role_arn");
    struct bf_buf token;
    bf_buf_init(&token, 64 << 10);
    enum bf_cred_found found = BF_CRED_BROKEN;
    /* read at each use, because its writer renews it */
    if (s->world->read(s->world->arg, w.file, &token, e) &&
        (bf_buf_cstr(&token) || bf_err_nomem(e))) {
        struct bf_str text = bf_str_trim(bf_buf_view(&token));
        if (text.n)
            token.p[text.p - token.p + (ptrdiff_t)text.n] = '\0';
        if (text.n)
            found = assume(s, &w, text, out, e);
        else
            bf_cred_break(e, "%.300s is empty", w.file);
    } else {
        bf_err_ctx(e, "web identity");
        if (e->code == BF_E_NOTFOUND)
            e->code = BF_E_DENIED;
    }
    bf_cred_wipe(&token);
    return found;
}
