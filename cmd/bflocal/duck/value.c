#include "cmd/bflocal/duck/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

/* For each type: its name in results and in Hive's DDL, and its size in ColumnInfo. */
static const struct {
    enum duckdb_type id;
    const char *name, *full, *hive;
    int precision;
} names[] = {
    {DUCKDB_BOOLEAN, "boolean", "boolean", "boolean", 0},
    {DUCKDB_TINYINT, "tinyint", "tinyint", "tinyint", 3},
    {DUCKDB_SMALLINT, "smallint", "smallint", "smallint", 5},
    {DUCKDB_INTEGER, "integer", "integer", "int", 10},
    {DUCKDB_BIGINT, "bigint", "bigint", "bigint", 19},
    {DUCKDB_UTINYINT, "smallint", "smallint", "smallint", 5},
    {DUCKDB_USMALLINT, "integer", "integer", "int", 10},
    {DUCKDB_UINTEGER, "bigint", "bigint", "bigint", 19},
    {DUCKDB_UBIGINT, "bigint", "bigint", "bigint", 19},
    {DUCKDB_HUGEINT, "bigint", "bigint", "bigint", 19},
    {DUCKDB_FLOAT, "float", "real", "float", 17},
    {DUCKDB_DOUBLE, "double", "double", "double", 17},
    {DUCKDB_DATE, "date", "date", "date", 0},
    {DUCKDB_TIME, "time", "time(3)", "string", 3},
    {DUCKDB_TIMESTAMP, "timestamp", "timestamp(3)", "timestamp", 3},
    {DUCKDB_TIMESTAMP_S, "timestamp", "timestamp(3)", "timestamp", 3},
    {DUCKDB_TIMESTAMP_MS, "timestamp", "timestamp(3)", "timestamp", 3},
    {DUCKDB_TIMESTAMP_NS, "timestamp", "timestamp(3)", "timestamp", 3},
    {DUCKDB_TIMESTAMP_TZ, "timestamp with time zone", "timestamp(3) with time zone", "timestamp",
     3},
    {DUCKDB_INTERVAL, "interval day to second", "interval day to second", "string", 0},
    {DUCKDB_VARCHAR, "varchar", "varchar", "string", 2147483647},
    {DUCKDB_BLOB, "varbinary", "varbinary", "binary", 1073741824},
    {DUCKDB_UUID, "uuid", "uuid", "string", 0},
    {DUCKDB_NULL, "unknown", "unknown", "string", 0},
    {DUCKDB_LIST, "array", "array", "array", 0},
    {DUCKDB_MAP, "map", "map", "map", 0},
    {DUCKDB_STRUCT, "row", "row", "struct", 0},
};

static bool is_json(duckdb_logical_type type)
{
    const struct bl_duck_api *duck = bl_duck_api();
    char *alias = duck->logical_type_get_alias(type);
    bool json = alias && strcmp(alias, "JSON") == 0;
    if (alias)
        duck->free(alias);
    return json;
}

bool bl_duck_type(duckdb_logical_type type, struct bl_duck_type *out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    enum duckdb_type id = duck->get_type_id(type);
    memset(out, 0, sizeof *out);
    if (id == DUCKDB_DECIMAL) {
        *out =
            (struct bl_duck_type){"decimal", duck->decimal_width(type), duck->decimal_scale(type)};
        return true;
    }
    if (id == DUCKDB_VARCHAR && is_json(type)) {
        *out = (struct bl_duck_type){"json", 0, 0};
        return true;
    }
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (names[i].id == id) {
            snprintf(out->name, sizeof out->name, "%s", names[i].name);
            out->precision = names[i].precision;
            return true;
        }
    return false;
}

static void put_type(struct bf_buf *out, duckdb_logical_type type, bool hive)
{
    const struct bl_duck_api *duck = bl_duck_api();
    enum duckdb_type id = duck->get_type_id(type);
    const char *open = hive ? "<" : "(", *close = hive ? ">" : ")", *sep = hive ? "," : ", ";
    if (id == DUCKDB_DECIMAL) {
        bf_buf_addf(out, "decimal(%d,%d)", duck->decimal_width(type), duck->decimal_scale(type));
        return;
    }
    if (id == DUCKDB_VARCHAR && is_json(type)) {
        bf_buf_adds(out, bf_str_of(hive ? "string" : "json"));
        return;
    }
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (names[i].id == id)
            bf_buf_adds(out, bf_str_of(hive ? names[i].hive : names[i].full));
    if (id == DUCKDB_LIST) {
        duckdb_logical_type child = duck->list_type_child_type(type);
        bf_buf_adds(out, bf_str_of(open));
        put_type(out, child, hive);
        bf_buf_adds(out, bf_str_of(close));
        duck->destroy_logical_type(&child);
    } else if (id == DUCKDB_MAP) {
        duckdb_logical_type key = duck->map_type_key_type(type),
                            value = duck->map_type_value_type(type);
        bf_buf_adds(out, bf_str_of(open));
        put_type(out, key, hive);
        bf_buf_adds(out, bf_str_of(sep));
        put_type(out, value, hive);
        bf_buf_adds(out, bf_str_of(close));
        duck->destroy_logical_type(&key);
        duck->destroy_logical_type(&value);
    } else if (id == DUCKDB_STRUCT) {
        bf_buf_adds(out, bf_str_of(open));
        for (uint64_t i = 0; i < duck->struct_type_child_count(type); i++) {
            char *name = duck->struct_type_child_name(type, i);
            duckdb_logical_type child = duck->struct_type_child_type(type, i);
            bf_buf_addf(out, "%s%s%s", i ? sep : "", name, hive ? ":" : *name ? " " : "");
            put_type(out, child, hive);
            duck->free(name);
            duck->destroy_logical_type(&child);
        }
        bf_buf_adds(out, bf_str_of(close));
    }
}

