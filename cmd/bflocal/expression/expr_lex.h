/* Tokens of an expression, and the parts that all three grammars share: paths and placeholders. */
#ifndef BL_EXPR_LEX_H
#define BL_EXPR_LEX_H

#include "cmd/bflocal/expression/expr.h"

enum bl_token {
    BL_TOKEN_END,
    BL_TOKEN_WORD,   /* a name or keyword */
    BL_TOKEN_NAME,   /* #name */
    BL_TOKEN_VALUE,  /* :value */
    BL_TOKEN_NUMBER, /* digits, for an index */
    BL_TOKEN_SIGN    /* ( ) , . [ ] = <> < <= > >= + - */
};

struct bl_lex {
    struct bl_expr *x;
    const char *what;  /* "ConditionExpression" */
    struct bf_str all; /* the expression */
    size_t at;         /* offset after the current token */
    enum bl_token token;
    struct bf_str text;     /* of the current token */
    struct bf_str previous; /* the previous token */
    unsigned operators, depth;
    const struct bl_cond *group; /* the last condition in parentheses */
};

/* Starts at the first token. */
bool bl_lex_init(struct bl_lex *l, struct bl_expr *x, const char *what, struct bf_str text,
                 struct bf_err *e) BF_MUST;
bool bl_lex_next(struct bl_lex *l, struct bf_err *e) BF_MUST;

/* Sets the error "Invalid <what>: ..."; returns false. */
bool bl_lex_fail(const struct bl_lex *l, struct bf_err *e, const char *fmt, ...) BF_PRINTF(3, 4);

/* Reports a syntax error at the current token; returns false. */
bool bl_lex_syntax(const struct bl_lex *l, struct bf_err *e);

/* Counts an operator. False: too many. */
bool bl_lex_operator(struct bl_lex *l, struct bf_err *e) BF_MUST;

/* Is the current token this sign, or this keyword (in any case)? */
bool bl_lex_is(const struct bl_lex *l, const char *sign);
bool bl_lex_is_word(const struct bl_lex *l, const char *keyword);

/* Skips a required sign. */
bool bl_lex_expect(struct bl_lex *l, const char *sign, struct bf_err *e) BF_MUST;

/* Reads a document path, or a value placeholder, at the cursor. */
bool bl_lex_path(struct bl_lex *l, struct bl_path *out, struct bf_err *e) BF_MUST;
bool bl_lex_value(struct bl_lex *l, struct bl_value **out, struct bf_err *e) BF_MUST;

/* The number of leading steps that two paths share. */
size_t bl_path_common(const struct bl_path *a, const struct bl_path *b);

/* Compares paths (elements of a list by index): negative, 0 or positive. */
int bl_path_order(const struct bl_path *x, const struct bl_path *y);

/* Do two paths overlap (one is a prefix of the other) or conflict (one uses a map where the
 * other uses a list)? */
bool bl_path_overlaps(const struct bl_path *a, const struct bl_path *b);
bool bl_path_conflicts(const struct bl_path *a, const struct bl_path *b);

/* Appends "[a, b, [0]]", as the service prints paths. */
void bl_path_put(struct bf_buf *out, const struct bl_path *path);

/* Is it a reserved word of DynamoDB, in any case? */
bool bl_reserved(struct bf_str word);

#endif
