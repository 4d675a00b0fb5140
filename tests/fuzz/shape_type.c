/*
 * Types of columns: the first line is a type, the second the kind of a value, the rest the value. It is fitted
 * or refused; what is fitted to a type fits it again, and stays what it is.
 */
#include <stdlib.h>

#include "lib/row/reshape_type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const enum bf_attr_type kinds[] = {BF_ATTR_S, BF_ATTR_N, BF_ATTR_B, BF_ATTR_BOOL};
    struct bf_str rest = bf_str((const char *)data, n), first;
    struct shape_type type;
    struct bf_err e = {0};
    struct bf_buf once, twice;
    struct bf_arena arena;
    if (n < 3 || n > 4096 || !bf_str_split(&rest, '\n', &first) || !rest.p || rest.n < 2)
        return 0;
    bf_buf_init(&once, 65536);
    bf_buf_init(&twice, 65536);
    bf_arena_init(&arena, 1 << 20);
    if (bf_shape_type_parse(&arena, first, &type, &e) && !bf_shape_type_keeps(&type)) {
        struct bf_attr a = {.name = BF_STR("a"),
                            .type = kinds[(unsigned char)rest.p[0] % BF_COUNT(kinds)]};
        enum bf_attr_type as, again;
        if (bf_shape_type_fit(&type, &a, bf_str(rest.p + 1, rest.n - 1), &once, &as, &e)) {
            a.type = as;
            if (!bf_shape_type_fit(&type, &a, bf_buf_view(&once), &twice, &again, &e) ||
                again != as || !bf_str_eq(bf_buf_view(&once), bf_buf_view(&twice)))
                abort();
        }
    }
    if (!once.n && !e.text[0] && type.type.kind != BF_TYPE_STRING && !bf_shape_type_keeps(&type))
        abort();
    bf_arena_free(&arena);
    bf_buf_free(&once);
    bf_buf_free(&twice);
    return 0;
}
