/*
 * A token cache that the AWS command line writes and this toolkit renews: one
 * JSON object in a file of mode 0600. Members that are not known here stay as
 * they are. Renewing happens under a lock beside the file, so that of several
 * processes one renews and the others take what it wrote.
 */
#ifndef BF_CRED_TOKEN_FILE_H
#define BF_CRED_TOKEN_FILE_H

#include "lib/aws/credentials/source.h"

struct bf_cred_token {
    char path[1024];
    json_t *doc; /* NULL: not read */
    int lock;    /* -1: not held */
};

/* $variable/NAME.json, or ~/.aws/folder/NAME.json where it is not set (variable may be NULL); NAME is the hash of
 * key in hex, with SHA-1 or SHA-256. */
bool bf_cred_token_init(struct bf_cred_token *t, const struct bf_cred_seek *s, const char *variable,
                        const char *folder, const char *hash, const char *key, struct bf_err *e);
void bf_cred_token_free(struct bf_cred_token *t, const struct bf_cred_seek *s);

/* Reads it, over what was read before. BF_E_NOTFOUND when it is not there. */
bool bf_cred_token_read(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e);

/* Takes the lock, and reads again: another process may have renewed it. */
bool bf_cred_token_lock(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e);
bool bf_cred_token_write(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e);

/* A time as these files hold it: "2026-11-28T07:00:00Z". */
void bf_cred_token_set_time(json_t *object, const char *name, int64_t ms);

#endif
