/*
 * The text of an SQL query before SQLite sees it. DynamoDB's paths are not SQL:
 * payment.method would be a column of a table payment, so it is written
 * "payment.method", and old.status "old.status"; cdc.a.b is cdc."a.b". What
 * really is a table stays: cdc and its aliases, lookups and theirs, names of
 * subqueries and of WITH. A * that means all of cdc becomes the column _row,
 * named BF_SQL_STAR, because what attributes a record has shows only when it
 * comes. Comparisons become calls where a number may be longer than SQLite's own
 * (sql_expr.c). Inside its room only.
 */
#ifndef BF_SQL_SQL_TEXT_H
#define BF_SQL_SQL_TEXT_H

#include "lib/base/arena.h"

#define BF_SQL_STAR "\001row"

enum { SQL_TOKENS_MAX = 8192, SQL_TABLES_MAX = 64 };

enum sql_token_kind { SQL_WORD, SQL_QUOTED, SQL_STRING, SQL_NUMBER, SQL_PUNCT };

struct sql_token {
    enum sql_token_kind kind;
    struct bf_str text;  /* as written */
    struct bf_str ident; /* of a word or quoted name: what it names */
    unsigned depth;      /* parentheses open around it */
    bool sub;            /* inside a SELECT in parentheses */

    /* what SQLite gets in front of it, in its place, behind it; NULL: nothing, itself, nothing */
    const char *before, *instead, *after;
};

struct sql_table {
    struct bf_str name;
    bool cdc;
    bool query; /* a subquery, or one of WITH */
};

struct sql_text {
    struct bf_arena arena;
    bool nomem;
    struct sql_token *token;
    size_t n;
    struct sql_table table[SQL_TABLES_MAX];
    size_t ntables;
    bool inner_star;  /* does a * stand for columns in a subquery? */
    bool subs;        /* is there a SELECT in parentheses? */
    size_t uses;      /* how often cdc stands behind FROM, JOIN or a comma */
    bool used_below;  /* and whether in a SELECT in parentheses */
    bool once;        /* is cdc scanned once, outside of all other loops? */
    bool whole;       /* looks at more than one row: ORDER, GROUP, LIMIT, an aggregate... */
    bool makes_text;  /* could it make a text that looks like a number? */
    bool sorts_plain; /* orders a compound query, whose terms cannot be functions */
};

/* Cuts sql into tokens; lookups are the names of other tables. sql has to outlive it. */
bool bf_sql_text_init(struct sql_text *t, struct bf_str sql, const char *const *lookups,
                      size_t nlookups, struct bf_err *e);
void bf_sql_text_free(struct sql_text *t);

/* Is it a list of expressions, without the words of a whole query around it? *e says what is in the way. */
bool bf_sql_text_expressions(const struct sql_text *t, struct bf_err *e);

/* Appends the text for SQLite; star: may * stand for whole rows? And that of tokens from .. to - 1 alone. */
bool bf_sql_text_put(const struct sql_text *t, bool star, struct bf_buf *out, struct bf_err *e);
bool bf_sql_text_put_part(const struct sql_text *t, size_t from, size_t to, bool star,
                          struct bf_buf *out, struct bf_err *e);

/* Does a word or quoted name stand in it, in another case than `called`? For names that SQL takes for one. */
bool bf_sql_text_other_case(const struct sql_text *t, struct bf_str called, struct bf_str *other);

/* Does the name stand in it, in any case? */
bool bf_sql_text_has(const struct sql_text *t, struct bf_str called);

/* The table that a name such as c.status begins with, cdc before others of the same name; NULL: none. */
const struct sql_table *bf_sql_text_table(const struct sql_text *t, struct bf_str called);

/* Of a text that is being read: is token i that word, one of the words, that character, a name; and which
 * token closes the parenthesis at i. Tokens behind the last are none of it. */
bool bf_sql_is(const struct sql_text *t, size_t i, const char *word);
bool bf_sql_any(const struct sql_text *t, size_t i, const char *const *words, size_t n);
bool bf_sql_punct(const struct sql_text *t, size_t i, char c);
bool bf_sql_name(const struct sql_text *t, size_t i);
size_t bf_sql_closing(const struct sql_text *t, size_t i);

/* Does a SELECT stand in the parenthesis at i? */
bool bf_sql_opens_query(const struct sql_text *t, size_t i);

/* sql_scope.c: finds the tables, and fills uses, whole and once. Is the name at i an aggregate function? */
void bf_sql_scope(struct sql_text *t, const char *const *lookups, size_t nlookups);
bool bf_sql_aggregate(const struct sql_text *t, size_t i);

/* sql_scope.c: finds stars in subqueries; false, *e: one that would have to be whole rows. */
bool bf_sql_scope_stars(struct sql_text *t, struct bf_err *e);

/* sql_scope.c: the table of that name; NULL: none. */
const struct sql_table *bf_sql_table(const struct sql_text *t, struct bf_str called);

/* sql_expr.c: numbers that SQLite would round or order as texts go through functions. False: no memory. */
bool bf_sql_expr_rewrite(struct sql_text *t);

/* sql_expr.c: is it a word that is no operand? Three texts as one, in the arena; NULL: no memory. */
bool bf_sql_keyword(const struct sql_text *t, size_t i);
char *bf_sql_text_join(struct sql_text *t, const char *head, struct bf_str middle,
                       const char *tail);

/* sql_result.c: the result, an expression of tokens *from .. *to - 1, that an ORDER BY term at i means by its
 * name or number. False: there is none. */
bool bf_sql_result_meant(const struct sql_text *t, size_t i, size_t *from, size_t *to);

/* sql_result.c: results that became calls keep their text as their name. False: no memory. */
bool bf_sql_result_names(struct sql_text *t);

/* sql_result.c: is the result of that name what a decimal function gave, by way of a subquery too? Behind a
 * sorter it is a text. */
bool bf_sql_result_decimal(const struct sql_text *t, struct bf_str called);

/* Compares ASCII letters in any case. */
bool bf_sql_same(struct bf_str a, struct bf_str b);

/* Appends "name", quotes in it doubled. */
void bf_sql_put_name(struct bf_buf *out, struct bf_str called);

#endif
