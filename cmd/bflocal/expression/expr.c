/* Placeholders, which all expressions of a request share, and projections. */
#include "cmd/bflocal/expression/expr.h"

#include <stdlib.h>

#include "cmd/bflocal/expression/expr_lex.h"

enum { PLACEHOLDERS_MAX = 4096 };

static bool invalid(struct bf_err *e, const char *fmt, struct bf_str what)
{
    return bf_err_set(e, BF_E_INPUT, fmt, BF_SHOWN_TO(what, 200));
}

static size_t count_members(struct bf_str object)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err e;
    size_t n = 0;
    bf_json_init(&j, object);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &e))
        return 0;
    while (bf_json_member(&j, &key, &e) == BF_JSON_MORE && bf_json_skip(&j, &e))
        n++;
    return n;
}

/* Reads one placeholder; the cursor is on its value. */
static bool read_placeholder(struct bl_expr *x, struct bf_json *j, char sign,
                             struct bl_placeholder *p, struct bf_err *e)
{
    struct bf_json_val v;
    if (p->key.n < 2 || p->key.p[0] != sign)
        return invalid(
            e,
            sign == '#'
                ? "ExpressionAttributeNames contains invalid key: Syntax error; key: \"%.*s\""
                : "ExpressionAttributeValues contains invalid key: Syntax error; key: \"%.*s\"",
            p->key);
    if (sign == ':') {
        if (bl_value_parse(x->a, j, &p->value, e))
            return true;
        if (e->code == BF_E_INPUT) {
            struct bf_err why = *e;
            bf_err_set(e, BF_E_INPUT,
                       "ExpressionAttributeValues contains invalid value: %.300s for key %.*s",
                       why.text, BF_SHOWN(p->key));
        }
        return false;
    }
    if (!bf_json_string(j, &v, e))
        return bf_err_set(e, BF_E_USAGE, "Unexpected value type in payload");
    p->name = v.text;
    if (v.escaped) {
        struct bf_buf b = {
            .p = bf_arena_alloc(x->a, v.text.n + 1), .cap = v.text.n + 1, .max = v.text.n + 1};
        if (!b.p)
            return bf_err_nomem(e);
        bf_json_unescape(&b, v.text);
        p->name = bf_buf_view(&b);
    }
    const char *wrong = bl_attribute_fault(p->name);
    if (wrong)
        bf_err_set(e, BF_E_INPUT,
                   "ExpressionAttributeNames contains invalid value: %s for key %.*s", wrong,
                   BF_SHOWN_TO(p->key, 200));
    return !wrong;
}

static bool read_placeholders(struct bl_expr *x, struct bf_str object, char sign,
                              struct bl_placeholder **list, size_t *n, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    enum bf_json_more more;
    *list = NULL;
    *n = 0;
    if (object.n == 0)
        return true;
    size_t members = count_members(object);
    if (members == 0)
        return invalid(e,
                       sign == '#' ? "ExpressionAttributeNames must not be empty%.*s"
                                   : "ExpressionAttributeValues must not be empty%.*s",
                       BF_STR(""));
    if (members > PLACEHOLDERS_MAX)
        return bf_err_set(e, BF_E_INPUT, "more than %d placeholders", PLACEHOLDERS_MAX);
    *list = bf_arena_alloc(x->a, members * sizeof **list);
    if (!*list)
        return bf_err_nomem(e);
    bf_json_init(&j, object);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        struct bl_placeholder *p = &(*list)[(*n)++];
        *p = (struct bl_placeholder){.key = key.text};
        if (!read_placeholder(x, &j, sign, p, e))
            return false;
    }
    return more == BF_JSON_END;
}

bool bl_expr_init(struct bl_expr *x, struct bf_arena *a, struct bf_str names, struct bf_str values,
                  struct bf_err *e)
{
    *x = (struct bl_expr){.a = a};
    return read_placeholders(x, names, '#', &x->names, &x->nnames, e) &&
           read_placeholders(x, values, ':', &x->values, &x->nvalues, e);
}

static bool all_used(const char *what, const struct bl_placeholder *list, size_t n,
                     struct bf_err *e)
{
    char room[300];
    struct bf_buf keys = {.p = room, .cap = sizeof room, .max = sizeof room};
    size_t unused = 0;
    for (size_t i = 0; i < n; i++) {
        if (list[i].used)
            continue;
        if (unused++)
            bf_buf_lit(&keys, ", ");
        bf_buf_adds(&keys, list[i].key);
    }
    if (!unused)
        return true;
    return bf_err_set(e, BF_E_INPUT, "Value provided in %s unused in expressions: keys: {%.*s}",
                      what, (int)keys.n, room);
}

