/*
 * The search that a keeper repeats: reads the configuration again, so that changes in the files are
 * seen, and asks the real sources.
 */
#ifndef BF_CRED_FINDER_H
#define BF_CRED_FINDER_H

#include "lib/aws/config/options.h"
#include "lib/aws/credentials/keeper.h"

struct bf_cred_finder {
    char *region, *profile, *ca_bundle; /* from the command line; NULL: not given */
};

/* --endpoint-url does not apply to the sources: it is for the tool's service. */
BF_MUST bool bf_cred_finder_init(struct bf_cred_finder *f, const struct bf_aws_options *o,
                                 struct bf_err *e);
void bf_cred_finder_free(struct bf_cred_finder *f);

/* The find of struct bf_keeper_finder; arg is a struct bf_cred_finder. */
bool bf_cred_finder_find(void *arg, bool may_ask, const atomic_bool *quit,
                         const struct bf_cred_told *told, struct bf_credentials *out,
                         struct bf_err *e);

#endif
