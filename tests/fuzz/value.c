/*
 * One attribute value: if bf_change_value accepts it, it is valid JSON, its plain form
 * is valid JSON, and its typed form is the same value.
 */
#include <stdlib.h>

#include "lib/ddb/value.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_json(struct bf_buf *out)
{
    struct bf_err e;
    if (!bf_buf_ok(out) || !bf_json_check(bf_buf_view(out), &e))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str text = bf_str((const char *)data, n);
    struct bf_change c, again;
    struct bf_attr a, b, member;
    struct bf_buf json, typed, plain;
    struct bf_err e;
    bf_change_init(&c);
    bf_change_init(&again);
    bf_buf_init(&json, 1 << 24);
    bf_buf_init(&typed, 1 << 24);
    bf_buf_init(&plain, 1 << 24);
    if (bf_change_value(&c, text, &a, &e)) {
        if (!bf_json_check(text, &e))
            abort();
        bf_value_put_json(&json, &a);
        check_json(&json);
        bf_value_put_av(&typed, &a);
        check_json(&typed);
        bf_value_put_text(&plain, &a);
        (void)bf_value_member(&a, BF_STR("a"), &member);
        if (!bf_change_value(&again, bf_buf_view(&typed), &b, &e))
            abort();
        bf_buf_reset(&plain);
        bf_value_put_json(&plain, &b);
        if (!bf_str_eq(bf_buf_view(&plain), bf_buf_view(&json)))
            abort();
    }
    bf_buf_free(&json);
    bf_buf_free(&typed);
    bf_buf_free(&plain);
    bf_change_free(&c);
    bf_change_free(&again);
    return 0;
}
