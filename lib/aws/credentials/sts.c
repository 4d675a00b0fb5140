/* AssumeRole and AssumeRoleWithWebIdentity: sends a form to STS, whose answer contains credentials
 * (STS API reference). */
#include <stdio.h>

#include <openssl/crypto.h>

#include "lib/aws/credentials/source.h"
#include "lib/aws/config/arn.h"
#include "lib/aws/config/endpoint.h"
#include "lib/aws/http/retry.h"
#include "lib/aws/sign/sigv4.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

enum { ATTEMPTS = 3, WAIT_MS = 200, TIMEOUT_MS = 10000, TOKEN_MAX = 32 << 10 };

static const char content_type[] = "application/x-www-form-urlencoded; charset=utf-8";

void bf_cred_form(struct bf_buf *form, const char *name, const char *value)
{
    bf_buf_addf(form, "%s%s=", form->n ? "&" : "", name);
    bf_uri_encode(form, bf_str_of(value), false);
}

struct sts {
    struct bf_endpoint ep;
    char url[sizeof((struct bf_endpoint *)NULL)->url + 1], path[130];
    char date[17];
    struct bf_buf auth;
    struct bf_cred_request q;
};

static void header(struct bf_cred_request *q, const char *name, const char *value)
{
    q->headers[q->nheaders++] = (struct bf_aws_header_field){name, value};
}

static bool sign(struct sts *t, const struct bf_credentials *signer, int64_t now_ms,
                 struct bf_err *e)
{
    char hash[BF_SHA256_HEX];
    struct bf_sigv4_key key;
    bf_clock_amz(t->date, now_ms);
    struct bf_sigv4_header headers[] = {
        {BF_STR("content-type"), bf_str_of(content_type)},
        {BF_STR("host"), bf_str_of(t->ep.host)},
        {BF_STR("x-amz-date"), bf_str_of(t->date)},
        {BF_STR("x-amz-security-token"), bf_str_of(signer->token)},
    };
    struct bf_sigv4_scope scope = {.region = bf_str_of(t->ep.signing_region),
                                   .service = bf_str_of("sts")};
    memcpy(scope.time, t->date, sizeof scope.time);
    if (!bf_sha256_hex(t->q.body, hash))
        return bf_err_nomem(e);
    struct bf_sigv4_request r = {
        .method = BF_STR("POST"),
        .path = bf_str_of(t->path),
        .headers = headers,
        .nheaders = signer->token ? 4 : 3,
        .payload_hash = bf_str_of(hash),
        .encode_path = true,
        .normalize_path = true,
    };
    bf_buf_reset(&t->auth);
    bool ok = bf_sigv4_signing_key(bf_str_of(signer->secret_key), &scope, &key, e) &&
              bf_sigv4_authorization(&r, &scope, bf_str_of(signer->access_key), &key, &t->auth,
                                     NULL, e) &&
              (bf_buf_cstr(&t->auth) || bf_err_nomem(e));
    OPENSSL_cleanse(&key, sizeof key);
    if (!ok)
        return false;
    t->q.nheaders = 0;
    header(&t->q, "content-type", content_type);
    header(&t->q, "x-amz-date", t->date);
    if (signer->token)
        header(&t->q, "x-amz-security-token", signer->token);
    header(&t->q, "authorization", t->auth.p);
    return true;
}

static bool set_up(struct sts *t, const struct bf_cred_seek *s, struct bf_str form,
                   struct bf_err *e)
{
    if (!bf_cred_endpoint(s, s->config, BF_AWS_STS, &t->ep, e))
        return false;
    snprintf(t->path, sizeof t->path, "%s/", t->ep.path);
    snprintf(t->url, sizeof t->url, "%s/", t->ep.url);
    t->q = (struct bf_cred_request){
        .method = "POST", .url = t->url, .body = form, .timeout_ms = TIMEOUT_MS};
    header(&t->q, "content-type", content_type);
    return true;
}

