/*
 * Comparisons that know numbers longer than SQLite's own, which are texts with a subtype; all else is
 * ordered as SQLite does it: numbers, then texts, then blobs.
 *
 * A value that SQLite kept for a while (a sorter, a subquery, the table of what was kept) has lost its
 * subtype. Then what came tells: where no text came that looks like such a number, it is a number; where no
 * such number came, it is a text. Where both came, the query is told to say which.
 */
#include <stdlib.h>

#include "lib/sql/sql_impl.h"

enum rank { RANK_NULL, RANK_NUMBER, RANK_TEXT, RANK_BLOB, RANK_UNSURE };

static struct bf_sql *sql_of(sqlite3_context *context)
{
    return bf_sql_api()->user_data(context);
}

static enum rank rank_of_text(const struct bf_sql *s, sqlite3_value *v)
{
    unsigned sub = s->api->value_subtype(v);
    if (sub || !s->forgets || !s->long_numbers)
        return sub == SQL_SUB_NUMBER ? RANK_NUMBER : RANK_TEXT;
    const char *p = (const char *)s->api->value_text(v);
    if (!p || !bf_sql_looks_long(bf_str(p, (size_t)s->api->value_bytes(v))))
        return RANK_TEXT;
    return s->long_texts ? RANK_UNSURE : RANK_NUMBER;
}

static enum rank rank_of(const struct bf_sql *s, sqlite3_value *v, int type)
{
    switch (type) {
    case SQLITE_NULL:
        return RANK_NULL;
    case SQLITE_TEXT:
        return rank_of_text(s, v);
    case SQLITE_BLOB:
        return RANK_BLOB;
    default:
        return RANK_NUMBER;
    }
}

static void unsure(const struct bf_sql *s, sqlite3_context *context)
{
    s->api->result_error(context,
                         "is a value of many digits a number or a text here? CAST(x AS REAL) and "
                         "dec_cmp(x, y) say number, x COLLATE BINARY says text",
                         -1);
}

static int sign(bool less, bool more)
{
    return more - less;
}

static int order_bytes(const struct sql_api *api, sqlite3_value *a, sqlite3_value *b)
{
    const void *p = api->value_blob(a), *q = api->value_blob(b);
    struct bf_str x = bf_str(p, (size_t)api->value_bytes(a)),
                  y = bf_str(q, (size_t)api->value_bytes(b));
    int c = bf_str_cmp(x, y);
    return sign(c<0, c> 0);
}

static int order_numbers(const struct sql_api *api, sqlite3_value *a, int ta, sqlite3_value *b,
                         int tb)
{
    struct bf_decimal x, y;
    struct bf_err ignored;
    if (ta == SQLITE_INTEGER && tb == SQLITE_INTEGER) {
        sqlite3_int64 i = api->value_int64(a), j = api->value_int64(b);
        return sign(i<j, i> j);
    }
    if (ta != SQLITE_TEXT && tb != SQLITE_TEXT) {
        const sqlite3_int64 exact = (sqlite3_int64)1 << 53;
        sqlite3_value *integer = ta == SQLITE_INTEGER ? a : tb == SQLITE_INTEGER ? b : NULL;
        if (!integer || (api->value_int64(integer) < exact && api->value_int64(integer) > -exact)) {
            double v = api->value_double(a), w = api->value_double(b);
            return sign(v<w, v> w);
        }
    }
    if (bf_sql_decimal(api, a, &x, &ignored) && bf_sql_decimal(api, b, &y, &ignored)) {
        int c = bf_decimal_cmp(&x, &y);
        return sign(c<0, c> 0);
    }
    double v = api->value_double(a), w = api->value_double(b); /* a real of 1e200 */
    return sign(v<w, v> w);
}

