#include "lib/aws/athena/result.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ROW_MAX = 64 * 1024 * 1024 }; /* Athena's rows have 32 MB at most */

void bf_athena_result_init(struct bf_athena_result *r)
{
    *r = (struct bf_athena_result){0};
    bf_buf_init(&r->row, ROW_MAX);
}

void bf_athena_result_free(struct bf_athena_result *r)
{
    bf_buf_free(&r->row);
    free(r->cell);
}

static bool grow(struct bf_athena_result *r, struct bf_err *e)
{
    size_t cap = r->cap ? r->cap * 2 : 32;
    if (cap > 2 * (size_t)BF_ATHENA_COLUMNS)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", BF_ATHENA_COLUMNS);
    struct bf_athena_cell *more = realloc(r->cell, cap * sizeof *more);
    if (!more)
        return bf_err_nomem(e);
    r->cell = more;
    r->cap = cap;
    return true;
}

static bool begin_value(struct bf_athena_result *r, bool null, struct bf_err *e)
{
    if (r->n == r->cap && !grow(r, e))
        return false;
    r->cell[r->n++] = (struct bf_athena_cell){.text.n = r->row.n, .null = null};
    return true;
}

static bool end_row(struct bf_athena_result *r, bf_athena_each *each, void *arg, struct bf_err *e)
{
    if (!bf_buf_check(&r->row, "a row", e))
        return false;
    size_t end = r->row.n;
    for (size_t i = r->n; i-- > 0;) {
        size_t start = r->cell[i].text.n;
        r->cell[i].text = bf_str(r->row.n ? r->row.p + start : "", end - start);
        end = start;
    }
    r->rows++;
    bool ok = each(arg, r->cell, r->n, e);
    bf_buf_reset(&r->row);
    r->n = 0;
    r->any = false;
    return ok;
}

/* Outside of quotes. */
static bool take_plain(struct bf_athena_result *r, char c, bf_athena_each *each, void *arg,
                       struct bf_err *e)
{
    bool before = r->at == BF_ATHENA_VALUE, ends = c == ',' || c == '\n';
    if (c == '\r')
        return true;
    r->any = true;
    if (before && (ends || c != '"') && !begin_value(r, ends, e))
        return false;
    if (ends) {
        r->at = BF_ATHENA_VALUE;
        return c == ',' || end_row(r, each, arg, e);
    }
    if (c == '"' && before) {
        r->at = BF_ATHENA_QUOTED;
        return begin_value(r, false, e);
    }
    r->at = BF_ATHENA_BARE;
    bf_buf_addc(&r->row, c);
    return true;
}

bool bf_athena_result_take(struct bf_athena_result *r, struct bf_str piece, bf_athena_each *each,
                           void *arg, struct bf_err *e)
{
    for (size_t i = 0; i < piece.n; i++) {
        if (r->at == BF_ATHENA_QUOTED) { /* most bytes are here */
            const char *quote = memchr(piece.p + i, '"', piece.n - i);
            size_t n = quote ? (size_t)(quote - (piece.p + i)) : piece.n - i;
            bf_buf_add(&r->row, piece.p + i, n);
            i += n;
            r->at = quote ? BF_ATHENA_QUOTE : r->at;
            continue;
        }
        if (r->at == BF_ATHENA_QUOTE && piece.p[i] == '"') {
            bf_buf_addc(&r->row, '"');
            r->at = BF_ATHENA_QUOTED;
            continue;
        }
        if (!take_plain(r, piece.p[i], each, arg, e))
            return false;
    }
    return true;
}

bool bf_athena_result_end(struct bf_athena_result *r, bf_athena_each *each, void *arg,
                          struct bf_err *e)
{
    if (r->at == BF_ATHENA_QUOTED)
        return bf_err_set(e, BF_E_SERVICE,
                          "the result's object ends within a value, after %" PRIu64 " rows",
                          r->rows);
    if (!r->any && r->n == 0)
        return true;
    if (r->at == BF_ATHENA_VALUE && !begin_value(r, true, e))
        return false;
    r->at = BF_ATHENA_VALUE;
    return end_row(r, each, arg, e);
}
