/*
 * JSON documents that may have several lines and follow each other: lines are
 * collected until the brackets are balanced. A lone "{" at the beginning of a line
 * begins a new document, even inside another one, which was cut off.
 */
#include "cmd/cdcxform/run.h"

#include "lib/base/stop.h"
#include "lib/json/extent.h"

struct gather {
    struct bf_buf text;
    uint64_t line; /* where the document began */
    int64_t depth; /* open brackets */
    bool refused;  /* it was too long; the rest of it is dropped too */
};

/* Processes the collected document, which is complete or was cut off. */
static bool hand_in(struct run *r, struct gather *g, struct bf_err *e)
{
    struct bf_err why = {0};
    struct bf_str text = bf_buf_view(&g->text);
    bool ok = true;
    r->number = g->line;
    if (text.n && !(r->firehose ? run_event(r, text, &why)
                                : bf_xform_document(r->xform, text, &r->rows, &why)))
        ok = run_refuse(r, bf_str_trim(text), g->line, &why, e);
    bf_buf_reset(&g->text);
    g->depth = 0;
    g->refused = false;
    return ok && (r->rows.n < FLUSH_AT || run_flush(r, e));
}

/* Rejects the collected text; the error is reported for the next line. */
static void give_up(struct run *r, struct gather *g)
{
    if (r->rejects.path && g->text.n)
        bf_out_line(&r->rejects.out, bf_str(g->text.p, g->text.n - 1));
    bf_buf_reset(&g->text);
    g->refused = true;
}

static bool too_long(struct run *r, struct gather *g, struct bf_str line, struct bf_err *e)
{
    struct bf_err why = {0};
    bf_err_set(&why, BF_E_LIMIT, "a document longer than the maximum of %zu bytes", g->text.max);
    give_up(r, g);
    return bf_rejects_add(&r->rejects, line, g->line, &why, e);
}

/* A single line that is too long. Its brackets are not counted. */
static bool add_long(struct run *r, struct gather *g, struct bf_err *e)
{
    r->lines++;
    if (g->depth > 0)
        give_up(r, g);
    return bf_rejects_add_long(&r->rejects, &r->reader, e);
}

/* Adds a line, or the rest of one after the end of a document. */
static bool add_part(struct run *r, struct gather *g, struct bf_str part, struct bf_err *e)
{
    bool ok = true;
    if (g->refused && r->rejects.path)
        bf_out_line(&r->rejects.out, part);
    else if (!g->refused && g->text.n + part.n >= g->text.max)
        ok = too_long(r, g, part, e);
    else if (!g->refused) {
        bf_buf_adds(&g->text, part);
        bf_buf_addc(&g->text, '\n');
    }
    return ok && (g->depth > 0 || (bf_buf_check(&g->text, "a document", e) && hand_in(r, g, e)));
}

static bool add_line(struct run *r, struct gather *g, struct bf_str line, struct bf_err *e)
{
    r->lines++;
    r->bytes += line.n + 1;
    if (g->depth > 0 && bf_str_is(line, "{") && !hand_in(r, g, e))
        return false;
    while (line.n || g->depth > 0) {
        if (g->depth <= 0) {
            if (bf_str_trim(line).n == 0)
                return true;
            g->line = r->reader.line;
        }
        size_t n = bf_json_close(line, &g->depth);
        struct bf_str rest = bf_str_trim(bf_str(line.p + n, line.n - n));
        if (g->depth > 0 || rest.n == 0 || rest.p[0] != '{')
            return add_part(r, g, line, e);
        /* }{ */
        if (!add_part(r, g, bf_str(line.p, n), e))
            return false;
        line = rest;
    }
    return true;
}

bool run_documents(struct run *r, struct bf_str first, struct bf_err *e)
{
    struct gather g = {0};
    bf_buf_init(&g.text, r->reader.max_line);
    bool ok = add_line(r, &g, first, e);
    while (ok) {
        struct bf_str line;
        enum bf_line kind = bf_reader_next_within(&r->reader, 0, &line, e);
        if (kind == BF_LINE_WAIT) {
            ok = run_flush(r, e);
            kind = ok ? bf_reader_next(&r->reader, &line, e) : BF_LINE_ERROR;
        }
        if (kind == BF_LINE_END || kind == BF_LINE_STOP)
            break;
        if (kind == BF_LINE_ERROR)
            ok = false;
        else if (kind == BF_LINE_LONG)
            ok = add_long(r, &g, e);
        else
            ok = add_line(r, &g, line, e);
    }
    ok = ok && hand_in(r, &g, e);
    bf_buf_free(&g.text);
    return ok;
}
