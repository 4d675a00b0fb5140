#include "lib/sql/sql_impl.h"

/* The functions' names, and what they do; from sum on they are aggregates. */
enum op { ADD, SUB, MUL, CMP, SUM, MIN, MAX };

struct sql_func {
    struct bf_sql *sql;
    const struct sql_api *api;
    enum op op;
};

static const char *const names[] = {"dec_add", "dec_sub", "dec_mul", "dec_cmp",
                                    "dec_sum", "dec_min", "dec_max"};

bool bf_sql_decimal(const struct sql_api *api, sqlite3_value *value, struct bf_decimal *out,
                    struct bf_err *e)
{
    char text[SQL_REAL_MAX];
    struct bf_str number;
    if (api->value_type(value) == SQLITE_FLOAT) {
        number = bf_str(text, bf_sql_real_text(api->value_double(value), text));
    } else {
        const char *p = (const char *)api->value_text(value);
        number = bf_str(p ? p : "", p ? (size_t)api->value_bytes(value) : 0);
    }
    return bf_decimal_parse_long(number, out, e);
}

static void fail(const struct sql_func *f, sqlite3_context *context, struct bf_err *e)
{
    bf_err_ctx(e, "%s", names[f->op]);
    f->api->result_error(context, e->text, -1);
}

static void result(const struct sql_func *f, sqlite3_context *context, const struct bf_decimal *d)
{
    char room[BF_DECIMAL_TEXT];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_decimal_put(&text, d);
    bf_sql_result_number(f->sql, context, bf_buf_view(&text));
}

static const struct sql_func *func_of(sqlite3_context *context)
{
    return bf_sql_api()->user_data(context);
}

/* dec_add and dec_mul take two and more, the others two; NULL gives NULL. */
static void compute(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_func *f = func_of(context);
    struct bf_decimal a, b;
    struct bf_err e = {0};
    for (int i = 0; i < argc; i++)
        if (f->api->value_type(argv[i]) == SQLITE_NULL)
            return;
    if (argc < 2 || (argc > 2 && (f->op == SUB || f->op == CMP))) {
        bf_err_set(&e, BF_E_USAGE, "wants two numbers");
        fail(f, context, &e);
        return;
    }
    bool ok = bf_sql_decimal(f->api, argv[0], &a, &e);
    for (int i = 1; ok && i < argc; i++) {
        ok = bf_sql_decimal(f->api, argv[i], &b, &e);
        if (ok && f->op == CMP) {
            int order = bf_decimal_cmp(&a, &b);
            f->api->result_int64(context, (order > 0) - (order < 0));
            return;
        }
        if (ok)
            ok = f->op == ADD   ? bf_decimal_add(&a, &b, &a, &e)
                 : f->op == SUB ? bf_decimal_sub(&a, &b, &a, &e)
                                : bf_decimal_mul(&a, &b, &a, &e);
    }
    if (ok)
        result(f, context, &a);
    else
        fail(f, context, &e);
}

struct sum {
    struct bf_decimal total;
    bool any;
};

static void sum_step(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    const struct sql_func *f = func_of(context);
    struct sum *sum = f->api->aggregate_context(context, sizeof *sum);
    struct bf_decimal d;
    struct bf_err e = {0};
    (void)argc;
    if (!sum || f->api->value_type(argv[0]) == SQLITE_NULL)
        return;
    if (!bf_sql_decimal(f->api, argv[0], &d, &e))
        fail(f, context, &e);
    else if (f->op == SUM || !sum->any) {
        if (!bf_decimal_add(&sum->total, &d, &sum->total, &e))
            fail(f, context, &e);
    } else if ((bf_decimal_cmp(&d, &sum->total) < 0) == (f->op == MIN))
        sum->total = d;
    sum->any = true;
}

static void sum_final(sqlite3_context *context)
{
    const struct sql_func *f = func_of(context);
    struct sum *sum = f->api->aggregate_context(context, 0);
    if (sum && sum->any)
        result(f, context, &sum->total);
}

bool bf_sql_func_init(struct bf_sql *s, struct bf_err *e)
{
    s->funcs = bf_arena_alloc(&s->names, BF_COUNT(names) * sizeof *s->funcs);
    if (!s->funcs)
        return bf_err_nomem(e);
    for (int i = 0; i < (int)BF_COUNT(names); i++) {
        s->funcs[i] = (struct sql_func){s, s->api, (enum op)i};
        bool sum = i >= SUM;
        if (s->api->create_function_v2(s->db, names[i], sum ? 1 : -1, SQL_FUNCTION, &s->funcs[i],
                                       sum ? NULL : compute, sum ? sum_step : NULL,
                                       sum ? sum_final : NULL, NULL) != SQLITE_OK)
            return bf_sql_fail(s, BF_E_MEMORY, e);
    }
    return bf_sql_order_init(s, e);
}
