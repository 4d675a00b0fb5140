#include "cmd/cdcxform/run.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/cli/diag.h"
#include "lib/base/stop.h"
#include "lib/json/extent.h"

enum { ROWS_MAX = 1024 * 1024 * 1024, PAD = 64 };

static bool lay_out(struct run *r, struct bf_err *e)
{
    bf_buf_reset(&r->laid_out);
    if (!bf_table_put(r->table, bf_buf_view(&r->rows), &r->laid_out, e))
        return false;
    bf_out_write(&r->out, r->laid_out.p, r->laid_out.n);
    return true;
}

bool run_flush(struct run *r, struct bf_err *e)
{
    if (r->table && !lay_out(r, e))
        return false;
    if (!r->table)
        bf_out_write(&r->out, r->rows.p, r->rows.n);
    bf_buf_reset(&r->rows);
    bf_progress_tick(&r->progress, r->lines, r->bytes);
    return bf_out_flush(&r->out, e);
}

/* A record of a capture that could not be read. */
static bool bad_record(void *ctx, struct bf_str text, const struct bf_err *why, struct bf_err *e)
{
    struct run *r = ctx;
    if (bf_rejects_add(&r->rejects, text, r->number, why, e))
        return true;
    r->failed = *e;
    return false;
}

bool run_refuse(struct run *r, struct bf_str text, uint64_t number, const struct bf_err *why,
                struct bf_err *e)
{
    bool of_input = why->code == BF_E_INPUT || why->code == BF_E_LIMIT;
    if (r->failed.code == BF_OK && of_input)
        return bf_rejects_add(&r->rejects, text, number, why, e);
    *e = r->failed.code == BF_OK ? *why : r->failed; /* --strict, or --rejects cannot be written */
    return false;
}

static void explain(void *ctx, const char *text)
{
    const struct run *r = ctx;
    bf_diag_hint("line %llu: %s", (unsigned long long)r->number, text);
}

bool run_line(struct run *r, struct bf_str line, size_t slack, uint64_t number, struct bf_err *e)
{
    struct bf_err why;
    bf_err_clear(&why);
    r->number = number;
    return (r->firehose ? run_event(r, line, &why)
                        : bf_xform_line(r->xform, line, slack, &r->rows, &why)) ||
           run_refuse(r, line, number, &why, e);
}

bool run_long(struct run *r, struct bf_str line, struct bf_err *e)
{
    size_t n = r->firehose ? 0 : bf_json_extents(line);
    if (n == 0)
        return bf_rejects_add_long(&r->rejects, &r->reader, e);
    if (!run_line(r, bf_str(line.p, n), 0, r->reader.line, e) || !run_flush(r, e))
        return false;
    bf_reader_took(&r->reader, n);
    r->lines--;
    return true;
}

/* Bytes of the reader's buffer behind a line, its newline first. */
static size_t slack_of(const struct bf_reader *reader, struct bf_str line)
{
    return (size_t)(reader->buf + reader->end - (line.p + line.n));
}

/* A document that begins with a lone brace is pretty-printed: a capture, not a line. */
static bool begins_document(const struct config *config, struct bf_str line)
{
    if (config->input == INPUT_CAPTURE)
        return true;
    bool told = config->input == INPUT_AUTO || config->input == INPUT_FIREHOSE;
    return told && bf_str_is(bf_str_trim(line), "{");
}

/* Says once that _seq is not what sorts the changes. False: with --strict that ends the run. */
static bool tell_order(struct run *r, struct bf_err *e)
{
    struct bf_err why = {0};
    const struct bf_xform *x = r->firehose ? bf_firehose_xform(r->firehose) : r->xform;
    if (r->order_told || !bf_xform_unordered(x))
        return true;
    r->order_told = true;
    bf_err_set(&why, BF_E_INPUT,
               "_seq is NULL: a record has neither a SequenceNumber nor a "
               "kinesis.sequenceNumber with a time, which tell in what order changes were made");
    if (r->config->strict)
        *e = why;
    else
        bf_diag_hint("%s", why.text);
    return !r->config->strict;
}

static enum bf_line await(struct run *r, struct bf_str *line, struct bf_err *e)
{
    bool ok = run_flush(r, e) && tell_order(r, e);
    return ok ? bf_reader_next(&r->reader, line, e) : BF_LINE_ERROR;
}

