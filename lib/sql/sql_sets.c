/* --enrich and --set as SQL: the results, and the FROM clause. */
#include "lib/sql/sql_impl.h"

/* " FROM cdc LEFT JOIN products USING (product_id)", and the results that --enrich adds. */
static bool enrich_one(struct bf_sql *s, const char *spec, struct bf_buf *from,
                       struct bf_buf *results, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(spec), head, list, name, word, key;
    if (!bf_str_split(&rest, ':', &head) || !rest.p)
        goto shape;
    list = rest;
    head = bf_str_trim(head);
    if (!bf_str_split(&head, ' ', &name) || !head.p)
        goto shape;
    head = bf_str_trim(head);
    if (!bf_str_split(&head, ' ', &word) || !bf_str_same(word, BF_STR("on")) || !head.p)
        goto shape;
    key = bf_str_trim(head);
    if (!key.n)
        goto shape;
    if (!bf_sql_lookup_index(s, name, key, true, e))
        return false;
    bf_buf_lit(from, " LEFT JOIN ");
    bf_sqlite_put_name(from, name);
    bf_buf_lit(from, " USING (");
    bf_sqlite_put_name(from, key);
    bf_buf_lit(from, ")");
    while (bf_str_split(&list, ',', &word)) {
        word = bf_str_trim(word);
        if (!word.n)
            goto shape;
        bf_buf_add(results, ", ", results->n ? 2 : 0);
        bf_sqlite_put_name(results, name);
        bf_buf_lit(results, ".");
        bf_sqlite_put_name(results, word);
    }
    return true;
shape:
    return bf_err_set(e, BF_E_USAGE, "wants 'TABLE on COLUMN: COLUMN, COLUMN...'");
}

static bool set_one(const char *spec, struct bf_buf *results, struct bf_err *e)
{
    struct sql_text t;
    const char *equal = strchr(spec, '=');
    struct bf_str name = bf_str_trim(bf_str(spec, equal ? (size_t)(equal - spec) : 0));
    if (!equal || !name.n)
        return bf_err_set(e, BF_E_USAGE, "wants NAME=EXPR");
    /* checked alone, before it is put in parentheses among others */
    bool ok =
        bf_sql_text_init(&t, bf_str_of(equal + 1), NULL, 0, e) && bf_sql_text_expressions(&t, e);
    bf_sql_text_free(&t);
    if (!ok)
        return bf_err_ctx(e, "%.*s", (int)(name.n < 60 ? name.n : 60), name.p);
    if (results->n)
        bf_buf_lit(results, ", ");
    bf_buf_lit(results, "(");
    bf_buf_adds(results, bf_str_of(equal + 1));
    bf_buf_lit(results, "\n) AS ");
    bf_sqlite_put_name(results, name);
    return true;
}

bool bf_sql_sets_text(struct bf_sql *s, struct bf_buf *from, struct bf_buf *results,
                      struct bf_err *e)
{
    bool ok = true;
    bf_buf_lit(from, "\nFROM cdc");
    for (size_t i = 0; ok && i < s->conf.enrich.n; i++)
        ok = enrich_one(s, s->conf.enrich.item[i], from, results, e) || bf_err_ctx(e, "--enrich");
    for (size_t i = 0; ok && i < s->conf.set.n; i++)
        ok = set_one(s->conf.set.item[i], results, e) || bf_err_ctx(e, "--set");
    return ok && bf_buf_check(results, "SQL", e) && bf_buf_check(from, "SQL", e);
}
