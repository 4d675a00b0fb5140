#include "lib/aws/put/put_answer.h"

#include "lib/json/scan.h"

static bool take_result(const struct bf_put_words *words, struct bf_json *j,
                        struct bf_put_result *result, struct bf_err *e)
{
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool in = false;
    *result = (struct bf_put_result){0};
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, e))
            return false;
        if (v.type != BF_JSON_STRING)
            continue;
        if (bf_json_key_is(&key, "ErrorCode"))
            result->code = v.text;
        else if (bf_json_key_is(&key, "ErrorMessage"))
            result->message = v.text;
        else if (bf_json_key_eq(&key, bf_str_of(words->id)))
            in = v.text.n > 0;
    }
    if (more == BF_JSON_END && !in && result->code.n == 0)
        result->code = BF_STR("InternalFailure"); /* neither stored nor refused: it is retried */
    return more == BF_JSON_END;
}

/* Calls each, unless it is NULL, for every result; *n is their number. */
static bool walk(const struct bf_put_words *words, struct bf_str array, bf_put_each *each,
                 void *arg, size_t *n, struct bf_err *e)
{
    struct bf_json j;
    enum bf_json_more more;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return false;
    for (*n = 0; (more = bf_json_element(&j, e)) == BF_JSON_MORE; ++*n) {
        struct bf_put_result result;
        if (!take_result(words, &j, &result, e))
            return false;
        if (each)
            each(arg, *n, &result);
    }
    return more == BF_JSON_END;
}

static bool read_answer(const struct bf_put_words *words, struct bf_str body, size_t n,
                        bf_put_each *each, void *arg, struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    size_t count;
    if (!bf_json_find(body, bf_str_of(words->array), &v, &found, e))
        return bf_err_ctx(e, "answer");
    if (!found || v.type != BF_JSON_ARRAY)
        return bf_err_set(e, BF_E_SERVICE, "answer without %s", words->array);
    if (!walk(words, v.raw, NULL, NULL, &count, e)) /* count first: nothing is reported from an
                                                     * inconsistent answer */
        return bf_err_ctx(e, "answer");
    if (count != n)
        return bf_err_set(e, BF_E_SERVICE, "answer for %zu record%s instead of %zu", count,
                          count == 1 ? "" : "s", n);
    return walk(words, v.raw, each, arg, &count, e);
}

bool bf_put_answer(const struct bf_put_words *words, struct bf_str body, size_t n,
                   bf_put_each *each, void *arg, struct bf_err *e)
{
    return read_answer(words, body, n, each, arg, e) || bf_err_ctx(e, "%s", words->op);
}
