/* Whether a text fits a shape. */
#include "cmd/bflocal/model/model_impl.h"
#include "lib/base/num.h"

bool bl_text_has_type(const struct bl_shape *s, struct bf_str text)
{
    uint64_t n;
    struct bf_err e;
    bool minus = text.n && text.p[0] == '-';
    if (s->kind == BL_SHAPE_INTEGER)
        return bf_num_u64(bf_str(text.p + minus, text.n - minus), &n, &e);
    return s->kind != BL_SHAPE_BOOLEAN || bf_str_is(text, "true") || bf_str_is(text, "false");
}

int64_t bl_text_length(struct bf_str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

bool bl_text_is_value(const struct bl_shape *s, struct bf_str text)
{
    for (size_t i = 0; i < s->n; i++)
        if (bf_str_eq(text, bf_str_of(bl_model_values(s)[i])))
            return true;
    return s->n == 0;
}

bool bl_text_fits(const struct bl_shape *s, struct bf_str text)
{
    int64_t n = bl_text_length(text);
    return n >= s->min && n <= s->max && bl_text_is_value(s, text) &&
           (!s->pattern || bl_model_matches(s, text));
}
