#include "cmd/cdcproj/cdcproj.h"

#include <inttypes.h>

#include "cmd/cdcproj/mirror/mirror.h"
#include "cmd/cdcproj/pg/pg.h"
#include "cmd/cdcproj/sqlite/sqlite.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/mark.h"
#include "lib/cli/diag.h"
#include "lib/cli/progress.h"
#include "lib/cli/rejects.h"

enum { IDLE_MS = 5, COMMIT_LINES = 100000 };

struct run {
    const struct config *config;
    struct bf_reader reader;
    struct bf_rejects rejects;
    struct bf_progress progress;
    struct sink *sink;
    struct line line;
    struct bf_buf stream; /* the table of a DynamoDB stream, as its marks name it */
    uint64_t lines, bytes, marks;
    uint64_t passed;       /* lines of other tables than --table */
    uint64_t rejected;     /* so many of them are in the database */
    uint64_t since_mark;   /* lines that no mark covers yet */
    uint64_t since_commit; /* lines and marks */
    int64_t committed_ms;
};

static bool commit(struct run *r, struct bf_err *e)
{
    r->sink->counters->rejects = r->rejects.count - r->rejected;
    if (r->since_commit == 0)
        return true;
    if (!bf_rejects_sync(&r->rejects, e) || !r->sink->commit(r->sink, e))
        return false;
    r->rejected = r->rejects.count;
    r->since_commit = 0;
    r->committed_ms = bf_clock_mono_ms();
    bf_progress_tick(&r->progress, r->lines, r->bytes);
    return true;
}

/* May a commit be made now? If there are marks, only after a mark that covers all rows. */
static bool covered(const struct run *r)
{
    return r->marks == 0 || r->since_mark == 0;
}

static bool commit_if_due(struct run *r, struct bf_err *e)
{
    if (!covered(r))
        return true;
    bool due = r->since_commit >= COMMIT_LINES || r->sink->full ||
               (((r->since_commit & 255) == 0 || r->marks) &&
                bf_clock_mono_ms() - r->committed_ms >= (int64_t)r->config->commit_every_ms);
    return !due || commit(r, e);
}

/* A table's stream is called dynamodb:TABLE, and its records do not name the table. */
static void note_stream(struct run *r, struct bf_str stream)
{
    struct bf_str prefix = BF_STR("dynamodb:");
    if (!bf_str_starts(stream, prefix))
        return;
    bf_buf_reset(&r->stream);
    bf_buf_add(&r->stream, stream.p + prefix.n, stream.n - prefix.n);
}

static bool take_mark(struct run *r, struct bf_str line, struct bf_err *e)
{
    struct bf_mark mark;
    struct bf_err why = {0};
    if (!bf_mark_parse(&mark, line, &why))
        return bf_rejects_add(&r->rejects, line, r->reader.line, &why, e);
    r->marks++;
    r->since_commit++;
    note_stream(r, mark.stream);
    switch (bf_positions_take(r->sink->positions, &mark, line, r->since_mark > 0, e)) {
    case BF_POSITIONS_ERROR:
        return false;
    case BF_POSITIONS_COVERED:
        r->since_mark = 0;
        return commit_if_due(r, e);
    case BF_POSITIONS_TAKEN:
        return true;
    }
    return true;
}

static struct bf_str table_of(const struct run *r)
{
    const char *asked = r->config->table;
    if (r->line.table.n)
        return r->line.table;
    return asked ? bf_str_of(asked) : r->stream.n ? bf_buf_view(&r->stream) : BF_STR("items");
}

static bool take_change(struct run *r, struct bf_str line, size_t slack, struct bf_err *e)
{
    struct bf_err why = {0};
    bool bad = true;
    r->since_mark++;
    r->since_commit++;
    if (line_read(&r->line, r->config, line, slack, &why)) {
        struct bf_str table = table_of(r);
        if (r->config->table && !bf_str_eq(table, bf_str_of(r->config->table))) {
            r->passed++;
            return true;
        }
        if (r->sink->apply(r->sink, &r->line, table, &bad, &why))
            return r->marks > 0 || commit_if_due(r, e);
    } else
        bad = why.code == BF_E_INPUT || why.code == BF_E_LIMIT;
    if (bad)
        return bf_rejects_add(&r->rejects, line, r->reader.line, &why, e);
    *e = why;
    return false;
}

static bool take_line(struct run *r, struct bf_str line, size_t slack, struct bf_err *e)
{
    if (r->reader.line == 1)
        line = bf_mark_no_bom(line);
    if (line.n == 0 || (line.p[0] != '{' && bf_str_trim(line).n == 0))
        return true;
    r->lines++;
    r->bytes += line.n + 1;
    return bf_mark_is(line) ? take_mark(r, line, e) : take_change(r, line, slack, e);
}

