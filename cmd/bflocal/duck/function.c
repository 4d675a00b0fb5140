#include "cmd/bflocal/duck/function.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/duck/json.h"
#include "cmd/bflocal/duck/number.h"
#include "cmd/bflocal/duck/probe.h"
#include "cmd/bflocal/duck/value.h"
#include "lib/json/scan.h"

static const struct bl_duck_function *offered;
static size_t noffered;

void bl_duck_offer(const struct bl_duck_function *list, size_t n)
{
    offered = list;
    noffered = n;
}

static int64_t integer(duckdb_vector v, uint64_t row)
{
    return ((const int64_t *)bl_duck_api()->vector_get_data(v))[row];
}

static void set_text(duckdb_vector out, uint64_t row, struct bf_str s)
{
    bl_duck_api()->vector_assign_string_element_len(out, row, s.n ? s.p : "", s.n);
}

/* CAST(x AS varchar) of JSON: the decoded characters of a string; another scalar as in the text. */
static bool put_json(struct bf_buf *out, struct bf_str text)
{
    text = bf_str_trim(text);
    if (text.n && (text.p[0] == '{' || text.p[0] == '['))
        return false;
    if (text.n >= 2 && text.p[0] == '"')
        bf_json_unescape(out, bf_str(text.p + 1, text.n - 2));
    else
        bf_buf_adds(out, text);
    return true;
}

/* CAST(x AS varchar) */
static void run_text(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector x = duck->data_chunk_get_vector(in, 0);
    duckdb_logical_type type = duck->vector_get_column_type(x);
    enum duckdb_type id = duck->get_type_id(type);
    struct bl_duck_type name;
    bool json = bl_duck_type(type, &name) && strcmp(name.name, "json") == 0;
    bool nested = id == DUCKDB_LIST || id == DUCKDB_MAP || id == DUCKDB_STRUCT;
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024 * 1024);
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        bf_buf_reset(&text);
        if (bl_duck_null(x, i) || (json && bf_str_is(bf_str_trim(bl_duck_text(x, i)), "null"))) {
            bl_duck_set_null(out, i);
            continue;
        }
        bool ok = json ? put_json(&text, bl_duck_text(x, i)) : bl_duck_put(&text, x, type, i);
        if (!ok || nested || !bf_buf_ok(&text)) {
            duck->scalar_function_set_error(
                info, json || nested
                          ? "TYPE_MISMATCH: Cannot cast an array, a map or a row to varchar"
                          : "NUMERIC_VALUE_OUT_OF_RANGE: bigint overflow");
            break;
        }
        set_text(out, i, bf_buf_view(&text));
    }
    bf_buf_free(&text);
    duck->destroy_logical_type(&type);
}

/* a / b of integers. */
static void run_idiv(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector a = duck->data_chunk_get_vector(in, 0), b = duck->data_chunk_get_vector(in, 1);
    int64_t *to = duck->vector_get_data(out);
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        if (bl_duck_null(a, i) || bl_duck_null(b, i)) {
            bl_duck_set_null(out, i);
            continue;
        }
        int64_t x = integer(a, i), y = integer(b, i);
        if (y == 0 || (x == INT64_MIN && y == -1)) {
            duck->scalar_function_set_error(info, y ? "NUMERIC_VALUE_OUT_OF_RANGE: bigint overflow"
                                                    : "DIVISION_BY_ZERO: Division by zero");
            return;
        }
        to[i] = x / y;
    }
}

/* a / b of doubles: a division by zero is infinite, as in IEEE 754. */
static void run_fdiv(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector a = duck->data_chunk_get_vector(in, 0), b = duck->data_chunk_get_vector(in, 1);
    const double *x = duck->vector_get_data(a), *y = duck->vector_get_data(b);
    double *to = duck->vector_get_data(out);
    (void)info;
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        if (bl_duck_null(a, i) || bl_duck_null(b, i))
            bl_duck_set_null(out, i);
        else
            to[i] = x[i] / y[i];
    }
}

