/*
 * Event patterns: the first line is a pattern, the rest an event. Whatever is
 * given compiles or fails with a place, the pass over the event agrees with
 * looking at each pattern alone, and a set of two is the or of both.
 */
#include <stdlib.h>

#include "lib/cdc/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct bf_pattern *fresh(void)
{
    struct bf_err e = {0};
    struct bf_pattern *p = bf_pattern_new(&e);
    if (!p)
        abort();
    return p;
}

static void on_change(struct bf_pattern *p, struct bf_str text)
{
    struct bf_change c;
    struct bf_err e = {0};
    bf_change_init(&c);
    if (bf_change_parse(&c, text, 0, &e) == BF_CHANGE) {
        struct bf_buf why;
        bf_buf_init(&why, 1024 * 1024);
        bool yes = bf_pattern_match(p, &c);
        if (bf_pattern_explain(p, 0, &c, &why) == yes || (why.n != 0) == yes)
            abort();
        bf_buf_free(&why);
    }
    bf_change_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str rest = bf_str((const char *)data, n), pattern;
    struct bf_err e = {0};
    struct bf_pattern *p = fresh();
    if (n && bf_str_split(&rest, '\n', &pattern) && rest.p) {
        bool one = false, two = false;
        if (bf_pattern_add(p, pattern, &e)) {
            bool valid = bf_pattern_match_json(p, rest, &one, &e);
            on_change(p, rest);
            if (!bf_pattern_add(p, BF_STR("{\"a\":[\"x\",{\"exists\":false}]}"), &e) ||
                bf_pattern_match_json(p, rest, &two, &e) != valid || (one && !two))
                abort();
        } else if (e.code == BF_OK || !e.text[0])
            abort();
    }
    bf_pattern_destroy(p);
    return 0;
}
