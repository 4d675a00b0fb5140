#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "lib/aws/config/address.h"
#include "lib/aws/credentials/source.h"
#include "lib/aws/http/hide.h"
#include "lib/aws/http/retry.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"

void bf_cred_reply_init(struct bf_cred_reply *r)
{
    *r = (struct bf_cred_reply){0};
    bf_buf_init(&r->body, BF_CRED_BODY_MAX);
}

void bf_cred_wipe(struct bf_buf *b)
{
    if (b->p)
        OPENSSL_cleanse(b->p, b->cap);
    bf_buf_free(b);
}

void bf_cred_wipe_text(char *text)
{
    if (text)
        OPENSSL_cleanse(text, strlen(text));
    free(text);
}

void bf_cred_reply_free(struct bf_cred_reply *r)
{
    bf_cred_wipe(&r->body);
}

const char *bf_cred_get_in(const struct bf_cred_seek *s, enum bf_profile_kind kind,
                           const char *section, const char *property)
{
    /* reading a plain property changes nothing in the profiles */
    struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&s->config->profiles;
    const char *value = bf_profiles_get(p, kind, section, property, NULL);
    return value && *value && *value != '\n' ? value : NULL;
}

const char *bf_cred_get(const struct bf_cred_seek *s, const char *property)
{
    return bf_cred_get_in(s, BF_PROFILE, s->profile, property);
}

void bf_cred_tell_exposed(const struct bf_cred_seek *s, const char *path)
{
    char text[1400];
    if (!s->told || !s->told->warn)
        return;
    snprintf(text, sizeof text, "credentials: others can read %.1000s: chmod 600 protects it",
             path);
    s->told->warn(s->told->arg, text);
}

bool bf_cred_endpoint(const struct bf_cred_seek *s, const struct bf_aws_config *c,
                      enum bf_aws_service service, struct bf_endpoint *ep, struct bf_err *e)
{
    char text[400];
    if (!bf_endpoint_resolve(c, service, ep, e))
        return false;
    if (bf_url_is_plain(ep->url) && s->told && s->told->warn) {
        snprintf(text, sizeof text, BF_PLAIN_WARNING, ep->host);
        s->told->warn(s->told->arg, text);
    }
    return true;
}

static void say(struct bf_err *e, enum bf_err_code code, const char *fmt, va_list ap)
{
    char text[sizeof e->text];
    vsnprintf(text, sizeof text, fmt, ap);
    bf_err_set(e, code, "%s", text);
}

enum bf_cred_found bf_cred_pass(struct bf_err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(e, BF_E_NOTFOUND, fmt, ap);
    va_end(ap);
    return BF_CRED_PASSED;
}

enum bf_cred_found bf_cred_break(struct bf_err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(e, BF_E_DENIED, fmt, ap);
    va_end(ap);
    return BF_CRED_BROKEN;
}

static char *copy(const char *s, bool *ok)
{
    char *c = s && *s ? bf_str_dup(bf_str_of(s)) : NULL;
    if (s && *s && !c)
        *ok = false;
    return c;
}

enum bf_cred_found bf_cred_keep(struct bf_credentials *out, const struct bf_cred_parts *p,
                                const char *what, struct bf_err *e)
{
    if (!p->access || !p->secret)
        return bf_cred_break(e, "%s: there is no %s key", what, p->access ? "secret" : "access");
    bool ok = true;
    *out = (struct bf_credentials){
        .access_key = copy(p->access, &ok),
        .secret_key = copy(p->secret, &ok),
        .token = copy(p->token, &ok),
        .account = copy(p->account, &ok),
        .expires_ms = p->expires_ms,
    };
    snprintf(out->source, sizeof out->source, "%s", what);
    if (ok)
        return BF_CRED_TAKEN;
    bf_credentials_free(out);
    bf_err_nomem(e);
    return BF_CRED_BROKEN;
}

json_t *bf_cred_object(struct bf_str text, const char *what, struct bf_err *e)
{
    struct bf_err why;
    json_t *doc = bf_doc_object(text, BF_DOC_PLAIN, &why);
    if (!doc)
        bf_err_set(e, BF_E_DENIED, "%s is no JSON object", what);
    return doc;
}

const char *bf_cred_string(const json_t *object, const char *name)
{
    return bf_doc_get_word(object, name);
}

bool bf_cred_time(const char *text, int64_t *ms)
{
    struct bf_err ignored;
    struct bf_str s = bf_str_of(text);
    if (s.n > 3 && memcmp(s.p + s.n - 3, "UTC", 3) == 0)
        s.n -= 3;
    return text && s.n && s.p[0] != '@' && bf_clock_parse(s, ms, &ignored);
}

/* A refusal in XML (STS) or JSON (all others). */
static void read_error(const struct bf_cred_reply *r, struct bf_answer_error *error)
{
    struct bf_str body = bf_str_trim(bf_buf_view(&r->body));
    if (body.n && body.p[0] == '<')
        bf_answer_xml_error(r->status, body, error);
    else
        bf_answer_json_error(r->status, bf_str(NULL, 0), body, error);
}

static bool send_once(const struct bf_cred_seek *s, const struct bf_cred_request *q,
                      const char *who, struct bf_cred_reply *r, struct bf_answer_error *error,
                      struct bf_err *e)
{
    *error = (struct bf_answer_error){0};
    bf_buf_reset(&r->body);
    r->status = 0;
    r->date_ms = 0;
    if (!s->world->exchange(s->world->arg, q, r, e)) {
        r->status = 0;
        return bf_err_ctx(e, "%s", who);
    }
    if (r->status / 100 == 2)
        return true;
    read_error(r, error);
    for (size_t i = 0; i < q->nheaders; i++)
        bf_hide_secret(error->message, q->headers[i].value);
    enum bf_err_code code = bf_answer_err_code(r->status, bf_str_of(error->code));
    if (code == BF_E_SERVICE && (r->status == 401 || r->status == 403))
        code = BF_E_DENIED;
    return bf_err_set(e, code, "%s: %s%s%s (HTTP %d)", who, error->code,
                      error->message[0] ? ": " : "", error->message, r->status);
}

bool bf_cred_send(const struct bf_cred_seek *s, const struct bf_cred_request *q, const char *who,
                  unsigned attempts, uint64_t wait_ms, struct bf_cred_reply *r,
                  struct bf_answer_error *error, struct bf_err *e)
{
    for (unsigned attempt = 1;; attempt++) {
        if (send_once(s, q, who, r, error, e))
            return true;
        /* no answer, for instance since nobody vouches for the certificate, may be final as well */
        bool again = r->status ? bf_retry_classify(BF_AWS_STS, r->status, bf_str_of(error->code)) !=
                                     BF_RETRY_NOT
                               : bf_err_retryable(e->code);
        if (again && e->code == BF_E_SERVICE)
            e->code = BF_E_TEMPORARY;
        if (!again || attempt >= attempts || e->code == BF_E_STOPPED)
            return false;
        s->world->sleep_ms(s->world->arg, bf_backoff_limit(wait_ms, attempt, BF_BACKOFF_MOST_MS));
    }
}
