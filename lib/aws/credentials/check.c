#include "lib/aws/credentials/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/credentials/world.h"
#include "lib/base/clock.h"

enum { ARN_MAX = 2048 };

const struct bf_opt bf_cred_check_option[1] = {BF_CRED_CHECK_OPTION(bf_cred_report)};

struct report {
    struct bf_opt_report *r;
    json_t *doc;
};

static void on_detail(void *arg, const char *text)
{
    ((struct report *)arg)->r->detail(NULL, text);
}

static void on_warn(void *arg, const char *text)
{
    ((struct report *)arg)->r->warn(NULL, text);
}

static void put(struct report *p, const char *name, const char *value)
{
    if (value && *value)
        (void)json_object_set_new(p->doc, name, json_string(value));
}

/* The properties that the source gives. Only the end of the access key, as in `aws configure list`,
 * which suffices to tell two apart. */
static void put_found(struct report *p, const struct bf_credentials *c)
{
    char text[40];
    size_t n = strlen(c->access_key);
    put(p, "source", c->source);
    snprintf(text, sizeof text, "****************%s", c->access_key + (n > 8 ? n - 4 : n));
    put(p, "accessKeyId", text);
    put(p, "account", c->account);
    if (c->expires_ms) {
        struct bf_buf b = {.p = text, .cap = sizeof text, .max = sizeof text};
        bf_clock_iso(&b, c->expires_ms / 1000 * 1000);
        bf_buf_addc(&b, '\0');
        put(p, "expires", text);
    }
}

static void put_config(struct report *p, const struct bf_aws_config *c)
{
    put(p, "profile", c->profile);
    put(p, "profileFrom", c->profile_from);
    put(p, "region", c->region);
    put(p, "regionFrom", c->region_from);
}

/* Asks the sources, then STS for the account. */
static bool ask(struct report *p, const struct bf_cred_seek *s, struct bf_credentials *found,
                struct bf_err *e)
{
    char account[13] = "", arn[ARN_MAX];
    if (!bf_credentials_seek(s->config, s->world, s->told, found, e))
        return false;
    put_found(p, found);
    if (!bf_cred_sts_identity(s, found, account, arn, sizeof arn, e))
        return false;
    put(p, "account", account);
    put(p, "arn", arn);
    return true;
}

static bool print(const struct report *p, struct bf_err *e)
{
    char *text = json_dumps(p->doc, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (!text)
        return bf_err_nomem(e);
    bf_buf_adds(&p->r->out, bf_str_of(text));
    bf_buf_addc(&p->r->out, '\n');
    free(text);
    return true;
}

bool bf_cred_report(void *report, struct bf_str unused, struct bf_err *e)
{
    struct report p = {.r = report, .doc = json_object()};
    struct bf_cred_told told = {.detail = on_detail, .warn = on_warn, .arg = &p};
    struct bf_credentials found = {0};
    struct bf_aws_config config;
    struct bf_cred_real real;
    struct bf_err ignored = {0};
    (void)unused;
    bool ok = p.doc || bf_err_nomem(e);
    if (!ok || !bf_aws_config_load(&config, p.r->group, bf_aws_env_process(), e)) {
        json_decref(p.doc);
        return false;
    }
    put_config(&p, &config);
    ok = bf_cred_real_init(&real, &config, true, e);
    struct bf_cred_seek s = {.config = &config, .world = &real.world, .told = &told};
    ok = ok && ask(&p, &s, &found, e);
    ok = print(&p, ok ? e : &ignored) && ok;
    bf_credentials_free(&found);
    bf_cred_real_free(&real);
    bf_aws_config_free(&config);
    json_decref(p.doc);
    return ok;
}
