/* A role assumed with the credentials of another profile (source_profile) or of another source
 * (credential_source). */
#include <inttypes.h>
#include <stdio.h>

#include "lib/aws/credentials/source.h"
#include "lib/base/num.h"

/* Finds the credentials that sign AssumeRole. */
static enum bf_cred_found find_base(const struct bf_cred_seek *s, struct bf_credentials *base,
                                    struct bf_err *e)
{
    static const struct {
        const char *name;
        bf_cred_source *source;
    } sources[] = {{"Environment", bf_cred_from_environment},
                   {"Ec2InstanceMetadata", bf_cred_from_instance},
                   {"EcsContainer", bf_cred_from_container}};
    const char *profile = bf_cred_get(s, "source_profile");
    const char *source = bf_cred_get(s, "credential_source");
    if (!profile == !source)
        return bf_cred_break(
            e, "profile '%.80s' has role_arn and %s of source_profile and credential_source",
            s->profile, profile ? "both" : "neither");
    if (profile) {
        struct bf_profiles *p = (struct bf_profiles *)(uintptr_t)&s->config->profiles;
        if (!bf_profiles_has(p, BF_PROFILE, profile))
            return bf_cred_break(e,
                                 "profile '%.80s': there is no profile '%.80s' for source_profile",
                                 s->profile, profile);
        return bf_cred_from_profile(s, profile, base, e);
    }
    for (size_t i = 0; i < BF_COUNT(sources); i++) {
        if (strcmp(source, sources[i].name) != 0)
            continue;
        struct bf_cred_seek inner = *s;
        inner.env = true; /* it is named explicitly */
        enum bf_cred_found found = sources[i].source(&inner, base, e);
        if (found == BF_CRED_PASSED) {
            found = BF_CRED_BROKEN;
            e->code = BF_E_DENIED;
            bf_err_ctx(e, "profile '%.80s', credential_source %s", s->profile, source);
        }
        return found;
    }
    return bf_cred_break(e,
                         "profile '%.80s': credential_source '%.40s' is not one of Environment, "
                         "Ec2InstanceMetadata and EcsContainer",
                         s->profile, source);
}

/* The six digits of an MFA device. They are read from a terminal or not at all. */
static bool ask_mfa(const struct bf_cred_seek *s, const char *serial, struct bf_buf *form,
                    struct bf_err *e)
{
    char prompt[200];
    struct bf_buf code;
    if (!s->world->ask)
        return bf_err_set(e, BF_E_DENIED,
                          "profile '%.80s' needs an MFA code (mfa_serial), and there is no "
                          "terminal to ask for it",
                          s->profile);
    bf_buf_init(&code, 64);
    snprintf(prompt, sizeof prompt, "MFA code for %.150s: ", serial);
    bool ok =
        s->world->ask(s->world->arg, prompt, &code, e) && (bf_buf_cstr(&code) || bf_err_nomem(e));
    if (ok) {
        bf_cred_form(form, "SerialNumber", serial);
        bf_cred_form(form, "TokenCode", code.p);
    }
    bf_cred_wipe(&code);
    return ok;
}

static bool build_form(const struct bf_cred_seek *s, const char *arn, struct bf_buf *form,
                       struct bf_err *e)
{
    char session[64];
    const char *name = bf_cred_get(s, "role_session_name");
    const char *external = bf_cred_get(s, "external_id"), *mfa = bf_cred_get(s, "mfa_serial");
    const char *duration = bf_cred_get(s, "duration_seconds");
    uint64_t seconds;
    if (duration && (!bf_num_u64(bf_str_of(duration), &seconds, e) || seconds == 0))
        return bf_err_set(e, BF_E_DENIED,
                          "profile '%.80s': duration_seconds '%.40s' is not a number of seconds",
                          s->profile, duration);
    snprintf(session, sizeof session, "bfpipe-%" PRId64, s->world->wall_ms(s->world->arg) / 1000);
    bf_buf_lit(form, "Action=AssumeRole&Version=2011-06-15");
    bf_cred_form(form, "RoleArn", arn);
    bf_cred_form(form, "RoleSessionName", name ? name : session);
    if (duration)
        bf_cred_form(form, "DurationSeconds", duration);
    if (external)
        bf_cred_form(form, "ExternalId", external);
    return (!mfa || ask_mfa(s, mfa, form, e)) && bf_buf_check(form, "the request to STS", e);
}

enum bf_cred_found bf_cred_from_role(const struct bf_cred_seek *s, struct bf_credentials *out,
                                     struct bf_err *e)
{
    const char *arn = bf_cred_get(s, "role_arn");
    if (!arn)
        return bf_cred_pass(e, "profile '%.80s' has no role_arn", s->profile);
    if (bf_cred_get(s, "web_identity_token_file"))
        return bf_cred_pass(e, "profile '%.80s' names a web identity", s->profile);
    struct bf_credentials base = {0};
    struct bf_buf form;
    enum bf_cred_found found = find_base(s, &base, e);
    if (found != BF_CRED_TAKEN)
        return BF_CRED_BROKEN;
    bf_buf_init(&form, 32 << 10);
    char what[160];
    snprintf(what, sizeof what, "role %.140s", arn);
    found = build_form(s, arn, &form, e)
                ? bf_cred_sts(s, &base, bf_buf_view(&form), NULL, what, out, e)
                : BF_CRED_BROKEN;
    bf_cred_wipe(&form);
    bf_credentials_free(&base);
    return found;
}
