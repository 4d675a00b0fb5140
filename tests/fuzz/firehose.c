/*
 * Firehose's transform events: whatever comes in, an answer is valid JSON, not longer than allowed, and
 * made anew from the same event it is the same.
 */
#include <stdlib.h>

#include "lib/cdc/firehose.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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
    if (bf_firehose_event(f, event, &again, &e) != ok ||
        !bf_str_eq(bf_buf_view(&first), bf_buf_view(&again)))
        abort();
    bf_buf_free(&first);
    bf_buf_free(&again);
    bf_firehose_destroy(f);
    return 0;
}
