#include "cmd/cdcxform/filters.h"

#include <stdio.h>

#include "cmd/cdcxform/run.h"
#include "lib/base/diag.h"
#include "lib/base/file.h"
#include "lib/base/num.h"
#include "lib/cdc/dedupe.h"
#include "lib/cdc/pattern.h"

static bool set_dedupe(void *field, struct bf_str value, struct bf_err *e)
{
    uint64_t *window = field;
    *window = BF_DEDUPE_DEFAULT;
    if (!value.p)
        return true;
    if (!bf_num_u64(value, window, e))
        return false;
    return (*window >= 1 && *window <= BF_DEDUPE_MAX) ||
           bf_err_set(e, BF_E_USAGE, "wants a number from 1 to %d", BF_DEDUPE_MAX);
}

const struct bf_opt filter_options[FILTER_OPTIONS_N] = {
    BF_OPT_LIST(0, "match", struct config, filters.match, "PATTERN",
                "only what an EventBridge event pattern matches: JSON, or a file of it"),
    BF_OPT_FLAG(0, "no-match", struct config, xform.filter.no_match,
                "only what none of the patterns matches"),
    BF_OPT_FLAG(0, "explain", struct config, filters.explain,
                "say for each record which fields fail the patterns"),
    BF_OPT_MAYBE(0, "dedupe", struct config, xform.filter.dedupe, "N",
                 "drop events that came among the last N (default 100000)", set_dedupe),
    BF_OPT_FLAG(0, "changed-only", struct config, xform.filter.changed_only,
                "drop MODIFY that left the selected fields as they were"),
    BF_OPT_STR(0, "fold", struct config, xform.fold, "KEY",
               "at the end of input, the last state for each KEY"),
    BF_OPT_SIZE(0, "fold-memory", struct config, xform.fold_bytes, "SIZE",
                "give up when that needs more (default 512MiB)"),
};

static bool load(struct filters *f, size_t i, struct bf_err *e)
{
    const char *item = f->match.item[i];
    struct bf_str text = bf_str_trim(bf_str_of(item));
    if (text.n == 0 || text.p[0] == '{' || text.p[0] == '[') {
        snprintf(f->name[i], sizeof f->name[i], f->match.n > 1 ? "--match %zu" : "--match", i + 1);
        f->pattern[i] = (struct bf_filter_pattern){f->name[i], bf_str_of(item)};
        return true;
    }
    bf_buf_init(&f->text[i], BF_PATTERN_TEXT + 1);
    if (!bf_file_read(item, &f->text[i], e))
        return false;
    f->pattern[i] = (struct bf_filter_pattern){item, bf_buf_view(&f->text[i])};
    return true;
}

bool filters_load(struct config *config, struct bf_err *e)
{
    struct filters *f = &config->filters;
    struct bf_filter_conf *conf = &config->xform.filter;
    if (!f->match.n && (conf->no_match || f->explain))
        return bf_err_set(e, BF_E_USAGE, "%s wants --match",
                          f->explain ? "--explain" : "--no-match");
    for (size_t i = 0; i < f->match.n; i++)
        if (!load(f, i, e))
            return false;
    conf->match = f->pattern;
    conf->nmatch = f->match.n;
    return true;
}

void filters_free(struct filters *f)
{
    for (size_t i = 0; i < BF_OPT_LIST_MAX; i++)
        bf_buf_free(&f->text[i]);
}

bool filters_check(const struct config *config, struct bf_err *e)
{
    struct bf_xform *x = bf_xform_new(&config->xform, e);
    bool ok = x != NULL;
    bf_xform_destroy(x);
    return ok;
}

bool filters_want_order(const struct config *config)
{
    return config->xform.filter.dedupe || config->xform.fold || config->filters.explain;
}

static void tell(void *ctx, const char *text)
{
    const struct run *r = ctx;
    bf_diag_hint("line %llu: %s", (unsigned long long)r->number, text);
}

void filters_explain(const struct config *config, struct bf_xform_conf *conf, struct run *r)
{
    conf->filter.explain = config->filters.explain ? tell : NULL;
    conf->filter.explain_ctx = r;
}