struct number {
    bool less;
    unsigned __int128 digits; /* without the decimal point */
    int scale;
};

static bool read_number(struct bf_str s, struct number *n)
{
    bool point = false;
    memset(n, 0, sizeof *n);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '-' && i == 0)
            n->less = true;
        else if (c == '.')
            point = true;
        else if (c >= '0' && c <= '9' && n->digits < ~(unsigned __int128)0 / 10 - 10) {
            n->digits = n->digits * 10 + (unsigned)(c - '0');
            n->scale += point;
        } else
            return false;
    }
    return s.n > 0;
}

/* a / b with `scale` digits after the decimal point; the last is rounded half away from zero. */
static bool divide(struct bf_buf *out, struct number a, struct number b, int scale)
{
    char digits[100];
    int n = 0, shift = scale + b.scale - a.scale; /* a's digits times 10^shift are divided by b's */
    unsigned __int128 q, r, top = ~(unsigned __int128)0 / 10;
    for (; shift < 0; shift++) {
        if (b.digits >= top)
            return false;
        b.digits *= 10;
    }
    q = a.digits / b.digits;
    r = a.digits % b.digits;
    for (int i = 0; i < shift; i++) {
        if (r >= top || q >= top - 10)
            return false;
        r *= 10;
        q = q * 10 + r / b.digits;
        r %= b.digits;
    }
    if (r >= b.digits - r)
        q++;
    bool less = a.less != b.less && q != 0;
    do
        digits[n++] = (char)('0' + (int)(q % 10));
    while ((q /= 10) || n <= scale);
    if (less)
        bf_buf_addc(out, '-');
    while (n > 0) {
        if (n == scale)
            bf_buf_addc(out, '.');
        bf_buf_addc(out, digits[--n]);
    }
    return true;
}

/* a / b of decimals, as text. Arguments: a, b, scale. */
static void run_ddiv(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector v[3];
    char room[128];
    for (uint64_t k = 0; k < 3; k++)
        v[k] = duck->data_chunk_get_vector(in, k);
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        struct number a, b;
        struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
        if (bl_duck_null(v[0], i) || bl_duck_null(v[1], i)) {
            bl_duck_set_null(out, i);
            continue;
        }
        bool ok = read_number(bl_duck_text(v[0], i), &a) && read_number(bl_duck_text(v[1], i), &b);
        if (ok && b.digits == 0) {
            duck->scalar_function_set_error(info, "DIVISION_BY_ZERO: Division by zero");
            return;
        }
        if (!ok || !divide(&text, a, b, (int)integer(v[2], i))) {
            duck->scalar_function_set_error(info, "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow");
            return;
        }
        set_text(out, i, bf_buf_view(&text));
    }
}

/* The number of code points that begin in s. */
static int64_t points(struct bf_str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* The byte offset at which code point n begins. */
static size_t point_at(struct bf_str s, int64_t n)
{
    size_t i = 0;
    for (; i < s.n; i++)
        if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
            break;
    return i;
}

/* substr(s, start, length): start counts from 1, or from the end if it is negative; an empty
 * string if it is out of range. */
static void run_substr(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector v[3];
    (void)info;
    for (uint64_t k = 0; k < 3; k++)
        v[k] = duck->data_chunk_get_vector(in, k);
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        if (bl_duck_null(v[0], i) || bl_duck_null(v[1], i) || bl_duck_null(v[2], i)) {
            bl_duck_set_null(out, i);
            continue;
        }
        struct bf_str s = bl_duck_text(v[0], i);
        int64_t n = points(s), from = integer(v[1], i), count = integer(v[2], i);
        if (from < 0)
            from = from + n + 1;
        if (from < 1 || from > n || count <= 0) {
            set_text(out, i, BF_STR(""));
            continue;
        }
        if (count > n - from + 1)
            count = n - from + 1;
        size_t begin = point_at(s, from - 1), end = point_at(s, from - 1 + count);
        set_text(out, i, bf_str(s.p + begin, end - begin));
    }
}

