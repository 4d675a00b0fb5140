/*
 * Event patterns: the first line is a pattern, the rest an event. A pattern compiles
 * or fails with a position. The result for a set of two equals the disjunction of the
 * results for each pattern alone.
 */
#include <stdlib.h>

#include "lib/pattern/pattern.h"

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

/* Does the event match the set? False: it is not JSON. */
static bool judge(struct bf_pattern *p, struct bf_str event, bool *yes)
{
    struct bf_err e = {0};
    if (!bf_pattern_ready(p, &e))
        abort();
    return bf_pattern_match_json(p, event, yes, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str rest = bf_str((const char *)data, n), pattern;
    struct bf_err e = {0};
    struct bf_pattern *p = fresh(), *q = fresh();
    if (n && bf_str_split(&rest, '\n', &pattern) && rest.p) {
        bool one = false, two = false, other = false;
        if (bf_pattern_add(p, pattern, &e)) {
            bool valid = judge(p, rest, &one);
            on_change(p, rest);
            if (!bf_pattern_add(q, BF_STR("{\"a\":[\"x\",{\"exists\":false}]}"), &e) ||
                !bf_pattern_add(q, pattern, &e) || judge(q, rest, &two) != valid || (one && !two))
                abort();
            bf_pattern_destroy(q);
            q = fresh();
            if (!bf_pattern_add(q, BF_STR("{\"a\":[\"x\",{\"exists\":false}]}"), &e) ||
                judge(q, rest, &other) != valid || two != (one || other))
                abort();
        } else if (e.code == BF_OK || !e.text[0])
            abort();
    }
    bf_pattern_destroy(p);
    bf_pattern_destroy(q);
    return 0;
}
