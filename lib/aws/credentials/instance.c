/* The role of an EC2 instance, from its metadata service, version 2 only: a token is first fetched
 * with PUT, which a forged request cannot do (EC2 User Guide, "Use IMDS"). No proxy is used. If
 * there is no such service, the search takes one second. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "lib/aws/config/address.h"
#include "lib/aws/credentials/source.h"
#include "lib/cli/opt.h"

enum { TOKEN_MAX = 4096, ROLE_MAX = 256, AGAIN_MS = 15 * 60 * 1000 };

struct imds {
    const struct bf_cred_seek *s;
    char base[300];
    uint64_t timeout_ms, attempts;
    char token[TOKEN_MAX];
    struct bf_cred_reply r;
};

static const char *setting(const struct bf_cred_seek *s, const char *variable, const char *property)
{
    const char *value = bf_aws_config_env(s->config, variable);
    return value ? value : bf_aws_config_get(s->config, property);
}

static bool number(const struct bf_cred_seek *s, const char *variable, const char *property,
                   uint64_t least, uint64_t most, uint64_t *out, struct bf_err *e)
{
    const char *text = setting(s, variable, property);
    if (!text)
        return true;
    return bf_opt_range(bf_str_of(text), least, most, out, e) || bf_err_ctx(e, "%s", variable);
}

/* This server gives the keys for signing, so it must be on this machine's host or prove its
 * identity. */
static bool is_allowed(const char *url)
{
    struct bf_str host = bf_url_host(url);
    if (strpbrk(url, "@\\ \t\r\n")) /* libcurl may see another host in it */
        return false;
    return !bf_url_is_plain(url) || bf_str_is(host, "169.254.169.254") ||
           bf_str_is(host, "fd00:ec2::254");
}

static bool set_up(struct imds *m, struct bf_err *e)
{
    const struct bf_cred_seek *s = m->s;
    const char *url =
        setting(s, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    const char *mode =
        setting(s, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    bool six = mode && strcasecmp(mode, "ipv6") == 0;
    uint64_t seconds = 1;
    bool https;
    m->attempts = 1;
    if (!mode && !bf_aws_config_switch(setting(s, "AWS_IMDS_USE_IPV6", "imds_use_ipv6"),
                                       "imds_use_ipv6", &six, e))
        return false;
    if (mode && !six && strcasecmp(mode, "ipv4") != 0)
        return bf_err_set(
            e, BF_E_USAGE,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: '%.40s' is neither IPv4 nor IPv6", mode);
    if (!number(s, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1, 60, &seconds,
                e) ||
        !number(s, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", 1, 10,
                &m->attempts, e))
        return false;
    m->timeout_ms = seconds * 1000;
    if (!url)
        url = six ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    if (!bf_url_scheme(url, &https))
        return bf_err_set(e, BF_E_USAGE,
                          "AWS_EC2_METADATA_SERVICE_ENDPOINT '%s' does not begin with http://",
                          bf_url_show(url).text);
    if (!is_allowed(url))
        return bf_err_set(e, BF_E_USAGE,
                          "AWS_EC2_METADATA_SERVICE_ENDPOINT '%s' is neither https:// nor an "
                          "address of this machine or of the metadata service",
                          bf_url_show(url).text);
    size_t n = strlen(url);
    while (n && url[n - 1] == '/')
        n--;
    int len = snprintf(m->base, sizeof m->base, "%.*s", (int)n, url);
    return (len > 0 && (size_t)len < sizeof m->base) ||
           bf_err_set(e, BF_E_USAGE, "AWS_EC2_METADATA_SERVICE_ENDPOINT is too long");
}

static bool ask(struct imds *m, const char *method, const char *path, const char *name,
                const char *value, struct bf_err *e)
{
    char url[sizeof m->base + ROLE_MAX + 100];
    struct bf_answer_error error;
    snprintf(url, sizeof url, "%s%s", m->base, path);
    struct bf_cred_request q = {.method = method,
                                .url = url,
                                .headers = {{name, value}},
                                .nheaders = 1,
                                .timeout_ms = m->timeout_ms,
                                .direct = true};
    return bf_cred_send(m->s, &q, "the instance metadata service", (unsigned)m->attempts, 100,
                        &m->r, &error, e);
}

static bool fetch_token(struct imds *m, struct bf_err *e)
{
    if (!ask(m, "PUT", "/latest/api/token", "x-aws-ec2-metadata-token-ttl-seconds", "21600", e))
        return false;
    struct bf_str text = bf_str_trim(bf_buf_view(&m->r.body));
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7F)
            text.n = 0;
    if (text.n == 0 || text.n >= sizeof m->token)
        return bf_err_set(e, BF_E_NETWORK, "the instance metadata service: its token is invalid");
    memcpy(m->token, text.p, text.n);
    m->token[text.n] = '\0';
    return true;
}

/* GET with the token; a refused token is replaced once. */
static bool get(struct imds *m, const char *path, struct bf_err *e)
{
    static const char header[] = "x-aws-ec2-metadata-token";
    if (ask(m, "GET", path, header, m->token, e))
        return true;
    return m->r.status == 401 && fetch_token(m, e) && ask(m, "GET", path, header, m->token, e);
}

/* Only characters that cannot change the path. */
static bool is_role_name(struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] <= ' ' || strchr("/?#%\\", name.p[i]) || name.p[i] >= 0x7F)
            return false;
    return name.n > 0 && name.n < ROLE_MAX;
}

