/* The tokens of a statement: Trino's for queries, Hive's for DDL (names in backticks). */
#ifndef BL_LEX_H
#define BL_LEX_H

#include "lib/base/arena.h"

enum bl_token_kind {
    BL_TOKEN_END,
    BL_TOKEN_WORD,
    BL_TOKEN_QUOTED, /* "x" or `x`: text is x */
    BL_TOKEN_STRING, /* 'x': text is x */
    BL_TOKEN_NUMBER,
    BL_TOKEN_OPERATOR
};

struct bl_token {
    enum bl_token_kind kind;
    struct bf_str text; /* decoded */
    struct bf_str raw;  /* as written in the statement */
    char quote;         /* of a quoted name: '"' or '`' */
    unsigned line, column;
};

enum {
    BL_LEX_AHEAD = 2
}; /* so many tokens after the current one may be looked at, wherever it is */

/* Reads all tokens into the arena. After the n of the statement stand 1 + BL_LEX_AHEAD of the kind END. */
bool bl_lex(struct bf_arena *a, struct bf_str sql, struct bl_token **out, size_t *n,
            struct bf_err *e) BF_MUST;

/* Is the token this keyword (upper case, not quoted) or this operator? */
bool bl_token_word(const struct bl_token *t, const char *keyword);
bool bl_token_is(const struct bl_token *t, const char *op);

#endif
