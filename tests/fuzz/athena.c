/*
 * What comes from Athena: its result object gives the same rows in pieces of any size (the first byte says which), and any
 * answer is one or an error.
 */
#include <stdlib.h>

#include "lib/aws/athena/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool put_row(void *arg, const struct bf_athena_cell *cell, size_t n, struct bf_err *e)
{
    struct bf_buf *out = arg;
    (void)e;
    for (size_t i = 0; i < n; i++) {
        bf_buf_addc(out, cell[i].null ? '-' : '+');
        bf_buf_u64(out, cell[i].text.n);
        bf_buf_adds(out, cell[i].text);
    }
    bf_buf_addc(out, '\n');
    return true;
}

static bool read_result(struct bf_str object, size_t size, struct bf_buf *out)
{
    struct bf_athena_result r;
    struct bf_err e = {0};
    bool ok = true;
    bf_buf_init(out, 1 << 24);
    bf_athena_result_init(&r);
    for (size_t at = 0; ok && at < object.n; at += size)
        ok = bf_athena_result_take(
            &r, bf_str(object.p + at, object.n - at < size ? object.n - at : size), put_row, out,
            &e);
    ok = ok && bf_athena_result_end(&r, put_row, out, &e);
    bf_athena_result_free(&r);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_buf whole, pieces;
    struct bf_err e = {0};
    if (n == 0)
        return 0;
    struct bf_str object = bf_str((const char *)data + 1, n - 1);
    bool ok = read_result(object, object.n + 1, &whole);
    if (read_result(object, (size_t)data[0] + 1, &pieces) != ok ||
        !bf_str_eq(bf_buf_view(&whole), bf_buf_view(&pieces)))
        abort();
    struct bf_athena_page p;
    bf_athena_page_init(&p);
    bf_buf_reset(&whole);
    if (bf_athena_page_answer(&p, object, &e))
        (void)!bf_athena_page_rows(&p, put_row, &whole, &e);
    bf_athena_page_free(&p);
    struct bf_athena_status s = {0};
    (void)!bf_athena_status_answer(&s, object, &e);
    bf_athena_status_free(&s);
    bf_buf_free(&whole);
    bf_buf_free(&pieces);
    return 0;
}