/* The next line; rows go out before the run waits for input. */
static enum bf_line next(struct run *r, struct bf_str *line, struct bf_err *e)
{
    enum bf_line kind = bf_reader_next_within(&r->reader, 0, line, e);
    return kind == BF_LINE_WAIT ? await(r, line, e) : kind;
}

static bool one_line(struct run *r, enum bf_line kind, struct bf_str line, struct bf_err *e)
{
    r->lines++;
    r->bytes += line.n + 1;
    if (kind == BF_LINE_LONG)
        return run_long(r, line, e);
    size_t slack = kind == BF_LINE ? slack_of(&r->reader, line) : 0;
    return run_line(r, line, slack, r->reader.line, e) && (r->rows.n < FLUSH_AT || run_flush(r, e));
}

static bool lines(struct run *r, enum bf_line kind, struct bf_str line, struct bf_err *e)
{
    for (;; kind = next(r, &line, e)) {
        if (kind == BF_LINE_ERROR)
            return false;
        if (kind == BF_LINE_END || kind == BF_LINE_STOP)
            return true;
        if (!one_line(r, kind, line, e))
            return false;
    }
}

/* Are the columns those of the first row? Then one thread has to see it first. Asked before there is one. */
static bool columns_come(const struct run *r)
{
    enum bf_row_format format = r->config->xform.row.format;
    return bf_row_is_table(format) && !bf_xform_columns_known(r->xform);
}

static bool one_thread(const struct run *r)
{
    return r->config->jobs == 1 || r->firehose || r->table || r->columns_come ||
           bf_xform_in_order(r->xform);
}

/* One file or standard input, told apart by its first line that is not blank. */
static bool read_input(struct run *r, struct bf_err *e)
{
    struct bf_str line;
    enum bf_line kind;
    while ((kind = next(r, &line, e)) == BF_LINE && bf_str_trim(line).n == 0) {
        r->lines++;
        r->bytes += line.n + 1;
    }
    if (kind == BF_LINE_ERROR)
        return false;
    if ((kind == BF_LINE || kind == BF_LINE_PARTIAL) && r->reader.line == 1)
        line = bf_str_no_bom(line);
    if ((kind == BF_LINE || kind == BF_LINE_PARTIAL) && begins_document(r->config, line))
        return run_documents(r, line, e);
    if (!one_thread(r))
        return run_jobs(r, line, kind, e);
    return lines(r, kind, line, e);
}

static bool read_file(struct run *r, const char *path, struct bf_err *e)
{
    if (!bf_reader_open(&r->reader, path, r->config->max_line, &r->out, e))
        return false;
    bool ok = read_input(r, e);
    bf_reader_close(&r->reader);
    return ok;
}

/* Rows that waited for the end. */
static bool end(struct run *r, struct bf_err *e)
{
    for (bool more = true; more;)
        if (!bf_xform_end(r->xform, &r->rows, &more, e) || !run_flush(r, e))
            return false;
    return true;
}

static bool read_all(struct run *r, const char **files, size_t nfiles, struct bf_err *e)
{
    if (nfiles == 0 && !read_file(r, "-", e))
        return false;
    for (size_t i = 0; i < nfiles && !bf_stop_asked(); i++)
        if (!read_file(r, files[i], e))
            return false;
    return r->firehose || end(r, e);
}

/* What was transformed goes out even when the run ends badly. */
static bool finish_run(struct run *r, bool ok, struct bf_err *e)
{
    struct bf_err late = {0};
    bool flushed = run_flush(r, &late);
    if (!bf_out_close(&r->out, &late)) /* also tells what the flush could not write */
        flushed = false;
    bf_progress_end(&r->progress, r->lines, r->bytes);
    if (ok && !flushed)
        *e = late;
    if (!bf_rejects_close(&r->rejects, &late) && ok && flushed) {
        *e = late;
        flushed = false;
    }
    return ok && flushed;
}

/* Tells of what was asked for and no record has: with --quiet too, since it may be why there are no rows. False: with
 * --strict that is an error, *e; what only the shape of rows is about is none. */
