/* One look: a panel's statement becomes cells. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bftop/panel.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/ddb/decimal.h"

enum { RESULT_MAX = 2 * 1024 * 1024, COLS_MAX = 32 };

/* The error, with the panel file's line that SQLite points at. */
static void fail(const struct panels *p, struct panel *panel, size_t offset, const char *what)
{
    struct bf_err e = {0};
    size_t line = panel->line;
    for (size_t i = 0; i < offset && i < panel->sql.n; i++)
        line += panel->sql.p[i] == '\n';
    bf_err_set(&e, BF_E_INPUT, "%s", what);
    if (panel->line)
        bf_err_ctx(&e, "%s: line %zu", p->path, line);
    snprintf(panel->result.error, sizeof panel->result.error, "%s", e.text);
}

static void fail_sql(const struct panels *p, struct panel *panel, struct source *s)
{
    char text[400];
    int at = s->api->error_offset ? s->api->error_offset(s->h) : -1;
    if (s->late)
        snprintf(text, sizeof text, "the statement took longer than %d s", SOURCE_QUERY_MS / 1000);
    else
        snprintf(text, sizeof text, "%s", s->api->errmsg(s->h));
    fail(p, panel, at > 0 ? (size_t)at : 0, text);
}

static void bind(const struct panels *p, struct source *s, sqlite3_stmt *stmt)
{
    const struct {
        const char *name;
        int64_t value;
    } all[] = {{":window", (int64_t)(p->window_ms / 1000)},
               {":step", (int64_t)panels_step(p)},
               {":now", bf_clock_wall_ms()}};
    for (size_t i = 0; i < BF_COUNT(all); i++) {
        int at = s->api->bind_parameter_index(stmt, all[i].name);
        if (at)
            s->api->bind_int64(stmt, at, all[i].value);
    }
}

/* SQLite's shortest text of at most 15 digits hides no cent and shows no noise of binary fractions. */
static bool take_cell(struct source *s, sqlite3_stmt *row, int col, struct bf_arena *a,
                      struct cell *c)
{
    char room[40];
    struct bf_decimal d;
    struct bf_err ignored = {0};
    int type = s->api->column_type(row, col);
    *c = (struct cell){.null = type == SQLITE_NULL};
    if (c->null)
        return true;
    if (type == SQLITE_FLOAT) {
        c->value = s->api->column_double(row, col);
        c->number = true;
        int n = snprintf(room, sizeof room, "%.15g", c->value);
        return bf_arena_copy(a, bf_str(room, (size_t)n), &c->text);
    }
    const char *p = (const char *)s->api->column_text(row, col);
    struct bf_str t = bf_str(p ? p : "", p ? (size_t)s->api->column_bytes(row, col) : 0);
    if (!bf_arena_copy(a, bf_str(t.p, t.n ? (size_t)bf_str_shown(t, CELL_MAX) : 0), &c->text))
        return false;
    c->number = type == SQLITE_INTEGER || bf_decimal_parse_long(t, &d, &ignored);
    c->value = c->number ? strtod(c->text.p, NULL) : 0;
    return true;
}

static bool take_row(struct source *s, sqlite3_stmt *row, struct result *r)
{
    if (r->rows == ROWS_MAX) {
        r->more = true;
        return true;
    }
    for (size_t i = 0; i < r->cols; i++)
        if (!take_cell(s, row, (int)i, &r->arena, &r->cell[r->rows * r->cols + i]))
            return false;
    r->rows++;
    return true;
}

static bool take_names(struct source *s, sqlite3_stmt *stmt, struct result *r)
{
    r->name = bf_arena_alloc(&r->arena, r->cols * sizeof *r->name);
    r->cell = bf_arena_alloc(&r->arena, r->cols * ROWS_MAX * sizeof *r->cell);
    if (!r->name || !r->cell)
        return false;
    for (size_t i = 0; i < r->cols; i++)
        if (!bf_arena_copy(&r->arena, bf_str_of(s->api->column_name(stmt, (int)i)), &r->name[i]))
            return false;
    return true;
}

static const char *refused(const struct source *s, sqlite3_stmt *stmt, struct bf_str rest)
{
    if (!stmt || s->api->column_count(stmt) == 0 || !s->api->stmt_readonly(stmt))
        return "a panel is one SELECT";
    if (s->api->column_count(stmt) > COLS_MAX)
        return "a panel has 32 columns at most";
    return bf_str_trim(rest).n ? "a panel is one SELECT, without another statement after it" : NULL;
}

static void read_rows(const struct panels *p, struct panel *panel, struct source *s,
                      sqlite3_stmt *stmt)
{
    struct result *r = &panel->result;
    int rc = SQLITE_DONE;
    r->cols = (size_t)s->api->column_count(stmt);
    bind(p, s, stmt);
    bool room = take_names(s, stmt, r);
    while (room && !r->more && (rc = s->api->step(stmt)) == SQLITE_ROW)
        room = take_row(s, stmt, r);
    if (!room)
        fail(p, panel, 0, "the rows are too large");
    else if (rc != SQLITE_DONE && !r->more)
        fail_sql(p, panel, s);
}

static bool same(const struct result *a, const struct result *b)
{
    if (a->cols != b->cols || a->rows != b->rows || strcmp(a->error, b->error) != 0)
        return false;
    for (size_t i = 0; i < a->rows * a->cols; i++)
        if (a->cell[i].null != b->cell[i].null || !bf_str_eq(a->cell[i].text, b->cell[i].text))
            return false;
    return true;
}

void panel_run(const struct panels *p, struct panel *panel, struct source *s)
{
    struct result before = panel->result;
    struct result *r = &panel->result;
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    memset(r, 0, sizeof *r);
    bf_arena_init(&r->arena, RESULT_MAX);
    panel->ran_ms = bf_clock_mono_ms();
    s->until_ms = panel->ran_ms + SOURCE_QUERY_MS;
    s->late = false;
    if (s->api->prepare_v2(s->h, panel->sql.p, (int)panel->sql.n, &stmt, &tail) != SQLITE_OK)
        fail_sql(p, panel, s);
    else {
        const char *why =
            refused(s, stmt, bf_str(tail, (size_t)(panel->sql.p + panel->sql.n - tail)));
        if (why)
            fail(p, panel, 0, why);
        else
            read_rows(p, panel, s, stmt);
    }
    s->api->finalize(stmt);
    panel->took_ms = bf_clock_mono_ms() - panel->ran_ms;
    if (r->error[0])
        r->rows = r->cols = 0;
    rate_take(panel, r);
    panel->changed += !panel->changed || !same(&before, r);
    bf_arena_free(&before.arena);
    trend_keep(panel, r);
}
