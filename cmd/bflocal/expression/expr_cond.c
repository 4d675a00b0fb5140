/* Conditions: parsing and testing. */
#include "cmd/bflocal/expression/expr_lex.h"

struct function {
    const char *name;
    enum bl_cond_kind kind;
    size_t nargs;
};

static const struct function functions[] = {
    {"attribute_exists", BL_EXISTS, 1}, {"attribute_not_exists", BL_NOT_EXISTS, 1},
    {"attribute_type", BL_TYPE, 2},     {"begins_with", BL_BEGINS_WITH, 2},
    {"contains", BL_CONTAINS, 2},
};

static const struct {
    const char *sign;
    enum bl_cond_kind kind;
} comparators[] = {{"=", BL_EQ},  {"<>", BL_NE}, {"<", BL_LT},
                   {"<=", BL_LE}, {">", BL_GT},  {">=", BL_GE}};

static bool parse_or(struct bl_lex *l, struct bl_cond **out, struct bf_err *e);

static struct bl_cond *new_cond(struct bl_lex *l, enum bl_cond_kind kind, size_t nargs,
                                struct bf_err *e)
{
    struct bl_cond *c = bf_arena_alloc(l->x->a, sizeof *c);
    struct bl_operand *args = nargs ? bf_arena_alloc(l->x->a, nargs * sizeof *args) : NULL;
    if (!c || (nargs && !args)) {
        bf_err_nomem(e);
        return NULL;
    }
    *c = (struct bl_cond){.kind = kind, .args = args, .nargs = nargs};
    return c;
}

/* Is the current word a function, that is, does a parenthesis follow? */
static bool at_function(const struct bl_lex *l)
{
    struct bl_lex ahead = *l;
    struct bf_err ignored;
    return l->token == BL_TOKEN_WORD && bl_lex_next(&ahead, &ignored) && bl_lex_is(&ahead, "(");
}

static bool wrong_type(struct bl_lex *l, const char *function, enum bl_type type, struct bf_err *e)
{
    return bl_lex_fail(l, e,
                       "Incorrect operand type for operator or function; operator or function: %s, "
                       "operand type: %s",
                       function, bl_type_name(type));
}

static bool has_size(enum bl_type type)
{
    return type != BL_N && type != BL_BOOL && type != BL_NULL;
}

/* Parses size(path) or size(value); the cursor is on the name. */
static bool parse_size(struct bl_lex *l, struct bl_operand *out, struct bf_err *e)
{
    out->kind = BL_OPERAND_SIZE;
    if (!bl_lex_operator(l, e) || !bl_lex_next(l, e) || !bl_lex_next(l, e))
        return false;
    if (at_function(l) && bf_str_is(l->text, "size"))
        return wrong_type(l, "size", BL_N, e);
    if (!(l->token == BL_TOKEN_VALUE ? bl_lex_value(l, &out->value, e)
                                     : bl_lex_path(l, &out->path, e)))
        return false;
    if (bl_lex_is(l, ","))
        return bl_lex_fail(l, e,
                           "Incorrect number of operands for operator or function; operator or "
                           "function: size, number of operands: 2");
    if (out->value && !has_size(out->value->type))
        return wrong_type(l, "size", out->value->type, e);
    return bl_lex_expect(l, ")", e);
}

static bool parse_operand(struct bl_lex *l, struct bl_operand *out, struct bf_err *e)
{
    *out = (struct bl_operand){.kind = BL_OPERAND_PATH};
    if (l->token == BL_TOKEN_VALUE) {
        out->kind = BL_OPERAND_VALUE;
        return bl_lex_value(l, &out->value, e);
    }
    if (!at_function(l))
        return bl_lex_path(l, &out->path, e);
    if (!bf_str_is(l->text, "size"))
        return bl_lex_fail(
            l, e,
            "The function is not allowed to be used this way in an expression; function: %.*s",
            (int)l->text.n, l->text.p);
    return parse_size(l, out, e);
}

static bool ordered(enum bl_type type)
{
    return type == BL_S || type == BL_N || type == BL_B;
}

static bool same_path(const struct bl_operand *a, const struct bl_operand *b)
{
    if (a->kind != BL_OPERAND_PATH || b->kind != BL_OPERAND_PATH || a->path.n != b->path.n)
        return false;
    for (size_t i = 0; i < a->path.n; i++)
        if (!bf_str_eq(a->path.steps[i].name, b->path.steps[i].name) ||
            a->path.steps[i].index != b->path.steps[i].index)
            return false;
    return true;
}

