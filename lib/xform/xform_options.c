#include "lib/xform/xform_options.h"

bool bf_opt_choose(const struct bf_opt_word *words, size_t n, struct bf_str value, int *out,
                   struct bf_err *e)
{
    struct bf_buf all;
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(value, bf_str_of(words[i].name))) {
            *out = words[i].value;
            return true;
        }
    bf_buf_init(&all, 200);
    for (size_t i = 0; i < n; i++)
        bf_buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i].name);
    bf_err_set(e, BF_E_USAGE, "'%.*s' is not %s", (int)(value.n > 60 ? 60 : value.n), value.p,
               bf_buf_cstr(&all));
    bf_buf_free(&all);
    return false;
}

static bool set_image(void *field, struct bf_str value, struct bf_err *e)
{
    static const struct bf_opt_word words[] = {
        {"new", BF_ROW_NEW},   {"newest", BF_ROW_NEWEST}, {"old", BF_ROW_OLD},
        {"both", BF_ROW_BOTH}, {"keys", BF_ROW_KEYS},
    };
    int v = 0;
    bool ok = bf_opt_choose(words, BF_COUNT(words), value, &v, e);
    *(enum bf_row_image *)field = (enum bf_row_image)v;
    return ok;
}

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
    BF_OPT_FN(0, "image", struct bf_xform_conf, row.image, "IMAGE",
              "new (default), newest, old, both or keys", set_image),
    BF_OPT_STR(0, "fields", struct bf_xform_conf, row.fields, "LIST",
               "only these, in this order: a,b.c,old.d"),
    BF_OPT_FN(0, "meta", struct bf_xform_conf, row, "LIST",
              "metadata columns: op,ts,table,event-id,seq (default op,ts)", set_meta),
    BF_OPT_FN(0, "no-meta", struct bf_xform_conf, row, NULL, "no metadata columns", no_meta),
    BF_OPT_STR(0, "meta-prefix", struct bf_xform_conf, row.meta_prefix, "TEXT",
               "begin their names with TEXT (default _)"),
};

_Static_assert(BF_COUNT(bf_xform_option_table) == BF_XFORM_OPTIONS_N,
               "xform_options.h counts them");
