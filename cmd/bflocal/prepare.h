/* What bflocal makes before its first client comes: the streams and buckets of --stream and --bucket. One that is
 * there already, kept by --data, is left alone. */
#ifndef BL_PREPARE_H
#define BL_PREPARE_H

#include "cmd/bflocal/http/local.h"
#include "lib/cli/opt_list.h"

struct bl_prepare {
    struct bf_opt_list streams; /* NAME or NAME:SHARDS */
    struct bf_opt_list buckets;
};

/* The store is open, and no other thread uses it yet. */
bool bl_prepare(struct bl_local *l, const struct bl_prepare *p, struct bf_err *e) BF_MUST;

#endif