void bl_duck_type_text(struct bf_buf *out, duckdb_logical_type type)
{
    put_type(out, type, false);
}

void bl_duck_type_hive(struct bf_buf *out, duckdb_logical_type type)
{
    put_type(out, type, true);
}

bool bl_duck_null(duckdb_vector v, uint64_t row)
{
    const uint64_t *valid = bl_duck_api()->vector_get_validity(v);
    return valid && !(valid[row / 64] >> row % 64 & 1);
}

struct bf_str bl_duck_string(const duckdb_string *s)
{
    return s->near.length <= sizeof s->near.bytes ? bf_str(s->near.bytes, s->near.length)
                                                  : bf_str(s->far.pointer, s->far.length);
}

struct bf_str bl_duck_text(duckdb_vector v, uint64_t row)
{
    return bl_duck_string(&((const duckdb_string *)bl_duck_api()->vector_get_data(v))[row]);
}

void bl_duck_set_null(duckdb_vector out, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duck->vector_ensure_validity_writable(out);
    duck->vector_get_validity(out)[row / 64] &= ~(UINT64_C(1) << row % 64);
}

/* The fewest digits that read back as the same number; *exponent is that of the first digit. */
static int shortest(double d, bool is_float, char digits[24], int *exponent)
{
    char text[40];
    for (int n = 1; n <= 17; n++) {
        snprintf(text, sizeof text, "%.*e", n - 1, d);
        if (is_float ? strtof(text, NULL) == (float)d : strtod(text, NULL) == d)
            break;
    }
    int n = 0;
    for (const char *p = text; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    *exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    return n;
}

/* Double.toString of Java 19 and later: plain from 1E-3 to 1E7, otherwise with an exponent. */
void bl_duck_put_double(struct bf_buf *out, double d, bool is_float)
{
    char digits[24] = "0";
    int exponent;
    if (isnan(d) || isinf(d)) {
        bf_buf_adds(out, isnan(d) ? BF_STR("NaN")
                         : d < 0  ? BF_STR("-Infinity")
                                  : BF_STR("Infinity"));
        return;
    }
    if (signbit(d))
        bf_buf_addc(out, '-');
    if (d == 0) {
        bf_buf_lit(out, "0.0");
        return;
    }
    int n = shortest(fabs(d), is_float, digits, &exponent);
    if (exponent < -3 || exponent >= 7) {
        bf_buf_addf(out, "%c.%.*sE%d", digits[0], n > 1 ? n - 1 : 1, n > 1 ? digits + 1 : "0",
                    exponent);
        return;
    }
    if (exponent < 0) {
        bf_buf_lit(out, "0.");
        for (int i = -1; i > exponent; i--)
            bf_buf_addc(out, '0');
        bf_buf_add(out, digits, (size_t)n);
        return;
    }
    for (int i = 0; i <= exponent || i < n; i++) {
        if (i == exponent + 1)
            bf_buf_addc(out, '.');
        bf_buf_addc(out, i < n ? digits[i] : '0');
    }
    if (n <= exponent + 1)
        bf_buf_lit(out, ".0");
}

/* Prints an integer with a decimal point before its last `scale` digits. */
static void put_scaled(struct bf_buf *out, __int128 v, int scale)
{
    char digits[48];
    int n = 0;
    unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
    do
        digits[n++] = (char)('0' + (int)(u % 10));
    while ((u /= 10) || n <= scale);
    if (v < 0)
        bf_buf_addc(out, '-');
    while (n > 0) {
        if (n == scale)
            bf_buf_addc(out, '.');
        bf_buf_addc(out, digits[--n]);
    }
}

static void put_date(struct bf_buf *out, int64_t days)
{
    struct bf_date d = bf_clock_date(days * 86400000);
    bf_buf_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* Prints milliseconds; smaller units are cut off. */
static void put_time(struct bf_buf *out, int64_t micros)
{
    int64_t ms = micros / 1000;
    bf_buf_addf(out, "%02d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* To the next thousandth, half of one up, as a timestamp(3) is made of what is finer. */
static void put_timestamp(struct bf_buf *out, int64_t micros)
{
    int64_t over = ((micros % 1000) + 1000) % 1000;
    micros += over >= 500 ? 1000 - over : -over;
    int64_t day = INT64_C(86400000000), days = micros / day, rest = micros % day;
    if (rest < 0) {
        rest += day;
        days--;
    }
    put_date(out, days);
    bf_buf_addc(out, ' ');
    put_time(out, rest);
}

static void put_interval(struct bf_buf *out, const duckdb_interval *v)
{
    if (v->months) {
        int m = v->months < 0 ? -v->months : v->months;
        bf_buf_addf(out, "%s%d-%d", v->months < 0 ? "-" : "", m / 12, m % 12);
        return;
    }
    int64_t micros = v->micros + v->days * INT64_C(86400000000);
    bool less = micros < 0;
    if (less)
        micros = -micros;
    bf_buf_addf(out, "%s%lld ", less ? "-" : "", (long long)(micros / INT64_C(86400000000)));
    put_time(out, micros % INT64_C(86400000000));
}

static void put_uuid(struct bf_buf *out, duckdb_hugeint v)
{
    uint64_t high = (uint64_t)v.upper ^ (UINT64_C(1) << 63);
    bf_buf_addf(out, "%08llx-%04llx-%04llx-%04llx-%012llx", (unsigned long long)(high >> 32),
                (unsigned long long)(high >> 16 & 0xffff), (unsigned long long)(high & 0xffff),
                (unsigned long long)(v.lower >> 48),
                (unsigned long long)(v.lower & UINT64_C(0xffffffffffff)));
}

static __int128 wide(duckdb_hugeint v)
{
    return (__int128)v.upper << 64 | (__int128)v.lower;
}

static void put_decimal(struct bf_buf *out, const void *data, duckdb_logical_type type,
                        uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    int width = duck->decimal_width(type);
    __int128 v = width <= 4    ? (__int128)((const int16_t *)data)[row]
                 : width <= 9  ? (__int128)((const int32_t *)data)[row]
                 : width <= 18 ? (__int128)((const int64_t *)data)[row]
                               : wide(((const duckdb_hugeint *)data)[row]);
    put_scaled(out, v, duck->decimal_scale(type));
}

bool bl_duck_put_list(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row,
                      const char *separator,
                      bool (*put)(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type,
                                  uint64_t row))
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_list_entry e = ((const duckdb_list_entry *)duck->vector_get_data(v))[row];
    duckdb_vector child = duck->list_vector_get_child(v);
    duckdb_logical_type of = duck->list_type_child_type(type);
    bool ok = true;
    bf_buf_addc(out, '[');
    for (uint64_t i = 0; i < e.length; i++) {
        if (i)
            bf_buf_adds(out, bf_str_of(separator));
        ok = put(out, child, of, e.offset + i) && ok;
    }
    bf_buf_addc(out, ']');
    duck->destroy_logical_type(&of);
    return ok;
}

/* A map is stored as a list of pairs. */
static bool put_map(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_list_entry e = ((const duckdb_list_entry *)duck->vector_get_data(v))[row];
    duckdb_vector pairs = duck->list_vector_get_child(v),
                  keys = duck->struct_vector_get_child(pairs, 0),
                  values = duck->struct_vector_get_child(pairs, 1);
    duckdb_logical_type key = duck->map_type_key_type(type),
                        value = duck->map_type_value_type(type);
    bool ok = true;
    bf_buf_addc(out, '{');
    for (uint64_t i = 0; i < e.length; i++) {
        if (i)
            bf_buf_lit(out, ", ");
        ok = bl_duck_put(out, keys, key, e.offset + i) && ok;
        bf_buf_addc(out, '=');
        ok = bl_duck_put(out, values, value, e.offset + i) && ok;
    }
    bf_buf_addc(out, '}');
    duck->destroy_logical_type(&key);
    duck->destroy_logical_type(&value);
    return ok;
}

static bool put_row(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    bool ok = true;
    bf_buf_addc(out, '{');
    for (uint64_t i = 0; i < duck->struct_type_child_count(type); i++) {
        char *name = duck->struct_type_child_name(type, i);
        duckdb_logical_type of = duck->struct_type_child_type(type, i);
        if (i)
            bf_buf_lit(out, ", ");
        if (*name)
            bf_buf_addf(out, "%s=", name);
        else
            bf_buf_addf(out, "field%d=", (int)i);
        ok = bl_duck_put(out, duck->struct_vector_get_child(v, i), of, row) && ok;
        duck->free(name);
        duck->destroy_logical_type(&of);
    }
    bf_buf_addc(out, '}');
    return ok;
}

static bool put_hugeint(struct bf_buf *out, duckdb_hugeint v)
{
    __int128 n = wide(v);
    put_scaled(out, n, 0);
    return n >= INT64_MIN && n <= INT64_MAX;
}

static void put_blob(struct bf_buf *out, struct bf_str bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        if (i)
            bf_buf_addc(out, ' ');
        bf_hex_encode(out, bytes.p + i, 1);
    }
}

#define AT(kind) (((const kind *)data)[row])
/* Dates and times; false: the type is none of them. */
static bool put_instant(struct bf_buf *out, const void *data, duckdb_logical_type type,
                        uint64_t row)
{
    switch (bl_duck_api()->get_type_id(type)) {
    case DUCKDB_DATE:
        put_date(out, AT(int32_t));
        return true;
    case DUCKDB_TIME:
        put_time(out, AT(int64_t));
        return true;
    case DUCKDB_TIMESTAMP:
        put_timestamp(out, AT(int64_t));
        return true;
    case DUCKDB_TIMESTAMP_S:
        put_timestamp(out, AT(int64_t) * 1000000);
        return true;
    case DUCKDB_TIMESTAMP_MS:
        put_timestamp(out, AT(int64_t) * 1000);
        return true;
    case DUCKDB_TIMESTAMP_NS:
        put_timestamp(out, AT(int64_t) / 1000 - (AT(int64_t) % 1000 < 0));
        return true;
    case DUCKDB_TIMESTAMP_TZ:
        put_timestamp(out, AT(int64_t));
        bf_buf_lit(out, " UTC");
        return true;
    default:
        return false;
    }
}

static bool put_plain(struct bf_buf *out, const void *data, duckdb_logical_type type, uint64_t row)
{
    switch (bl_duck_api()->get_type_id(type)) {
    case DUCKDB_BOOLEAN:
        bf_buf_adds(out, AT(uint8_t) ? BF_STR("true") : BF_STR("false"));
        return true;
    case DUCKDB_TINYINT:
        bf_buf_addf(out, "%d", AT(int8_t));
        return true;
    case DUCKDB_SMALLINT:
        bf_buf_addf(out, "%d", AT(int16_t));
        return true;
    case DUCKDB_INTEGER:
        bf_buf_addf(out, "%d", AT(int32_t));
        return true;
    case DUCKDB_BIGINT:
        bf_buf_addf(out, "%lld", (long long)AT(int64_t));
        return true;
    case DUCKDB_UTINYINT:
        bf_buf_addf(out, "%u", AT(uint8_t));
        return true;
    case DUCKDB_USMALLINT:
        bf_buf_addf(out, "%u", AT(uint16_t));
        return true;
    case DUCKDB_UINTEGER:
        bf_buf_addf(out, "%u", AT(uint32_t));
        return true;
    case DUCKDB_UBIGINT:
        bf_buf_u64(out, AT(uint64_t));
        return AT(uint64_t) <= INT64_MAX;
    case DUCKDB_HUGEINT:
        return put_hugeint(out, AT(duckdb_hugeint));
    case DUCKDB_FLOAT:
        bl_duck_put_double(out, (double)AT(float), true);
        return true;
    case DUCKDB_DOUBLE:
        bl_duck_put_double(out, AT(double), false);
        return true;
    case DUCKDB_INTERVAL:
        put_interval(out, &AT(duckdb_interval));
        return true;
    case DUCKDB_UUID:
        put_uuid(out, AT(duckdb_hugeint));
        return true;
    case DUCKDB_VARCHAR:
        bf_buf_adds(out, bl_duck_string(&AT(duckdb_string)));
        return true;
    case DUCKDB_BLOB:
        put_blob(out, bl_duck_string(&AT(duckdb_string)));
        return true;
    default:
        return put_instant(out, data, type, row);
    }
}
#undef AT

bool bl_duck_put(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    if (bl_duck_null(v, row)) {
        bf_buf_lit(out, "null");
        return true;
    }
    switch (duck->get_type_id(type)) {
    case DUCKDB_LIST:
        return bl_duck_put_list(out, v, type, row, ", ", bl_duck_put);
    case DUCKDB_MAP:
        return put_map(out, v, type, row);
    case DUCKDB_STRUCT:
        return put_row(out, v, type, row);
    case DUCKDB_DECIMAL:
        put_decimal(out, duck->vector_get_data(v), type, row);
        return true;
    default:
        return put_plain(out, duck->vector_get_data(v), type, row);
    }
}
