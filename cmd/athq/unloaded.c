/*
 * Rows of unloaded JSON: Athena writes an object for each row, on a line, with each column in the order of the query, NULL
 * as null. NDJSON passes the line on as it is, so a number keeps its digits. The other forms take the columns from the
 * first row.
 */
#include "cmd/athq/athq.h"

#include <stdlib.h>

#include "cmd/athq/lines.h"
#include "lib/base/arena.h"
#include "lib/json/scan.h"

enum { ROW_MAX_BYTES = 256 * 1024 * 1024 };
#define NOWHERE SIZE_MAX

struct unloaded {
    struct sink *sink;
    enum form form;
    struct lines lines;
    struct bf_arena arena;
    struct bf_athena_column *column; /* NULL before the first row */
    struct bf_athena_cell *cell;
    size_t *at; /* the offset in text of a decoded cell, until the row is complete; else NOWHERE */
    size_t n;
    struct bf_buf text; /* the decoded strings of a row */
    uint64_t rows;
};

static bool decode(struct bf_buf *text, struct bf_str value, struct bf_err *e)
{
    bf_buf_reset(text);
    bf_json_unescape(text, value);
    return bf_buf_check(text, "a value", e);
}

/* Calls each for the members of the row. */
static bool members(struct unloaded *u, struct bf_str row,
                    bool (*each)(struct unloaded *u, size_t i, const struct bf_json_key *key,
                                 const struct bf_json_val *v, struct bf_err *e),
                    struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bf_json_init(&j, row);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    for (size_t i = 0; (more = bf_json_member(&j, &key, e)) == BF_JSON_MORE; i++)
        if (!bf_json_value(&j, &v, e) || (each && !each(u, i, &key, &v, e)))
            return false;
    return more == BF_JSON_END && bf_json_end(&j, e);
}

static bool count(struct unloaded *u, size_t i, const struct bf_json_key *key,
                  const struct bf_json_val *v, struct bf_err *e)
{
    (void)key;
    (void)v;
    (void)e;
    u->n = i + 1;
    return true;
}

/* A column of the first row; a table aligns numbers by the type. */
static bool take_column(struct unloaded *u, size_t i, const struct bf_json_key *key,
                        const struct bf_json_val *v, struct bf_err *e)
{
    u->column[i].type = v->type == BF_JSON_NUMBER ? BF_STR("double") : BF_STR("varchar");
    return decode(&u->text, key->text, e) &&
           (bf_arena_copy(&u->arena, bf_buf_view(&u->text), &u->column[i].name) || bf_err_nomem(e));
}

static bool begin(struct unloaded *u, struct bf_str row, struct bf_err *e)
{
    if (!members(u, row, count, e))
        return false;
    if (u->n == 0)
        return bf_err_set(e, BF_E_SERVICE, "an empty object");
    u->column = bf_arena_alloc(&u->arena, u->n * sizeof *u->column);
    u->cell = bf_arena_alloc(&u->arena, u->n * sizeof *u->cell);
    u->at = bf_arena_alloc(&u->arena, u->n * sizeof *u->at);
    if (!u->column || !u->cell || !u->at)
        return bf_err_nomem(e);
    return members(u, row, take_column, e) && sink_begin(u->sink, u->column, u->n, e);
}

/* The column of a key; usually number i. u->n: there is none. */
static size_t find(const struct unloaded *u, size_t i, const struct bf_json_key *key)
{
    if (i < u->n && bf_json_key_eq(key, u->column[i].name))
        return i;
    for (i = 0; i < u->n && !bf_json_key_eq(key, u->column[i].name); i++)
        continue;
    return i;
}

static bool take_cell(struct unloaded *u, size_t i, const struct bf_json_key *key,
                      const struct bf_json_val *v, struct bf_err *e)
{
    size_t at = find(u, i, key);
    if (at == u->n)
        return bf_err_set(e, BF_E_SERVICE, "column '%.*s' is not in the first row",
                          (int)(key->text.n > 60 ? 60 : key->text.n), key->text.p);
    struct bf_athena_cell *cell = &u->cell[at];
    cell->null = v->type == BF_JSON_NULL;
    cell->text = v->text;
    u->at[at] = NOWHERE;
    if (v->type == BF_JSON_STRING && v->escaped) {
        u->at[at] = u->text.n;
        bf_json_unescape(&u->text, v->text);
        cell->text.n = u->text.n - u->at[at];
    }
    return true;
}

static bool put_row(struct unloaded *u, struct bf_str row, struct bf_err *e)
{
    bf_buf_reset(&u->text);
    for (size_t i = 0; i < u->n; i++) {
        u->cell[i] = (struct bf_athena_cell){.text = BF_STR(""), .null = true};
        u->at[i] = NOWHERE;
    }
    if (!members(u, row, take_cell, e) || !bf_buf_check(&u->text, "a row", e))
        return false;
    for (size_t i = 0; i < u->n; i++)
        if (u->at[i] != NOWHERE)
            u->cell[i].text.p = u->text.p + u->at[i];
    return sink_row(u->sink, u->cell, u->n, e);
}

static bool take_row(void *arg, struct bf_str row, struct bf_err *e)
{
    struct unloaded *u = arg;
    row = bf_str_trim(row);
    u->rows++;
    bool ok = u->form == FORM_NDJSON ? members(u, row, NULL, e) && sink_line(u->sink, row, e)
                                     : (u->column || begin(u, row, e)) && put_row(u, row, e);
    return ok || e->code == BF_E_CLOSED || bf_err_ctx(e, "row %llu", (unsigned long long)u->rows);
}

struct unloaded *unloaded_new(struct sink *sink, enum form form, struct bf_err *e)
{
    struct unloaded *u = calloc(1, sizeof *u);
    if (!u) {
        bf_err_nomem(e);
        return NULL;
    }
    u->sink = sink;
    u->form = form;
    u->lines = (struct lines){.what = "a row", .take = take_row, .arg = u};
    bf_buf_init(&u->lines.part, ROW_MAX_BYTES);
    bf_buf_init(&u->text, ROW_MAX_BYTES);
    bf_arena_init(&u->arena, 64 * 1024 * 1024);
    return u;
}

void unloaded_destroy(struct unloaded *u)
{
    if (!u)
        return;
    bf_buf_free(&u->lines.part);
    bf_buf_free(&u->text);
    bf_arena_free(&u->arena);
    free(u);
}

bool unloaded_take(struct unloaded *u, struct bf_str piece, struct bf_err *e)
{
    return lines_take(&u->lines, piece, e);
}

bool unloaded_end_object(struct unloaded *u, struct bf_err *e)
{
    return lines_end(&u->lines, e);
}

bool unloaded_end(struct unloaded *u, struct bf_err *e)
{
    return !u->column || sink_end(u->sink, e);
}
