/*
 * Credentials over time: found once, renewed before they expire, by a thread of
 * its own that does nothing else, so that requests in flight go on. While
 * renewing fails those at hand serve to their end. Only then, and at the very
 * first, is the search waited for.
 *
 * How they are found is a parameter, as is the time. All functions are called
 * by one thread; `find` may be called by another, never twice at a time.
 */
#ifndef BF_CRED_KEEPER_H
#define BF_CRED_KEEPER_H

#include <stdatomic.h>

#include "lib/aws/credentials/credentials.h"

enum {
    BF_KEEPER_EARLY_MS =
        15 * 60 * 1000, /* so long before their end they are renewed, or in the last third of it */
    BF_KEEPER_AGAIN_MS =
        60 * 1000,            /* so long after a failure it is tried again, sooner near the end */
    BF_KEEPER_LEAST_MS = 1000 /* and never sooner than that */
};

struct bf_keeper_finder {
    /* may_ask: a terminal may be asked. quit becomes true when nobody waits for the answer any more. */
    bool (*find)(void *arg, bool may_ask, const atomic_bool *quit, const struct bf_cred_told *told,
                 struct bf_credentials *out, struct bf_err *e);
    void *arg;
    /* What is worth telling: note for -v, detail for -vv. Called by the owner's thread; may be NULL. */
    void (*note)(void *arg, const char *text);
    void (*detail)(void *arg, const char *text);
    void (*warn)(void *arg, const char *text); /* what the first search warned of */
    void *told_arg;
};

struct bf_keeper;

/* NULL: out of memory. */
struct bf_keeper *bf_keeper_new(const struct bf_keeper_finder *f, struct bf_err *e);

/* Waits for the thread, if there is one. */
void bf_keeper_destroy(struct bf_keeper *k);

/* Credentials that hold at now_ms (the service's clock), NULL when there are none. *generation counts up when others
 * have taken their place. They stay until the next call. */
const struct bf_credentials *bf_keeper_get(struct bf_keeper *k, int64_t now_ms,
                                           uint64_t *generation, struct bf_err *e);

/* A service has refused those of this generation as expired. True: there are others now. */
bool bf_keeper_refused(struct bf_keeper *k, uint64_t generation, int64_t now_ms, struct bf_err *e);

#endif
