/*
 * The text of SQL before SQLite gets it: any text is split and put together again, or
 * fails with a reason. The result can be split again.
 */
#include <stdlib.h>

#include "lib/sql/sql_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool through(struct bf_str sql, struct bf_buf *out)
{
    static const char *const lookups[] = {"products", "p q"};
    struct sql_text t;
    struct bf_err e = {0};
    bool ok = bf_sql_text_init(&t, sql, lookups, BF_COUNT(lookups), &e);
    if (ok) {
        (void)bf_sql_text_expressions(&t, &e);
        (void)bf_sql_result_decimal(&t, BF_STR("total"));
        (void)bf_sql_text_has(&t, BF_STR("products"));
        bf_err_clear(&e);
        ok = bf_sql_result_names(&t) && bf_sql_text_put(&t, true, out, &e);
    }
    if (!ok && (e.code == BF_OK || !e.text[0]))
        abort();
    bf_sql_text_free(&t);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_buf once, twice;
    bf_buf_init(&once, 1024 * 1024);
    bf_buf_init(&twice, 4 * 1024 * 1024);
    /* text that begins like a star is a star in a select list, so it is left alone */
    if (n < 4096 && !memchr(data, 1, n) && through(bf_str((const char *)data, n), &once) &&
        once.n < 65536)
        (void)through(bf_buf_view(&once), &twice);
    bf_buf_free(&once);
    bf_buf_free(&twice);
    return 0;
}
