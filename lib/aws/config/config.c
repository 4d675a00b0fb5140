#include "lib/aws/config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "lib/aws/config/options.h"
#include "lib/io/file.h"
#include "lib/base/num.h"

enum { FILE_MAX = 8 * 1024 * 1024 };

static const char *process_get(void *arg, const char *name)
{
    (void)arg;
    return getenv(name);
}

struct bf_aws_env bf_aws_env_process(void)
{
    return (struct bf_aws_env){process_get, NULL};
}

static bool is_blank(const char *value)
{
    return value[strspn(value, " \t\r\n")] == '\0';
}

static const char *env_get(struct bf_aws_env env, const char *name)
{
    const char *value = env.get(env.arg, name);
    return value && !is_blank(value) ? value : NULL;
}

const char *bf_aws_config_env(const struct bf_aws_config *c, const char *name)
{
    return env_get(c->env, name);
}

const char *bf_aws_config_get(const struct bf_aws_config *c, const char *property)
{
    /* reading a plain property does not change the profiles */
    struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&c->profiles;
    const char *value = bf_profiles_get(p, BF_PROFILE, c->profile, property, NULL);
    /* "s3 =" with sub-properties begins with a newline: not a plain value */
    return value && *value && *value != '\n' ? value : NULL;
}

bool bf_aws_config_path(struct bf_aws_env env, const char *variable, const char *name,
                        struct bf_buf *out)
{
    /* whoever sets variables without a shell (systemd, Docker) leaves these for us, as for the AWS command line */
    static const char *const homes[] = {"~/", "$HOME/", "${HOME}/"};
    const char *file = env_get(env, variable);
    const char *home = env_get(env, "HOME");
    if (!file) {
        if (!home)
            return false;
        bf_buf_addf(out, "%s/.aws/%s", home, name);
        return true;
    }
    for (size_t i = 0; home && i < BF_COUNT(homes); i++) {
        size_t n = strlen(homes[i]);
        if (strncmp(file, homes[i], n) == 0) {
            bf_buf_adds(out, bf_str_of(home));
            file += n - 1;
            break;
        }
    }
    bf_buf_adds(out, bf_str_of(file));
    return true;
}

/* A copy of the file's name if users other than its owner can read it; else NULL. */
static const char *exposed(struct bf_aws_config *c, const char *file)
{
    struct bf_str copy;
    return bf_file_is_exposed(file) && bf_arena_copy(&c->profiles.text, bf_str_of(file), &copy)
               ? copy.p
               : NULL;
}

/* A file at its usual place that is unreadable, or a folder (Docker makes one for a mounted file that does not
 * exist), counts as missing: a service with another user's HOME has its keys in the environment. */
static bool is_absent(struct bf_aws_config *c, enum bf_profile_file which, bool named,
                      struct bf_err *e)
{
    struct bf_str copy;
    if (e->code == BF_E_NOTFOUND)
        return true;
    if (named || (e->sys != EACCES && e->sys != EISDIR && e->sys != ENOTDIR))
        return false;
    if (bf_arena_copy(&c->profiles.text, bf_str_of(e->text), &copy))
        c->unread[which] = copy.p;
    return true;
}

/* Reads one of the shared files; a missing file counts as empty. */
static bool load_file(struct bf_aws_config *c, enum bf_profile_file which, struct bf_err *e)
{
    bool config = which == BF_PROFILE_CONFIG;
    const char *variable = config ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE";
    struct bf_buf path, text;
    bf_buf_init(&path, 4096);
    bf_buf_init(&text, FILE_MAX);
    bool ok = true;
    const char *file = NULL;
    if (bf_aws_config_path(c->env, variable, config ? "config" : "credentials", &path))
        file = bf_buf_cstr(&path);
    if (file) {
        ok = bf_file_read(file, &text, e);
        if (!ok && is_absent(c, which, env_get(c->env, variable) != NULL, e)) {
            bf_err_clear(e);
            ok = true;
        } else if (ok && !bf_profiles_parse(&c->profiles, which, bf_buf_view(&text), e))
            ok = bf_err_ctx(e, "%s", file);
        else if (ok)
            c->exposed[which] = exposed(c, file);
    }
    if (text.p)
        OPENSSL_cleanse(text.p, text.cap);
    bf_buf_free(&path);
    bf_buf_free(&text);
    return ok;
}

