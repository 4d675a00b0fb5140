#include "cmd/cdcproj/view/view.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/cdcproj/view/view_words.h"

enum { NAMES_MAX = 1 << 20 };

/* A statement being parsed: tokens from .. end - 1. */
struct reading {
    const struct tokens *t;
    struct view *v;
    size_t select, from, where, group, end; /* of the parts; end: the part is missing */
    size_t named;                           /* the last token of FROM */
    struct {
        size_t from, to;
    } item[ITEMS_MAX], term[GROUPS_MAX];
};

/* Not kept, and why. */
static bool plain(struct view *v, const char *why)
{
    snprintf(v->why, sizeof v->why, "%s", why);
    v->kept = false;
    return true;
}

static bool plain_of(struct view *v, struct bf_str what, const char *why)
{
    snprintf(v->why, sizeof v->why, "%.*s%s", BF_SHOWN(what), why);
    v->kept = false;
    return true;
}

/* A name as the database has it, in the view's memory. */
static bool decode(struct view *v, const struct token *t, struct bf_str *out, struct bf_err *e)
{
    return bf_arena_copy(&v->arena, t->name, out) || bf_err_nomem(e);
}

/* Has it a word of a query that is more than sums over the rows of one table? */
static bool beyond(struct reading *r)
{
    const char *why = words_beyond(r->t, r->select + 1, r->end, r->v->pg);
    return why && plain(r->v, why);
}

/* FROM table [[AS] alias] */
static bool read_from(struct reading *r, struct bf_err *e)
{
    size_t i = r->from + 1, end = r->where < r->end ? r->where : r->group;
    if (i >= end || !token_name(r->t, i))
        return plain(r->v, "FROM is not the name of one table");
    if (!decode(r->v, &r->t->t[i], &r->v->from, e))
        return false;
    r->v->alias = r->v->from;
    i += 1 + token_is(r->t, i + 1, "as");
    if (i < end && token_name(r->t, i) && !decode(r->v, &r->t->t[i++], &r->v->alias, e))
        return false;
    r->named = end - 1;
    return i == end || plain(r->v, "FROM is not the name of one table");
}

/* The aggregate that consists of the tokens i .. to - 1; or none. */
static bool is_aggregate(const struct tokens *t, size_t i, size_t to, enum agg_op *op)
{
    static const struct {
        const char *name;
        enum agg_op op;
    } calls[] = {{"count", AGG_COUNT}, {"sum", AGG_SUM},     {"dec_sum", AGG_SUM}, {"min", AGG_MIN},
                 {"max", AGG_MAX},     {"dec_min", AGG_MIN}, {"dec_max", AGG_MAX}};
    if (to - i < 3 || !token_punct(t, i + 1, '(') || !token_punct(t, to - 1, ')') ||
        t->t[to - 1].depth != t->t[i].depth ||
        tokens_find_punct(t, i + 2, to - 1, t->t[i].depth, ')') != to - 1 ||
        tokens_find_punct(t, i + 2, to - 1, t->t[i].depth + 1, ',') != to - 1)
        return false;
    for (size_t k = 0; k < BF_COUNT(calls); k++)
        if (token_is(t, i, calls[k].name)) {
            *op = calls[k].op;
            return true;
        }
    return false;
}

static bool starts_dec(struct bf_str text)
{
    return text.n > 4 && (memcmp(text.p, "dec_", 4) == 0 || memcmp(text.p, "DEC_", 4) == 0);
}

/* The aggregate of the tokens from .. to - 1; its condition ends before `end`. */
static bool add_aggregate(struct reading *r, enum agg_op op, size_t from, size_t to, size_t end,
                          struct bf_err *e)
{
    struct view *v = r->v;
    size_t arg = from + 2 + (token_is(r->t, from + 2, "all") && to - from > 4), last = to - 2;
    if (v->nagg == AGGS_MAX)
        return plain(v, "it has too many aggregates");
    struct agg *a = &v->agg[v->nagg++];
    *a = (struct agg){.op = op, .text = tokens_text(r->t, arg, to - 1)};
    a->called_dec = starts_dec(a->text) || starts_dec(r->t->t[from].text);
    if (end > to)
        a->filter = tokens_text(r->t, to + 3, end - 1);
    if (words_aggregate(r->t, arg, to - 1) != to - 1 || words_aggregate(r->t, to, end) != end)
        return plain(v, "an aggregate of an aggregate");
    if (op == AGG_COUNT && (bf_str_is(a->text, "*") || !a->text.n)) {
        a->op = end > to ? AGG_COUNT : AGG_COUNT_ALL;
        a->text = BF_STR("1");
        return true;
    }
    bool one = last == arg || (last == arg + 2 && token_punct(r->t, arg + 1, '.'));
    return !one || !token_name(r->t, last) || decode(v, &r->t->t[last], &a->column, e);
}

