/* The session of `aws login` (login_session in the profile). Its access token is a set of
 * credentials. It is renewed with a refresh token that changes each time, so the new one is written
 * back at once, under a lock: the old one is invalid then, for every other process too. */
#include <stdio.h>

#include "lib/aws/credentials/dpop.h"
#include "lib/aws/credentials/token_file.h"
#include "lib/aws/config/endpoint.h"
#include "lib/base/rng.h"

enum { TIMEOUT_MS = 10000, EARLY_MS = 5 * 60 * 1000, LONGEST_S = 12 * 3600 };

struct login {
    const struct bf_cred_seek *s;
    const char *session;
    struct bf_cred_token token;
};

static enum bf_cred_found log_in(const struct login *l, struct bf_err *e, const char *why)
{
    return bf_cred_break(e, "%.300s: run aws login --profile %.80s", why, l->s->profile);
}

static int64_t now_ms(const struct login *l)
{
    return l->s->world->wall_ms(l->s->world->arg);
}

static json_t *access(const struct login *l)
{
    return json_object_get(l->token.doc, "accessToken");
}

static int64_t expires(const struct login *l)
{
    int64_t ms;
    return bf_cred_time(bf_cred_string(access(l), "expiresAt"), &ms) ? ms : 0;
}

static bool is_whole(const struct login *l)
{
    return json_is_object(access(l)) && bf_cred_string(l->token.doc, "refreshToken") &&
           bf_cred_string(l->token.doc, "clientId") && bf_cred_string(l->token.doc, "dpopKey");
}

/* Puts the new credentials into the cache's object; its other members are kept. */
static bool take_answer(struct login *l, struct bf_str body, struct bf_err *e)
{
    static const char *const keys[] = {"accessKeyId", "secretAccessKey", "sessionToken"};
    json_t *answer = bf_cred_object(body, "the answer of sign-in", e);
    if (!answer)
        return false;
    const json_t *fresh = json_object_get(answer, "accessToken");
    json_int_t seconds = json_integer_value(json_object_get(answer, "expiresIn"));
    bool ok = seconds > 0 && seconds <= LONGEST_S && bf_cred_string(answer, "refreshToken");
    for (size_t i = 0; i < BF_COUNT(keys); i++)
        ok = ok && bf_cred_string(fresh, keys[i]);
    for (size_t i = 0; ok && i < BF_COUNT(keys); i++)
        json_object_set(access(l), keys[i], json_object_get(fresh, keys[i]));
    if (ok) {
        json_object_set(l->token.doc, "refreshToken", json_object_get(answer, "refreshToken"));
        bf_cred_token_set_time(access(l), "expiresAt", now_ms(l) + seconds * 1000);
    } else
        bf_err_set(e, BF_E_DENIED, "the answer of sign-in holds no credentials");
    json_decref(answer);
    return ok;
}

/* Sends it once, because the refresh token is valid for one request only. */
static bool post(struct login *l, const char *url, struct bf_str body, struct bf_str proof,
                 struct bf_err *e)
{
    struct bf_cred_reply r;
    struct bf_answer_error error;
    struct bf_cred_request q = {
        .method = "POST",
        .url = url,
        .headers = {{"content-type", "application/json"}, {"dpop", proof.p}},
        .nheaders = 2,
        .body = body,
        .secrets = {bf_cred_string(l->token.doc, "refreshToken")},
        .timeout_ms = TIMEOUT_MS};
    bf_cred_reply_init(&r);
    bool ok = bf_cred_send(l->s, &q, "sign-in", 1, 0, &r, &error, e);
    if (ok)
        ok = take_answer(l, bf_buf_view(&r.body), e);
    else if (r.status / 100 == 4 && r.status != 429) {
        struct bf_err ignored;
        json_t *why = bf_cred_object(bf_buf_view(&r.body), "", &ignored);
        const char *code = bf_cred_string(why, "error");
        if (code && strcmp(code, "INSUFFICIENT_PERMISSIONS") == 0)
            bf_err_set(e, BF_E_DENIED,
                       "sign-in: INSUFFICIENT_PERMISSIONS: the policy SignInLocalDevelopmentAccess "
                       "is needed");
        else if (code)
            log_in(l, e,
                   strcmp(code, "TOKEN_EXPIRED") == 0              ? "the session has ended"
                   : strcmp(code, "USER_CREDENTIALS_CHANGED") == 0 ? "the password has changed"
                                                                   : "sign-in refuses the session");
        json_decref(why);
    }
    bf_cred_reply_free(&r);
    return ok;
}

