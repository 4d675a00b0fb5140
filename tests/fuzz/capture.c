/*
 * Envelopes: a document through the transform, as a capture or a record, in a table format. What is
 * refused in it is one line, and can be fed in again; a document among several may be no valid JSON.
 */
#include <stdlib.h>

#include "lib/xform/xform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool refused(void *ctx, struct bf_str text, const struct bf_err *why, struct bf_err *e)
{
    struct bf_xform **again = ctx;
    struct bf_buf rows;
    if (why->code == BF_OK || memchr(text.p, '\n', text.n))
        abort();
    if (!*again) /* this is the second time */
        return true;
    struct bf_xform *x = *again;
    *again = NULL;
    bf_buf_init(&rows, 1 << 24);
    (void)!bf_xform_line(x, text, 0, &rows, e);
    bf_buf_free(&rows);
    *again = x;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_xform *again = NULL;
    struct bf_xform_conf conf;
    struct bf_buf rows;
    struct bf_err e;
    bf_xform_conf_init(&conf);
    conf.row.format = n & 1 ? BF_ROW_CSV : BF_ROW_TSV;
    conf.row.fields = "id,m.k,old.id";
    conf.bad = refused;
    conf.bad_ctx = &again;
    struct bf_xform *x = bf_xform_new(&conf, &e);
    again = bf_xform_new(&conf, &e);
    if (!x || !again)
        abort();
    struct bf_xform *keep = again;
    bf_buf_init(&rows, 1 << 24);
    (void)!bf_xform_document(x, bf_str((const char *)data, n), &rows, &e);
    bf_buf_free(&rows);
    bf_xform_destroy(x);
    bf_xform_destroy(keep);
    return 0;
}