/* Reads the next line. Commits, if possible, before waiting. */
static enum bf_line next(struct run *r, struct bf_str *line, struct bf_err *e)
{
    enum bf_line got = bf_reader_next_within(&r->reader, 0, line, e);
    if (got == BF_LINE_WAIT && r->since_commit && covered(r)) {
        got = bf_reader_next_within(&r->reader, IDLE_MS, line, e);
        if (got == BF_LINE_WAIT && !commit(r, e))
            return BF_LINE_ERROR;
    }
    return got == BF_LINE_WAIT ? bf_reader_next(&r->reader, line, e) : got;
}

static bool read_lines(struct run *r, struct bf_err *e)
{
    struct bf_str line;
    for (;;) {
        switch (next(r, &line, e)) {
        case BF_LINE:
            if (!take_line(r, line, (size_t)(r->reader.buf + r->reader.end - (line.p + line.n)), e))
                return false;
            break;
        case BF_LINE_PARTIAL: /* with marks: a killed reader left it, and its record is read again */
            if (r->marks == 0 && !take_line(r, line, 0, e))
                return false;
            break;
        case BF_LINE_LONG:
            r->since_mark++;
            r->since_commit++;
            if (!bf_rejects_add_long(&r->rejects, &r->reader, e))
                return false;
            break;
        case BF_LINE_STOP:
            return r->marks > 0 || bf_rejects_add_cut(&r->rejects, &r->reader, e);
        case BF_LINE_END:
        case BF_LINE_WAIT:
            return true;
        case BF_LINE_ERROR:
            return false;
        }
    }
}

static bool read_file(struct run *r, const char *path, struct bf_err *e)
{
    if (!bf_rejects_spare(r->config->rejects, path, e) ||
        !bf_reader_open(&r->reader, path, r->config->max_line, NULL, e))
        return false;
    bool ok = read_lines(r, e);
    bf_reader_close(&r->reader);
    return ok;
}

static bool read_all(struct run *r, const char **files, size_t nfiles, struct bf_err *e)
{
    if (nfiles == 0 && !read_file(r, "-", e))
        return false;
    for (size_t i = 0; i < nfiles && !bf_stop_asked(); i++)
        if (!read_file(r, files[i], e))
            return false;
    return true;
}

/* Rows that no mark covers are read again by the next run. */
static bool end(struct run *r, struct bf_err *e)
{
    if (covered(r))
        return commit(r, e);
    bf_diag_note("%" PRIu64 " line%s after the last commit left to the next run", r->since_commit,
                 BF_S(r->since_commit));
    return true;
}

static bool types_ok(const struct config *c, struct bf_err *e)
{
    for (size_t i = 0; i < c->types.n; i++) {
        struct bf_str list = bf_str_of(c->types.item[i]), one, name;
        enum kind kind;
        while (bf_str_split(&list, ',', &one))
            if (!type_parse(one, &name, &kind, e))
                return false;
    }
    return true;
}

static bool open_all(struct run *r, struct bf_err *e)
{
    const struct config *c = r->config;
    line_init(&r->line);
    bf_buf_init(&r->stream, 4096);
    bf_progress_init(&r->progress, &c->common, BF_PROGRESS_SINK);
    if (!types_ok(c, e) || !bf_rejects_append(&r->rejects, c->rejects, c->strict, e) ||
        !(r->sink = bf_pg_is_url(c->database) ? pg_open_sink(c, e) : sqlite_open(c, e)))
        return false;
    r->committed_ms = bf_clock_mono_ms();
    r->since_commit += r->sink->begun;
    return true;
}

static void tell(const struct run *r)
{
    if (r->passed)
        bf_diag_note("%" PRIu64 " line%s of other tables passed over", r->passed, BF_S(r->passed));
    if (r->passed && r->passed == r->lines - r->marks)
        bf_diag_hint("all lines are of other tables than --table %s", r->config->table);
}

bool run(const struct config *c, const char **files, size_t nfiles, struct bf_err *e)
{
    struct run r = {.config = c, .rejects.out.fd = -1};
    struct bf_err late = {0};
    bool opened = open_all(&r, e);
    bool ok = opened && read_all(&r, files, nfiles, e) && end(&r, e);
    if (ok)
        r.sink->tell(r.sink);
    if (opened) {
        bf_progress_end(&r.progress, r.lines, r.bytes);
        tell(&r);
        if (!bf_rejects_close(&r.rejects, &late) && ok) {
            *e = late;
            ok = false;
        }
    }
    if (ok && c->rebuild && !bf_stop_asked())
        ok = r.sink->replace(r.sink, e);
    else if (r.sink)
        r.sink->close(r.sink);
    line_free(&r.line);
    bf_buf_free(&r.stream);
    return ok && bf_rejects_told(&r.rejects, e);
}