static const struct bl_duck_function own[] = {
    {"athena_probe",
     DUCKDB_DOUBLE,
     {DUCKDB_INTEGER, DUCKDB_ANY},
     bl_duck_probe_run,
     bl_duck_probe_bind,
     true}, /* otherwise it is replaced by a constant NULL before it is bound */
    {"athena_json", DUCKDB_VARCHAR, {DUCKDB_ANY}, bl_duck_json_run, NULL, false},
    {"athena_json_hive", DUCKDB_VARCHAR, {DUCKDB_ANY}, bl_duck_json_hive_run, NULL, false},
    {"athena_text", DUCKDB_VARCHAR, {DUCKDB_ANY}, run_text, NULL, false},
    {"athena_fail", DUCKDB_NULL, {DUCKDB_VARCHAR}, bl_duck_fail_run, NULL, true},
    {"athena_number",
     DUCKDB_DOUBLE,
     {DUCKDB_VARCHAR, DUCKDB_DOUBLE},
     bl_duck_number_run,
     NULL,
     false},
    {"athena_fmod", DUCKDB_DOUBLE, {DUCKDB_DOUBLE, DUCKDB_DOUBLE}, bl_duck_fmod_run, NULL, false},
    {"athena_idiv", DUCKDB_BIGINT, {DUCKDB_BIGINT, DUCKDB_BIGINT}, run_idiv, NULL, false},
    {"athena_fdiv", DUCKDB_DOUBLE, {DUCKDB_DOUBLE, DUCKDB_DOUBLE}, run_fdiv, NULL, false},
    {"athena_ddiv",
     DUCKDB_VARCHAR,
     {DUCKDB_VARCHAR, DUCKDB_VARCHAR, DUCKDB_BIGINT},
     run_ddiv,
     NULL,
     false},
    {"athena_substr",
     DUCKDB_VARCHAR,
     {DUCKDB_VARCHAR, DUCKDB_BIGINT, DUCKDB_BIGINT},
     run_substr,
     NULL,
     false},
};

static duckdb_logical_type make_type(enum duckdb_type id)
{
    const struct bl_duck_api *duck = bl_duck_api();
    if (id != DUCKDB_LIST)
        return duck->create_logical_type(id);
    duckdb_logical_type text = duck->create_logical_type(DUCKDB_VARCHAR),
                        list = duck->create_list_type(text);
    duck->destroy_logical_type(&text);
    return list;
}

static bool add(duckdb_connection con, const struct bl_duck_function *f, struct bf_err *e)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_scalar_function s = duck->create_scalar_function();
    duckdb_logical_type type = make_type(f->result);
    duck->scalar_function_set_name(s, f->name);
    duck->scalar_function_set_return_type(s, type);
    duck->destroy_logical_type(&type);
    for (size_t i = 0; i < BL_DUCK_PARAMETERS && f->parameters[i] != DUCKDB_INVALID; i++) {
        type = make_type(f->parameters[i]);
        duck->scalar_function_add_parameter(s, type);
        duck->destroy_logical_type(&type);
    }
    duck->scalar_function_set_function(s, f->run);
    if (f->bind)
        duck->scalar_function_set_bind(s, f->bind);
    if (f->nulls)
        duck->scalar_function_set_special_handling(s);
    bool ok = duck->register_scalar_function(con, s) == 0;
    duck->destroy_scalar_function(&s);
    return ok || bf_err_set(e, BF_E_SERVICE, "cannot register the function %s in DuckDB", f->name);
}

bool bl_duck_register(duckdb_connection con, struct bf_err *e)
{
    for (size_t i = 0; i < BF_COUNT(own); i++)
        if (!add(con, &own[i], e))
            return false;
    for (size_t i = 0; i < noffered; i++)
        if (!add(con, &offered[i], e))
            return false;
    return true;
}
