/*
 * Selects the changes that become rows: by event patterns, without repeated records, and without
 * changes to attributes that are not of interest. The transform (xform.h) calls it for each change;
 * a filter belongs to one thread.
 */
#ifndef BF_XFORM_FILTER_H
#define BF_XFORM_FILTER_H

#include "lib/cli/opt_list.h"
#include "lib/ddb/change.h"

BF_C_BEGIN

/* Gets an explanation, one line. */
typedef void bf_filter_tell_fn(void *ctx, const char *text);

/* All zero: everything passes. */
struct bf_filter_conf {
    struct bf_opt_list
        match;               /* event patterns (pattern.h), or names of files with one; one match is
                              * enough */
    bool no_match;           /* select the changes that match none */
    bool explain;            /* report for each change why it does not match */
    bool changed_only;       /* drop a MODIFY that did not change the fields */
    uint64_t dedupe;         /* the window of dedupe.h in records; 0: off */
    const char *fields;      /* the fields for changed_only, as in row.h; NULL: all */
    bf_filter_tell_fn *tell; /* for explain */
    void *tell_ctx;
};

struct bf_filter;

/* Does conf select anything? */
BF_API bool bf_filter_wanted(const struct bf_filter_conf *conf);

/* Reads the files of patterns. NULL: see *e. */
BF_API BF_MUST struct bf_filter *bf_filter_new(const struct bf_filter_conf *conf, struct bf_err *e);
BF_API void bf_filter_destroy(struct bf_filter *f);

/* As bf_pattern_unseen, for the patterns of --match. */
BF_API bool bf_filter_unseen(const struct bf_filter *f, size_t i, struct bf_buf *out,
                             struct bf_str *name);
BF_API void bf_filter_merge(struct bf_filter *f, const struct bf_filter *other);

/* *pass: whether the change becomes a row. False (*e, BF_E_INPUT): that cannot be decided. */
BF_API BF_MUST bool bf_filter_takes(struct bf_filter *f, const struct bf_change *c, bool *pass,
                                    struct bf_err *e);

BF_C_END

#endif