void bf_aws_config_tell_unread(const struct bf_aws_config *c, struct bf_err *e)
{
    for (size_t i = 0; i < BF_COUNT(c->unread); i++) {
        size_t n = strlen(e->text);
        if (c->unread[i])
            snprintf(e->text + n, sizeof e->text - n, "; %s", c->unread[i]);
    }
}

/* Selects the profile and checks that it exists; "default" need not. */
static bool choose_profile(struct bf_aws_config *c, const struct bf_aws_options *o,
                           struct bf_err *e)
{
    c->profile_explicit = o->profile != NULL;
    c->profile = o->profile;
    c->profile_from = "--profile";
    /* the AWS command line asks for the old name first */
    static const char *const variables[] = {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"};
    for (size_t i = 0; !c->profile && i < BF_COUNT(variables); i++) {
        c->profile = bf_aws_config_env(c, variables[i]);
        c->profile_from = variables[i];
    }
    if (c->profile && !bf_profiles_has(&c->profiles, BF_PROFILE, c->profile)) {
        bf_err_set(e, BF_E_NOTFOUND,
                   "profile '%.80s' is in neither the config nor the credentials file%s",
                   c->profile,
                   bf_profile_name_is_plain(c->profile)
                       ? ""
                       : "; such a name needs quotes in the config file: [profile 'NAME']");
        bf_aws_config_tell_unread(c, e);
        return false;
    }
    if (!c->profile) {
        c->profile = "default";
        c->profile_from = "default";
    }
    return true;
}

bool bf_aws_region_ok(const char *region)
{
    size_t n = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && n < 64 && region[n] == '\0' && region[0] != '-' && region[n - 1] != '-';
}

static const char *first(const char *a, const char *b)
{
    return a ? a : b;
}

/* Sets the region, unless it is set already. */
static void offer_region(struct bf_aws_config *c, const char *region, const char *from)
{
    if (c->region || !region)
        return;
    c->region = region;
    c->region_from = from;
}

static bool choose_region(struct bf_aws_config *c, const struct bf_aws_options *o, struct bf_err *e)
{
    offer_region(c, o->region, "--region");
    offer_region(c, bf_aws_config_env(c, "AWS_REGION"), "AWS_REGION");
    offer_region(c, bf_aws_config_env(c, "AWS_DEFAULT_REGION"), "AWS_DEFAULT_REGION");
    offer_region(c, bf_aws_config_get(c, "region"), "profile");
    if (!c->region) {
        bf_err_set(e, BF_E_USAGE,
                   "no region: give --region, set AWS_REGION, or put 'region' into profile '%.80s'",
                   c->profile);
        bf_aws_config_tell_unread(c, e);
        return false;
    }
    if (!bf_aws_region_ok(c->region))
        return bf_err_set(e, BF_E_USAGE, "'%.80s' is not a region such as eu-central-1", c->region);
    return true;
}

static bool choose_attempts(struct bf_aws_config *c, const struct bf_aws_options *o,
                            struct bf_err *e)
{
    c->max_attempts = o->max_attempts;
    const char *text =
        first(bf_aws_config_env(c, "AWS_MAX_ATTEMPTS"), bf_aws_config_get(c, "max_attempts"));
    if (c->max_attempts || !text)
        return true;
    if (!bf_num_u64(bf_str_of(text), &c->max_attempts, e))
        return bf_err_ctx(e, "max_attempts");
    if (c->max_attempts == 0)
        return bf_err_set(e, BF_E_USAGE, "max_attempts: 0 attempts would send nothing");
    return true;
}

bool bf_aws_config_is_true(const char *value)
{
    return value && (strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

/* Any other value than on or off is an error: a FIPS endpoint that was requested with "yes" must not be
 * ignored. */
bool bf_aws_config_switch(const char *value, const char *name, bool *on, struct bf_err *e)
{
    *on = bf_aws_config_is_true(value);
    if (*on || !value || strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
        return true;
    return bf_err_set(e, BF_E_USAGE, "%s: '%.40s' is neither true nor false", name, value);
}

static bool choose_switch(const struct bf_aws_config *c, const char *variable, const char *property,
                          bool *on, struct bf_err *e)
{
    const char *value = bf_aws_config_env(c, variable);
    return bf_aws_config_switch(value ? value : bf_aws_config_get(c, property),
                                value ? variable : property, on, e);
}

/* One of a few words, in any case; *i is its index, unchanged if the setting is missing. */
static bool choose_word(const struct bf_aws_config *c, const char *variable, const char *property,
                        const char *const words[3], size_t *i, struct bf_err *e)
{
    const char *value = bf_aws_config_env(c, variable), *name = value ? variable : property;
    value = value ? value : bf_aws_config_get(c, property);
    for (size_t k = 0; value && k < 3 && words[k]; k++)
        if (strcasecmp(value, words[k]) == 0) {
            *i = k;
            return true;
        }
    return !value || bf_err_set(e, BF_E_USAGE, "%s: '%.40s' is not %s%s%s or %s", name, value,
                                words[0], words[2] ? ", " : "", words[2] ? words[1] : "",
                                words[2] ? words[2] : words[1]);
}

/* A section of endpoints that is not there: without it, requests would go to AWS itself. */
static bool check_services(struct bf_aws_config *c, struct bf_err *e)
{
    const char *section = bf_aws_config_get(c, "services");
    return !section || bf_profiles_has(&c->profiles, BF_PROFILE_SERVICES, section) ||
           bf_err_set(e, BF_E_NOTFOUND,
                      "profile '%.80s': there is no [services %.80s] in the config file",
                      c->profile, section);
}

static bool choose_modes(struct bf_aws_config *c, struct bf_err *e)
{
    static const char *const accounts[] = {[BF_ACCOUNT_PREFERRED] = "preferred",
                                           [BF_ACCOUNT_DISABLED] = "disabled",
                                           [BF_ACCOUNT_REQUIRED] = "required"};
    static const char *const retries[] = {"standard", "legacy", "adaptive"};
    static const char *const places[] = {"regional", "legacy", NULL};
    static const char *const sums[] = {"when_supported", "when_required", NULL};
    size_t account = BF_ACCOUNT_PREFERRED, retry = 0, sts = 0, sum = 0;
    if (!choose_word(c, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", accounts,
                     &account, e) ||
        !choose_word(c, "AWS_RETRY_MODE", "retry_mode", retries, &retry, e) ||
        !choose_word(c, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints", places, &sts, e) ||
        !choose_word(c, "AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation", sums,
                     &sum, e))
        return false;
    c->account_mode = (enum bf_account_mode)account;
    c->adaptive = retry == 2;
    c->sts_global = sts == 1;
    c->few_checksums = sum == 1;
    return true;
}

/* At most 50 characters; those that the header cannot hold become '-', as in the SDKs. */
static void choose_app_id(struct bf_aws_config *c)
{
    static const char others[] = "!#$%&'*+-.^_`|~,";
    const char *id =
        first(bf_aws_config_env(c, "AWS_SDK_UA_APP_ID"), bf_aws_config_get(c, "sdk_ua_app_id"));
    snprintf(c->app_id, sizeof c->app_id, "%s", id ? id : "");
    for (char *p = c->app_id; *p; p++)
        if (!((*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z')) &&
            !strchr(others, *p))
            *p = '-';
}

bool bf_aws_config_load(struct bf_aws_config *c, const struct bf_aws_options *options,
                        struct bf_aws_env env, struct bf_err *e)
{
    *c = (struct bf_aws_config){.env = env, .endpoint_url = options->endpoint_url};
    bf_profiles_init(&c->profiles);
    if (!load_file(c, BF_PROFILE_CONFIG, e) || !load_file(c, BF_PROFILE_CREDENTIALS, e) ||
        !choose_profile(c, options, e) || !choose_region(c, options, e) ||
        !choose_attempts(c, options, e) || !check_services(c, e) || !choose_modes(c, e) ||
        !choose_switch(c, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &c->use_fips, e) ||
        !choose_switch(c, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", &c->use_dualstack,
                       e)) {
        bf_aws_config_free(c);
        return false;
    }
    choose_app_id(c);
    c->ca_bundle = first(options->ca_bundle, first(bf_aws_config_env(c, "AWS_CA_BUNDLE"),
                                                   bf_aws_config_get(c, "ca_bundle")));
    if (!c->ca_bundle) /* of Python's clients, the AWS command line among them */
        c->ca_bundle = bf_aws_config_env(c, "REQUESTS_CA_BUNDLE");
    return true;
}

void bf_aws_config_forget_keys(struct bf_aws_config *c)
{
    bf_profiles_forget_keys(&c->profiles);
}

void bf_aws_config_free(struct bf_aws_config *c)
{
    bf_profiles_free(&c->profiles);
}
