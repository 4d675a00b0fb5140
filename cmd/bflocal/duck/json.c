#include "cmd/bflocal/duck/json.h"

#include <math.h>

#include "cmd/bflocal/duck/value.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

typedef bool put_value(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row);

/* How values are written. */
struct form {
    put_value *value; /* any value, as JSON */
    put_value *plain; /* one without parts, as JSON */
    put_value *text;  /* the same as a text, for the key of a map */
};

static bool put_map(const struct form *form, struct bf_buf *out, duckdb_vector v,
                    duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_list_entry e = ((const duckdb_list_entry *)duck->vector_get_data(v))[row];
    duckdb_vector pairs = duck->list_vector_get_child(v);
    duckdb_logical_type key = duck->map_type_key_type(type),
                        value = duck->map_type_value_type(type);
    struct bf_buf name;
    bool ok = true;
    bf_buf_init(&name, 1024 * 1024);
    bf_buf_addc(out, '{');
    for (uint64_t i = 0; i < e.length; i++) {
        bf_buf_reset(&name);
        ok = form->text(&name, duck->struct_vector_get_child(pairs, 0), key, e.offset + i) && ok;
        if (i)
            bf_buf_addc(out, ',');
        bf_json_put_string(out, bf_buf_view(&name));
        bf_buf_addc(out, ':');
        ok = form->value(out, duck->struct_vector_get_child(pairs, 1), value, e.offset + i) && ok;
    }
    bf_buf_addc(out, '}');
    bf_buf_free(&name);
    duck->destroy_logical_type(&key);
    duck->destroy_logical_type(&value);
    return ok;
}

/* A row without names is an object all the same, whose members have no names. */
static bool put_row(const struct form *form, struct bf_buf *out, duckdb_vector v,
                    duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    bool ok = true;
    bf_buf_addc(out, '{');
    for (uint64_t i = 0; i < duck->struct_type_child_count(type); i++) {
        char *name = duck->struct_type_child_name(type, i);
        duckdb_logical_type of = duck->struct_type_child_type(type, i);
        bf_buf_adds(out, i ? BF_STR(",") : BF_STR(""));
        bf_json_put_string(out, bf_str_of(name));
        bf_buf_addc(out, ':');
        ok = form->value(out, duck->struct_vector_get_child(v, i), of, row) && ok;
        duck->free(name);
        duck->destroy_logical_type(&of);
    }
    bf_buf_addc(out, '}');
    return ok;
}

/* Numbers, booleans and JSON are copied; every other value becomes a string. */
static bool put_plain(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    enum duckdb_type id = duck->get_type_id(type);
    struct bl_duck_type name;
    bool finite = id != DUCKDB_DOUBLE || isfinite(((const double *)duck->vector_get_data(v))[row]);
    finite = finite && (id != DUCKDB_FLOAT ||
                        isfinite((double)((const float *)duck->vector_get_data(v))[row]));
    bool plain = (id >= DUCKDB_BOOLEAN && id <= DUCKDB_DOUBLE) || id == DUCKDB_DECIMAL ||
                 id == DUCKDB_HUGEINT;
    plain = plain && finite; /* NaN is a text */
    if (plain || (bl_duck_type(type, &name) && strcmp(name.name, "json") == 0))
        return bl_duck_put(out, v, type, row);
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024 * 1024);
    bool ok = bl_duck_put(&text, v, type, row) && bf_buf_ok(&text);
    bf_json_put_string(out, bf_buf_view(&text));
    bf_buf_free(&text);
    return ok;
}

static bool put(const struct form *form, struct bf_buf *out, duckdb_vector v,
                duckdb_logical_type type, uint64_t row)
{
    if (bl_duck_null(v, row)) {
        bf_buf_lit(out, "null");
        return true;
    }
    switch (bl_duck_api()->get_type_id(type)) {
    case DUCKDB_LIST:
        return bl_duck_put_list(out, v, type, row, ",", form->value);
    case DUCKDB_MAP:
        return put_map(form, out, v, type, row);
    case DUCKDB_STRUCT:
        return put_row(form, out, v, type, row);
    default:
        return form->plain(out, v, type, row);
    }
}

bool bl_duck_put_json(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    static const struct form form = {bl_duck_put_json, put_plain, bl_duck_put};
    return put(&form, out, v, type, row);
}

/* A time has no zeros at the end of its fraction; bytes are taken for UTF-8. */
static bool put_hive_text(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type,
                          uint64_t row)
{
    enum duckdb_type id = bl_duck_api()->get_type_id(type);
    size_t bad;
    if (id == DUCKDB_BLOB) {
        bf_buf_adds(out, bl_duck_text(v, row));
        return bf_utf8_valid(bl_duck_text(v, row), &bad);
    }
    size_t before = out->n;
    bool ok = bl_duck_put(out, v, type, row);
    if (id != DUCKDB_TIMESTAMP && id != DUCKDB_TIMESTAMP_S && id != DUCKDB_TIMESTAMP_MS &&
        id != DUCKDB_TIMESTAMP_NS)
        return ok;
    if (memchr(out->p + before, '.', out->n - before)) {
        while (out->p[out->n - 1] == '0')
            out->n--;
        out->n -= out->p[out->n - 1] == '.';
    }
    return ok;
}

static bool put_hive_plain(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type,
                           uint64_t row)
{
    enum duckdb_type id = bl_duck_api()->get_type_id(type);
    if ((id >= DUCKDB_BOOLEAN && id <= DUCKDB_DOUBLE) || id == DUCKDB_DECIMAL ||
        id == DUCKDB_HUGEINT)
        return put_plain(out, v, type, row);
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024 * 1024);
    bool ok = put_hive_text(&text, v, type, row) && bf_buf_ok(&text);
    bf_json_put_string(out, bf_buf_view(&text));
    bf_buf_free(&text);
    return ok;
}

static bool put_hive(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    static const struct form form = {put_hive, put_hive_plain, put_hive_text};
    return put(&form, out, v, type, row);
}

static void run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out,
                put_value *value, const char *failed)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector x = duck->data_chunk_get_vector(in, 0);
    duckdb_logical_type type = duck->vector_get_column_type(x);
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024 * 1024);
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        bf_buf_reset(&text);
        if (bl_duck_null(x, i)) {
            bl_duck_set_null(out, i);
            continue;
        }
        if (!value(&text, x, type, i) || !bf_buf_ok(&text)) {
            duck->scalar_function_set_error(info, failed);
            break;
        }
        duck->vector_assign_string_element_len(out, i, text.p, text.n);
    }
    bf_buf_free(&text);
    duck->destroy_logical_type(&type);
}

void bl_duck_json_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    run(info, in, out, bl_duck_put_json, "INVALID_CAST_ARGUMENT: Cannot cast to JSON");
}

void bl_duck_json_hive_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    run(info, in, out, put_hive, "bflocal cannot write a row as JSON: bytes that are not UTF-8");
}
