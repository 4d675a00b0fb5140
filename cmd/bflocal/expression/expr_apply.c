/* Update expressions: applying. */
#include "cmd/bflocal/expression/expr_lex.h"

#include "lib/ddb/decimal.h"

static bool invalid(struct bf_err *e, const char *text)
{
    return bf_err_set(e, BF_E_INPUT, "%s", text);
}

static bool wrong_type(struct bf_err *e)
{
    return invalid(e, "An operand in the update expression has an incorrect data type");
}

static bool mismatch(const struct bl_action *act, struct bf_err *e)
{
    return act->legacy ? invalid(e, "Type mismatch for attribute to update") : wrong_type(e);
}

/* a + b or a - b as a number value. */
static bool arithmetic(struct bf_arena *a, const struct bl_value *x, const struct bl_value *y,
                       char op, struct bl_value **out, struct bf_err *e)
{
    enum { ROOM = 400 };
    struct bf_decimal p, q, r;
    struct bf_err why = {0};
    if (x->type != BL_N || y->type != BL_N)
        return wrong_type(e);
    char *room = bf_arena_alloc(a, ROOM);
    *out = bl_value_new(a, BL_N);
    if (!room || !*out)
        return bf_err_nomem(e);
    struct bf_buf text = {.p = room, .cap = ROOM, .max = ROOM};
    bool ok = bf_decimal_parse(x->text, &p, &why) && bf_decimal_parse(y->text, &q, &why) &&
              (op == '+' ? bf_decimal_add(&p, &q, &r, &why) : bf_decimal_sub(&p, &q, &r, &why));
    if (ok)
        bf_decimal_put(&text, &r);
    /* bf_decimal_add has room for more than 38 digits; a sum that still does not fit is too long */
    enum bf_number_verdict verdict = ok ? bf_number_judge(bf_buf_view(&text)) : BF_NUMBER_LONG;
    if (verdict == BF_NUMBER_LONG) /* the service's words for a sum with too many digits */
        verdict = BF_NUMBER_LARGE;
    if (verdict != BF_NUMBER_FITS)
        return invalid(e, bl_number_fault(verdict));
    (*out)->text = bf_buf_view(&text);
    return true;
}

static bool evaluate_term(struct bf_arena *a, const struct bl_term *t, const struct bl_value *item,
                          struct bl_value **out, struct bf_err *e);

static bool list_append(struct bf_arena *a, const struct bl_term *t, const struct bl_value *item,
                        struct bl_value **out, struct bf_err *e)
{
    struct bl_value *left, *right;
    if (!evaluate_term(a, t->left, item, &left, e) || !evaluate_term(a, t->right, item, &right, e))
        return false;
    if (left->type != BL_L || right->type != BL_L)
        return wrong_type(e);
    *out = bl_value_copy(a, left);
    for (size_t i = 0; *out && i < right->n; i++)
        if (!bl_items_add(a, *out, right->items[i]))
            return bf_err_nomem(e);
    return *out ? true : bf_err_nomem(e);
}

static bool evaluate_term(struct bf_arena *a, const struct bl_term *t, const struct bl_value *item,
                          struct bl_value **out, struct bf_err *e)
{
    if (t->kind == BL_TERM_LIST_APPEND)
        return list_append(a, t, item, out, e);
    *out = t->operand.value ? t->operand.value : bl_path_get(item, &t->operand.path);
    if (*out)
        return true;
    if (t->kind == BL_TERM_IF_NOT_EXISTS)
        return evaluate_term(a, t->right, item, out, e);
    return invalid(
        e, "The provided expression refers to an attribute that does not exist in the item");
}

static bool bad_path(struct bf_err *e)
{
    return invalid(e, "The document path provided in the update expression is invalid for update");
}

/* The container of the path's last step. */
static bool find_parent(struct bl_value *item, const struct bl_path *path, struct bl_value **out,
                        struct bf_err *e)
{
    struct bl_path up = {path->steps, path->n - 1};
    const struct bl_step *last = &path->steps[path->n - 1];
    *out = up.n ? bl_path_get(item, &up) : item;
    if (!*out || (*out)->type != (last->name.p ? BL_M : BL_L))
        return bad_path(e);
    return true;
}

/* Puts a value at the path; an index past the end of a list appends. */
static bool put_at(struct bf_arena *a, struct bl_value *item, const struct bl_path *path,
                   struct bl_value *value, struct bf_err *e)
{
    struct bl_value *in, *copy = bl_value_copy(a, value);
    const struct bl_step *last = &path->steps[path->n - 1];
    if (!copy)
        return bf_err_nomem(e);
    if (!find_parent(item, path, &in, e))
        return false;
    if (last->name.p)
        return bl_field_set(a, in, last->name, copy) || bf_err_nomem(e);
    if (last->index >= in->n)
        return bl_items_add(a, in, copy) || bf_err_nomem(e);
    in->items[last->index] = copy;
    return true;
}

static bool set_union(struct bf_arena *a, struct bl_value *into, const struct bl_value *more,
                      struct bf_err *e)
{
    for (size_t i = 0; i < more->n; i++)
        if (!bl_items_has(into, more->items[i]) && !bl_items_add(a, into, more->items[i]))
            return bf_err_nomem(e);
    return true;
}

