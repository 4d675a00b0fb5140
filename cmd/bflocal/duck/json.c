#include "cmd/bflocal/duck/json.h"

#include <math.h>

#include "cmd/bflocal/duck/value.h"
#include "lib/json/write.h"

static bool put_map(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
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
        ok = bl_duck_put(&name, duck->struct_vector_get_child(pairs, 0), key, e.offset + i) && ok;
        if (i)
            bf_buf_addc(out, ',');
        bf_json_put_string(out, bf_buf_view(&name));
        bf_buf_addc(out, ':');
        ok = bl_duck_put_json(out, duck->struct_vector_get_child(pairs, 1), value, e.offset + i) &&
             ok;
    }
    bf_buf_addc(out, '}');
    bf_buf_free(&name);
    duck->destroy_logical_type(&key);
    duck->destroy_logical_type(&value);
    return ok;
}

/* A row without names is an array. */
static bool put_row(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    bool ok = true, named = false;
    for (uint64_t i = 0; i < duck->struct_type_child_count(type); i++) {
        char *name = duck->struct_type_child_name(type, i);
        duckdb_logical_type of = duck->struct_type_child_type(type, i);
        named = *name != '\0';
        bf_buf_adds(out, i ? BF_STR(",") : named ? BF_STR("{") : BF_STR("["));
        if (named) {
            bf_json_put_string(out, bf_str_of(name));
            bf_buf_addc(out, ':');
        }
        ok = bl_duck_put_json(out, duck->struct_vector_get_child(v, i), of, row) && ok;
        duck->free(name);
        duck->destroy_logical_type(&of);
    }
    bf_buf_addc(out, named ? '}' : ']');
    return ok;
}

/* Numbers and truth values stand as they are, JSON too; all else is a text. */
static bool put_plain(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    enum duckdb_type id = duck->get_type_id(type);
    struct bl_duck_type name;
    if (id == DUCKDB_DOUBLE && !isfinite(((const double *)duck->vector_get_data(v))[row]))
        return false;
    bool plain = (id >= DUCKDB_BOOLEAN && id <= DUCKDB_DOUBLE) || id == DUCKDB_DECIMAL ||
                 id == DUCKDB_HUGEINT;
    if (plain || (bl_duck_type(type, &name) && strcmp(name.name, "json") == 0))
        return bl_duck_put(out, v, type, row);
    struct bf_buf text;
    bf_buf_init(&text, 64 * 1024 * 1024);
    bool ok = bl_duck_put(&text, v, type, row) && bf_buf_ok(&text);
    bf_json_put_string(out, bf_buf_view(&text));
    bf_buf_free(&text);
    return ok;
}

bool bl_duck_put_json(struct bf_buf *out, duckdb_vector v, duckdb_logical_type type, uint64_t row)
{
    if (bl_duck_null(v, row)) {
        bf_buf_lit(out, "null");
        return true;
    }
    switch (bl_duck_api()->get_type_id(type)) {
    case DUCKDB_LIST:
        return bl_duck_put_list(out, v, type, row, ",", bl_duck_put_json);
    case DUCKDB_MAP:
        return put_map(out, v, type, row);
    case DUCKDB_STRUCT:
        return put_row(out, v, type, row);
    default:
        return put_plain(out, v, type, row);
    }
}

void bl_duck_json_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
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
        if (!bl_duck_put_json(&text, x, type, i) || !bf_buf_ok(&text)) {
            duck->scalar_function_set_error(info, "INVALID_CAST_ARGUMENT: Cannot cast to JSON");
            break;
        }
        duck->vector_assign_string_element_len(out, i, text.p, text.n);
    }
    bf_buf_free(&text);
    duck->destroy_logical_type(&type);
}
