/*
 * CBOR bodies: what is taken is one valid JSON document in bounded room, which as an answer is CBOR that is
 * taken again.
 */
#include <stdlib.h>

#include "cmd/bflocal/wire/cbor.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ROOM = 1 << 20 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_buf json, cbor, again;
    struct bf_err e = {0};
    bf_buf_init(&json, ROOM);
    bf_buf_init(&cbor, ROOM);
    bf_buf_init(&again, (size_t)8 * ROOM);
    if (bl_cbor_to_json(&json, bf_str((const char *)data, n), &e)) {
        check(bf_json_check(bf_buf_view(&json), &e));
        if (bl_cbor_from_json(&cbor, bf_buf_view(&json), &e)) {
            check(bl_cbor_to_json(&again, bf_buf_view(&cbor), &e));
            check(bf_json_check(bf_buf_view(&again), &e));
        }
    } else
        check(e.code == BF_E_INPUT || e.code == BF_E_LIMIT);
    /* as an answer it may be anything */
    bf_buf_reset(&cbor);
    (void)!bl_cbor_from_json(&cbor, bf_str((const char *)data, n), &e);
    bf_buf_free(&again);
    bf_buf_free(&cbor);
    bf_buf_free(&json);
    return 0;
}
