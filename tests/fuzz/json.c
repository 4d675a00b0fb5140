/*
 * The scanner on any text: bf_json_check and jansson accept the same texts (except for
 * limits), and a decoded string fits into its buffer.
 */
#include <jansson.h>
#include <stdlib.h>

#include "lib/json/scan.h"
#include "lib/json/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool jansson_takes(struct bf_str text, bool *unsure)
{
    json_error_t error;
    json_t *doc = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    /* jansson's own limits: numbers beyond a double, depth, NUL in keys; and it stops at a NUL
     * byte */
    *unsure = !doc && (json_error_code(&error) == json_error_numeric_overflow ||
                       json_error_code(&error) == json_error_stack_overflow ||
                       json_error_code(&error) == json_error_null_byte_in_key);
    *unsure |= text.n && memchr(text.p, 0, text.n);
    json_decref(doc);
    return doc != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str text = bf_str((const char *)data, n);
    struct bf_err e = {0};
    bool unsure, ours = bf_json_check(text, &e);
    bool theirs = jansson_takes(text, &unsure);
    if (!unsure && e.code != BF_E_LIMIT && ours != theirs)
        abort();
    struct bf_buf out;
    bf_buf_init(&out, 8 * n + 16);
    bf_json_put_string(&out, text);
    if (!bf_buf_ok(&out) || !bf_json_check(bf_buf_view(&out), &e))
        abort(); /* the writer's output is always valid */
    bf_buf_free(&out);
    struct bf_json j;
    struct bf_json_val v;
    bf_json_init(&j, text);
    if (bf_json_string(&j, &v, &e)) {
        bf_buf_init(&out, v.text.n + 1);
        bf_json_unescape(&out, v.text); /* never longer than the input */
        if (!bf_buf_ok(&out))
            abort();
        bf_buf_free(&out);
    }
    return 0;
}
