/*
 * Credentials over time: found once and renewed before they expire, by a separate thread, so that
 * requests in flight continue. If renewing fails, the present ones are used until they expire. Only
 * then, and at the very first search, callers wait.
 *
 * The search is a parameter, and so is the time. All functions are called by one thread; `find` may
 * be called by another, never twice at the same time.
 */
#ifndef BF_CRED_KEEPER_H
#define BF_CRED_KEEPER_H

#include <stdatomic.h>

#include "lib/aws/credentials/credentials.h"

enum {
    BF_KEEPER_EARLY_MS =
        15 * 60 * 1000, /* renewed this long before they expire, or in the last third of their
                         * life */
    BF_KEEPER_AGAIN_MS = 60 * 1000, /* retry interval after a failure; shorter near the expiry */
    BF_KEEPER_LEAST_MS = 1000       /* the shortest retry interval */
};

struct bf_keeper_finder {
    /* may_ask: the terminal may be used. quit becomes true when the result is no longer needed. */
    bool (*find)(void *arg, bool may_ask, const atomic_bool *quit, const struct bf_cred_told *told,
                 struct bf_credentials *out, struct bf_err *e);
    void *arg;
    /* Messages: note for -v, detail for -vv. Called by the owner's thread; may be NULL. */
    void (*note)(void *arg, const char *text);
    void (*detail)(void *arg, const char *text);
    void (*warn)(void *arg, const char *text); /* warnings of the first search */
    void *told_arg;
};

struct bf_keeper;

/* NULL: out of memory. */
struct bf_keeper *bf_keeper_new(const struct bf_keeper_finder *f, struct bf_err *e);

/* Waits for the thread if one is running. */
void bf_keeper_destroy(struct bf_keeper *k);

/* Credentials that are valid at now_ms (the service's clock), NULL if there are none. *generation
 * is incremented when they are replaced. Valid until the next call. */
const struct bf_credentials *bf_keeper_get(struct bf_keeper *k, int64_t now_ms,
                                           uint64_t *generation, struct bf_err *e);

/* The service's time when it gave the credentials, if the call of bf_keeper_get with this now_ms found
 * them; 0: it did not, or the source has no clock. */
int64_t bf_keeper_seen_ms(const struct bf_keeper *k, int64_t now_ms);

/* A service has refused the credentials of this generation as expired. True: there are others
 * now. */
bool bf_keeper_refused(struct bf_keeper *k, uint64_t generation, int64_t now_ms, struct bf_err *e);

#endif
