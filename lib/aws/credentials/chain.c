#include <stdio.h>

#include "lib/aws/credentials/source.h"

struct step {
    const char *name;
    bf_cred_source *source;
};

/* The order of the SDKs (botocore, create_credential_resolver). */
static const struct step chain[] = {
    {"environment", bf_cred_from_environment},
    {"role", bf_cred_from_role},
    {"web identity", bf_cred_from_web_identity},
    {"SSO", bf_cred_from_sso},
    {"credentials file", bf_cred_from_credentials_file},
    {"login session", bf_cred_from_login},
    {"credential_process", bf_cred_from_process},
    {"config file", bf_cred_from_config_file},
    {"container", bf_cred_from_container},
    {"instance", bf_cred_from_instance},
};

/* The sources of a profile itself, without a role. */
static const struct step profile_chain[] = {
    {"web identity", bf_cred_from_web_identity},         {"SSO", bf_cred_from_sso},
    {"credentials file", bf_cred_from_credentials_file}, {"login session", bf_cred_from_login},
    {"credential_process", bf_cred_from_process},        {"config file", bf_cred_from_config_file},
};

static enum bf_cred_found walk(const struct bf_cred_seek *s, const struct step *steps, size_t n,
                               struct bf_credentials *out, struct bf_err *e)
{
    for (size_t i = 0; i < n; i++) {
        char text[sizeof e->text + 64];
        bf_err_clear(e);
        enum bf_cred_found found = steps[i].source(s, out, e);
        if (found != BF_CRED_PASSED)
            return found;
        snprintf(text, sizeof text, "credentials: not from %s: %s", steps[i].name, e->text);
        if (s->told && s->told->detail)
            s->told->detail(s->told->arg, text);
    }
    return BF_CRED_PASSED;
}

static bool has_keys(const struct bf_cred_seek *s)
{
    return bf_cred_get(s, "aws_access_key_id") || bf_cred_get(s, "aws_secret_access_key");
}

enum bf_cred_found bf_cred_from_profile(const struct bf_cred_seek *s, const char *profile,
                                        struct bf_credentials *out, struct bf_err *e)
{
    struct bf_cred_seek inner = *s;
    inner.profile = profile;
    inner.env = false;
    bool keys = has_keys(&inner);
    /* a profile that names itself means its own keys */
    for (size_t i = 0; i < s->nvisited; i++)
        if (strcmp(s->visited[i], profile) == 0 && !(keys && strcmp(s->profile, profile) == 0))
            return bf_cred_break(e, "source_profile leads from '%.80s' back to '%.80s': a loop",
                                 s->profile, profile);
    if (s->nvisited == BF_CRED_CHAIN)
        return bf_cred_break(e, "more than %d profiles lead from one to the next by source_profile",
                             BF_CRED_CHAIN);
    inner.visited[inner.nvisited++] = profile;
    enum bf_cred_found found = BF_CRED_PASSED;
    if (!keys)
        found = bf_cred_from_role(&inner, out, e);
    if (found == BF_CRED_PASSED)
        found = walk(&inner, profile_chain, BF_COUNT(profile_chain), out, e);
    if (found == BF_CRED_PASSED)
        return bf_cred_break(e, "profile '%.80s' has no credentials to assume a role with",
                             profile);
    return found;
}

bool bf_credentials_seek(const struct bf_aws_config *config, const struct bf_cred_world *world,
                         const struct bf_cred_told *told, struct bf_credentials *out,
                         struct bf_err *e)
{
    struct bf_cred_seek s = {
        .config = config,
        .world = world,
        .profile = config->profile,
        .env = !config->profile_explicit,
        .told = told,
        .visited = {config->profile},
        .nvisited = 1,
    };
    *out = (struct bf_credentials){0};
    enum bf_cred_found found = walk(&s, chain, BF_COUNT(chain), out, e);
    if (found == BF_CRED_PASSED) {
        char last[sizeof e->text] = "";
        if (!config->unread[BF_PROFILE_CONFIG] && !config->unread[BF_PROFILE_CREDENTIALS])
            snprintf(last, sizeof last, "%s", e->text);
        bf_err_set(e, BF_E_DENIED,
                   "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put them "
                   "or another source into profile '%.80s' (-vv says why each source was passed "
                   "over)%s%s",
                   config->profile, *last ? "; " : "", last);
        bf_aws_config_tell_unread(config, e);
    }
    return found == BF_CRED_TAKEN;
}
