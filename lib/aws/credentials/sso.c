/* IAM Identity Center: the token that `aws sso login` stored in its cache is exchanged for the
 * credentials of a role. With an sso-session the token is renewed with its refresh token; a browser
 * is never opened. */
#include <stdio.h>

#include "lib/aws/credentials/token_file.h"
#include "lib/aws/config/endpoint.h"
#include "lib/encoding/enc.h"

enum { ATTEMPTS = 3, WAIT_MS = 200, TIMEOUT_MS = 10000, EARLY_MS = 15 * 60 * 1000 };

struct sso {
    const struct bf_cred_seek *s;
    const char *session; /* NULL: the older form, with everything in the profile */
    const char *start_url, *region, *account, *role;
    struct bf_cred_token token;
};

static enum bf_cred_found log_in(const struct sso *o, struct bf_err *e, const char *why)
{
    return bf_cred_break(e, "%s: run aws sso login --%s %.80s", why,
                         o->session ? "sso-session" : "profile",
                         o->session ? o->session : o->s->profile);
}

/* A property of the session. If the profile has it too, both must be equal. */
static bool from_session(const struct sso *o, const char *name, const char **out, struct bf_err *e)
{
    const char *mine = bf_cred_get(o->s, name);
    *out = bf_cred_get_in(o->s, BF_PROFILE_SSO, o->session, name);
    if (mine && *out && strcmp(mine, *out) != 0)
        return bf_err_set(e, BF_E_DENIED,
                          "%s is '%.100s' in profile '%.60s' and '%.100s' in sso-session '%.60s'",
                          name, mine, o->s->profile, *out, o->session);
    return true;
}

static enum bf_cred_found configure(struct sso *o, struct bf_err *e)
{
    const struct bf_cred_seek *s = o->s;
    struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&s->config->profiles;
    o->session = bf_cred_get(s, "sso_session");
    o->account = bf_cred_get(s, "sso_account_id");
    o->role = bf_cred_get(s, "sso_role_name");
    if (!o->account && !o->role)
        return bf_cred_pass(e, "profile '%.80s' has no sso_account_id and no sso_role_name",
                            s->profile);
    if (o->session) {
        if (!bf_profiles_has(p, BF_PROFILE_SSO, o->session))
            return bf_cred_break(e, "profile '%.80s': there is no [sso-session %.80s]", s->profile,
                                 o->session);
        if (!from_session(o, "sso_start_url", &o->start_url, e) ||
            !from_session(o, "sso_region", &o->region, e))
            return BF_CRED_BROKEN;
    } else {
        o->start_url = bf_cred_get(s, "sso_start_url");
        o->region = bf_cred_get(s, "sso_region");
    }
    const char *missing = !o->start_url ? "sso_start_url"
                          : !o->region  ? "sso_region"
                          : !o->account ? "sso_account_id"
                          : !o->role    ? "sso_role_name"
                                        : NULL;
    if (missing)
        return bf_cred_break(e, "profile '%.80s' uses SSO and has no %s", s->profile, missing);
    if (!bf_aws_region_ok(o->region))
        return bf_cred_break(e, "sso_region '%.80s' is not a region", o->region);
    return BF_CRED_TAKEN;
}

static bool endpoint(const struct sso *o, enum bf_aws_service service, const char *path,
                     struct bf_buf *url, struct bf_err *e)
{
    struct bf_aws_config there = *o->s->config; /* a shallow copy, only for reading */
    struct bf_endpoint ep;
    there.region = o->region;
    if (!bf_cred_endpoint(o->s, &there, service, &ep, e))
        return false;
    bf_buf_addf(url, "%s%s", ep.url, path);
    return true;
}

static int64_t expires(const struct sso *o)
{
    int64_t ms;
    return bf_cred_time(bf_cred_string(o->token.doc, "expiresAt"), &ms) ? ms : 0;
}

static int64_t now_ms(const struct sso *o)
{
    return o->s->world->wall_ms(o->s->world->arg);
}