/* The end of an aggregate from .. to - 1 without the FILTER (WHERE condition) after it. */
static size_t before_filter(const struct tokens *t, size_t from, size_t to)
{
    unsigned depth = t->t[from].depth;
    size_t at = tokens_find(t, from + 1, to, depth, "filter");
    bool is = at + 4 < to && token_punct(t, at - 1, ')') && token_punct(t, at + 1, '(') &&
              token_is(t, at + 2, "where") &&
              tokens_find_punct(t, at + 2, to, depth, ')') == to - 1;
    return is ? at : to;
}

/* The first token of a column without its table's name: there is only one table. */
static size_t unqualified(const struct reading *r, size_t from, size_t to)
{
    return to == from + 3 && token_punct(r->t, from + 1, '.') ? from + 2 : from;
}

/* Which term of GROUP BY is item k, from .. to - 1; ngroup: none. */
static size_t group_of(struct reading *r, size_t k, size_t from, size_t to)
{
    struct view *v = r->v;
    for (size_t g = 0; g < v->ngroup; g++) {
        size_t a = r->term[g].from, b = r->term[g].to;
        char number[24];
        snprintf(number, sizeof number, "%zu", k + 1);
        bool ordinal = b == a + 1 && r->t->t[a].kind == BF_SQLITE_NUMBER &&
                       bf_str_eq(r->t->t[a].text, bf_str_of(number));
        bool alias = b == a + 1 && token_is_name(r->t, a, v->item[k].name);
        bool same = tokens_same(r->t, unqualified(r, a, b), b, unqualified(r, from, to), to);
        if (ordinal || alias || same) {
            if (alias && !same)
                v->by_alias[g] = v->item[k].name;
            v->group[g] = tokens_text(r->t, from, to);
            return g;
        }
    }
    return v->ngroup;
}

/* The end of an item's expression; its name is given by AS, or is its text. */
static bool item_name(struct reading *r, size_t k, size_t *to, struct bf_err *e)
{
    size_t from = r->item[k].from, last = *to - 1;
    struct item *x = &r->v->item[k];
    bool as = last >= from + 2 && token_is(r->t, last - 1, "as") && token_name(r->t, last);
    x->name = tokens_text(r->t, from, *to);
    x->named = as || words_end_in_name(r->t, from, *to);
    if (x->named)
        *to = as ? last - 1 : last;
    return (!x->named && (last != from || !token_name(r->t, last))) ||
           decode(r->v, &r->t->t[last], &x->name, e);
}

static bool read_item(struct reading *r, size_t k, struct bf_err *e)
{
    struct view *v = r->v;
    size_t from = r->item[k].from, to = r->item[k].to;
    enum agg_op op;
    if (from >= to || !item_name(r, k, &to, e))
        return from >= to ? plain(v, "an empty result column") : false;
    size_t end = to;
    to = before_filter(r->t, from, to);
    if (is_aggregate(r->t, from, to, &op)) {
        v->item[k].at = v->nagg;
        return add_aggregate(r, op, from, to, end, e);
    }
    size_t called = words_aggregate(r->t, from, to);
    if (called != to && (token_is(r->t, called, "avg") || token_is(r->t, called, "total")))
        return plain_of(v, r->t->t[called].text,
                        ": keep sum and count, and divide when you read them");
    if (called == from && tokens_find_punct(r->t, from + 2, to, r->t->t[from].depth, ')') == to - 1)
        return plain_of(v, r->t->t[called].text, " needs all values of a group");
    if (called != to)
        return plain_of(v, v->item[k].name,
                        " is computed from aggregates: keep them, and compute it when you read "
                        "them");
    v->item[k].group = true;
    v->item[k].at = group_of(r, k, from, to);
    return v->item[k].at < v->ngroup ||
           plain_of(v, v->item[k].name, " is neither an aggregate nor in GROUP BY");
}

