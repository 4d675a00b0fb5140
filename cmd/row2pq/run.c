#include "cmd/row2pq/run.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/cli/diag.h"
#include "lib/cli/rejects.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/mark.h"
#include "lib/json/scan.h"
#include "lib/ddl/infer.h"

enum { HELD_MAX = 16 * 1024 * 1024 };

struct run {
    const struct config *config;
    struct bf_schema schema;
    struct bf_ddl_infer infer;
    bool finding;          /* the rows so far wait in held */
    struct bf_buf held;    /* each with a newline */
    struct bf_buf numbers; /* of their lines: uint64_t */
    struct bf_parquet *parquet;
    struct bf_reader reader;
    struct bf_out out;
    struct bf_rejects rejects;
    struct bf_progress progress;
    uint64_t rows, bytes; /* of input */
    uint64_t marks;
};

static bool put(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct bf_out *out = arg;
    bf_out_write(out, piece.p, piece.n);
    return bf_out_ok(out) || bf_out_flush(out, e);
}

static bool check(const struct config *c, struct bf_err *e)
{
    if (c->schema && c->show_schema)
        return bf_err_set(e, BF_E_USAGE, "--show-schema finds a schema: no --schema");
    if (!c->show_schema && !c->to && isatty(STDOUT_FILENO))
        return bf_err_set(e, BF_E_USAGE,
                          "a Parquet file is not for a terminal: --to FILE, or a pipe");
    return true;
}

/* The schema is known: the file begins. */
static bool begin(struct run *r, struct bf_err *e)
{
    const struct config *c = r->config;
    struct bf_parquet_conf conf = {.schema = &r->schema,
                                   .codec = c->codec,
                                   .level = (int)c->level,
                                   .group_rows = c->group_rows,
                                   .group_bytes = c->group_bytes,
                                   .bloom = &c->bloom,
                                   .sort = &c->sort,
                                   .only = c->only};
    r->parquet = bf_parquet_new(&conf, e);
    if (!r->parquet)
        return false;
    bf_parquet_begin(r->parquet, put, &r->out);
    return true;
}

static bool take(struct run *r, struct bf_str row, size_t slack, uint64_t number, struct bf_err *e)
{
    struct bf_err why = {0};
    if (bf_parquet_row(r->parquet, row, slack, &why))
        return true;
    if (why.code == BF_E_INPUT) {
        bf_json_hint(row, &why);
        return bf_rejects_add(&r->rejects, row, number, &why, e);
    }
    *e = why;
    return false;
}

/* The rows that have waited. */
static bool release(struct run *r, struct bf_err *e)
{
    struct bf_str rest = bf_buf_view(&r->held), row;
    const uint64_t *number = (const void *)r->numbers.p;
    for (size_t i = 0; bf_str_split(&rest, '\n', &row) && rest.p; i++)
        if (!take(r, row, rest.n, number[i], e))
            return false;
    bf_buf_free(&r->held);
    bf_buf_free(&r->numbers);
    return true;
}

/* As many rows as were asked for have come, or all: what are the columns? */
static bool found(struct run *r, struct bf_err *e)
{
    r->finding = false;
    if (!r->infer.rows)
        return bf_err_set(e, BF_E_INPUT, "no rows to find the columns in");
    if (!bf_ddl_infer_schema(&r->infer, NULL, 0, &r->schema, e))
        return bf_err_ctx(e, "--infer");
    if (r->config->show_schema) {
        struct bf_buf text;
        bf_buf_init(&text, HELD_MAX);
        bf_schema_put(&text, &r->schema);
        bool ok = bf_buf_check(&text, "the schema", e) && put(&r->out, bf_buf_view(&text), e);
        bf_buf_free(&text);
        return ok;
    }
    return begin(r, e) && release(r, e);
}

static bool look(struct run *r, struct bf_str row, struct bf_err *e)
{
    struct bf_err why = {0};
    uint64_t number = r->reader.line;
    if (!bf_ddl_infer_row(&r->infer, row, &why)) {
        if (why.code != BF_E_INPUT) {
            *e = why;
            return false;
        }
        bf_json_hint(row, &why);
        return bf_rejects_add(&r->rejects, row, number, &why, e);
    }
    bf_buf_adds(&r->held, row);
    bf_buf_addc(&r->held, '\n');
    bf_buf_add(&r->numbers, &number, sizeof number);
    if (!bf_buf_check(&r->held, "the first rows", e) ||
        !bf_buf_check(&r->numbers, "the first rows", e))
        return false;
    return (r->infer.rows < r->config->infer && r->held.n < HELD_MAX) || found(r, e);
}