/* Can the token be renewed without a browser? */
static bool is_renewable(const struct sso *o)
{
    const json_t *doc = o->token.doc;
    int64_t until;
    return o->session && bf_cred_string(doc, "refreshToken") && bf_cred_string(doc, "clientId") &&
           bf_cred_string(doc, "clientSecret") &&
           bf_cred_time(bf_cred_string(doc, "registrationExpiresAt"), &until) && until > now_ms(o);
}

static bool take_token(struct sso *o, struct bf_str body, struct bf_err *e)
{
    json_t *answer = bf_cred_object(body, "the answer of SSO OIDC", e);
    if (!answer)
        return false;
    json_t *doc = o->token.doc;
    json_int_t seconds = json_integer_value(json_object_get(answer, "expiresIn"));
    const char *refresh = bf_cred_string(answer, "refreshToken");
    bool ok = bf_cred_string(answer, "accessToken") && seconds > 0 && seconds < 366 * 86400;
    if (ok) {
        json_object_set(doc, "accessToken", json_object_get(answer, "accessToken"));
        if (refresh)
            json_object_set_new(doc, "refreshToken", json_string(refresh));
        bf_cred_token_set_time(doc, "expiresAt", now_ms(o) + seconds * 1000);
    } else
        bf_err_set(e, BF_E_DENIED, "the answer of SSO OIDC holds no token");
    json_decref(answer);
    return ok;
}

static bool post_refresh(struct sso *o, struct bf_err *e)
{
    const json_t *doc = o->token.doc;
    struct bf_buf url;
    struct bf_cred_reply r;
    struct bf_answer_error error;
    bf_buf_init(&url, 1024);
    bf_cred_reply_init(&r);
    json_t *ask = json_pack("{ssssssss}", "grantType", "refresh_token", "clientId",
                            bf_cred_string(doc, "clientId"), "clientSecret",
                            bf_cred_string(doc, "clientSecret"), "refreshToken",
                            bf_cred_string(doc, "refreshToken"));
    struct bf_buf body;
    bf_buf_init(&body, BF_CRED_FILE_MAX);
    bool ok = endpoint(o, BF_AWS_SSO_OIDC, "/token", &url, e);
    char *text = json_dumps(ask, JSON_COMPACT);
    if (text)
        bf_buf_adds(&body, bf_str_of(text));
    if (ok && text && bf_buf_cstr(&url)) {
        struct bf_cred_request q = {
            .method = "POST",
            .url = url.p,
            .headers = {{"content-type", "application/json"}},
            .nheaders = 1,
            .body = bf_buf_view(&body),
            .secrets = {bf_cred_string(doc, "clientSecret"), bf_cred_string(doc, "refreshToken")},
            .timeout_ms = TIMEOUT_MS,
            .keep = true};
        ok = bf_cred_send(o->s, &q, "SSO OIDC", ATTEMPTS, WAIT_MS, &r, &error, e) &&
             take_token(o, bf_buf_view(&r.body), e);
    } else if (ok)
        ok = bf_err_nomem(e);
    bf_cred_wipe(&body);
    bf_cred_reply_free(&r);
    bf_buf_free(&url);
    json_decref(ask);
    bf_cred_wipe_text(text);
    return ok;
}

/* Renews the token unless another process has done it. */
static bool renew(struct sso *o, struct bf_err *e)
{
    if (!bf_cred_token_lock(&o->token, o->s, e))
        return false;
    if (expires(o) - now_ms(o) >= EARLY_MS)
        return true;
    return post_refresh(o, e) && bf_cred_token_write(&o->token, o->s, e);
}

