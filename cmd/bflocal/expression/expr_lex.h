/* Tokens of an expression, and the parts that all three grammars share: paths and placeholders. */
#ifndef BL_EXPR_LEX_H
#define BL_EXPR_LEX_H

#include "cmd/bflocal/expression/expr.h"

enum bl_token {
    BL_TOKEN_END,
    BL_TOKEN_WORD,   /* a name or keyword */
    BL_TOKEN_NAME,   /* #name */
    BL_TOKEN_VALUE,  /* :value */
    BL_TOKEN_NUMBER, /* digits, as an index */
    BL_TOKEN_SIGN    /* ( ) , . [ ] = <> < <= > >= + - */
};

struct bl_lex {
    struct bl_expr *x;
    const char *what;  /* "ConditionExpression" */
    struct bf_str all; /* the expression */
    size_t at;         /* behind the current token */
    enum bl_token token;
    struct bf_str text;     /* of the current token */
    struct bf_str previous; /* the token before */
    unsigned operators, depth;
    const struct bl_cond *group; /* the last condition that stood in parentheses */
};

/* On the first token. */
bool bl_lex_init(struct bl_lex *l, struct bl_expr *x, const char *what, struct bf_str text,
                 struct bf_err *e) BF_MUST;
bool bl_lex_next(struct bl_lex *l, struct bf_err *e) BF_MUST;

/* "Invalid <what>: ..." */
bool bl_lex_fail(const struct bl_lex *l, struct bf_err *e, const char *fmt, ...) BF_PRINTF(3, 4);

/* Syntax error at the current token. */
bool bl_lex_syntax(const struct bl_lex *l, struct bf_err *e);

/* Counts an operator; past the limit is an error. */
bool bl_lex_operator(struct bl_lex *l, struct bf_err *e) BF_MUST;

/* Is the current token this sign, or this keyword in any case? */
bool bl_lex_is(const struct bl_lex *l, const char *sign);
bool bl_lex_is_word(const struct bl_lex *l, const char *keyword);

/* Steps over a sign that must be there. */
bool bl_lex_expect(struct bl_lex *l, const char *sign, struct bf_err *e) BF_MUST;

/* The document path, or the value placeholder, at the cursor. */
bool bl_lex_path(struct bl_lex *l, struct bl_path *out, struct bf_err *e) BF_MUST;
bool bl_lex_value(struct bl_lex *l, struct bl_value **out, struct bf_err *e) BF_MUST;

/* The number of steps that two paths have in common. */
size_t bl_path_common(const struct bl_path *a, const struct bl_path *b);

/* Orders paths, elements of a list by their index: negative, 0, positive. */
int bl_path_order(const struct bl_path *x, const struct bl_path *y);

/* Do two paths overlap (one is the beginning of the other), or conflict (one wants a map where the other
 * wants a list)? */
bool bl_path_overlaps(const struct bl_path *a, const struct bl_path *b);
bool bl_path_conflicts(const struct bl_path *a, const struct bl_path *b);

/* Appends "[a, b, [0]]", as the service prints paths. */
void bl_path_put(struct bf_buf *out, const struct bl_path *path);

/* Is it one of DynamoDB's reserved words, in any case? */
bool bl_reserved(struct bf_str word);

#endif