/* Comparing an operand with itself is an error. */
static bool check_distinct(struct bl_lex *l, const char *sign, const struct bl_cond *c,
                           struct bf_err *e)
{
    struct bf_str name = c->args[0].path.n ? c->args[0].path.steps[0].name : BF_STR("");
    for (size_t i = 1; i < c->nargs; i++)
        if (same_path(&c->args[0], &c->args[i]))
            return bl_lex_fail(l, e,
                               "The first operand must be distinct from the remaining operands for "
                               "this operator or function; operator: %s, first operand: [%.*s]",
                               sign, BF_SHOWN_TO(name, 255));
    return true;
}

/* Checks a function's literal operands, which needs no item. */
static bool check_function(struct bl_lex *l, const struct function *f, const struct bl_cond *c,
                           struct bf_err *e)
{
    const struct bl_value *second =
        c->nargs > 1 && c->args[1].kind == BL_OPERAND_VALUE ? c->args[1].value : NULL;
    enum bl_type type;
    if ((c->kind == BL_EXISTS || c->kind == BL_NOT_EXISTS) && c->args[0].kind != BL_OPERAND_PATH)
        return bl_lex_fail(
            l, e, "Operator or function requires a document path; operator or function: %s",
            f->name);
    if ((c->kind == BL_BEGINS_WITH || c->kind == BL_CONTAINS) && !check_distinct(l, f->name, c, e))
        return false;
    if (c->kind == BL_BEGINS_WITH && second && second->type != BL_S && second->type != BL_B)
        return wrong_type(l, f->name, second->type, e);
    if (c->kind != BL_TYPE)
        return true;
    if (!second || second->type != BL_S)
        return wrong_type(l, f->name, second ? second->type : BL_M, e);
    if (bl_type_of(second->text, &type))
        return true;
    return bl_lex_fail(l, e,
                       "Invalid attribute type name found; type: %.*s, valid types: "
                       "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
                       BF_SHOWN(second->text));
}

static bool parse_function(struct bl_lex *l, struct bl_cond **out, struct bf_err *e)
{
    const struct function *f = NULL;
    for (size_t i = 0; i < BF_COUNT(functions); i++)
        if (bf_str_eq(l->text, bf_str_of(functions[i].name)))
            f = &functions[i];
    if (bf_str_is(l->text, "if_not_exists") || bf_str_is(l->text, "list_append"))
        return bl_lex_fail(l, e,
                           "The function is not allowed in a condition expression; function: %.*s",
                           BF_SHOWN(l->text));
    if (!f)
        return bl_lex_fail(l, e, "Invalid function name; function: %.*s", BF_SHOWN(l->text));
    struct bl_cond *c = *out = new_cond(l, f->kind, f->nargs, e);
    if (!c || !bl_lex_operator(l, e) || !bl_lex_next(l, e) || !bl_lex_next(l, e))
        return false;
    size_t n = 0;
    for (bool more = true; more; n++) {
        struct bl_operand spare;
        if (!parse_operand(l, n < f->nargs ? &c->args[n] : &spare, e))
            return false;
        more = bl_lex_is(l, ",");
        if (more && !bl_lex_next(l, e))
            return false;
    }
    if (n != f->nargs)
        return bl_lex_fail(l, e,
                           "Incorrect number of operands for operator or function; operator or "
                           "function: %s, number of operands: %zu",
                           f->name, n);
    return bl_lex_expect(l, ")", e) && check_function(l, f, c, e);
}

static bool parse_between(struct bl_lex *l, const struct bl_operand *first, struct bl_cond **out,
                          struct bf_err *e)
{
    struct bl_cond *c = *out = new_cond(l, BL_BETWEEN, 3, e);
    if (!c || !bl_lex_next(l, e))
        return false;
    c->args[0] = *first;
    if (!parse_operand(l, &c->args[1], e))
        return false;
    if (!bl_lex_is_word(l, "AND"))
        return bl_lex_syntax(l, e);
    if (!bl_lex_next(l, e) || !parse_operand(l, &c->args[2], e))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (c->args[i].kind == BL_OPERAND_VALUE && !ordered(c->args[i].value->type))
            return wrong_type(l, "BETWEEN", c->args[i].value->type, e);
    if (c->args[1].kind != BL_OPERAND_VALUE || c->args[2].kind != BL_OPERAND_VALUE)
        return true;
    const struct bl_value *low = c->args[1].value, *high = c->args[2].value;
    if (low->type != high->type)
        return bl_lex_fail(
            l, e,
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
            "operand: AttributeValue: {%s}, upper bound operand: AttributeValue: {%s}",
            bl_type_name(low->type), bl_type_name(high->type));
    if (bl_value_cmp(low, high) <= 0)
        return true;
    return bl_lex_fail(
        l, e,
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower "
        "bound operand: AttributeValue: {%s:%.*s}, upper bound operand: AttributeValue: {%s:%.*s}",
        bl_type_name(low->type), BF_SHOWN_TO(low->text, 40), bl_type_name(high->type),
        BF_SHOWN_TO(high->text, 40));
}

