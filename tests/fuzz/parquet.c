/*
 * Rows into a Parquet file: a schema, an empty line, rows. What check takes the writer takes, and nothing else; all levels
 * of vector instructions take the same rows and write the same bytes, and so does a writer that begins anew; a schema
 * that was read is written as one that says the same.
 */
#include <stdlib.h>

#include "lib/json/cpu.h"
#include "lib/parquet/parquet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool keep(void *arg, struct bf_str piece, struct bf_err *e)
{
    bf_buf_adds(arg, piece);
    return bf_buf_check(arg, "the file", e);
}

static void write_all(struct bf_parquet *w, struct bf_str rows, struct bf_buf *out)
{
    struct bf_str row;
    bf_buf_reset(out);
    bf_parquet_begin(w, keep, out);
    while (bf_str_split(&rows, '\n', &row)) {
        struct bf_err e = {0}, why = {0};
        bool would = bf_parquet_check(w, row, &e);
        if (bf_parquet_row(w, row, 0, &why) != would || strcmp(e.text, why.text) != 0)
            abort();
    }
    struct bf_err e = {0};
    if (!bf_parquet_end(w, &e))
        abort();
}

static void check_schema(const struct bf_schema *s)
{
    struct bf_schema again;
    struct bf_buf one, two;
    struct bf_err e = {0};
    bf_schema_init(&again);
    bf_buf_init(&one, 1 << 20);
    bf_buf_init(&two, 1 << 20);
    bf_schema_put(&one, s);
    if (!bf_schema_parse(&again, bf_buf_view(&one), &e))
        abort();
    bf_schema_put(&two, &again);
    if (!bf_str_eq(bf_buf_view(&one), bf_buf_view(&two)))
        abort();
    bf_schema_free(&again);
    bf_buf_free(&one);
    bf_buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str rest = bf_str((const char *)data, n), line;
    struct bf_schema s;
    struct bf_err e = {0};
    struct bf_buf first, other;
    size_t head = 0;
    while (bf_str_split(&rest, '\n', &line) && line.n)
        head = (size_t)(line.p + line.n - (const char *)data);
    if (n > 8192 || !rest.p)
        return 0;
    bf_schema_init(&s);
    bf_buf_init(&first, 1 << 24);
    bf_buf_init(&other, 1 << 24);
    struct bf_parquet_conf conf = {.schema = &s,
                                   .codec = n & 1 ? BF_PARQUET_SNAPPY : BF_PARQUET_NONE,
                                   .group_rows = 3,
                                   .only = n & 2};
    if (bf_schema_parse(&s, bf_str((const char *)data, head), &e)) {
        struct bf_parquet *w = bf_parquet_new(&conf, &e);
        check_schema(&s);
        for (int level = BF_CPU_PORTABLE; w && level <= BF_CPU_SSE2; level++) {
            if (!bf_cpu_use((enum bf_cpu)level))
                continue;
            write_all(w, rest, level == BF_CPU_PORTABLE ? &first : &other);
            if (level != BF_CPU_PORTABLE && !bf_str_eq(bf_buf_view(&first), bf_buf_view(&other)))
                abort();
        }
        bf_parquet_destroy(w);
    }
    bf_schema_free(&s);
    bf_buf_free(&first);
    bf_buf_free(&other);
    return 0;
}
