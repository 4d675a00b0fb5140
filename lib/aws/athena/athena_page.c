/* Pages of results. */
#include "lib/aws/athena/athena.h"

#include <stdlib.h>

#include "lib/base/num.h"
#include "lib/json/scan.h"

enum { ROOM_MAX = 128 * 1024 * 1024 };

void bf_athena_page_init(struct bf_athena_page *p)
{
    *p = (struct bf_athena_page){0};
    bf_buf_init(&p->room, ROOM_MAX);
}

void bf_athena_page_free(struct bf_athena_page *p)
{
    bf_buf_free(&p->room);
    free(p->column);
    free(p->cell);
}

static bool strange(struct bf_err *e)
{
    return bf_err_set(e, BF_E_SERVICE, "an answer that is none of GetQueryResults");
}

static bool keep(struct bf_athena_page *p, const struct bf_json_val *v, struct bf_str *out)
{
    size_t from = p->room.n;
    bf_json_unescape(&p->room, v->text);
    *out = bf_str(p->room.p + from, p->room.n - from);
    return bf_buf_ok(&p->room);
}

static bool grow(void **array, size_t *cap, size_t n, size_t size, struct bf_err *e)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 32;
    void *bigger = more <= 2 * (size_t)BF_ATHENA_COLUMNS ? realloc(*array, more * size) : NULL;
    if (!bigger)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", BF_ATHENA_COLUMNS);
    *array = bigger;
    *cap = more;
    return true;
}

/* {"Name":..,"Label":..,"Type":..} */
static bool read_column(struct bf_athena_page *p, struct bf_str object, struct bf_err *e)
{
    struct bf_json_val label, name, type;
    bool has_label, has_name, has_type;
    if (!bf_json_find(object, BF_STR("Label"), &label, &has_label, e) ||
        !bf_json_find(object, BF_STR("Name"), &name, &has_name, e) ||
        !bf_json_find(object, BF_STR("Type"), &type, &has_type, e) || !has_name || !has_type ||
        name.type != BF_JSON_STRING || type.type != BF_JSON_STRING)
        return strange(e);
    if (!grow((void **)&p->column, &p->column_cap, p->ncolumns, sizeof *p->column, e))
        return false;
    struct bf_athena_column *c = &p->column[p->ncolumns++];
    bool labelled = has_label && label.type == BF_JSON_STRING;
    return (keep(p, labelled ? &label : &name, &c->name) && keep(p, &type, &c->type)) ||
           bf_err_nomem(e);
}

static bool read_columns(struct bf_athena_page *p, struct bf_str array, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_val v;
    enum bf_json_more more;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return strange(e);
    while ((more = bf_json_element(&j, e)) == BF_JSON_MORE)
        if (!bf_json_value(&j, &v, e) || v.type != BF_JSON_OBJECT || !read_column(p, v.raw, e))
            return e->code == BF_E_LIMIT || e->code == BF_E_MEMORY ? false : strange(e);
    return more == BF_JSON_END || strange(e);
}

static bool find(struct bf_str of, const char *name, enum bf_json_type type, struct bf_json_val *v)
{
    struct bf_err ignored;
    bool found;
    return of.n && of.p[0] == '{' && bf_json_find(of, bf_str_of(name), v, &found, &ignored) &&
           found && v->type == type;
}

bool bf_athena_page_answer(struct bf_athena_page *p, struct bf_str body, struct bf_err *e)
{
    struct bf_json_val set, v, meta;
    struct bf_err ignored;
    p->ncolumns = p->ncells = 0;
    p->token = p->rows = (struct bf_str){0};
    bf_buf_reset(&p->room);
    if (!bf_buf_room(&p->room, body.n + 1)) /* nothing in it moves */
        return bf_buf_check(&p->room, "a page of results", e);
    if (!find(body, "ResultSet", BF_JSON_OBJECT, &set))
        return strange(e);
    p->has_update = find(body, "UpdateCount", BF_JSON_NUMBER, &v) &&
                    bf_num_u64(v.text, &p->update_count, &ignored);
    if (find(body, "NextToken", BF_JSON_STRING, &v) && !keep(p, &v, &p->token))
        return bf_err_nomem(e);
    if (find(set.raw, "Rows", BF_JSON_ARRAY, &v))
        p->rows = v.raw;
    return !find(set.raw, "ResultSetMetadata", BF_JSON_OBJECT, &meta) ||
           !find(meta.raw, "ColumnInfo", BF_JSON_ARRAY, &v) || read_columns(p, v.raw, e);
}

/* {"VarCharValue":"x"}, or {} for NULL. */
static bool read_cell(struct bf_athena_page *p, struct bf_json *j, struct bf_err *e)
{
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    if (!grow((void **)&p->cell, &p->cell_cap, p->ncells, sizeof *p->cell, e) ||
        !bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    struct bf_athena_cell *c = &p->cell[p->ncells++];
    *c = (struct bf_athena_cell){.null = true};
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(j, &v, e))
            return false;
        if (!bf_json_key_is(&key, "VarCharValue") || v.type != BF_JSON_STRING)
            continue;
        c->null = false;
        c->text = v.text;
        if (v.escaped && !keep(p, &v, &c->text))
            return bf_err_nomem(e);
    }
    return more == BF_JSON_END;
}

/* {"Data":[...]} */
static bool read_row(struct bf_athena_page *p, struct bf_json *j, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more, cell;
    p->ncells = 0;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_key_is(&key, "Data")) {
            if (!bf_json_skip(j, e))
                return false;
            continue;
        }
        if (!bf_json_enter(j, BF_JSON_ARRAY, e))
            return false;
        while ((cell = bf_json_element(j, e)) == BF_JSON_MORE)
            if (!read_cell(p, j, e))
                return false;
        if (cell == BF_JSON_ERROR)
            return false;
    }
    return more == BF_JSON_END;
}

bool bf_athena_page_rows(struct bf_athena_page *p,
                         bool (*each)(void *arg, const struct bf_athena_cell *cell, size_t n,
                                      struct bf_err *e),
                         void *arg, struct bf_err *e)
{
    struct bf_json j;
    enum bf_json_more more;
    if (!p->rows.n)
        return true;
    bf_json_init(&j, p->rows);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return strange(e);
    while ((more = bf_json_element(&j, e)) == BF_JSON_MORE) {
        if (!read_row(p, &j, e))
            return e->code == BF_E_LIMIT || e->code == BF_E_MEMORY ? false : strange(e);
        if (!each(arg, p->cell, p->ncells, e))
            return false;
    }
    return more == BF_JSON_END || strange(e);
}
