/* Derives the columns of a table from its rows: JSON objects, CSV records or TSV lines. */
#include "cmd/athddl/athddl.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/io/cell.h"
#include "lib/io/csv.h"
#include "lib/cli/diag.h"
#include "lib/checkpoint/mark.h"
#include "lib/ddl/seen.h"

struct rows {
    struct run *run;
    struct bf_ddl_seen *seen; /* its members are the columns */
    struct bf_reader in;
    struct bf_csv csv;
    struct bf_buf cell;  /* a value of TSV */
    uint64_t n;          /* rows */
    struct bf_str *name; /* of CSV and TSV */
    size_t nnames;
    uint64_t backslash,
        newline; /* first lines of CSV with such a field; 0: there is no such line */
};

static bool full(struct bf_err *e)
{
    return bf_err_set(e, BF_E_LIMIT, "more than %d columns, or more than the memory for them holds",
                      BF_DDL_MEMBERS_MAX);
}

static bool reject(struct rows *r, struct bf_str line, uint64_t number, const struct bf_err *why,
                   struct bf_err *e)
{
    return bf_rejects_add(&r->run->rejects, line, number, why, e);
}

/* One JSON object. The whole line is validated first, so that an invalid row has no effect on the types. */
static bool take_json(struct rows *r, struct bf_str line, struct bf_err *e)
{
    struct bf_err why = {0};
    enum bf_json_type type;
    struct bf_json j;
    if (r->in.line == 1)
        line = bf_mark_no_bom(line);
    struct bf_mark mark;
    if (bf_mark_is(line) && !bf_mark_parse(&mark, line, &why)) /* data, or half a mark */
        return reject(r, line, r->in.line, &why, e);
    if (bf_str_trim(line).n == 0 || bf_mark_is(line))
        return true;
    bf_json_init(&j, line);
    if (!bf_json_peek(&j, &type, &why) || type != BF_JSON_OBJECT) {
        if (why.code == BF_OK)
            bf_err_set(&why, BF_E_INPUT, "byte 1: an object was expected");
        bf_json_hint(line, &why);
        return reject(r, line, r->in.line, &why, e);
    }
    if (!bf_json_check(line, &why))
        return reject(r, line, r->in.line, &why, e);
    if (!bf_ddl_seen_row(&r->run->arena, r->seen, line, r->in.line, e))
        return false;
    r->n++;
    return !r->seen->many_row || full(e);
}

/* The names of CSV and TSV become members in their order. */
static bool take_names(struct rows *r, const struct bf_str *field, size_t n, struct bf_err *e)
{
    r->name = bf_arena_alloc(&r->run->arena, (n + 1) * sizeof *r->name);
    if (!r->name)
        return bf_err_nomem(e);
    for (size_t i = 0, at = 0; i < n; i++) {
        size_t before = r->seen->nmembers;
        if (!bf_arena_copy(&r->run->arena, field[i], &r->name[i]) ||
            !bf_ddl_seen_member(&r->run->arena, r->seen, field[i], &at, 1))
            return full(e);
        if (r->seen->nmembers == before)
            return bf_err_set(e, BF_E_INPUT, "line 1: the name '%.*s' occurs twice",
                              (int)(field[i].n < 60 ? field[i].n : 60), field[i].p);
    }
    r->nnames = n;
    return true;
}

static bool take_fields(struct rows *r, const struct bf_str *field, size_t n, struct bf_str raw,
                        uint64_t line, struct bf_err *e)
{
    struct bf_err why = {0};
    if (!r->name)
        return take_names(r, field, n, e);
    if (n != r->nnames) {
        bf_err_set(&why, BF_E_INPUT, "%zu field%s, but the first line has %zu", n, BF_S(n),
                   r->nnames);
        return reject(r, raw, line, &why, e);
    }
    for (size_t i = 0; i < n; i++) {
        bool tsv = r->run->cfg->input == INPUT_TSV,
             null = tsv ? bf_cell_is_null_tsv(field[i]) : field[i].n == 0;
        struct bf_str value = field[i];
        if (tsv && field[i].n && memchr(field[i].p, '\\', field[i].n)) {
            bf_buf_reset(&r->cell);
            bf_cell_value_tsv(&r->cell, field[i]);
            value = bf_buf_view(&r->cell);
        }
        bf_ddl_seen_field(r->seen->member[i].seen, value, null, line);
        if (!r->backslash && field[i].n && memchr(field[i].p, '\\', field[i].n))
            r->backslash = line;
        if (!r->newline && field[i].n && memchr(field[i].p, '\n', field[i].n))
            r->newline = line;
    }
    r->n++;
    return true;
}