/* Splits from .. to - 1 at its commas. */
static size_t cut(struct reading *r, size_t from, size_t to, size_t most, bool items)
{
    size_t n = 0;
    while (from < to && n < most) {
        size_t comma = tokens_find_punct(r->t, from, to, r->t->t[r->select].depth, ',');
        if (items)
            r->item[n].from = from, r->item[n].to = comma;
        else
            r->term[n].from = from, r->term[n].to = comma;
        n++;
        from = comma + 1;
    }
    return from < to ? most + 1 : n;
}

/* Is token i what a result is called? */
static bool is_result_name(const struct reading *r, size_t i, struct bf_str name)
{
    for (size_t k = 0; k < r->v->nitem; k++)
        if (r->item[k].to == i + 1 && r->item[k].from < i && bf_str_eq(r->v->item[k].name, name))
            return true;
    return false;
}

/* The names in its expressions: columns, and words of SQL, which are harmless. */
static bool read_idents(struct reading *r, struct bf_err *e)
{
    struct view *v = r->v;
    for (size_t i = r->select + 1; i < r->end; i++) {
        struct bf_str name;
        size_t k = 0;
        bool whole = token_punct(r->t, i + 1, '.') && token_punct(r->t, i + 2, '*');
        if (!token_name(r->t, i) || token_punct(r->t, i + 1, '(') ||
            (token_punct(r->t, i + 1, '.') && !whole))
            continue;
        if (!decode(v, &r->t->t[i], &name, e))
            return false;
        if (v->pg && (i < r->from || i > r->named) && bf_str_eq(name, v->alias) &&
            !is_result_name(r, i, name))
            return plain(v, "it uses whole rows");
        while (k < v->nident && !bf_str_eq(v->ident[k], name))
            k++;
        if (k == IDENTS_MAX)
            return plain(v, "it has too many names");
        v->ident[k] = name;
        v->nident += k == v->nident;
    }
    return true;
}

/* Parses the query and decides whether it can be kept. */
static bool take_apart(struct reading *r, struct bf_err *e)
{
    struct view *v = r->v;
    unsigned depth = r->t->t[r->select].depth;
    v->kept = true;
    if (!token_is(r->t, r->select, "select"))
        return plain(v, "it does not begin with SELECT");
    if (beyond(r))
        return true;
    r->from = tokens_find(r->t, r->select, r->end, depth, "from");
    r->where = tokens_find(r->t, r->from, r->end, depth, "where");
    r->group = tokens_find(r->t, r->from, r->end, depth, "group");
    if (r->from == r->end)
        return plain(v, "it has no FROM");
    if (!read_from(r, e))
        return false;
    if (r->where < r->end)
        v->where = tokens_text(r->t, r->where + 1, r->group);
    size_t terms = r->group + 2;
    v->ngroup = r->group < r->end ? cut(r, terms, r->end, GROUPS_MAX, false) : 0;
    size_t items = r->select + 1 + token_is(r->t, r->select + 1, "all");
    v->nitem = cut(r, items, r->from, ITEMS_MAX, true);
    if (v->ngroup > GROUPS_MAX || v->nitem > ITEMS_MAX)
        return plain(v, "it has too many columns");
    for (size_t g = 0; g < v->ngroup; g++)
        v->group[g] = tokens_text(r->t, r->term[g].from, r->term[g].to);
    for (size_t k = 0; k < v->nitem && v->kept; k++)
        if (!read_item(r, k, e))
            return false;
    if (v->kept && v->nagg == 0)
        return plain(v, "it has no aggregate");
    return !v->kept || read_idents(r, e);
}

