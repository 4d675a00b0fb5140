/* Reports names in the options that no record had. */
#include "lib/xform/xform_impl.h"

/* The i-th attribute that was searched for and that no record had; p NULL: no more, and *i is
 * reduced by their number. */
static struct bf_str unseen(const struct bf_xform *x, size_t *i, enum bf_xform_seeker *seeker)
{
    struct bf_str name;
    *seeker = BF_SEEKER_SQL;
    for (size_t n = 0; x->sql && (name = bf_sql_unseen(x->sql, n)).p; n++)
        if ((*i)-- == 0)
            return name;
    *seeker = BF_SEEKER_SHAPE;
    for (size_t n = 0; x->shape && (name = bf_reshape_unseen(x->shape, n)).p; n++)
        if ((*i)-- == 0)
            return name;
    *seeker = BF_SEEKER_FIELDS;
    const struct bf_row *row = x->results ? x->results : x->row;
    for (size_t n = 0; (name = bf_row_unseen(row, n)).p; n++)
        if ((*i)-- == 0)
            return name;
    return (struct bf_str){0};
}

/* Is the name written as "name" in SQL? The user may have meant a string, which has single
 * quotes. */
static bool in_quotes(const struct bf_sql_conf *sql, struct bf_str name)
{
    const char *text[3 + BF_OPT_LIST_MAX] = {sql->where, sql->select, sql->query};
    for (size_t i = 0; i < sql->set.n; i++)
        text[3 + i] = sql->set.item[i];
    for (size_t i = 0; i < BF_COUNT(text); i++)
        for (const char *p = text[i]; p && (p = strchr(p, '"')); p++)
            if (bf_str_starts(bf_str_of(p + 1), name) && p[name.n + 1] == '"')
                return true;
    return false;
}

static void put_attribute(const struct bf_xform *x, struct bf_str name, bool sql,
                          struct bf_buf *out)
{
    static const char *const metas[] = {"_op", "_ts", "_table", "_event_id", "_seq"};
    bool old = bf_str_starts(name, BF_STR("old."));
    int n = (int)(name.n < 100 ? name.n : 100);
    struct bf_near near;
    bf_buf_addf(out, "no record has an attribute %.*s", n, name.p);
    bf_near_init(&near, old ? bf_str(name.p + 4, name.n - 4) : name);
    bf_names_offer(&x->names, &near);
    for (size_t i = 0; sql && i < BF_COUNT(metas); i++)
        bf_near_offer(&near, bf_str_of(metas[i]));
    if (near.best.p && !bf_str_eq(near.best, near.name)) /* the name may exist in another image */
        bf_buf_addf(out, "; did you mean %s%.*s?", old ? "old." : "", (int)near.best.n,
                    near.best.p);
    else if (sql && in_quotes(&x->conf.sql, name))
        bf_buf_addf(out, "; a text is written in single quotes: '%.*s'", n, name.p);
}

static bool put_path(const struct bf_xform *x, size_t i, struct bf_buf *out)
{
    struct bf_near near;
    struct bf_str name;
    bf_buf_lit(out, "--match: no record has ");
    if (!x->filter || !bf_filter_unseen(x->filter, i, out, &name))
        return false;
    bf_near_init(&near, name);
    bf_names_offer(&x->names, &near);
    if (name.p && near.best.p && !bf_str_eq(near.best, name))
        bf_buf_addf(out, "; did you mean %.*s?", (int)near.best.n, near.best.p);
    return true;
}

bool bf_xform_absent(const struct bf_xform *x, size_t i, struct bf_buf *out,
                     enum bf_xform_seeker *seeker)
{
    size_t before = out->n, paths = 0;
    struct bf_str name = unseen(x, &i, seeker);
    if (name.p) {
        put_attribute(x, name, *seeker == BF_SEEKER_SQL, out);
        return true;
    }
    *seeker = BF_SEEKER_MATCH;
    for (; put_path(x, paths, out); paths++, out->n = before)
        if (i-- == 0)
            return true;
    out->n = before;
    *seeker = BF_SEEKER_META;
    name = bf_row_null_meta(x->row, i);
    bf_buf_adds(out, name);
    bf_buf_adds(out, name.p ? BF_STR(" is NULL: no record tells it") : BF_STR(""));
    return name.p != NULL;
}
