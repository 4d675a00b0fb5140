/* Static keys of a profile. The credentials file is asked before, the config file after the sources between them. */
#include <stdio.h>

#include "lib/aws/credentials/source.h"

/* A property as one file, or as both together say it. */
typedef const char *get_property(const struct bf_cred_seek *s, const char *property);

static const char *own(const struct bf_cred_seek *s, const char *property)
{
    struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&s->config->profiles;
    return bf_profiles_own(p, s->profile, property);
}

static enum bf_cred_found take_profile(const struct bf_cred_seek *s, get_property *get,
                                       enum bf_profile_file which, struct bf_credentials *out,
                                       struct bf_err *e)
{
    const char *file = which == BF_PROFILE_CONFIG ? "config" : "credentials";
    struct bf_cred_parts p = {
        .access = get(s, "aws_access_key_id"),
        .secret = get(s, "aws_secret_access_key"),
        .token = get(s, "aws_session_token"),
        .account = get(s, "aws_account_id"),
    };
    if (!p.token)
        p.token = get(s, "aws_security_token"); /* its old name */
    if (!p.access && !p.secret)
        return bf_cred_pass(e, "profile '%.80s' has no aws_access_key_id", s->profile);
    if (!p.access || !p.secret)
        return bf_cred_break(e, "profile '%.80s' has no %s in the %s file", s->profile,
                             p.access ? "aws_secret_access_key" : "aws_access_key_id", file);
    char what[160];
    snprintf(what, sizeof what, "profile '%.80s' of the %s file", s->profile, file);
    if (s->config->exposed[which])
        bf_cred_tell_exposed(s, s->config->exposed[which]);
    return bf_cred_keep(out, &p, what, e);
}

enum bf_cred_found bf_cred_from_credentials_file(const struct bf_cred_seek *s,
                                                 struct bf_credentials *out, struct bf_err *e)
{
    if (!own(s, "aws_access_key_id"))
        return bf_cred_pass(e, "it has no keys for profile '%.80s'", s->profile);
    return take_profile(s, own, BF_PROFILE_CREDENTIALS, out, e);
}

enum bf_cred_found bf_cred_from_config_file(const struct bf_cred_seek *s,
                                            struct bf_credentials *out, struct bf_err *e)
{
    return take_profile(s, bf_cred_get, BF_PROFILE_CONFIG, out, e);
}
