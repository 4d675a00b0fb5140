#include "cmd/bflocal/duck/number.h"

#include <math.h>
#include <stdio.h>

#include "cmd/bflocal/duck/value.h"
#include "lib/base/str.h"

static double (*find(struct bf_str name))(double)
{
    static const struct {
        const char *name;
        double (*run)(double);
    } all[] = {{"sqrt", sqrt}, {"ln", log},  {"log2", log2}, {"log10", log10}, {"sin", sin},
               {"cos", cos},   {"tan", tan}, {"asin", asin}, {"acos", acos}};
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (bf_str_eq(name, bf_str_of(all[i].name)))
            return all[i].run;
    return NULL;
}

void bl_duck_number_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector name = duck->data_chunk_get_vector(in, 0), v = duck->data_chunk_get_vector(in, 1);
    uint64_t n = duck->data_chunk_get_size(in);
    const double *x = duck->vector_get_data(v);
    double *to = duck->vector_get_data(out),
           (*run)(double) = n ? find(bl_duck_text(name, 0)) : sqrt;
    if (!run) {
        duck->scalar_function_set_error(info, "a function that is not known");
        return;
    }
    for (uint64_t i = 0; i < n; i++)
        if (bl_duck_null(v, i))
            bl_duck_set_null(out, i);
        else
            to[i] = run(x[i]);
}

void bl_duck_fmod_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector a = duck->data_chunk_get_vector(in, 0), b = duck->data_chunk_get_vector(in, 1);
    const double *x = duck->vector_get_data(a), *y = duck->vector_get_data(b);
    double *to = duck->vector_get_data(out);
    (void)info;
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++)
        if (bl_duck_null(a, i) || bl_duck_null(b, i))
            bl_duck_set_null(out, i);
        else
            to[i] = fmod(x[i], y[i]);
}

void bl_duck_fail_run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector v = duck->data_chunk_get_vector(in, 0);
    (void)out;
    for (uint64_t i = 0; i < duck->data_chunk_get_size(in); i++) {
        char text[600];
        struct bf_str s = bl_duck_null(v, i) ? BF_STR("") : bl_duck_text(v, i);
        snprintf(text, sizeof text, "%.*s", (int)(s.n > 500 ? 500 : s.n), s.n ? s.p : "");
        duck->scalar_function_set_error(info, text);
    }
}