/* -1, 0 or 1 in *out; false when there is none: one of them is NULL, or (*told) nobody knows what it is. */
static bool order(sqlite3_context *context, sqlite3_value *a, sqlite3_value *b, int *out,
                  bool *told)
{
    const struct bf_sql *s = sql_of(context);
    const struct sql_api *api = s->api;
    int ta = api->value_type(a), tb = api->value_type(b);
    enum rank ra = rank_of(s, a, ta), rb = rank_of(s, b, tb);
    if (ra == RANK_NULL || rb == RANK_NULL)
        return false;
    if (ra == RANK_UNSURE || rb == RANK_UNSURE) {
        *told = true;
        unsure(s, context);
        return false;
    }
    *out = ra != rb            ? sign(ra<rb, ra> rb)
           : ra == RANK_NUMBER ? order_numbers(api, a, ta, b, tb)
                               : order_bytes(api, a, b);
    return true;
}

static void bf_order(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    int c;
    bool told = false;
    (void)argc;
    if (order(context, argv[0], argv[1], &c, &told))
        bf_sql_api()->result_int64(context, c);
}

/* As x >= a AND x <= b: false when one is false, whatever the other. */
static void bf_between(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = bf_sql_api();
    int low = 0, high = 0;
    bool told = false, lower = order(context, argv[0], argv[1], &low, &told),
         upper = order(context, argv[0], argv[2], &high, &told);
    (void)argc;
    if (told)
        return;
    if ((lower && low < 0) || (upper && high > 0))
        api->result_int64(context, 0);
    else if (lower && upper)
        api->result_int64(context, 1);
}

/* The value again, as what it was. */
static void give_back(sqlite3_context *context, sqlite3_value *v)
{
    const struct sql_api *api = bf_sql_api();
    unsigned sub = api->value_subtype(v);
    api->result_value(context, v);
    if (sub)
        api->result_subtype(context, sub);
}

/* max(a, b, ...) and min(a, b, ...); NULL when one is. */
static void extreme(sqlite3_context *context, int argc, sqlite3_value **argv, int wanted)
{
    const struct sql_api *api = bf_sql_api();
    sqlite3_value *best = argv[0];
    bool told = false;
    for (int i = 0; i < argc; i++)
        if (api->value_type(argv[i]) == SQLITE_NULL)
            return;
    for (int i = 1; i < argc; i++) {
        int c;
        if (!order(context, argv[i], best, &c, &told))
            return;
        if (c == wanted)
            best = argv[i];
    }
    give_back(context, best);
}

static void bf_max(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    extreme(context, argc, argv, 1);
}

static void bf_min(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    extreme(context, argc, argv, -1);
}

static void bf_num(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    sql_of(context)->long_numbers = true;
    bf_sql_api()->result_value(context, argv[0]);
    bf_sql_api()->result_subtype(context, SQL_SUB_NUMBER);
}

/* What SQLite can order: of a long number the real next to it. */
static void bf_key(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct bf_sql *s = sql_of(context);
    int type = s->api->value_type(argv[0]);
    enum rank rank = rank_of(s, argv[0], type);
    (void)argc;
    if (rank == RANK_UNSURE)
        unsure(s, context);
    else if (type == SQLITE_TEXT && rank == RANK_NUMBER)
        s->api->result_double(context, strtod((const char *)s->api->value_text(argv[0]), NULL));
    else
        give_back(context, argv[0]);
}

bool bf_sql_order_init(struct bf_sql *s, struct bf_err *e)
{
    static const struct {
        const char *name;
        int argc;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } all[] = {{"bf_order", 2, bf_order}, {"bf_between", 3, bf_between}, {"bf_max", -1, bf_max},
               {"bf_min", -1, bf_min},    {"bf_num", 1, bf_num},         {"bf_key", 1, bf_key}};
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (s->api->create_function_v2(s->db, all[i].name, all[i].argc, SQL_FUNCTION, s,
                                       all[i].call, NULL, NULL, NULL) != SQLITE_OK)
            return bf_sql_fail(s, BF_E_MEMORY, e);
    return true;
}