static enum bf_cred_found have_token(struct sso *o, struct bf_err *e)
{
    const struct bf_cred_seek *s = o->s;
    const char *key = o->session ? o->session : o->start_url;
    if (!bf_cred_token_init(&o->token, s, NULL, "sso/cache", "SHA1", key, e))
        return BF_CRED_BROKEN;
    if (!bf_cred_token_read(&o->token, s, e)) {
        if (e->code != BF_E_NOTFOUND)
            return BF_CRED_BROKEN;
        return log_in(o, e, "there is no SSO token");
    }
    if (!bf_cred_string(o->token.doc, "accessToken"))
        return log_in(o, e, "the cache holds no SSO token");
    struct bf_err why = {0};
    if (expires(o) - now_ms(o) < EARLY_MS && is_renewable(o) && !renew(o, &why) &&
        why.code == BF_E_STOPPED) {
        *e = why;
        return BF_CRED_BROKEN;
    }
    if (expires(o) > now_ms(o))
        return BF_CRED_TAKEN;
    if (why.code == BF_E_NETWORK || why.code == BF_E_TEMPORARY || why.code == BF_E_THROTTLED) {
        *e = why;
        return BF_CRED_BROKEN;
    }
    char text[sizeof e->text];
    snprintf(text, sizeof text, "the SSO token has expired%s%.200s", why.code ? "; " : "",
             why.text);
    return log_in(o, e, text);
}

static enum bf_cred_found take_credentials(const struct sso *o, struct bf_str body,
                                           struct bf_credentials *out, struct bf_err *e)
{
    json_t *answer = bf_cred_object(body, "the answer of SSO", e);
    if (!answer)
        return BF_CRED_BROKEN;
    const json_t *c = json_object_get(answer, "roleCredentials");
    char what[160];
    snprintf(what, sizeof what, "SSO role %.60s of account %.20s", o->role, o->account);
    struct bf_cred_parts p = {
        .access = bf_cred_string(c, "accessKeyId"),
        .secret = bf_cred_string(c, "secretAccessKey"),
        .token = bf_cred_string(c, "sessionToken"),
        .account = o->account,
        .expires_ms = json_integer_value(json_object_get(c, "expiration")), /* milliseconds */
    };
    enum bf_cred_found found = bf_cred_keep(out, &p, what, e);
    json_decref(answer);
    return found;
}

static enum bf_cred_found fetch(struct sso *o, struct bf_credentials *out, struct bf_err *e)
{
    struct bf_buf url;
    struct bf_cred_reply r;
    struct bf_answer_error error;
    enum bf_cred_found found = BF_CRED_BROKEN;
    bf_buf_init(&url, 2048);
    bf_cred_reply_init(&r);
    if (endpoint(o, BF_AWS_SSO, "/federation/credentials?role_name=", &url, e)) {
        bf_uri_encode(&url, bf_str_of(o->role), false);
        bf_buf_lit(&url, "&account_id=");
        bf_uri_encode(&url, bf_str_of(o->account), false);
        struct bf_cred_request q = {
            .method = "GET",
            .url = bf_buf_cstr(&url),
            .headers = {{"x-amz-sso_bearer_token", bf_cred_string(o->token.doc, "accessToken")}},
            .nheaders = 1,
            .timeout_ms = TIMEOUT_MS};
        if (!q.url)
            bf_cred_break(e, "the name of the SSO role is too long");
        else if (bf_cred_send(o->s, &q, "SSO", ATTEMPTS, WAIT_MS, &r, &error, e))
            found = take_credentials(o, bf_buf_view(&r.body), out, e);
        else if (r.status == 401)
            log_in(o, e, "SSO refuses its token");
    }
    if (found == BF_CRED_TAKEN)
        out->seen_ms = r.date_ms;
    bf_cred_reply_free(&r);
    bf_buf_free(&url);
    return found;
}

enum bf_cred_found bf_cred_from_sso(const struct bf_cred_seek *s, struct bf_credentials *out,
                                    struct bf_err *e)
{
    struct sso o = {.s = s, .token = {.lock = -1}};
    enum bf_cred_found found = configure(&o, e);
    if (found != BF_CRED_TAKEN)
        return found;
    found = have_token(&o, e);
    if (found == BF_CRED_TAKEN)
        found = fetch(&o, out, e);
    bf_cred_token_free(&o.token, s);
    return found;
}
