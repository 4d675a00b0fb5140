/*
 * AWS configuration: what the command line, the environment and the shared
 * files (~/.aws/config, ~/.aws/credentials) say, in that order. The files'
 * grammar is that of the SDKs' "Shared config file format" specification.
 *
 * A struct bf_aws_config owns everything it holds; its strings live until
 * bf_aws_config_free. The environment is a parameter, so that tests need not
 * change the process's.
 */
#ifndef BF_AWS_CONFIG_CONFIG_H
#define BF_AWS_CONFIG_CONFIG_H

#include "lib/aws/config/profile.h"

struct bf_aws_options;

/* Looks up an environment variable, NULL when it is not set. */
struct bf_aws_env {
    const char *(*get)(void *arg, const char *name);
    void *arg;
};

/* getenv(3). */
BF_API struct bf_aws_env bf_aws_env_process(void);

/* Is a service spoken to at the endpoint of an account of its own (AWS_ACCOUNT_ID_ENDPOINT_MODE)? */
enum bf_account_mode { BF_ACCOUNT_PREFERRED, BF_ACCOUNT_DISABLED, BF_ACCOUNT_REQUIRED };

struct bf_aws_config {
    struct bf_profiles profiles;
    struct bf_aws_env env;
    const char *profile;   /* the chosen profile's name, "default" if nothing says otherwise */
    bool profile_explicit; /* chosen by option: then the environment's keys are not used */
    const char *region;    /* never NULL after loading */
    /* Who said so: "--region", "AWS_REGION", "profile", "default". */
    const char *region_from, *profile_from;
    /* The config file and the credentials file (enum bf_profile_file) that others than their owner can read; else
     * NULL. */
    const char *exposed[2];
    const char *endpoint_url; /* --endpoint-url, NULL when not given */
    const char *ca_bundle;    /* NULL: the system's */
    uint64_t max_attempts;    /* 0: the service's default */
    bool use_fips, use_dualstack;
    enum bf_account_mode account_mode;
    bool adaptive; /* AWS_RETRY_MODE: requests are slowed down while a service throttles */
};

/* Fails on a broken file (BF_E_INPUT, with file and line), a profile that was asked for and is not there
 * (BF_E_NOTFOUND), no region (BF_E_USAGE). */
BF_API BF_MUST bool bf_aws_config_load(struct bf_aws_config *c,
                                       const struct bf_aws_options *options, struct bf_aws_env env,
                                       struct bf_err *e);
BF_API void bf_aws_config_free(struct bf_aws_config *c);

/* Wipes the keys in the profiles, for whoever needs the rest for longer. */
BF_API void bf_aws_config_forget_keys(struct bf_aws_config *c);

/* Can it be a region: 1 to 63 of a-z 0-9 -, none at its ends? It goes into a host name, so nothing else may. */
BF_API bool bf_aws_region_ok(const char *region);

/* "true" in any case, or "1"? NULL is not. */
BF_API bool bf_aws_config_is_true(const char *value);

/* A variable of the environment that is set and holds more than blanks, or NULL. */
BF_API const char *bf_aws_config_env(const struct bf_aws_config *c, const char *name);

/* A property of the chosen profile. NULL when it has none, and when it is there without a value ("region ="). */
BF_API const char *bf_aws_config_get(const struct bf_aws_config *c, const char *property);

/* Where a shared file lies: $variable, else $HOME/.aws/name ("config", "credentials"). Appends to out;
 * false when neither is known. */
BF_API BF_MUST bool bf_aws_config_path(struct bf_aws_env env, const char *variable,
                                       const char *name, struct bf_buf *out);

#endif