enum { IN_MAX = 100 };

static bool parse_in(struct bl_lex *l, const struct bl_operand *first, struct bl_cond **out,
                     struct bf_err *e)
{
    struct bl_operand list[IN_MAX];
    size_t n = 0;
    if (!bl_lex_next(l, e) || !bl_lex_expect(l, "(", e))
        return false;
    for (;;) {
        if (n == IN_MAX)
            return bl_lex_fail(
                l, e, "The IN operator is provided with too many operands; number of operands: %zu",
                n + 1);
        if (!parse_operand(l, &list[n++], e))
            return false;
        if (bl_lex_is(l, ")"))
            break;
        if (!bl_lex_expect(l, ",", e))
            return false;
    }
    struct bl_cond *c = *out = new_cond(l, BL_IN, n + 1, e);
    if (!c)
        return false;
    c->args[0] = *first;
    memcpy(c->args + 1, list, n * sizeof *list);
    return check_distinct(l, "IN", c, e) && bl_lex_next(l, e);
}

static bool parse_comparison(struct bl_lex *l, struct bl_cond **out, struct bf_err *e)
{
    struct bl_operand first;
    if (!parse_operand(l, &first, e) || !bl_lex_operator(l, e))
        return false;
    if (bl_lex_is_word(l, "BETWEEN"))
        return parse_between(l, &first, out, e);
    if (bl_lex_is_word(l, "IN"))
        return parse_in(l, &first, out, e);
    for (size_t i = 0; i < BF_COUNT(comparators); i++) {
        if (!bl_lex_is(l, comparators[i].sign))
            continue;
        struct bl_cond *c = *out = new_cond(l, comparators[i].kind, 2, e);
        if (!c || !bl_lex_next(l, e))
            return false;
        c->args[0] = first;
        if (!parse_operand(l, &c->args[1], e))
            return false;
        for (size_t k = 0; c->kind > BL_NE && k < 2; k++)
            if (c->args[k].kind == BL_OPERAND_VALUE && !ordered(c->args[k].value->type))
                return wrong_type(l, comparators[i].sign, c->args[k].value->type, e);
        return check_distinct(l, comparators[i].sign, c, e);
    }
    return bl_lex_syntax(l, e);
}

static bool parse_primary(struct bl_lex *l, struct bl_cond **out, struct bf_err *e)
{
    if (bl_lex_is(l, "(")) {
        if (++l->depth > BL_EXPR_OPERATORS)
            return bl_lex_fail(l, e, "The expression nests too deep");
        if (!bl_lex_next(l, e) || !parse_or(l, out, e) || !bl_lex_expect(l, ")", e))
            return false;
        if (*out == l->group)
            return bl_lex_fail(l, e, "The expression has redundant parentheses;");
        l->group = *out;
        l->depth--;
        return true;
    }
    if (at_function(l) && !bf_str_is(l->text, "size"))
        return parse_function(l, out, e);
    return parse_comparison(l, out, e);
}

static bool parse_not(struct bl_lex *l, struct bl_cond **out, struct bf_err *e)
{
    if (!bl_lex_is_word(l, "NOT"))
        return parse_primary(l, out, e);
    if (!bl_lex_operator(l, e) || !bl_lex_next(l, e))
        return false;
    struct bl_cond *c = *out = new_cond(l, BL_NOT, 0, e);
    return c && parse_not(l, &c->left, e);
}

/* Parses operand { word operand }, left-associative. */
static bool parse_chain(struct bl_lex *l, const char *word, enum bl_cond_kind kind,
                        bool (*operand)(struct bl_lex *, struct bl_cond **, struct bf_err *),
                        struct bl_cond **out, struct bf_err *e)
{
    if (!operand(l, out, e))
        return false;
    while (bl_lex_is_word(l, word)) {
        struct bl_cond *c = new_cond(l, kind, 0, e);
        if (!c || !bl_lex_operator(l, e) || !bl_lex_next(l, e) || !operand(l, &c->right, e))
            return false;
        c->left = *out;
        *out = c;
    }
    return true;
}

static bool parse_and(struct bl_lex *l, struct bl_cond **out, struct bf_err *e)
{
    return parse_chain(l, "AND", BL_AND, parse_not, out, e);
}

static bool parse_or(struct bl_lex *l, struct bl_cond **out, struct bf_err *e)
{
    return parse_chain(l, "OR", BL_OR, parse_and, out, e);
}

bool bl_cond_parse(struct bl_expr *x, const char *what, struct bf_str text, struct bl_cond **out,
                   struct bf_err *e)
{
    struct bl_lex l;
    if (!bl_lex_init(&l, x, what, text, e) || !parse_or(&l, out, e))
        return false;
    return l.token == BL_TOKEN_END || bl_lex_syntax(&l, e);
}
