/* Queries the real sources of credentials: files, environment, programs, network. */
#ifndef TEST_CRED_REAL_H
#define TEST_CRED_REAL_H

#include "lib/aws/credentials/world.h"

static inline bool find_credentials(const struct bf_aws_config *c, struct bf_credentials *found,
                                    struct bf_err *e)
{
    struct bf_cred_real real;
    *found = (struct bf_credentials){0};
    if (!bf_cred_real_init(&real, c, true, e))
        return false;
    bool ok = bf_credentials_seek(c, &real.world, NULL, found, e);
    bf_cred_real_free(&real);
    return ok;
}

#endif
