#include "lib/xform/xform_filter_options.h"

#include "lib/xform/dedupe.h"
#include "lib/xform/xform.h"

static bool set_dedupe(void *field, struct bf_str value, struct bf_err *e)
{
    uint64_t *window = field;
    *window = BF_DEDUPE_DEFAULT;
    if (!value.p)
        return true;
    return bf_opt_range(value, 1, BF_DEDUPE_MAX, window, e);
}

static bool set_ops(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_xform_conf_ops(field, value, e);
}

#define CONF struct bf_xform_conf
static const struct bf_opt_word operations[] = {{"insert", 0}, {"modify", 0}, {"remove", 0}};

const struct bf_opt bf_filter_option_table[] = {
    BF_OPT_ROW(0, "ops", BF_OPT_KIND_FN, 0, "LIST", "only these: INSERT,MODIFY,REMOVE", set_ops,
               .words = operations, .nwords = BF_COUNT(operations)),
    BF_OPT_LIST(0, "match", CONF, filter.match, "PATTERN",
                "only what an EventBridge event pattern matches: JSON, or a file of it"),
    BF_OPT_FLAG(0, "no-match", CONF, filter.no_match, "only what none of the patterns matches"),
    BF_OPT_FLAG(0, "explain", CONF, filter.explain,
                "say for each record which fields fail the patterns"),
    BF_OPT_MAYBE(0, "dedupe", CONF, filter.dedupe, "N",
                 "drop events that came among the last N (default 100000)", set_dedupe),
    BF_OPT_FLAG(0, "changed-only", CONF, filter.changed_only,
                "drop MODIFY that left the selected fields as they were"),
    BF_OPT_STR(0, "fold", CONF, fold, "KEY", "at the end of input, the last state for each KEY"),
    BF_OPT_SIZE(0, "fold-memory", CONF, fold_bytes, "SIZE",
                "give up when that needs more (default 512MiB)"),
};
_Static_assert(BF_COUNT(bf_filter_option_table) == BF_FILTER_OPTIONS_N, "the header counts them");
