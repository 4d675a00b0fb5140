/*
 * cdcxform's group "Filters": event patterns, repeated records, changes that
 * change nothing, the last state for each key. The work is lib/cdc/filter.h and
 * lib/cdc/fold.h; here are the options and the pattern files.
 */
#ifndef CDCXFORM_FILTERS_H
#define CDCXFORM_FILTERS_H

#include "lib/base/opt.h"
#include "lib/cdc/xform.h"

struct config;
struct run;

enum { FILTER_OPTIONS_N = 7, FOLD_BYTES = 512 * 1024 * 1024 };
extern const struct bf_opt filter_options[FILTER_OPTIONS_N];

struct filters {
    struct bf_opt_list match;
    bool explain;
    struct bf_filter_pattern pattern[BF_OPT_LIST_MAX];
    char name[BF_OPT_LIST_MAX][16]; /* of literals */
    struct bf_buf text[BF_OPT_LIST_MAX];
};

/* Reads the patterns into config->xform.filter. */
bool filters_load(struct config *config, struct bf_err *e);
void filters_free(struct filters *f);

/* --check: makes a transform of the configuration and lets it go. */
bool filters_check(const struct config *config, struct bf_err *e);

/* Does one thread have to see all lines, in order? */
bool filters_want_order(const struct config *config);

/* --explain: conf tells r. */
void filters_explain(const struct config *config, struct bf_xform_conf *conf, struct run *r);

#endif
