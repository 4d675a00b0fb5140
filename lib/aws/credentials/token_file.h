/*
 * A token cache that the AWS command line writes and this toolkit renews: one JSON object in a file
 * of mode 0600. Unknown members are kept. Renewing holds a lock file, so that of several processes
 * one renews and the others use its result.
 */
#ifndef BF_CRED_TOKEN_FILE_H
#define BF_CRED_TOKEN_FILE_H

#include "lib/aws/credentials/source.h"

struct bf_cred_token {
    char path[1024];
    json_t *doc; /* NULL: not read */
    int lock;    /* -1: not held */
};

/* $variable/NAME.json, or ~/.aws/folder/NAME.json if that is not set (variable may be NULL); NAME
 * is the hash of key in hex, with SHA-1 or SHA-256. */
bool bf_cred_token_init(struct bf_cred_token *t, const struct bf_cred_seek *s, const char *variable,
                        const char *folder, const char *hash, const char *key, struct bf_err *e);
void bf_cred_token_free(struct bf_cred_token *t, const struct bf_cred_seek *s);

/* Reads the file again. BF_E_NOTFOUND if it does not exist. */
bool bf_cred_token_read(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e);

/* Takes the lock and reads the file again, because another process may have renewed it. */
bool bf_cred_token_lock(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e);
bool bf_cred_token_write(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e);

/* Sets a time in the format of these files: "2026-11-28T07:00:00Z". */
void bf_cred_token_set_time(json_t *object, const char *name, int64_t ms);

#endif
