/*
 * Credentials: what signs a request, and who found it. The chain of sources is
 * in lib/aws/credentials/, one file a source; lib/aws/credentials/source.h is
 * what they share. The struct owns its strings; secrets are wiped when it is
 * freed.
 */
#ifndef BF_AWS_CREDENTIALS_CREDENTIALS_H
#define BF_AWS_CREDENTIALS_CREDENTIALS_H

#include "lib/aws/config/config.h"

struct bf_credentials {
    char *access_key;
    char *secret_key;
    char *token;        /* NULL: none */
    char *account;      /* the account's number, NULL where the source does not say */
    int64_t expires_ms; /* the service's clock; 0: they do not say */
    char source[200];   /* for people: "the environment", "profile 'x'", "role ARN" */
    bool fixed;         /* of the environment: looking again finds the same */
};

struct bf_cred_world;

/* What is told while the sources are asked, one line each, without a secret: why one was passed over. */
struct bf_cred_told {
    void (*detail)(void *arg, const char *text);
    void (*warn)(void *arg,
                 const char *text); /* for whoever did not ask: a file that others can read */
    void *arg;
};

/* Asks the sources in their order; the first that has credentials is taken, one that is set up and fails ends the
 * search. BF_E_DENIED with what was looked for when there are none. told may be NULL. */
BF_API BF_MUST bool bf_credentials_seek(const struct bf_aws_config *config,
                                        const struct bf_cred_world *world,
                                        const struct bf_cred_told *told, struct bf_credentials *out,
                                        struct bf_err *e);

/* A copy of its own; false: out of memory, and *out is empty. */
BF_API BF_MUST bool bf_credentials_copy(struct bf_credentials *out, const struct bf_credentials *c);
BF_API void bf_credentials_free(struct bf_credentials *c);

#endif
