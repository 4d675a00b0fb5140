#include "lib/xform/xform_options.h"

static const struct bf_opt_word images[] = {
    {"new", BF_ROW_NEW},   {"newest", BF_ROW_NEWEST}, {"old", BF_ROW_OLD},
    {"both", BF_ROW_BOTH}, {"keys", BF_ROW_KEYS},
};

static const struct bf_opt_word metadata[] = {
    {"op", 0}, {"ts", 0}, {"table", 0}, {"event-id", 0}, {"seq", 0}, {"changed", 0},
};

static bool set_meta(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_row_conf_meta(field, value, e);
}

static bool no_meta(void *field, struct bf_str value, struct bf_err *e)
{
    (void)value, (void)e;
    ((struct bf_row_conf *)field)->nmeta = 0;
    return true;
}

const struct bf_opt bf_xform_option_table[] = {
    BF_OPT_CHOICE(0, "image", struct bf_xform_conf, row.image, "IMAGE",
                  "new (default), newest, old, both or keys", images),
    BF_OPT_STR(0, "fields", struct bf_xform_conf, row.fields, "LIST",
               "only these, in this order: a,b.c,old.d"),
    BF_OPT_FN(0, "meta", struct bf_xform_conf, row, "LIST",
              "metadata columns: op,ts,table,event-id,seq,changed (default op,ts)", set_meta,
              .words = metadata, .nwords = BF_COUNT(metadata)),
    BF_OPT_FN(0, "no-meta", struct bf_xform_conf, row, NULL, "no metadata columns", no_meta),
    BF_OPT_STR(0, "meta-prefix", struct bf_xform_conf, row.meta_prefix, "TEXT",
               "begin their names with TEXT (default _)"),
};

_Static_assert(BF_COUNT(bf_xform_option_table) == BF_XFORM_OPTIONS_N,
               "xform_options.h counts them");
