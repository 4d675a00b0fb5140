/* Does an item fulfil a condition? A missing attribute or a wrong type makes a comparison false. */
#include "cmd/bflocal/expression/expr.h"

#include <stdio.h>

/* What size() counts; false for types that have no size. */
static bool size_of(const struct bl_value *v, size_t *n)
{
    switch (v->type) {
    case BL_S: { /* characters, not bytes */
        *n = 0;
        for (size_t i = 0; i < v->text.n; i++)
            *n += ((unsigned char)v->text.p[i] & 0xC0) != 0x80;
        return true;
    }
    case BL_B:
        *n = v->text.n;
        return true;
    case BL_SS:
    case BL_NS:
    case BL_BS:
    case BL_L:
    case BL_M:
        *n = v->n;
        return true;
    case BL_N:
    case BL_BOOL:
    case BL_NULL:
    case BL_TYPES:
        break;
    }
    return false;
}

/* An operand's value; a computed one is built in *made, whose digits stand in room. NULL: none. */
static const struct bl_value *value_of(const struct bl_operand *o, const struct bl_value *item,
                                       struct bl_value *made, char room[24])
{
    const struct bl_value *v = o->value ? o->value : bl_path_get(item, &o->path);
    size_t n;
    if (o->kind != BL_OPERAND_SIZE || !v)
        return v;
    if (!size_of(v, &n))
        return NULL;
    int len = snprintf(room, 24, "%zu", n);
    *made = (struct bl_value){.type = BL_N, .text = bf_str(room, (size_t)len)};
    return made;
}

static bool compare_values(enum bl_cond_kind kind, const struct bl_value *a,
                           const struct bl_value *b)
{
    if (kind == BL_EQ)
        return bl_value_eq(a, b);
    if (kind == BL_NE)
        return !bl_value_eq(a, b);
    if (a->type != b->type || (a->type != BL_S && a->type != BL_N && a->type != BL_B))
        return false;
    int c = bl_value_cmp(a, b);
    return kind == BL_LT ? c < 0 : kind == BL_LE ? c <= 0 : kind == BL_GT ? c > 0 : c >= 0;
}

static bool holds_text(struct bf_str all, struct bf_str part)
{
    for (size_t i = 0; part.n <= all.n && i <= all.n - part.n; i++)
        if (part.n == 0 || memcmp(all.p + i, part.p, part.n) == 0)
            return true;
    return false;
}

static bool contains(const struct bl_value *a, const struct bl_value *b)
{
    switch (a->type) {
    case BL_S:
    case BL_B:
        return a->type == b->type && holds_text(a->text, b->text);
    case BL_SS:
    case BL_NS:
    case BL_BS:
    case BL_L:
        return bl_items_has(a, b);
    case BL_N:
    case BL_M:
    case BL_BOOL:
    case BL_NULL:
    case BL_TYPES:
        break;
    }
    return false;
}

static bool match_pair(enum bl_cond_kind kind, const struct bl_value *a, const struct bl_value *b)
{
    enum bl_type type;
    if (!a || !b)
        return kind == BL_NE; /* nothing is equal to what is not there */
    switch (kind) {
    case BL_TYPE:
        return bl_type_of(b->text, &type) && a->type == type;
    case BL_BEGINS_WITH:
        return a->type == b->type && (a->type == BL_S || a->type == BL_B) &&
               bf_str_starts(a->text, b->text);
    case BL_CONTAINS:
        return contains(a, b);
    default:
        return compare_values(kind, a, b);
    }
}

static bool match_leaf(const struct bl_cond *c, const struct bl_value *item)
{
    struct bl_value made[2];
    char room[2][24];
    const struct bl_value *a = value_of(&c->args[0], item, &made[0], room[0]);
    if (c->kind == BL_EXISTS || c->kind == BL_NOT_EXISTS)
        return (a != NULL) == (c->kind == BL_EXISTS);
    if (c->kind == BL_BETWEEN)
        return match_pair(BL_GE, a, value_of(&c->args[1], item, &made[1], room[1])) &&
               match_pair(BL_LE, a, value_of(&c->args[2], item, &made[1], room[1]));
    if (c->kind != BL_IN)
        return match_pair(c->kind, a, value_of(&c->args[1], item, &made[1], room[1]));
    for (size_t i = 1; i < c->nargs; i++)
        if (match_pair(BL_EQ, a, value_of(&c->args[i], item, &made[1], room[1])))
            return true;
    return false;
}

bool bl_cond_test(const struct bl_cond *c, const struct bl_value *item)
{
    switch (c->kind) {
    case BL_AND:
        return bl_cond_test(c->left, item) && bl_cond_test(c->right, item);
    case BL_OR:
        return bl_cond_test(c->left, item) || bl_cond_test(c->right, item);
    case BL_NOT:
        return !bl_cond_test(c->left, item);
    default:
        return match_leaf(c, item);
    }
}