static bool apply_add(struct bf_arena *a, struct bl_value *item, const struct bl_action *act,
                      struct bf_err *e)
{
    struct bl_value *more = act->term->operand.value, *sum;
    struct bl_value *old = bl_path_get(item, &act->path);
    if (!old)
        return put_at(a, item, &act->path, more, e);
    if (old->type != more->type)
        return mismatch(act, e);
    if (old->type != BL_N)
        return set_union(a, old, more, e);
    return arithmetic(a, old, more, '+', &sum, e) && put_at(a, item, &act->path, sum, e);
}

/* REMOVE only marks an element of a list, so that the indices of other actions stay valid. */
static bool remove_path(struct bl_value *item, const struct bl_path *path, struct bf_err *e)
{
    struct bl_value *in;
    const struct bl_step *last = &path->steps[path->n - 1];
    if (path->n == 1) {
        bl_field_remove(item, last->name);
        return true;
    }
    if (!find_parent(item, path, &in, e))
        return false;
    if (last->name.p)
        bl_field_remove(in, last->name);
    else if (last->index < in->n)
        in->items[last->index] = NULL;
    return true;
}

static void close_gaps(struct bl_value *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i])
            list->items[n++] = list->items[i];
    list->n = n;
}

/* DELETE removes members of a set, and the attribute when the set becomes empty. */
static bool apply_delete(struct bl_value *item, const struct bl_action *act, struct bf_err *e)
{
    struct bl_value *old = bl_path_get(item, &act->path);
    const struct bl_value *less = act->term->operand.value;
    struct bl_value *in;
    if (!old)
        return act->path.n == 1 || find_parent(item, &act->path, &in, e);
    if (old->type != less->type)
        return mismatch(act, e);
    size_t n = 0;
    for (size_t i = 0; i < old->n; i++)
        if (!bl_items_has(less, old->items[i]))
            old->items[n++] = old->items[i];
    old->n = n;
    return n ? true : remove_path(item, &act->path, e);
}

static bool apply_one(struct bf_arena *a, const struct bl_action *act, struct bl_value *item,
                      struct bl_value *value, struct bf_err *e)
{
    switch (act->kind) {
    case BL_SET:
        return put_at(a, item, &act->path, value, e);
    case BL_ADD:
        return apply_add(a, item, act, e);
    case BL_DELETE:
        return apply_delete(item, act, e);
    case BL_REMOVE:
        break;
    }
    return remove_path(item, &act->path, e);
}

/* Computes the values of all SET actions from the original item. */
static bool evaluate_sets(struct bf_arena *a, const struct bl_update *u,
                          const struct bl_value *item, struct bl_value **values, struct bf_err *e)
{
    for (size_t i = 0; i < u->n; i++) {
        const struct bl_action *act = &u->actions[i];
        struct bl_value *second;
        if (act->kind != BL_SET)
            continue;
        if (!evaluate_term(a, act->term, item, &values[i], e))
            return false;
        if (act->op && (!evaluate_term(a, act->term2, item, &second, e) ||
                        !arithmetic(a, values[i], second, act->op, &values[i], e)))
            return false;
        values[i] = bl_value_copy(a, values[i]);
        if (!values[i])
            return bf_err_nomem(e);
    }
    return true;
}

/* Sorts the actions: elements are appended to a list in the order of their indices, whatever
 * their order in the expression (Developer Guide, "Appending elements to a list"). */
static const struct bl_action **in_order(struct bf_arena *a, const struct bl_update *u)
{
    const struct bl_action **order = bf_arena_alloc(a, u->n * sizeof *order + 1);
    for (size_t i = 0; order && i < u->n; i++) {
        size_t at = i;
        for (; at && bl_path_order(&u->actions[i].path, &order[at - 1]->path) < 0; at--)
            order[at] = order[at - 1];
        order[at] = &u->actions[i];
    }
    return order;
}

/* The list from which an action has removed an element; NULL if there is none. */
static struct bl_value *list_with_gap(const struct bl_value *item, const struct bl_action *act)
{
    struct bl_path up = {act->path.steps, act->path.n - 1};
    struct bl_value *in =
        up.n && (act->kind == BL_REMOVE || act->kind == BL_DELETE) ? bl_path_get(item, &up) : NULL;
    return in && in->type == BL_L ? in : NULL;
}

static bool too_deep(const struct bl_value *v, unsigned depth)
{
    bool deep = depth > BL_NEST_MAX;
    for (size_t i = 0; !deep && v->type == BL_M && i < v->n; i++)
        deep = too_deep(v->fields[i].value, depth + 1);
    for (size_t i = 0; !deep && v->type == BL_L && i < v->n; i++)
        deep = too_deep(v->items[i], depth + 1);
    return deep;
}

bool bl_update_apply(struct bf_arena *a, const struct bl_update *u, struct bl_value *item,
                     struct bf_err *e)
{
    struct bl_value **values = bf_arena_alloc(a, u->n * sizeof *values + 1),
                    **gaps = bf_arena_alloc(a, u->n * sizeof *gaps + 1);
    const struct bl_action **order = in_order(a, u);
    if (!values || !gaps || !order)
        return bf_err_nomem(e);
    if (!evaluate_sets(a, u, item, values, e))
        return false;
    for (size_t i = 0; i < u->n; i++)
        if (!apply_one(a, order[i], item, values[order[i] - u->actions], e))
            return false;
    /* find all lists before closing the first gap, which moves elements on the paths of other
     * actions */
    for (size_t i = 0; i < u->n; i++)
        gaps[i] = list_with_gap(item, &u->actions[i]);
    for (size_t i = 0; i < u->n; i++)
        if (gaps[i])
            close_gaps(gaps[i]);
    return !too_deep(item, 0) || invalid(e, "Nesting Levels have exceeded supported limits");
}
