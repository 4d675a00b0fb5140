/*
 * Which changes become rows: event patterns, repeated records, changes that
 * changed nothing of interest. The transform (xform.h) asks for each change; one
 * filter belongs to one thread.
 */
#ifndef BF_XFORM_FILTER_H
#define BF_XFORM_FILTER_H

#include "lib/cli/opt_list.h"
#include "lib/ddb/change.h"

BF_C_BEGIN

/* Gets what is to be said of a change, one line. */
typedef void bf_filter_tell_fn(void *ctx, const char *text);

/* All zero: everything passes. */
struct bf_filter_conf {
    struct bf_opt_list
        match;               /* event patterns (pattern.h), or files that hold one; any may match */
    bool no_match;           /* those pass that match none */
    bool explain;            /* tell why each does not match */
    bool changed_only;       /* no MODIFY that left fields as they were */
    uint64_t dedupe;         /* window of dedupe.h; 0: none */
    const char *fields;      /* what changed_only is about, as in row.h; NULL: all */
    bf_filter_tell_fn *tell; /* with explain */
    void *tell_ctx;
};

struct bf_filter;

/* Does conf ask for anything? */
BF_API bool bf_filter_wanted(const struct bf_filter_conf *conf);

/* Reads the files of patterns. NULL: *e says why. */
BF_API BF_MUST struct bf_filter *bf_filter_new(const struct bf_filter_conf *conf, struct bf_err *e);
BF_API void bf_filter_destroy(struct bf_filter *f);

/* As bf_pattern_unseen, of what --match names. */
BF_API bool bf_filter_unseen(const struct bf_filter *f, size_t i, struct bf_buf *out,
                             struct bf_str *name);
BF_API void bf_filter_merge(struct bf_filter *f, const struct bf_filter *other);

/* *pass says whether the change becomes a row; false (*e, BF_E_INPUT) when that cannot be told. */
BF_API BF_MUST bool bf_filter_takes(struct bf_filter *f, const struct bf_change *c, bool *pass,
                                    struct bf_err *e);

BF_C_END

#endif