/* If the time is refused, tries once more with the time of the answer. */
static bool ask(struct sts *t, const struct bf_cred_seek *s, const struct bf_credentials *signer,
                struct bf_cred_reply *r, struct bf_err *e)
{
    struct bf_answer_error error;
    int64_t now = s->world->wall_ms(s->world->arg);
    for (int turn = 0; turn < 2; turn++) {
        if (signer && !sign(t, signer, now, e))
            return false;
        if (bf_cred_send(s, &t->q, "STS", ATTEMPTS, WAIT_MS, r, &error, e))
            return true;
        if (!signer || !r->date_ms || !bf_retry_is_skew(bf_str_of(error.code)))
            return false;
        now = r->date_ms;
    }
    return false;
}

/* The account in "arn:aws:sts::123456789012:assumed-role/..."; "" if there is none. */
static void account_of(const char *text, char out[13])
{
    struct bf_arn arn;
    bool found = bf_arn_parse(&arn, bf_str_of(text)) && bf_arn_is_account(arn.account);
    snprintf(out, 13, "%.*s", found ? 12 : 0, found ? arn.account.p : "");
}

static enum bf_cred_found take_credentials(const struct bf_cred_reply *r, const char *what,
                                           struct bf_credentials *out, struct bf_err *e)
{
    char access[256], secret[512], until[64], arn[2048], account[13];
    static _Thread_local char token[TOKEN_MAX]; /* too large for a small stack */
    struct bf_str body = bf_buf_view(&r->body);
    struct bf_cred_parts p = {access, secret, token, account, 0};
    enum bf_cred_found found;
    bool whole = bf_answer_xml_text(body, "AccessKeyId", access, sizeof access) &&
                 bf_answer_xml_text(body, "SecretAccessKey", secret, sizeof secret) &&
                 bf_answer_xml_text(body, "SessionToken", token, sizeof token) &&
                 bf_answer_xml_text(body, "Expiration", until, sizeof until) && *access &&
                 *secret && *token;
    (void)bf_answer_xml_text(body, "Arn", arn, sizeof arn);
    account_of(arn, account);
    if (!whole)
        found = bf_cred_break(e, "STS: the answer holds no credentials; is the endpoint right?");
    else if (!bf_cred_time(until, &p.expires_ms))
        found = bf_cred_break(e, "STS: the answer's Expiration is not a time");
    else
        found = bf_cred_keep(out, &p, what, e);
    if (found == BF_CRED_TAKEN)
        out->seen_ms = r->date_ms;
    OPENSSL_cleanse(secret, sizeof secret);
    OPENSSL_cleanse(token, sizeof token);
    return found;
}

bool bf_cred_sts_identity(const struct bf_cred_seek *s, const struct bf_credentials *signer,
                          char account[13], char *arn, size_t arn_size, struct bf_err *e)
{
    struct sts t;
    struct bf_cred_reply r;
    bf_cred_reply_init(&r);
    bf_buf_init(&t.auth, 4096);
    bool ok = set_up(&t, s, BF_STR("Action=GetCallerIdentity&Version=2011-06-15"), e) &&
              ask(&t, s, signer, &r, e);
    if (ok && !(bf_answer_xml_text(bf_buf_view(&r.body), "Arn", arn, arn_size) && *arn))
        ok = bf_err_set(e, BF_E_SERVICE, "STS: the answer holds no Arn; is the endpoint right?");
    if (ok)
        account_of(arn, account);
    bf_buf_free(&t.auth);
    bf_cred_reply_free(&r);
    return ok;
}

enum bf_cred_found bf_cred_sts(const struct bf_cred_seek *s, const struct bf_credentials *signer,
                               struct bf_str form, const char *secret, const char *what,
                               struct bf_credentials *out, struct bf_err *e)
{
    struct sts t;
    struct bf_cred_reply r;
    bf_cred_reply_init(&r);
    bf_buf_init(&t.auth, 4096);
    bool ok = set_up(&t, s, form, e);
    t.q.secrets[0] = secret;
    ok = ok && ask(&t, s, signer, &r, e);
    enum bf_cred_found found = ok ? take_credentials(&r, what, out, e) : BF_CRED_BROKEN;
    if (!ok)
        bf_err_ctx(e, "%s", what);
    bf_buf_free(&t.auth);
    bf_cred_reply_free(&r);
    return found;
}
