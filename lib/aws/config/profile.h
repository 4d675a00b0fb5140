/*
 * The shared config and credentials files: an INI dialect with continuation
 * lines and one level of nested properties ("SDKs and Tools Reference Guide:
 * Format of the configuration and credential files").
 *
 * Sections: in the config file [default], [profile NAME], [services NAME],
 * [sso-session NAME]; in the credentials file [NAME]. Both files merge; what
 * is read later wins, so the credentials file is read last. The struct owns
 * everything it holds.
 */
#ifndef BF_AWS_CONFIG_PROFILE_H
#define BF_AWS_CONFIG_PROFILE_H

#include "lib/base/map.h"

enum bf_profile_kind { BF_PROFILE, BF_PROFILE_SERVICES, BF_PROFILE_SSO };
enum bf_profile_file { BF_PROFILE_CONFIG, BF_PROFILE_CREDENTIALS };

/* At most 16,384 properties and 4 MiB of names and values. */
struct bf_profiles {
    struct bf_map properties; /* kind, section and property to the terminated value, in text */
    struct bf_map sections;   /* kind and section */
    struct bf_map own;        /* the same of the credentials file alone, for its keys (aws_...) */
    struct bf_arena text;
};

BF_API void bf_profiles_init(struct bf_profiles *p);
BF_API void bf_profiles_free(struct bf_profiles *p); /* wipes what it held */

/* Wipes the secrets and tokens in it: those properties have no value afterwards. */
BF_API void bf_profiles_forget_keys(struct bf_profiles *p);

/* Reads the text of a file into p, over what is there. BF_E_INPUT: "line N: what". */
BF_API BF_MUST bool bf_profiles_parse(struct bf_profiles *p, enum bf_profile_file file,
                                      struct bf_str text, struct bf_err *e);

/* Is there such a section? */
BF_API bool bf_profiles_has(struct bf_profiles *p, enum bf_profile_kind kind, const char *section);

/* What the credentials file itself says of a profile, properties that begin with "aws_" alone: keys of one file do not
 * mix with a secret or a token of the other. NULL: nothing, or an empty value. */
BF_API const char *bf_profiles_own(struct bf_profiles *p, const char *profile,
                                   const char *property);

/* A property (lower case), or a nested one ("s3", "endpoint_url"); nested NULL for plain ones. NULL when
 * it is not there. Lives as long as p; continuation lines are separated by newlines. */
BF_API const char *bf_profiles_get(struct bf_profiles *p, enum bf_profile_kind kind,
                                   const char *section, const char *property, const char *nested);

#endif
