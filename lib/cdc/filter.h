/*
 * Which changes become rows: event patterns, repeated records, changes that
 * changed nothing of interest. The transform (xform.h) asks for each change; one
 * filter belongs to one thread.
 */
#ifndef BF_CDC_FILTER_H
#define BF_CDC_FILTER_H

#include "lib/cdc/change.h"

/* An event pattern (pattern.h) and what to call it in messages. */
struct bf_filter_pattern {
    const char *name;
    struct bf_str text;
};

/* Gets what --explain says of a change, one line; text ends before any newline. */
typedef void bf_filter_explain_fn(void *ctx, const char *text);

/* All zero: everything passes. The arrays belong to the caller and are read by bf_filter_new only. */
struct bf_filter_conf {
    const struct bf_filter_pattern *match; /* any of them */
    size_t nmatch;
    bool no_match;      /* those pass that match none */
    uint64_t dedupe;    /* window of dedupe.h; 0: none */
    bool changed_only;  /* no MODIFY that left fields as they were */
    const char *fields; /* the fields that changed_only is about, as in row.h; NULL: all */
    bf_filter_explain_fn *explain;
    void *explain_ctx;
};

struct bf_filter;

/* Does conf ask for anything? */
BF_API bool bf_filter_wanted(const struct bf_filter_conf *conf);

/* NULL: *e says why. */
BF_API BF_MUST struct bf_filter *bf_filter_new(const struct bf_filter_conf *conf, struct bf_err *e);
BF_API void bf_filter_destroy(struct bf_filter *f);

/* *pass says whether the change becomes a row; false (*e, BF_E_INPUT) when that cannot be told. */
BF_API BF_MUST bool bf_filter_takes(struct bf_filter *f, const struct bf_change *c, bool *pass,
                                    struct bf_err *e);

#endif
