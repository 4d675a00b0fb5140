/*
 * AWS configuration: the settings of the command line, the environment and the shared files
 * (~/.aws/config, ~/.aws/credentials), in that order of precedence. The files' syntax is that of
 * the SDKs' "Shared config file format" specification.
 *
 * A struct bf_aws_config owns its strings, which are valid until bf_aws_config_free. The
 * environment is a parameter, so that tests need not change the process's.
 */
#ifndef BF_AWS_CONFIG_CONFIG_H
#define BF_AWS_CONFIG_CONFIG_H

#include "lib/aws/config/profile.h"

struct bf_aws_options;

/* Looks up an environment variable, NULL if it is not set. */
struct bf_aws_env {
    const char *(*get)(void *arg, const char *name);
    void *arg;
};

/* getenv(3). */
BF_API struct bf_aws_env bf_aws_env_process(void);

/* Use the account-specific endpoint of a service (AWS_ACCOUNT_ID_ENDPOINT_MODE)? */
enum bf_account_mode { BF_ACCOUNT_PREFERRED, BF_ACCOUNT_DISABLED, BF_ACCOUNT_REQUIRED };

struct bf_aws_config {
    struct bf_profiles profiles;
    struct bf_aws_env env;
    const char *profile;   /* the selected profile's name, "default" if none is given */
    bool profile_explicit; /* given by option: then keys in the environment are ignored */
    const char *region;    /* never NULL after loading */
    /* The source of each: "--region", "AWS_REGION", "profile", "default". */
    const char *region_from, *profile_from;
    /* The config file and the credentials file (enum bf_profile_file) if users other than their
     * owner can read them; else NULL. */
    const char *exposed[2];
    const char *unread[2]; /* the error of a shared file that exists and is unreadable; else NULL */
    const char *endpoint_url; /* --endpoint-url, NULL if not given */
    const char *ca_bundle;    /* NULL: the system's */
    uint64_t max_attempts;    /* 0: the service's default */
    bool use_fips, use_dualstack;
    enum bf_account_mode account_mode;
    bool adaptive;      /* AWS_RETRY_MODE: limit the rate of requests while a service throttles */
    bool sts_global;    /* AWS_STS_REGIONAL_ENDPOINTS=legacy */
    char app_id[51];    /* AWS_SDK_UA_APP_ID, for the header User-Agent; may be empty */
    bool few_checksums; /* AWS_REQUEST_CHECKSUM_CALCULATION=when_required */
};

/* Fails if a file is malformed (BF_E_INPUT, with file and line), the requested profile does not
 * exist (BF_E_NOTFOUND), or there is no region (BF_E_USAGE). */
BF_API BF_MUST bool bf_aws_config_load(struct bf_aws_config *c,
                                       const struct bf_aws_options *options, struct bf_aws_env env,
                                       struct bf_err *e);
BF_API void bf_aws_config_free(struct bf_aws_config *c);

/* Wipes the keys in the profiles; the rest stays valid. */
BF_API void bf_aws_config_forget_keys(struct bf_aws_config *c);

/* Appends the errors of unreadable shared files to a message. */
BF_API void bf_aws_config_tell_unread(const struct bf_aws_config *c, struct bf_err *e);

/* Is it a possible region: 1 to 63 of a-z 0-9 -, without - at its ends? It is used in a host name,
 * so nothing else is allowed. */
BF_API bool bf_aws_region_ok(const char *region);

/* Is the value of the setting on? False for NULL. BF_E_USAGE if it is neither true nor false. */
BF_API BF_MUST bool bf_aws_config_switch(const char *value, const char *name, bool *on,
                                         struct bf_err *e);

/* Is it "true" in any case, or "1"? False for NULL. */
BF_API bool bf_aws_config_is_true(const char *value);

/* An environment variable that is set and not blank, or NULL. */
BF_API const char *bf_aws_config_env(const struct bf_aws_config *c, const char *name);

/* A property of the selected profile. NULL if it is missing or has no value ("region ="). */
BF_API const char *bf_aws_config_get(const struct bf_aws_config *c, const char *property);

/* The path of a shared file: $variable, else $HOME/.aws/name ("config", "credentials"). Appends to
 * out; false if neither is set. */
BF_API BF_MUST bool bf_aws_config_path(struct bf_aws_env env, const char *variable,
                                       const char *name, struct bf_buf *out);

#endif
