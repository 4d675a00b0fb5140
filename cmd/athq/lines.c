#include "cmd/athq/lines.h"

/* What has been kept is passed on, and forgotten. */
static bool pass(struct lines *l, struct bf_err *e)
{
    bool ok = bf_buf_check(&l->part, l->what, e) && l->take(l->arg, bf_buf_view(&l->part), e);
    bf_buf_reset(&l->part);
    return ok;
}

bool lines_take(struct lines *l, struct bf_str piece, struct bf_err *e)
{
    const char *end;
    while (piece.n && (end = memchr(piece.p, '\n', piece.n)) != NULL) {
        struct bf_str line = bf_str(piece.p, (size_t)(end - piece.p));
        piece = bf_str(end + 1, piece.n - line.n - 1);
        bool kept = l->part.n > 0 || line.n > l->part.max; /* one that is too long fails */
        if (kept)
            bf_buf_adds(&l->part, line);
        if (!(kept ? pass(l, e) : l->take(l->arg, line, e)))
            return false;
    }
    bf_buf_adds(&l->part, piece);
    return bf_buf_check(&l->part, l->what, e);
}

bool lines_end(struct lines *l, struct bf_err *e)
{
    return l->part.n == 0 || pass(l, e);
}
