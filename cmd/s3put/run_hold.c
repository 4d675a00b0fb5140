#include "cmd/s3put/run_hold.h"

#include "lib/checkpoint/mark.h"

/* No schema holds the rows: they are rejected for that reason. With --state they will be read again instead. */
static bool give_up(struct run *r, const struct bf_err *why, struct bf_err *e)
{
    struct columns *c = &r->columns;
    struct bf_str rest = bf_buf_view(&c->held), line;
    const uint64_t *number = (const void *)c->numbers.p;
    struct bf_err strict;
    bool more = !r->stateful;
    for (; more && bf_str_split(&rest, '\n', &line) && rest.p; number++)
        if (!bf_mark_is(line))
            more = bf_rejects_add(&r->rejects, line, *number, why, &strict);
    bf_buf_reset(&c->held);
    *e = *why;
    return false;
}

/* The schema is found in the lines that wait, rows and marks, and they are taken. */
bool run_release(struct run *r, struct bf_err *e)
{
    struct columns *c = &r->columns;
    struct bf_str rest = bf_buf_view(&c->held), line;
    if (!c->finding || c->held.n == 0)
        return true;
    struct bf_err why = {0};
    if (!columns_find(c, &why))
        return give_up(r, &why, e);
    shape_free(&r->shape);
    if (!shape_init(&r->shape, r->config, &r->route, c, e))
        return false;
    const uint64_t *number = (const void *)c->numbers.p;
    while (bf_str_split(&rest, '\n', &line) && rest.p)
        if (!run_take(r, line, *number++, e))
            return false;
    bf_buf_free(&c->held);
    bf_buf_free(&c->numbers);
    return true;
}

/* A mark in front of all rows is taken at once: the reader may be the wrong one. */
bool run_hold(struct run *r, struct bf_str line, struct bf_err *e)
{
    struct bf_err why = {0};
    bool full = false;
    if (bf_mark_is(line) && r->columns.held.n == 0)
        return run_take(r, line, r->input.line, e);
    if (columns_hold(&r->columns, line, r->input.line, &full, &why))
        return !full || run_release(r, e);
    if (why.code == BF_E_INPUT)
        return bf_rejects_add(&r->rejects, line, r->input.line, &why, e);
    *e = why;
    return false;
}