static bool tell_absent(struct run *r, struct bf_err *e)
{
    const struct bf_xform *x = r->firehose ? bf_firehose_xform(r->firehose) : r->xform;
    struct bf_buf text;
    enum bf_xform_seeker seeker;
    bool ok = tell_order(r, e);
    bf_buf_init(&text, 4096);
    for (size_t i = 0; bf_xform_absent(x, i, &text, &seeker); i++, bf_buf_reset(&text)) {
        if (seeker == BF_SEEKER_SHAPE)
            bf_diag_warn("%.*s", (int)text.n, text.p);
        else if (ok && r->config->strict)
            ok = bf_err_set(e, BF_E_INPUT, "%.*s", (int)text.n, text.p);
        else
            bf_diag_hint("%.*s", (int)text.n, text.p);
    }
    bf_buf_free(&text);
    return ok;
}

/* With --verbose, what was done; false: it is not what was asked for. */
static bool tell(struct run *r, bool ok, struct bf_err *e)
{
    if (r->firehose) {
        struct bf_firehose_count f = bf_firehose_count(r->firehose);
        bf_diag_note("%llu records: %llu Ok, %llu Dropped, %llu ProcessingFailed",
                     (unsigned long long)f.records, (unsigned long long)f.ok,
                     (unsigned long long)f.dropped, (unsigned long long)f.failed);
        return f.ok + f.dropped == 0 || !ok ? ok : tell_absent(r, e);
    }
    struct bf_xform_count n = bf_xform_count(r->xform);
    uint64_t passed = n.passed + r->others.passed;
    if (passed)
        bf_diag_warn("%llu line%s without a record passed over", (unsigned long long)passed,
                     passed == 1 ? "" : "s");
    bf_diag_note("%llu lines, %llu changes, %llu rows, %llu left out by filters, %llu marks",
                 (unsigned long long)r->lines, (unsigned long long)(n.changes + r->others.changes),
                 (unsigned long long)(n.rows + r->others.rows),
                 (unsigned long long)(n.filtered + r->others.filtered),
                 (unsigned long long)(n.marks + r->others.marks));
    return n.changes + r->others.changes == 0 || !ok ? ok : tell_absent(r, e);
}

/* NO_COLOR (no-color.org) counts when it is not empty. */
static bool colour(const struct config *config)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    if (config->colour != COLOUR_AUTO)
        return config->colour == COLOUR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(none && *none) && !(term && strcmp(term, "dumb") == 0);
}

static bool table_new(struct run *r, struct bf_err *e)
{
    const struct config *config = r->config;
    if (!config->table)
        return true;
    if (config->firehose || config->xform.row.format != BF_ROW_NDJSON)
        return bf_err_set(e, BF_E_USAGE, "-o table goes with no other -o");
    r->table = calloc(1, sizeof *r->table);
    if (!r->table)
        return bf_err_nomem(e);
    return bf_table_init(r->table, config->xform.row.header, colour(config), e);
}

static bool work(struct run *r, const char **files, size_t nfiles, struct bf_err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < nfiles; i++)
        ok = bf_rejects_spare(r->config->rejects, files[i], e);
    ok = ok && bf_rejects_append(&r->rejects, r->config->rejects, r->config->strict, e);
    ok = ok && bf_out_init(&r->out, STDOUT_FILENO, "standard output", PAD, e);
    if (ok) {
        ok = finish_run(r, read_all(r, files, nfiles, e), e);
        ok = tell(r, ok, e);
    }
    return ok;
}

bool run_files(const struct config *config, const char **files, size_t nfiles, uint64_t *rejected,
               struct bf_err *e)
{
    struct run r = {.config = config};
    struct bf_xform_conf conf = config->xform;
    conf.bad = bad_record;
    conf.bad_ctx = &r;
    conf.filter.tell = explain;
    conf.filter.tell_ctx = &r;
    conf.row.colour = colour(config);
    bf_buf_init(&r.rows, ROWS_MAX);
    bf_buf_init(&r.laid_out, ROWS_MAX);
    bf_progress_init(&r.progress, &config->common, BF_PROGRESS_FILTER);
    r.xform = bf_xform_new(&conf, e);
    bool ok = r.xform != NULL;
    r.columns_come = ok && columns_come(&r);
    ok = ok && run_firehose_new(&r, &conf, e) && table_new(&r, e);
    if (ok && !config->check)
        ok = work(&r, files, nfiles, e);
    *rejected = r.rejects.count;
    bf_buf_free(&r.rows);
    bf_buf_free(&r.laid_out);
    if (r.table)
        bf_table_free(r.table);
    free(r.table);
    bf_xform_destroy(r.xform);
    bf_firehose_destroy(r.firehose);
    return ok;
}