static bool refresh(struct login *l, struct bf_err *e)
{
    const json_t *doc = l->token.doc;
    struct bf_endpoint ep;
    char url[sizeof ep.url + 16], jti[37];
    if (!bf_cred_endpoint(l->s, l->s->config, BF_AWS_SIGNIN, &ep, e))
        return false;
    snprintf(url, sizeof url, "%s/v1/token", ep.url);
    bf_rng_fresh_uuid(jti);
    struct bf_buf proof;
    bf_buf_init(&proof, 8192);
    json_t *ask = json_pack("{ssssss}", "clientId", bf_cred_string(doc, "clientId"), "refreshToken",
                            bf_cred_string(doc, "refreshToken"), "grantType", "refresh_token");
    char *body = json_dumps(ask, JSON_COMPACT);
    bool ok = bf_cred_dpop(&proof, bf_cred_string(doc, "dpopKey"), url, now_ms(l) / 1000, jti, e);
    if (ok && !(body && bf_buf_cstr(&proof)))
        ok = bf_err_nomem(e);
    ok = ok && post(l, url, bf_str_of(body), bf_buf_view(&proof), e);
    json_decref(ask);
    bf_cred_wipe_text(body);
    bf_cred_wipe(&proof);
    return ok;
}

/* Renews the session under the lock, unless another process has done it meanwhile. */
static bool renew(struct login *l, struct bf_err *e)
{
    if (!bf_cred_token_lock(&l->token, l->s, e))
        return false;
    if (!is_whole(l))
        return bf_err_set(e, BF_E_DENIED, "the session's cache is not whole");
    if (expires(l) - now_ms(l) >= EARLY_MS)
        return true;
    return refresh(l, e) && bf_cred_token_write(&l->token, l->s, e);
}

static enum bf_cred_found take_credentials(const struct login *l, struct bf_credentials *out,
                                           struct bf_err *e)
{
    char what[160];
    const json_t *c = access(l);
    snprintf(what, sizeof what, "login session %.140s", l->session);
    struct bf_cred_parts p = {
        .access = bf_cred_string(c, "accessKeyId"),
        .secret = bf_cred_string(c, "secretAccessKey"),
        .token = bf_cred_string(c, "sessionToken"),
        .account = bf_cred_string(c, "accountId"),
        .expires_ms = expires(l),
    };
    return bf_cred_keep(out, &p, what, e);
}

static enum bf_cred_found seek(struct login *l, struct bf_credentials *out, struct bf_err *e)
{
    const struct bf_cred_seek *s = l->s;
    if (!bf_cred_token_init(&l->token, s, "AWS_LOGIN_CACHE_DIRECTORY", "login/cache", "SHA256",
                            l->session, e))
        return BF_CRED_BROKEN;
    if (!bf_cred_token_read(&l->token, s, e)) {
        if (e->code != BF_E_NOTFOUND)
            return BF_CRED_BROKEN;
        return log_in(l, e, "there is no session");
    }
    if (!is_whole(l))
        return log_in(l, e, "the session's cache is not whole");
    struct bf_err why = {0};
    if (expires(l) - now_ms(l) < EARLY_MS && !renew(l, &why) && expires(l) <= now_ms(l)) {
        *e = why;
        return BF_CRED_BROKEN;
    }
    return take_credentials(l, out, e);
}

enum bf_cred_found bf_cred_from_login(const struct bf_cred_seek *s, struct bf_credentials *out,
                                      struct bf_err *e)
{
    struct login l = {.s = s, .session = bf_cred_get(s, "login_session"), .token = {.lock = -1}};
    if (!l.session)
        return bf_cred_pass(e, "profile '%.80s' has no login_session", s->profile);
    enum bf_cred_found found = seek(&l, out, e);
    bf_cred_token_free(&l.token, s);
    return found;
}