static bool take_tsv(struct rows *r, struct bf_str line, struct bf_err *e)
{
    struct bf_str field[BF_CSV_FIELDS_MAX], rest = r->in.line == 1 ? bf_mark_no_bom(line) : line;
    struct bf_err why = {0};
    size_t n = 0;
    struct bf_mark mark;
    if (bf_mark_is(rest) && !bf_mark_parse(&mark, rest, &why))
        return reject(r, line, r->in.line, &why, e);
    if (rest.n == 0 || bf_mark_is(rest))
        return true;
    while (n < BF_COUNT(field) && bf_cell_take_tsv(&rest, &field[n]))
        n++;
    if (rest.p) {
        bf_err_set(&why, BF_E_LIMIT, "more than %d fields", BF_CSV_FIELDS_MAX);
        return reject(r, line, r->in.line, &why, e);
    }
    return take_fields(r, field, n, line, r->in.line, e);
}

static bool read_lines(struct rows *r, struct bf_err *e)
{
    struct bf_str line;
    for (;;) {
        bool ok = true;
        switch (bf_reader_next(&r->in, &line, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            ok = r->run->cfg->input == INPUT_TSV ? take_tsv(r, line, e) : take_json(r, line, e);
            break;
        case BF_LINE_LONG:
            ok = bf_rejects_add_long(&r->run->rejects, &r->in, e);
            break;
        case BF_LINE_STOP:
            return bf_err_set(e, BF_E_STOPPED, "interrupted: no table is made of half the rows");
        case BF_LINE_END:
            return true;
        case BF_LINE_WAIT:
        case BF_LINE_ERROR:
            return false;
        }
        if (!ok)
            return false;
    }
}

static bool read_csv(struct rows *r, struct bf_err *e)
{
    for (;;) {
        bool ok = true;
        switch (bf_csv_next(&r->csv, -1, e)) {
        case BF_CSV_RECORD:
            if (r->csv.n > 1 || r->csv.field[0].n)
                ok = take_fields(r, r->csv.field, r->csv.n, r->csv.raw, r->csv.line, e);
            break;
        case BF_CSV_BAD: {
            struct bf_err why = *e;
            bf_err_clear(e);
            ok = reject(r, r->csv.raw, r->csv.line, &why, e);
            break;
        }
        case BF_CSV_LONG:
            ok = bf_rejects_add_long(&r->run->rejects, &r->in, e);
            break;
        case BF_CSV_STOP:
            return bf_err_set(e, BF_E_STOPPED, "interrupted: no table is made of half the rows");
        case BF_CSV_END:
            return true;
        case BF_CSV_WAIT:
        case BF_CSV_ERROR:
            return false;
        }
        if (!ok)
            return false;
    }
}

static bool iso_is_timestamp(const struct config *cfg)
{
    return cfg->what == TARGET_ATHENA || cfg->what == TARGET_GLUE_JSON
               ? cfg->with == BF_DDL_HIVE_JSON || cfg->with == BF_DDL_PARQUET
               : cfg->what != TARGET_SQLITE;
}

static void note_decimals(struct bf_ddl_table *t, const struct bf_ddl_seen *s)
{
    t->iso_decimals |= s->iso_decimals;
    if (s->element)
        note_decimals(t, s->element);
    for (size_t i = 0; i < s->nmembers; i++)
        note_decimals(t, s->member[i].seen);
}

/* Adds a column for each member that the rows had. */
static bool decide(struct rows *r, struct bf_err *e)
{
    struct bf_ddl_table *t = &r->run->table;
    for (size_t i = 0; i < r->seen->nmembers; i++) {
        const struct bf_ddl_member *m = &r->seen->member[i];
        struct bf_ddl_verdict v;
        struct bf_str why;
        bool nulls = m->seen->first[BF_DDL_SEEN_NULL] != 0;
        if (!bf_ddl_seen_decide(&r->run->arena, m->seen, iso_is_timestamp(r->run->cfg), &v, e))
            return false;
        if (!bf_arena_copy(&r->run->arena, bf_str_of(v.why), &why))
            return bf_err_nomem(e);
        if (!bf_ddl_table_add(t, m->name, &v.type, nulls, why.p, e))
            return false;
    }
    note_decimals(t, r->seen);
    return true;
}

static bool read_all(struct rows *r, struct bf_err *e)
{
    if (r->run->cfg->input != INPUT_CSV)
        return read_lines(r, e);
    bf_csv_init(&r->csv, &r->in, '\0', 0);
    bool ok = read_csv(r, e);
    r->run->table.separator = r->csv.separator;
    bf_csv_free(&r->csv);
    return ok;
}

/* Warns of content that OpenCSVSerDe reads differently from RFC 4180. */
static void warn_opencsv(const struct rows *r)
{
    if (r->run->cfg->with != BF_DDL_OPENCSV || r->run->cfg->input != INPUT_CSV)
        return;
    if (r->backslash)
        bf_diag_warn("line %" PRIu64
                     ": a backslash, which OpenCSVSerDe reads as an escape: cdcxform "
                     "-o opencsv escapes it",
                     r->backslash);
    if (r->newline)
        bf_diag_warn("line %" PRIu64 ": a line break inside a field ends the row for OpenCSVSerDe",
                     r->newline);
}

/* The first row, at any depth, with a name twice or with a time that is too fine. */
static uint64_t earliest(const struct bf_ddl_seen *s, bool twice)
{
    uint64_t row = twice ? s->twice_row : s->fine_row;
    for (size_t i = 0; i <= s->nmembers; i++) {
        const struct bf_ddl_seen *part = i < s->nmembers ? s->member[i].seen : s->element;
        uint64_t other = part ? earliest(part, twice) : 0;
        if (other && (row == 0 || other < row))
            row = other;
    }
    return row;
}

/* Warns of what Athena cannot read, or reads as less than it is. */
static void warn_athena(const struct rows *r)
{
    const struct config *c = r->run->cfg;
    if (c->what != TARGET_ATHENA && c->what != TARGET_GLUE_JSON)
        return;
    uint64_t twice = earliest(r->seen, true), fine = earliest(r->seen, false);
    if (twice && c->with == BF_DDL_OPENX)
        bf_diag_warn("row %" PRIu64
                     ": a name occurs twice, and the OpenX SerDe cannot read such a row",
                     twice);
    if (fine)
        bf_diag_warn("row %" PRIu64 ": a timestamp has more than milliseconds, and Athena reads "
                     "milliseconds",
                     fine);
}

bool rows_read(struct run *run, struct bf_err *e)
{
    struct rows r = {.run = run, .seen = bf_ddl_seen_new(&run->arena)};
    if (!r.seen)
        return bf_err_nomem(e);
    bf_buf_init(&r.cell, run->cfg->max_line);
    if (!bf_reader_init(&r.in, STDIN_FILENO, "standard input", run->cfg->max_line, NULL, e))
        return false;
    bool ok = read_all(&r, e);
    bf_reader_close(&r.in);
    bf_buf_free(&r.cell);
    if (ok && r.n == 0 && !r.nnames)
        ok = bf_err_set(e, BF_E_INPUT, "no rows to derive the columns from");
    if (ok) {
        warn_opencsv(&r);
        warn_athena(&r);
    }
    return ok && decide(&r, e);
}
