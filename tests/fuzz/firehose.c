/*
 * Firehose's transform events: for any input the answer is valid JSON, within the
 * limit, and the same when the event arrives in pieces.
 */
#include <stdlib.h>

#include "lib/xform/firehose_event.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Adds a piece; the text after it is arbitrary, as in a buffer that is used again. */
static bool more(struct bf_firehose_in *in, struct bf_err *e)
{
    const uint8_t *data = in->ctx;
    size_t left = in->whole - in->have.n, n = (size_t)data[in->have.n] * 3 + 1;
    (void)e;
    n = n < left ? n : left;
    char *at = (char *)(uintptr_t)in->have.p + in->have.n;
    memcpy(at, data + in->have.n, n);
    in->have.n += n;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_firehose_conf conf = {.max_answer = n < 64 ? 64 : n + n / 2};
    struct bf_buf first, again;
    struct bf_err e;
    bf_xform_conf_init(&conf.xform);
    if (n & 1)
        conf.partition_keys = "id,k=m.k";
    struct bf_firehose *f = bf_firehose_new(&conf, &e);
    if (!f)
        abort();
    bf_buf_init(&first, 1 << 24);
    bf_buf_init(&again, 1 << 24);
    struct bf_str event = bf_str((const char *)data, n);
    bool ok = bf_firehose_event(f, event, &first, &e);
    if (ok && (first.n > conf.max_answer || !bf_json_check(bf_buf_view(&first), &e)))
        abort();
    if (!ok && first.n)
        abort();
    char *copy = malloc(n + 1);
    if (!copy)
        abort();
    memset(copy, '"', n + 1);
    struct bf_firehose_in in = {
        .have = {copy, 0}, .whole = n, .ctx = (void *)(uintptr_t)data, .more = more};
    if (bf_firehose_event_in(f, &in, &again, &e) != ok ||
        !bf_str_eq(bf_buf_view(&first), bf_buf_view(&again)))
        abort();
    free(copy);
    bf_buf_free(&first);
    bf_buf_free(&again);
    bf_firehose_destroy(f);
    return 0;
}