bool bl_expr_check_used(const struct bl_expr *x, const char *absent, struct bf_err *e)
{
    if (absent && x->nnames)
        return bf_err_set(e, BF_E_INPUT,
                          "ExpressionAttributeNames can only be specified when using expressions");
    if (absent && x->nvalues)
        return bf_err_set(
            e, BF_E_INPUT,
            "ExpressionAttributeValues can only be specified when using expressions: %s null",
            absent);
    return all_used("ExpressionAttributeNames", x->names, x->nnames, e) &&
           all_used("ExpressionAttributeValues", x->values, x->nvalues, e);
}

static bool overlap(const struct bl_lex *l, const struct bl_projection *p, struct bf_err *e)
{
    char room[256];
    const struct bl_path *last = &p->paths[p->n - 1];
    for (size_t i = 0; i + 1 < p->n; i++) {
        bool overlaps = bl_path_overlaps(&p->paths[i], last);
        if (!overlaps && !bl_path_conflicts(&p->paths[i], last))
            continue;
        struct bf_buf b = {.p = room, .cap = sizeof room, .max = sizeof room};
        bf_buf_lit(&b, "path one: ");
        bl_path_put(&b, &p->paths[i]);
        bf_buf_lit(&b, ", path two: ");
        bl_path_put(&b, last);
        return bl_lex_fail(l, e,
                           "Two document paths %s with each other; must remove or rewrite one of "
                           "these paths; %.*s",
                           overlaps ? "overlap" : "conflict", (int)b.n, room);
    }
    return true;
}

bool bl_projection_parse(struct bl_expr *x, struct bf_str text, struct bl_projection *out,
                         struct bf_err *e)
{
    struct bl_lex l;
    if (!bl_lex_init(&l, x, "ProjectionExpression", text, e))
        return false;
    size_t max = 1;
    for (size_t i = 0; i < text.n; i++)
        max += text.p[i] == ',';
    out->n = 0;
    out->paths = bf_arena_alloc(x->a, max * sizeof *out->paths);
    if (!out->paths)
        return bf_err_nomem(e);
    for (;;) {
        if (!bl_lex_path(&l, &out->paths[out->n++], e) || !overlap(&l, out, e))
            return false;
        if (l.token == BL_TOKEN_END)
            break;
        if (!bl_lex_expect(&l, ",", e))
            return false;
    }
    bl_projection_sort(out);
    return true;
}

int bl_path_order(const struct bl_path *x, const struct bl_path *y)
{
    size_t n = bl_path_common(x, y);
    if (n == x->n || n == y->n)
        return (x->n > y->n) - (x->n < y->n);
    const struct bl_step *s = &x->steps[n], *t = &y->steps[n];
    if (s->name.p && t->name.p)
        return bf_str_cmp(s->name, t->name);
    return (s->index > t->index) - (s->index < t->index);
}

static int by_steps(const void *a, const void *b)
{
    return bl_path_order(a, b);
}

void bl_projection_sort(struct bl_projection *p)
{
    qsort(p->paths, p->n, sizeof *p->paths, by_steps);
}

/*
 * Puts the value at `path` into the projected item and creates the containers on the
 * way. The paths are sorted, so the last element of a list is the one that the path
 * `before` created.
 */
static bool place_value(struct bf_arena *a, struct bl_value *item, const struct bl_path *path,
                        const struct bl_path *before, const struct bl_value *from)
{
    struct bl_value *to = item;
    const struct bl_value *source = from;
    size_t common = before ? bl_path_common(path, before) : 0;
    for (size_t i = 0; i < path->n; i++) {
        const struct bl_step *s = &path->steps[i];
        bool last = i + 1 == path->n;
        source = s->name.p ? bl_field_get(source, s->name) : source->items[s->index];
        struct bl_value *next = s->name.p    ? bl_field_get(to, s->name)
                                : i < common ? to->items[to->n - 1]
                                             : NULL;
        if (!next) {
            next = last ? bl_value_copy(a, source) : bl_value_new(a, source->type);
            if (!next ||
                !(s->name.p ? bl_field_set(a, to, s->name, next) : bl_items_add(a, to, next)))
                return false;
        }
        to = next;
    }
    return true;
}

struct bl_value *bl_projection_apply(struct bf_arena *a, const struct bl_projection *p,
                                     const struct bl_value *item)
{
    struct bl_value *out = bl_value_new(a, BL_M);
    const struct bl_path *before = NULL;
    for (size_t i = 0; out && i < p->n; i++) {
        if (!bl_path_get(item, &p->paths[i]))
            continue;
        if (!place_value(a, out, &p->paths[i], before, item))
            return NULL;
        before = &p->paths[i];
    }
    return out;
}