static enum bf_cred_found take_credentials(struct imds *m, const char *role,
                                           struct bf_credentials *out, struct bf_err *e)
{
    const struct bf_cred_world *w = m->s->world;
    json_t *doc =
        bf_cred_object(bf_buf_view(&m->r.body), "the instance metadata service's answer", e);
    if (!doc)
        return BF_CRED_BROKEN;
    enum bf_cred_found found;
    char what[160];
    struct bf_cred_parts p = {
        .access = bf_cred_string(doc, "AccessKeyId"),
        .secret = bf_cred_string(doc, "SecretAccessKey"),
        .token = bf_cred_string(doc, "Token"),
        .account = bf_cred_string(doc, "AccountId"),
    };
    const char *code = bf_cred_string(doc, "Code"), *until = bf_cred_string(doc, "Expiration");
    snprintf(what, sizeof what, "the instance's role %.120s", role);
    if (code && strcmp(code, "Success") != 0)
        found = bf_cred_break(e, "%s: the metadata service says %.80s", what, code);
    else if (until && !bf_cred_time(until, &p.expires_ms))
        found = bf_cred_break(e, "%s: its Expiration is not a time", what);
    else
        found = bf_cred_keep(out, &p, what, e);
    json_decref(doc);
    /* While the metadata service has trouble, it returns expired keys, which AWS accepts: they are
     * used, and the next search is some time later, spread so that a fleet does not ask at the same
     * time. */
    int64_t now = w->wall_ms(w->arg);
    if (found == BF_CRED_TAKEN && out->expires_ms && out->expires_ms <= now)
        out->expires_ms = now + 2 * AGAIN_MS + (now % 480) * 1000;
    return found;
}

/* There is no service: connection refused, or the token did not arrive. */
static enum bf_cred_found none(const struct imds *m, struct bf_err *e)
{
    char why[sizeof e->text];
    snprintf(why, sizeof why, "%s", e->text);
    if (m->r.status)
        return bf_cred_pass(e, "%s: without a token (IMDSv2) it is not asked", why);
    return bf_cred_pass(e,
                        "%.300s (in a container on EC2 the hop limit of the instance may be 1; "
                        "AWS_EC2_METADATA_DISABLED=true skips it)",
                        why);
}

static enum bf_cred_found seek(struct imds *m, struct bf_credentials *out, struct bf_err *e)
{
    static const char list[] = "/latest/meta-data/iam/security-credentials/";
    char path[sizeof list + ROLE_MAX], role[ROLE_MAX];
    const char *named = setting(m->s, "AWS_EC2_INSTANCE_PROFILE_NAME", "ec2_instance_profile_name");
    if (!set_up(m, e))
        return BF_CRED_BROKEN;
    if (!fetch_token(m, e))
        return e->code == BF_E_STOPPED ? BF_CRED_BROKEN : none(m, e);
    if (!named) {
        if (!get(m, list, e)) {
            if (m->r.status == 404)
                return bf_cred_pass(e, "the instance has no role");
            return BF_CRED_BROKEN;
        }
        struct bf_str all = bf_buf_view(&m->r.body), line;
        bf_str_split(&all, '\n', &line);
        line = bf_str_trim(line);
        if (line.n == 0)
            return bf_cred_pass(e, "the instance has no role");
        snprintf(role, sizeof role, "%.*s", (int)(line.n < ROLE_MAX ? line.n : ROLE_MAX - 1),
                 line.p);
    } else
        snprintf(role, sizeof role, "%s", named);
    if (!is_role_name(bf_str_of(role)))
        return bf_cred_break(e, "the instance metadata service: its list of roles is invalid");
    snprintf(path, sizeof path, "%s%s", list, role);
    return get(m, path, e) ? take_credentials(m, role, out, e) : BF_CRED_BROKEN;
}

enum bf_cred_found bf_cred_from_instance(const struct bf_cred_seek *s, struct bf_credentials *out,
                                         struct bf_err *e)
{
    if (bf_aws_config_is_true(bf_aws_config_env(s->config, "AWS_EC2_METADATA_DISABLED")))
        return bf_cred_pass(e, "AWS_EC2_METADATA_DISABLED is set");
    struct imds *m = calloc(1, sizeof *m);
    if (!m) {
        bf_err_nomem(e);
        return BF_CRED_BROKEN;
    }
    m->s = s;
    bf_cred_reply_init(&m->r);
    enum bf_cred_found found = seek(m, out, e);
    bf_cred_reply_free(&m->r);
    free(m);
    return found;
}