/* CREATE VIEW [IF NOT EXISTS] name AS select, or DROP VIEW [IF EXISTS] name: tokens i .. end - 1. */
static bool read_statement(const struct tokens *t, size_t i, size_t end, struct view *v,
                           struct bf_err *e)
{
    bool create = token_is(t, i, "create");
    if ((!create && !token_is(t, i, "drop")) || !token_is(t, i + 1, "view"))
        return bf_err_set(e, BF_E_INPUT, "'%.*s': CREATE VIEW name AS SELECT ... was expected",
                          BF_SHOWN(t->t[i].text));
    i += 2;
    if (token_is(t, i, "if"))
        i += create ? 3 : 2;
    if (i >= end || !token_name(t, i) || !decode(v, &t->t[i], &v->name, e))
        return bf_err_set(e, BF_E_INPUT, "a view without a name");
    if (v->name.n > 7 && memcmp(v->name.p, "_bfpipe", 7) == 0)
        return bf_err_set(e, BF_E_INPUT, "%.*s: names in _bfpipe are cdcproj's own",
                          BF_SHOWN(v->name));
    v->drop = !create;
    if (v->drop)
        return i + 1 == end || bf_err_set(e, BF_E_INPUT, "DROP VIEW: one name was expected");
    if (!token_is(t, i + 1, "as") || i + 2 >= end)
        return bf_err_set(e, BF_E_INPUT, "%.*s: AS SELECT ... was expected", BF_SHOWN(v->name));
    struct reading r = {.t = t, .v = v, .select = i + 2, .end = end};
    v->select = tokens_text(t, r.select, end);
    return take_apart(&r, e);
}

static struct view *view_new(struct bf_str sql, bool pg, struct bf_err *e)
{
    struct view *v = calloc(1, sizeof *v);
    if (!v || !(v->sql = bf_str_dup(sql))) {
        free(v);
        bf_err_nomem(e);
        return NULL;
    }
    v->pg = pg;
    bf_arena_init(&v->arena, NAMES_MAX);
    bf_arena_init(&v->batch, (size_t)1 << 30);
    bf_map_init(&v->groups, 1 << 22);
    bf_map_init(&v->values, 1 << 22);
    return v;
}

void view_forget(struct view *v)
{
    bf_map_clear(&v->groups);
    bf_map_clear(&v->values);
    bf_arena_reset(&v->batch);
}

void view_unprepare(const struct sql_api *api, struct view *v)
{
    sqlite3_stmt **all[] = {&v->get,       &v->put,   &v->del, &v->put_value,
                            &v->del_value, &v->least, &v->most};
    for (size_t i = 0; i < BF_COUNT(all); i++) {
        if (*all[i])
            api->finalize(*all[i]);
        *all[i] = NULL;
    }
}

void view_free(const struct sql_api *api, struct view *v)
{
    view_unprepare(api, v);
    bf_map_free(&v->groups);
    bf_map_free(&v->values);
    bf_arena_free(&v->batch);
    bf_arena_free(&v->arena);
    free(v->sql);
    free(v);
}

/* One statement, from its own copy of the text. */
static bool add(struct view ***end, struct bf_str sql, bool pg, struct bf_err *e)
{
    struct tokens t = {0};
    struct view *v = view_new(sql, pg, e);
    if (!v)
        return false;
    **end = v;
    *end = &v->next;
    bool ok = tokens_cut(&t, bf_str_of(v->sql), pg, e) && read_statement(&t, 0, t.n, v, e);
    tokens_free(&t);
    return ok;
}

bool view_parse(struct view **list, struct bf_str text, bool pg, struct bf_err *e)
{
    struct tokens t = {0};
    struct view **end = list;
    while (*end)
        end = &(*end)->next;
    bool ok = tokens_cut(&t, text, pg, e);
    for (size_t i = 0; ok && i < t.n;) {
        size_t stop = tokens_find_punct(&t, i, t.n, 0, ';');
        if (stop > i)
            ok = add(&end, tokens_text(&t, i, stop), pg, e);
        i = stop + 1;
    }
    tokens_free(&t);
    return ok;
}

void views_nested(struct view *list)
{
    for (struct view *v = list; v; v = v->next)
        for (const struct view *o = list; o && v->kept; o = o->next)
            if (!o->drop && o != v && bf_str_same(o->name, v->from))
                plain(v, "FROM is another view");
}
