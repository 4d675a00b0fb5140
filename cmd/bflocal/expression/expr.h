/*
 * DynamoDB expressions: conditions (including filters and key conditions), updates and
 * projections. They are parsed into the call's arena, then applied to items as trees.
 * Grammar and messages are the service's (Developer Guide, "Using expressions in
 * DynamoDB"). An error is the text of a ValidationException:
 *
 *     Invalid ConditionExpression: Syntax error; token: ")", near: "= )"
 *
 * All expressions of a request share one struct bl_expr, which has the placeholders
 * and notes which of them are used. An expression has at most BL_EXPR_BYTES bytes,
 * BL_EXPR_OPERATORS operators, and that nesting depth.
 */
#ifndef BL_EXPR_H
#define BL_EXPR_H

#include "cmd/bflocal/expression/value.h"

enum { BL_EXPR_BYTES = 4096, BL_EXPR_OPERATORS = 300 };

struct bl_placeholder {
    struct bf_str key;      /* "#n" or ":v" */
    struct bf_str name;     /* of a name placeholder */
    struct bl_value *value; /* of a value placeholder */
    bool used;
};

struct bl_expr {
    struct bf_arena *a;
    struct bl_placeholder *names, *values;
    size_t nnames, nvalues;
};

/* names and values: the JSON objects ExpressionAttributeNames and ExpressionAttributeValues;
 * empty if the request does not have them. */
bool bl_expr_init(struct bl_expr *x, struct bf_arena *a, struct bf_str names, struct bf_str values,
                  struct bf_err *e) BF_MUST;

/* Call it after the last expression. An unused placeholder is an error, and so are placeholders
 * without any expression (any == false). */
bool bl_expr_check_used(const struct bl_expr *x, const char *absent, struct bf_err *e) BF_MUST;

struct bl_step {
    struct bf_str name; /* of a map's field; p == NULL: index is used */
    size_t index;       /* of a list's element */
};

struct bl_path {
    struct bl_step *steps; /* the first one is the attribute's name */
    size_t n;
};

/* The value at the path; NULL if there is none. */
struct bl_value *bl_path_get(const struct bl_value *item, const struct bl_path *path);

enum bl_operand_kind { BL_OPERAND_PATH, BL_OPERAND_VALUE, BL_OPERAND_SIZE };

struct bl_operand {
    enum bl_operand_kind kind;
    struct bl_path path;    /* for PATH, and for SIZE of a path */
    struct bl_value *value; /* for VALUE, and for SIZE of a value */
};

enum bl_cond_kind {
    BL_AND,
    BL_OR,
    BL_NOT,
    BL_EQ,
    BL_NE,
    BL_LT,
    BL_LE,
    BL_GT,
    BL_GE,
    BL_BETWEEN,
    BL_IN,
    BL_EXISTS,
    BL_NOT_EXISTS,
    BL_TYPE,
    BL_BEGINS_WITH,
    BL_CONTAINS
};

struct bl_cond {
    enum bl_cond_kind kind;
    struct bl_cond *left, *right; /* of AND and OR; NOT uses only left */
    struct bl_operand *args;      /* of the other kinds */
    size_t nargs;
};

/* what: "ConditionExpression", "FilterExpression", "KeyConditionExpression". */
bool bl_cond_parse(struct bl_expr *x, const char *what, struct bf_str text, struct bl_cond **out,
                   struct bf_err *e) BF_MUST;

/* Does the item satisfy the condition? Pass an empty map for a missing item. */
bool bl_cond_test(const struct bl_cond *c, const struct bl_value *item);

struct bl_projection {
    struct bl_path *paths;
    size_t n;
};

bool bl_projection_parse(struct bl_expr *x, struct bf_str text, struct bl_projection *out,
                         struct bf_err *e) BF_MUST;

/* Sorts the paths as bl_projection_apply needs them: elements of a list by index. A parsed
 * projection is sorted already. */
void bl_projection_sort(struct bl_projection *p);

/* The parts of the item in the projection, as a new item; NULL: out of memory. */
struct bl_value *bl_projection_apply(struct bf_arena *a, const struct bl_projection *p,
                                     const struct bl_value *item) BF_MUST;

enum bl_action_kind { BL_SET, BL_REMOVE, BL_ADD, BL_DELETE };
enum bl_term_kind { BL_TERM_OPERAND, BL_TERM_IF_NOT_EXISTS, BL_TERM_LIST_APPEND };

struct bl_term {
    enum bl_term_kind kind;
    struct bl_operand operand;    /* PATH or VALUE; for if_not_exists the path */
    struct bl_term *left, *right; /* if_not_exists: right is the default; list_append: both lists */
};

struct bl_action {
    enum bl_action_kind kind;
    struct bl_path path;
    struct bl_term *term,
        *term2;  /* SET: term, term + term2, or term - term2; ADD and DELETE: term */
    char op;     /* '+', '-' or 0 */
    bool legacy; /* of AttributeUpdates, whose errors have other words */
};

struct bl_update {
    struct bl_action *actions;
    size_t n;
};

bool bl_update_parse(struct bl_expr *x, struct bf_str text, struct bl_update *out,
                     struct bf_err *e) BF_MUST;

/* Applies all actions to *item, a map, in place; copy it first to keep the old one. Every action
 * reads the item as it was before the first one. */
bool bl_update_apply(struct bf_arena *a, const struct bl_update *u, struct bl_value *item,
                     struct bf_err *e) BF_MUST;

/* Does the update change that attribute? Keys must not be updated. */
bool bl_update_touches(const struct bl_update *u, struct bf_str name);

/* The item of UPDATED_OLD or UPDATED_NEW: the values at the update's paths in `item`. */
struct bl_value *bl_update_pick(struct bf_arena *a, const struct bl_update *u,
                                const struct bl_value *item) BF_MUST;

#endif
