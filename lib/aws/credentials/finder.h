/*
 * The search that a keeper repeats: reads the configuration anew, so that what
 * has changed in the files counts, and asks the sources of the real world.
 */
#ifndef BF_CRED_FINDER_H
#define BF_CRED_FINDER_H

#include "lib/aws/config/options.h"
#include "lib/aws/credentials/keeper.h"

struct bf_cred_finder {
    char *region, *profile, *ca_bundle; /* of the command line; NULL: not given */
};

/* --endpoint-url is not for the sources: it names the service of the tool. */
BF_MUST bool bf_cred_finder_init(struct bf_cred_finder *f, const struct bf_aws_options *o,
                                 struct bf_err *e);
void bf_cred_finder_free(struct bf_cred_finder *f);

/* struct bf_keeper_finder's find; arg is a struct bf_cred_finder. */
bool bf_cred_finder_find(void *arg, bool may_ask, const atomic_bool *quit,
                         const struct bf_cred_told *told, struct bf_credentials *out,
                         struct bf_err *e);

#endif
