/* Static keys of a profile. The credentials file is asked before the login session and
 * credential_process, the config file after them. */
#include <stdio.h>

#include "lib/aws/credentials/source.h"

/* A property in one file, NULL if it is missing there. */
static const char *own(const struct bf_cred_seek *s, enum bf_profile_file which,
                       const char *property)
{
    struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&s->config->profiles;
    return bf_profiles_own(p, which, s->profile, property);
}

static enum bf_cred_found take_profile(const struct bf_cred_seek *s, enum bf_profile_file which,
                                       struct bf_credentials *out, struct bf_err *e)
{
    const char *file = which == BF_PROFILE_CONFIG ? "config" : "credentials";
    struct bf_cred_parts p = {
        .access = own(s, which, "aws_access_key_id"),
        .secret = own(s, which, "aws_secret_access_key"),
        .token = own(s, which, "aws_session_token"),
        .account = own(s, which, "aws_account_id"),
    };
    if (!p.token)
        p.token = own(s, which, "aws_security_token"); /* the old name */
    if (!p.access && !p.secret)
        return bf_cred_pass(e, "profile '%.80s' has no aws_access_key_id%s%s", s->profile,
                            s->config->unread[which] ? ": " : "",
                            s->config->unread[which] ? s->config->unread[which] : "");
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
    if (!own(s, BF_PROFILE_CREDENTIALS, "aws_access_key_id"))
        return s->config->unread[BF_PROFILE_CREDENTIALS]
                   ? bf_cred_pass(e, "%s", s->config->unread[BF_PROFILE_CREDENTIALS])
                   : bf_cred_pass(e, "it has no keys for profile '%.80s'", s->profile);
    return take_profile(s, BF_PROFILE_CREDENTIALS, out, e);
}

enum bf_cred_found bf_cred_from_config_file(const struct bf_cred_seek *s,
                                            struct bf_credentials *out, struct bf_err *e)
{
    return take_profile(s, BF_PROFILE_CONFIG, out, e);
}