static bool one_row(struct run *r, struct bf_str row, size_t slack, struct bf_err *e)
{
    if (r->reader.line == 1)
        row = bf_str_no_bom(row);
    if (row.n == 0 || (row.p[0] != '{' && bf_str_trim(row).n == 0))
        return true;
    if (bf_mark_is(row)) {
        r->marks++;
        return true;
    }
    r->rows++;
    r->bytes += row.n + 1;
    if ((r->rows & 1023) == 0)
        bf_progress_tick(&r->progress, r->rows, r->bytes);
    return r->finding ? look(r, row, e) : take(r, row, slack, r->reader.line, e);
}

/* Has --show-schema all it needs? */
static bool seen_enough(const struct run *r)
{
    return r->config->show_schema && !r->finding;
}

static bool read_lines(struct run *r, struct bf_err *e)
{
    struct bf_str line;
    while (!seen_enough(r)) {
        switch (bf_reader_next(&r->reader, &line, e)) {
        case BF_LINE:
            if (!one_row(r, line, (size_t)(r->reader.buf + r->reader.end - (line.p + line.n)), e))
                return false;
            break;
        case BF_LINE_PARTIAL:
            if (!one_row(r, line, 0, e))
                return false;
            break;
        case BF_LINE_LONG:
            r->rows++;
            if (!bf_rejects_add_long(&r->rejects, &r->reader, e))
                return false;
            break;
        case BF_LINE_STOP:
            return bf_rejects_add_cut(&r->rejects, &r->reader, e);
        case BF_LINE_END:
        case BF_LINE_WAIT:
            return true;
        case BF_LINE_ERROR:
            return false;
        }
    }
    return true;
}

static bool read_file(struct run *r, const char *path, struct bf_err *e)
{
    if (!bf_rejects_spare(r->config->rejects, path, e) ||
        !bf_reader_open(&r->reader, path, r->config->max_line, &r->out, e))
        return false;
    bool ok = read_lines(r, e);
    bf_reader_close(&r->reader);
    return ok;
}

static bool read_all(struct run *r, const char **files, size_t nfiles, struct bf_err *e)
{
    if (nfiles == 0 && !read_file(r, "-", e))
        return false;
    for (size_t i = 0; i < nfiles && !bf_stop_asked() && !seen_enough(r); i++)
        if (!read_file(r, files[i], e))
            return false;
    return true;
}

static bool open_all(struct run *r, struct bf_err *e)
{
    const struct config *c = r->config;
    bf_schema_init(&r->schema);
    bf_ddl_infer_init(&r->infer);
    bf_buf_init(&r->held, HELD_MAX + c->max_line + 1);
    bf_buf_init(&r->numbers, HELD_MAX);
    bf_progress_init(&r->progress, &c->common, c->to ? BF_PROGRESS_SINK : BF_PROGRESS_FILTER);
    r->finding = !c->schema;
    if (!check(c, e))
        return false;
    if (c->schema && (!bf_schema_read(&r->schema, c->schema, e) || !begin(r, e)))
        return bf_err_ctx(e, "--schema");
    if (!bf_rejects_append(&r->rejects, c->rejects, c->strict, e))
        return false;
    return c->to ? bf_out_open(&r->out, c->to, e)
                 : bf_out_init(&r->out, STDOUT_FILENO, "standard output", 0, e);
}

static void tell(const struct run *r)
{
    if (r->marks)
        bf_diag_warn("%" PRIu64 " mark%s left out: a Parquet file holds no positions", r->marks,
                     r->marks == 1 ? "" : "s");
    if (r->parquet && bf_parquet_passed(r->parquet))
        bf_diag_note("--only has left out members that the schema does not have");
    if (r->parquet)
        bf_diag_note("%" PRIu64 " row%s, %" PRIu64 " bytes", bf_parquet_rows(r->parquet),
                     bf_parquet_rows(r->parquet) == 1 ? "" : "s", bf_parquet_bytes(r->parquet));
}

static void close_all(struct run *r)
{
    bf_parquet_destroy(r->parquet);
    bf_ddl_infer_free(&r->infer);
    bf_schema_free(&r->schema);
    bf_buf_free(&r->held);
    bf_buf_free(&r->numbers);
}

bool run(const struct config *c, const char **files, size_t nfiles, struct bf_err *e)
{
    struct run r = {.config = c, .out.fd = -1, .rejects.out.fd = -1};
    struct bf_err late = {0};
    bool opened = open_all(&r, e);
    bool ok = opened && read_all(&r, files, nfiles, e) && (!r.finding || found(&r, e)) &&
              (!r.parquet || bf_parquet_end(r.parquet, e));
    if (opened) {
        bf_progress_end(&r.progress, r.rows, r.bytes);
        if (!bf_out_close(&r.out, &late) && ok) {
            *e = late;
            ok = false;
        }
        tell(&r);
        if (!bf_rejects_close(&r.rejects, &late) && ok) {
            *e = late;
            ok = false;
        }
    }
    close_all(&r);
    return ok && bf_rejects_told(&r.rejects, e);
}
