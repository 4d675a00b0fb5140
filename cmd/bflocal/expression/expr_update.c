/* Update expressions: parsing. */
#include "cmd/bflocal/expression/expr_lex.h"

#include <stdlib.h>

enum { ACTIONS_MAX = 4096 / 3 };

static const struct {
    const char *word;
    enum bl_action_kind kind;
} sections[] = {{"SET", BL_SET}, {"REMOVE", BL_REMOVE}, {"ADD", BL_ADD}, {"DELETE", BL_DELETE}};

static struct bl_term *new_term(struct bl_lex *l, enum bl_term_kind kind, struct bf_err *e)
{
    struct bl_term *t = bf_arena_alloc(l->x->a, sizeof *t);
    if (!t) {
        bf_err_nomem(e);
        return NULL;
    }
    *t = (struct bl_term){.kind = kind};
    return t;
}

static bool parse_term(struct bl_lex *l, struct bl_term **out, struct bf_err *e);

/* if_not_exists(path, term) or list_append(term, term), cursor on the name. */
static bool parse_call(struct bl_lex *l, struct bl_term **out, struct bf_err *e)
{
    bool append = bf_str_is(l->text, "list_append");
    if (!append && !bf_str_is(l->text, "if_not_exists"))
        return bl_lex_fail(l, e, "Invalid function name; function: %.*s", BF_SHOWN(l->text));
    struct bl_term *t = *out = new_term(l, append ? BL_TERM_LIST_APPEND : BL_TERM_IF_NOT_EXISTS, e);
    if (!t || ++l->depth > BL_NEST_MAX || !bl_lex_operator(l, e) || !bl_lex_next(l, e) ||
        !bl_lex_next(l, e))
        return t && l->depth > BL_NEST_MAX ? bl_lex_fail(l, e, "The expression nests too deep")
                                           : false;
    bool ok;
    if (append)
        ok = parse_term(l, &t->left, e);
    else if (l->token == BL_TOKEN_VALUE)
        return bl_lex_fail(
            l, e,
            "Operator or function requires a document path; operator or function: if_not_exists");
    else
        ok = bl_lex_path(l, &t->operand.path, e);
    if (!ok)
        return false;
    if (!bl_lex_is(l, ","))
        return bl_lex_fail(l, e,
                           "Incorrect number of operands for operator or function; operator or "
                           "function: %s, number of operands: 1",
                           append ? "list_append" : "if_not_exists");
    l->depth--;
    return bl_lex_next(l, e) && parse_term(l, &t->right, e) && bl_lex_expect(l, ")", e);
}

static bool parse_term(struct bl_lex *l, struct bl_term **out, struct bf_err *e)
{
    struct bl_lex ahead = *l;
    struct bf_err ignored;
    if (l->token == BL_TOKEN_WORD && bl_lex_next(&ahead, &ignored) && bl_lex_is(&ahead, "("))
        return parse_call(l, out, e);
    struct bl_term *t = *out = new_term(l, BL_TERM_OPERAND, e);
    if (!t)
        return false;
    if (l->token != BL_TOKEN_VALUE)
        return bl_lex_path(l, &t->operand.path, e);
    t->operand.kind = BL_OPERAND_VALUE;
    return bl_lex_value(l, &t->operand.value, e);
}

static bool parse_set(struct bl_lex *l, struct bl_action *a, struct bf_err *e)
{
    if (!bl_lex_expect(l, "=", e) || !bl_lex_operator(l, e) || !parse_term(l, &a->term, e))
        return false;
    if (!bl_lex_is(l, "+") && !bl_lex_is(l, "-"))
        return true;
    a->op = l->text.p[0];
    return bl_lex_operator(l, e) && bl_lex_next(l, e) && parse_term(l, &a->term2, e);
}

/* The value of ADD (a number or a set) or DELETE (a set). */
static bool parse_value_action(struct bl_lex *l, struct bl_action *a, struct bf_err *e)
{
    if (l->token != BL_TOKEN_VALUE)
        return bl_lex_syntax(l, e);
    if (!bl_lex_operator(l, e) || !parse_term(l, &a->term, e))
        return false;
    enum bl_type type = a->term->operand.value->type;
    bool set = type == BL_SS || type == BL_NS || type == BL_BS;
    if (set || (a->kind == BL_ADD && type == BL_N))
        return true;
    return bl_lex_fail(l, e,
                       "Incorrect operand type for operator or function; operator: %s, operand "
                       "type: %s, typeSet: %s",
                       a->kind == BL_ADD ? "ADD" : "DELETE", bl_type_name(type),
                       a->kind == BL_ADD ? "ALLOWED_FOR_ADD_OPERAND"
                                         : "ALLOWED_FOR_DELETE_OPERAND");
}

