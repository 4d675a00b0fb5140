/*
 * Credentials: the keys that sign a request, and their source. The chain of sources is in
 * lib/aws/credentials/, one file per source; lib/aws/credentials/source.h declares their shared
 * parts. The struct owns its strings; secrets are wiped when it is freed.
 */
#ifndef BF_AWS_CREDENTIALS_CREDENTIALS_H
#define BF_AWS_CREDENTIALS_CREDENTIALS_H

#include "lib/aws/config/config.h"

struct bf_credentials {
    char *access_key;
    char *secret_key;
    char *token;        /* NULL: none */
    char *account;      /* the account's number, NULL if the source does not give it */
    int64_t expires_ms; /* by the service's clock; 0: unknown */
    int64_t seen_ms;    /* the service's time when it gave them; 0: unknown */
    char source[200];   /* for people: "the environment", "profile 'x'", "role ARN" */
    bool fixed;         /* from the environment: another search finds the same ones */
};

struct bf_cred_world;

/* Callbacks for messages during the search, one line each, without secrets; detail says why a
 * source was skipped. */
struct bf_cred_told {
    void (*detail)(void *arg, const char *text);
    void (*warn)(void *arg, const char *text); /* for all users: a file that others can read */
    void *arg;
};

/* Asks the sources in order and uses the first that has credentials; a source that is configured
 * but fails ends the search. BF_E_DENIED if there are none, with the sources tried. told may be
 * NULL. */
BF_API BF_MUST bool bf_credentials_seek(const struct bf_aws_config *config,
                                        const struct bf_cred_world *world,
                                        const struct bf_cred_told *told, struct bf_credentials *out,
                                        struct bf_err *e);

/* A deep copy; false: out of memory, and *out is empty. */
BF_API BF_MUST bool bf_credentials_copy(struct bf_credentials *out, const struct bf_credentials *c);
BF_API void bf_credentials_free(struct bf_credentials *c);

#endif
