/*
 * Comparisons that know numbers longer than SQLite's own, which are texts with a subtype; all else is
 * ordered as SQLite does it: numbers, then texts, then blobs.
 */
#include <stdlib.h>

#include "lib/cdc/sql_impl.h"

enum rank { RANK_NULL, RANK_NUMBER, RANK_TEXT, RANK_BLOB };

/* The same for all objects. */
static const struct sql_api *api_of(sqlite3_context *context)
{
    struct bf_err ignored;
    (void)context;
    return bf_sql_load(&ignored);
}

static enum rank rank_of(const struct sql_api *api, sqlite3_value *v, int type)
{
    switch (type) {
    case SQLITE_NULL:
        return RANK_NULL;
    case SQLITE_TEXT:
        return api->value_subtype(v) == SQL_SUB_NUMBER ? RANK_NUMBER : RANK_TEXT;
    case SQLITE_BLOB:
        return RANK_BLOB;
    default:
        return RANK_NUMBER;
    }
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

/* -1, 0 or 1; false when one of them is NULL. */
static bool order(const struct sql_api *api, sqlite3_value *a, sqlite3_value *b, int *out)
{
    int ta = api->value_type(a), tb = api->value_type(b);
    enum rank ra = rank_of(api, a, ta), rb = rank_of(api, b, tb);
    if (ra == RANK_NULL || rb == RANK_NULL)
        return false;
    *out = ra != rb            ? sign(ra<rb, ra> rb)
           : ra == RANK_NUMBER ? order_numbers(api, a, ta, b, tb)
                               : order_bytes(api, a, b);
    return true;
}

static void bf_order(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = api_of(context);
    int c;
    (void)argc;
    if (order(api, argv[0], argv[1], &c))
        api->result_int64(context, c);
}

/* As x >= a AND x <= b: false when one is false, whatever the other. */
static void bf_between(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = api_of(context);
    int low = 0, high = 0;
    bool lower = order(api, argv[0], argv[1], &low), upper = order(api, argv[0], argv[2], &high);
    (void)argc;
    if ((lower && low < 0) || (upper && high > 0))
        api->result_int64(context, 0);
    else if (lower && upper)
        api->result_int64(context, 1);
}

static void bf_num(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = api_of(context);
    (void)argc;
    api->result_value(context, argv[0]);
    api->result_subtype(context, SQL_SUB_NUMBER);
}

/* What SQLite can order: of a long number the real next to it. */
static void bf_key(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_api *api = api_of(context);
    (void)argc;
    if (api->value_type(argv[0]) == SQLITE_TEXT && api->value_subtype(argv[0]) == SQL_SUB_NUMBER)
        api->result_double(context, strtod((const char *)api->value_text(argv[0]), NULL));
    else
        api->result_value(context, argv[0]);
}

bool bf_sql_order_init(struct bf_sql *s, struct bf_err *e)
{
    static const struct {
        const char *name;
        int argc;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } all[] = {{"bf_order", 2, bf_order},
               {"bf_between", 3, bf_between},
               {"bf_num", 1, bf_num},
               {"bf_key", 1, bf_key}};
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (s->api->create_function_v2(s->db, all[i].name, all[i].argc,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS |
                                           SQLITE_SUBTYPE,
                                       s, all[i].call, NULL, NULL, NULL) != SQLITE_OK)
            return bf_sql_fail(s, BF_E_MEMORY, e);
    return true;
}