/* Two actions must not touch one path. */
static bool check_overlap(const struct bl_lex *l, const struct bl_action *list, size_t n,
                          struct bf_err *e)
{
    char room[256];
    for (size_t i = 0; i + 1 < n; i++) {
        const struct bl_path *a = &list[i].path, *b = &list[n - 1].path;
        bool overlaps = bl_path_overlaps(a, b);
        if (!overlaps && !bl_path_conflicts(a, b))
            continue;
        struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
        bf_buf_lit(&text, "path one: ");
        bl_path_put(&text, a);
        bf_buf_lit(&text, ", path two: ");
        bl_path_put(&text, b);
        return bl_lex_fail(l, e,
                           "Two document paths %s with each other; must remove or rewrite one of "
                           "these paths; %.*s",
                           overlaps ? "overlap" : "conflict", (int)text.n, room);
    }
    return true;
}

static bool parse_action(struct bl_lex *l, enum bl_action_kind kind, struct bl_action *a,
                         struct bf_err *e)
{
    *a = (struct bl_action){.kind = kind};
    if (!bl_lex_path(l, &a->path, e))
        return false;
    if (kind == BL_SET)
        return parse_set(l, a, e);
    return kind == BL_REMOVE ? bl_lex_operator(l, e) : parse_value_action(l, a, e);
}

static bool parse_sections(struct bl_lex *l, struct bl_action *list, size_t *n, struct bf_err *e)
{
    bool seen[BF_COUNT(sections)] = {false};
    while (l->token != BL_TOKEN_END) {
        size_t s = 0;
        while (s < BF_COUNT(sections) && !bl_lex_is_word(l, sections[s].word))
            s++;
        if (s == BF_COUNT(sections))
            return bl_lex_syntax(l, e);
        if (seen[s])
            return bl_lex_fail(l, e,
                               "The \"%s\" section can only be used once in an update expression;",
                               sections[s].word);
        seen[s] = true;
        do {
            if (*n == ACTIONS_MAX)
                return bl_lex_fail(l, e, "more than %d actions", ACTIONS_MAX);
            if (!bl_lex_next(l, e) || !parse_action(l, sections[s].kind, &list[(*n)++], e) ||
                !check_overlap(l, list, *n, e))
                return false;
        } while (bl_lex_is(l, ","));
    }
    return true;
}

bool bl_update_parse(struct bl_expr *x, struct bf_str text, struct bl_update *out, struct bf_err *e)
{
    struct bl_lex l;
    *out = (struct bl_update){0};
    if (!bl_lex_init(&l, x, "UpdateExpression", text, e))
        return false;
    struct bl_action *list = malloc(ACTIONS_MAX * sizeof *list);
    if (!list)
        return bf_err_nomem(e);
    size_t n = 0;
    bool ok = parse_sections(&l, list, &n, e);
    out->actions = ok ? bf_arena_alloc(x->a, n * sizeof *list + 1) : NULL;
    if (ok && !out->actions)
        ok = bf_err_nomem(e);
    if (ok) {
        memcpy(out->actions, list, n * sizeof *list);
        out->n = n;
    }
    free(list);
    return ok;
}

bool bl_update_touches(const struct bl_update *u, struct bf_str name)
{
    for (size_t i = 0; i < u->n; i++)
        if (bf_str_eq(u->actions[i].path.steps[0].name, name))
            return true;
    return false;
}

struct bl_value *bl_update_pick(struct bf_arena *a, const struct bl_update *u,
                                const struct bl_value *item)
{
    struct bl_projection p = {bf_arena_alloc(a, u->n * sizeof *p.paths + 1), u->n};
    if (!p.paths)
        return NULL;
    for (size_t i = 0; i < u->n; i++)
        p.paths[i] = u->actions[i].path;
    bl_projection_sort(&p);
    return bl_projection_apply(a, &p, item);
}
