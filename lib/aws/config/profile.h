/*
 * The shared config and credentials files: an INI dialect with continuation lines and one level of
 * nested properties ("SDKs and Tools Reference Guide: Format of the configuration and credential
 * files").
 *
 * Sections: in the config file [default], [profile NAME], [services NAME], [sso-session NAME]; in
 * the credentials file [NAME]. Both files are merged; values that are read later win, so the
 * credentials file is read last. The struct owns all its strings.
 */
#ifndef BF_AWS_CONFIG_PROFILE_H
#define BF_AWS_CONFIG_PROFILE_H

#include "lib/base/map.h"

enum bf_profile_kind { BF_PROFILE, BF_PROFILE_SERVICES, BF_PROFILE_SSO };
enum bf_profile_file { BF_PROFILE_CONFIG, BF_PROFILE_CREDENTIALS };

/* At most 262,144 properties and 32 MiB of names and values: programs write a profile for each role in each account. */
struct bf_profiles {
    struct bf_map properties; /* key: kind, section and property; value: a C string in text */
    struct bf_map sections;   /* kind and section */
    struct bf_map own[2];     /* the same for each file alone; only its keys (aws_...) */
    struct bf_arena text;
};

BF_API void bf_profiles_init(struct bf_profiles *p);
BF_API void bf_profiles_free(struct bf_profiles *p); /* wipes the contents */

/* Wipes the secrets and tokens in it: those properties have no value afterwards. */
BF_API void bf_profiles_forget_keys(struct bf_profiles *p);

/* Parses the text of a file and merges it into p. BF_E_INPUT: "line N: reason". */
BF_API BF_MUST bool bf_profiles_parse(struct bf_profiles *p, enum bf_profile_file file,
                                      struct bf_str text, struct bf_err *e);

/* Can it be a profile's name without quotes? */
BF_API bool bf_profile_name_is_plain(const char *name);

/* Does the section exist? */
BF_API bool bf_profiles_has(struct bf_profiles *p, enum bf_profile_kind kind, const char *section);

/* A property of a profile in one file only, for names that begin with "aws_": keys of one file must
 * not be combined with a secret or a token of the other. NULL: missing or empty. */
BF_API const char *bf_profiles_own(struct bf_profiles *p, enum bf_profile_file file,
                                   const char *profile, const char *property);

/* A property (lower case), or a nested one ("s3", "endpoint_url"); nested is NULL for plain ones.
 * NULL if it is missing. Valid as long as p; continuation lines are separated by newlines. */
BF_API const char *bf_profiles_get(struct bf_profiles *p, enum bf_profile_kind kind,
                                   const char *section, const char *property, const char *nested);

#endif
