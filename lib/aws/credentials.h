/*
 * Credentials, found in the order of the AWS SDKs. In place today: the
 * environment, and static keys of a profile in the shared files (credentials
 * file before config file). A profile that names another source (role_arn, web
 * identity, sso, credential_process) is refused by name rather than passed
 * over. The struct owns its strings; secrets are wiped when it is freed.
 */
#ifndef BF_AWS_CREDENTIALS_H
#define BF_AWS_CREDENTIALS_H

#include "lib/aws/config.h"

struct bf_credentials {
    char *access_key;
    char *secret_key;
    char *token;        /* NULL: none */
    int64_t expires_ms; /* wall clock; 0: they do not expire */
};

/* BF_E_DENIED with what was looked for when there are none. */
BF_API BF_MUST bool bf_credentials_find(const struct bf_aws_config *config,
                                        struct bf_credentials *out, struct bf_err *e);
BF_API void bf_credentials_free(struct bf_credentials *c);

#endif
