/* The credentials of a container: of ECS, and of EKS Pod Identity, whose agent has a fixed address.
 * The URI in the environment must have one of these addresses, or use TLS, because a token is sent
 * to it. */
#include <stdio.h>

#include "lib/aws/config/address.h"
#include "lib/aws/credentials/source.h"

enum { ATTEMPTS = 3, WAIT_MS = 1000, TIMEOUT_MS = 2000, TOKEN_MAX = 32 << 10 };

static bool is_allowed(const char *url)
{
    static const char *const allowed[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    if (strpbrk(url, "@\\ \t\r\n"))
        return false;
    bool https;
    if (!bf_url_scheme(url, &https))
        return false;
    if (https)
        return true;
    struct bf_str host = bf_url_host(url);
    for (size_t i = 0; i < BF_COUNT(allowed); i++)
        if (bf_str_eq(host, bf_str_of(allowed[i])))
            return true;
    return bf_host_is_loopback(host);
}

/* The token for the header; the file has precedence, and is read at each use. Empty: none. */
static bool read_token(const struct bf_cred_seek *s, struct bf_buf *token, struct bf_err *e)
{
    const char *file = bf_aws_config_env(s->config, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *text = bf_aws_config_env(s->config, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (file) {
        if (!s->world->read(s->world->arg, file, token, e)) {
            e->code = e->code == BF_E_NOTFOUND ? BF_E_DENIED : e->code;
            return bf_err_ctx(e, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        }
        while (token->n && strchr(" \t\r\n", token->p[token->n - 1]))
            token->n--;
    } else if (text)
        bf_buf_adds(token, bf_str_of(text));
    for (size_t i = 0; i < token->n; i++)
        if ((unsigned char)token->p[i] < ' ')
            return bf_err_set(e, BF_E_DENIED,
                              "the container's authorization token holds a control character");
    return bf_buf_cstr(token) || bf_err_nomem(e);
}

static enum bf_cred_found take_credentials(const struct bf_cred_reply *r,
                                           struct bf_credentials *out, struct bf_err *e)
{
    json_t *doc = bf_cred_object(bf_buf_view(&r->body), "the container's answer", e);
    if (!doc)
        return BF_CRED_BROKEN;
    enum bf_cred_found found;
    struct bf_cred_parts p = {
        .access = bf_cred_string(doc, "AccessKeyId"),
        .secret = bf_cred_string(doc, "SecretAccessKey"),
        .token = bf_cred_string(doc, "Token"),
        .account = bf_cred_string(doc, "AccountId"),
    };
    const char *until = bf_cred_string(doc, "Expiration");
    if (until && !bf_cred_time(until, &p.expires_ms))
        found = bf_cred_break(e, "the container's answer has an Expiration that is not a time");
    else
        found = bf_cred_keep(out, &p, "the container's role", e);
    json_decref(doc);
    return found;
}

enum bf_cred_found bf_cred_from_container(const struct bf_cred_seek *s, struct bf_credentials *out,
                                          struct bf_err *e)
{
    const char *relative = bf_aws_config_env(s->config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = bf_aws_config_env(s->config, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    char url[2048];
    if (!relative && !full)
        return bf_cred_pass(e, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set");
    int n = relative ? snprintf(url, sizeof url, "http://169.254.170.2%s%s",
                                relative[0] == '/' ? "" : "/", relative)
                     : snprintf(url, sizeof url, "%s", full);
    if (n < 0 || (size_t)n >= sizeof url || !is_allowed(url))
        return bf_cred_break(e,
                             "AWS_CONTAINER_CREDENTIALS_%s_URI '%s' is neither https:// nor an "
                             "address of this machine or of the agent of ECS or EKS",
                             relative ? "RELATIVE" : "FULL",
                             bf_url_show(relative ? relative : full).text);
    struct bf_buf token;
    struct bf_cred_reply r;
    struct bf_answer_error error;
    enum bf_cred_found found = BF_CRED_BROKEN;
    bf_buf_init(&token, TOKEN_MAX);
    bf_cred_reply_init(&r);
    struct bf_cred_request q = {
        .method = "GET", .url = url, .timeout_ms = TIMEOUT_MS, .direct = true};
    q.headers[q.nheaders++] = (struct bf_aws_header_field){"accept", "application/json"};
    if (read_token(s, &token, e)) {
        if (token.n)
            q.headers[q.nheaders++] = (struct bf_aws_header_field){"authorization", token.p};
        if (bf_cred_send(s, &q, "the container's credentials", ATTEMPTS, WAIT_MS, &r, &error, e))
            found = take_credentials(&r, out, e);
    }
    if (found == BF_CRED_TAKEN)
        out->seen_ms = r.date_ms;
    bf_cred_wipe(&token);
    bf_cred_reply_free(&r);
    return found;
}
