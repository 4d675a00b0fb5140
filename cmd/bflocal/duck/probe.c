#include "cmd/bflocal/duck/probe.h"

#include <stdio.h>

#include "cmd/bflocal/duck/value.h"

static _Thread_local struct bl_duck_probes *into;

void bl_duck_probe_into(struct bl_duck_probes *p)
{
    into = p;
}

static void put_fields(struct bf_buf *out, duckdb_logical_type row)
{
    const struct bl_duck_api *duck = bl_duck_api();
    for (uint64_t i = 0; i < duck->struct_type_child_count(row); i++) {
        char *name = duck->struct_type_child_name(row, i);
        bf_buf_addf(out, "%s\n", name);
        duck->free(name);
    }
}

static void copy(char *to, size_t cap, struct bf_buf *from)
{
    const char *text = bf_buf_cstr(from);
    snprintf(to, cap, "%s", text ? text : "");
}

static void describe(duckdb_logical_type type, struct bl_duck_found *f)
{
    const struct bl_duck_api *duck = bl_duck_api();
    struct bl_duck_type name;
    struct bf_buf text, fields;
    bf_buf_init(&text, 64 * 1024);
    bf_buf_init(&fields, 64 * 1024);
    f->known = true;
    f->id = duck->get_type_id(type);
    f->json = bl_duck_type(type, &name) && strcmp(name.name, "json") == 0;
    if (f->id == DUCKDB_DECIMAL) {
        f->width = duck->decimal_width(type);
        f->scale = duck->decimal_scale(type);
    }
    bl_duck_type_text(&text, type);
    if (f->id == DUCKDB_STRUCT)
        put_fields(&fields, type);
    if (f->id == DUCKDB_LIST) {
        duckdb_logical_type child = duck->list_type_child_type(type);
        f->child = duck->get_type_id(child);
        if (f->child == DUCKDB_STRUCT)
            put_fields(&fields, child);
        duck->destroy_logical_type(&child);
    }
    copy(f->text, sizeof f->text, &text);
    copy(f->fields, sizeof f->fields, &fields);
    bf_buf_free(&text);
    bf_buf_free(&fields);
}

/* The first argument is a number that stands in the statement. */
static bool number(duckdb_bind_info info, int64_t *n)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_client_context context = NULL;
    duckdb_value value = NULL;
    duckdb_expression first = duck->scalar_function_bind_get_argument(info, 0);
    duck->scalar_function_get_client_context(info, &context);
    duckdb_error_data error = duck->expression_fold(context, first, &value);
    bool ok = value != NULL;
    *n = ok ? duck->get_int64(value) : -1;
    if (value)
        duck->destroy_value(&value);
    if (error)
        duck->destroy_error_data(&error);
    duck->destroy_client_context(&context);
    duck->destroy_expression(&first);
    return ok;
}

void bl_duck_probe_bind(duckdb_bind_info info)
{
    const struct bl_duck_api *duck = bl_duck_api();
    struct bl_duck_found new = {.known = false};
    int64_t n;
    if (!into || !number(info, &n) || n < 0 || (size_t)n >= into->n)
        return;
    duckdb_expression x = duck->scalar_function_bind_get_argument(info, 1);
    duckdb_logical_type type = duck->expression_return_type(x);
    describe(type, &new);
    duck->destroy_logical_type(&type);
    duck->destroy_expression(&x);
    struct bl_duck_found *old = &into->found[n];
    if (old->known && strcmp(old->text, new.text) != 0)
        old->mixed = true;
    else if (!old->known)
        *old = new;
}

void bl_duck_probe_run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out)
{
    (void)input;
    (void)out;
    bl_duck_api()->scalar_function_set_error(info,
                                             "a statement that is not translated yet was run");
}
