/* Reads the rows of a query: the first page from the service, the rest from the result's object. */
#include "cmd/athq/athq.h"

#include <inttypes.h>

#include "lib/aws/athena/result.h"
#include "lib/aws/s3/s3.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

enum { PARTS_MAX = 8 };

struct reading {
    struct session *s;
    struct bf_athena_page page;
    struct bf_athena_result object;
    unsigned rows;  /* per page */
    bool header;    /* the next row may be the names of the columns */
    uint64_t taken; /* rows of the result that were printed, without the header */
    uint64_t skip;  /* rows of the object that have been printed already, and the header */
};

/* The first row of a SELECT is its columns' labels; those of SHOW and DESCRIBE are data. */
static bool is_header(const struct reading *r, const struct bf_athena_cell *cell, size_t n)
{
    if (!bf_str_is(r->s->status.type, "DML") || n != r->page.ncolumns)
        return false;
    for (size_t i = 0; i < n; i++)
        if (cell[i].null || !bf_str_eq(cell[i].text, r->page.column[i].name))
            return false;
    return true;
}

/* DESCRIBE and its like have a text for a row, with tabs between the values and spaces to make them as wide as each other. */
static size_t split_row(struct bf_str text, struct bf_athena_cell *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bf_str value = {NULL, 0};
        if (i + 1 == n)
            value = text;
        else if (!bf_str_split(&text, '\t', &value))
            value = BF_STR("");
        cell[i] = (struct bf_athena_cell){.text = value.p ? bf_str_trim(value) : BF_STR("")};
    }
    return n;
}

static bool on_row(void *arg, const struct bf_athena_cell *cell, size_t n, struct bf_err *e)
{
    struct reading *r = arg;
    bool header = r->header && is_header(r, cell, n);
    r->header = false;
    if (header)
        return true;
    r->taken++;
    struct bf_athena_cell parts[PARTS_MAX];
    if (n == 1 && r->page.ncolumns > 1 && r->page.ncolumns <= PARTS_MAX && !cell[0].null &&
        !bf_str_is(r->s->status.type, "DML")) {
        n = split_row(cell[0].text, parts, r->page.ncolumns);
        cell = parts;
    }
    return sink_row(r->s->sink, cell, n, e);
}

static bool on_object_row(void *arg, const struct bf_athena_cell *cell, size_t n, struct bf_err *e)
{
    struct reading *r = arg;
    if (r->skip) {
        r->skip--;
        return true;
    }
    r->taken++;
    return sink_row(r->s->sink, cell, n, e);
}

static bool on_piece(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct reading *r = arg;
    return bf_athena_result_take(&r->object, piece, on_object_row, r, e) &&
           bf_out_heard(&r->s->out, e);
}

/* If the answer with a page exceeds the client's limit, smaller pages are requested. */
static bool ask_page(struct reading *r, struct bf_err *e)
{
    struct session *s = r->s;
    for (;; r->rows /= 2) {
        bf_buf_reset(&s->body);
        bf_athena_put_page(&s->body, bf_str_of(s->id), r->page.token, r->rows);
        if (session_call(s, &bf_athena_results, e))
            return bf_athena_page_answer(&r->page, bf_buf_view(&s->answer), e);
        if (e->code != BF_E_LIMIT || r->rows == 1)
            return false;
        bf_diag_note("%s: requesting pages of %u row%s", e->text, r->rows / 2, BF_S(r->rows / 2));
        bf_err_clear(e);
    }
}

static bool other_pages(struct reading *r, struct bf_err *e)
{
    while (r->page.token.n) {
        if (bf_stop_asked())
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        if (!ask_page(r, e) || !bf_athena_page_rows(&r->page, on_row, r, e) ||
            !bf_out_heard(&r->s->out, e))
            return false;
    }
    return true;
}

static bool ends_in(struct bf_str s, const char *end)
{
    size_t n = strlen(end);
    return s.n > n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* Reads the remaining rows from the object or, if it cannot be read, page by page. */
static bool rest(struct reading *r, struct bf_err *e)
{
    struct bf_err why = {0};
    uint64_t before = r->taken;
    if (r->s->cfg->pages || !ends_in(r->s->status.location, ".csv"))
        return other_pages(r, e);
    bf_athena_result_init(&r->object);
    r->skip = r->taken + 1;
    bool ok = object_read(r->s->aws, r->s->status.location, on_piece, r, &why) &&
              bf_athena_result_end(&r->object, on_object_row, r, &why);
    bf_athena_result_free(&r->object);
    if (ok && r->skip)
        ok = bf_err_set(&why, BF_E_SERVICE,
                        "the result's object does not have the rows of the first page");
    if (ok)
        return true;
    *e = why;
    if (r->taken != before || (why.code != BF_E_DENIED && why.code != BF_E_NOTFOUND))
        return false;
    bf_diag_warn("the result's object cannot be read; reading 1,000 rows at a time: %s", why.text);
    bf_err_clear(e);
    return other_pages(r, e);
}

static bool print_rows(struct reading *r, struct bf_err *e)
{
    struct session *s = r->s;
    r->header = true;
    if (!ask_page(r, e))
        return false;
    if (r->page.has_update && r->page.update_count)
        bf_diag_warn("query %s: %" PRIu64 " %s written", s->id, r->page.update_count,
                     r->page.update_count == 1 ? "row" : "rows");
    if (r->page.ncolumns == 0)
        return true;
    return sink_begin(s->sink, r->page.column, r->page.ncolumns, e) &&
           bf_athena_page_rows(&r->page, on_row, r, e) && (!r->page.token.n || rest(r, e)) &&
           sink_end(s->sink, e);
}

bool results_print(struct session *s, struct bf_err *e)
{
    struct reading r = {.s = s, .rows = BF_ATHENA_PAGE_ROWS};
    bool ok;
    if (bf_str_is(s->status.subtype, "UNLOAD"))
        ok = unload_print(s, e);
    else if (s->cfg->rows)
        ok = bf_err_set(e, BF_E_USAGE, "--rows reads what UNLOAD wrote, and this is no UNLOAD");
    else {
        bf_athena_page_init(&r.page);
        ok = print_rows(&r, e);
        bf_athena_page_free(&r.page);
    }
    if (ok && !bf_out_flush(&s->out, e))
        ok = false;
    if (ok)
        query_tell(s);
    return ok || bf_err_ctx(e, "query %s", s->id);
}
