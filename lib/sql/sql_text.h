/*
 * The text of an SQL query before SQLite parses it. DynamoDB's paths are not SQL: payment.method
 * would be a column of a table payment, so it is rewritten to "payment.method", and old.status to
 * "old.status"; cdc.a.b becomes cdc."a.b". Names of real tables are not changed: cdc and its
 * aliases, lookups and theirs, names of subqueries and of WITH. A * that means all of cdc becomes
 * the column _row, named BF_SQL_STAR, because the attributes of a record are only known when it is
 * read. Comparisons become calls if a number may be longer than SQLite's own (sql_expr.c). Private
 * to its room.
 */
#ifndef BF_SQL_SQL_TEXT_H
#define BF_SQL_SQL_TEXT_H

#include "lib/base/arena.h"
#include "lib/sqlite/text.h"

#define BF_SQL_STAR "\001row"

enum { SQL_TOKENS_MAX = 8192, SQL_TABLES_MAX = 64 };

struct sql_token {
    enum bf_sqlite_token kind;
    struct bf_str text;  /* as written */
    struct bf_str ident; /* of a word or quoted name: the name itself */
    unsigned depth;      /* the number of open parentheses around it */
    bool sub;            /* inside a SELECT in parentheses */

    /* the texts for SQLite before it, instead of it, and after it; NULL: nothing, itself,
     * nothing */
    const char *before, *instead, *after;
};

struct sql_table {
    struct bf_str name;
    bool cdc;
    bool query; /* a subquery, or one in WITH */
};

struct sql_text {
    struct bf_arena arena;
    bool nomem;
    struct sql_token *token;
    size_t n;
    struct sql_table table[SQL_TABLES_MAX];
    size_t ntables;
    bool inner_star;  /* does a * mean columns in a subquery? */
    bool subs;        /* is there a SELECT in parentheses? */
    size_t uses;      /* how often cdc follows FROM, JOIN or a comma */
    bool used_below;  /* and whether that is in a SELECT in parentheses */
    bool once;        /* is cdc scanned once, outside all other loops? */
    bool whole;       /* uses more than one change: ORDER, GROUP, LIMIT, an aggregate... */
    bool makes_text;  /* can it make a text that looks like a number? */
    bool sorts_plain; /* orders a compound query, whose terms cannot be functions */
};

/* Splits sql into tokens; lookups are the names of other tables. sql must outlive *t. */
bool bf_sql_text_init(struct sql_text *t, struct bf_str sql, const char *const *lookups,
                      size_t nlookups, struct bf_err *e);
void bf_sql_text_free(struct sql_text *t);

/* Is it a list of expressions, without the keywords of a complete query? *e names the obstacle. */
bool bf_sql_text_expressions(const struct sql_text *t, struct bf_err *e);

/* Appends the text for SQLite; star: may * mean whole rows? The second function appends only the
 * tokens from .. to - 1. */
bool bf_sql_text_put(const struct sql_text *t, bool star, struct bf_buf *out, struct bf_err *e);
bool bf_sql_text_put_part(const struct sql_text *t, size_t from, size_t to, bool star,
                          struct bf_buf *out, struct bf_err *e);

/* Does the text contain a word or quoted name that differs from `called` only in case? SQL treats
 * them as one name. */
bool bf_sql_text_other_case(const struct sql_text *t, struct bf_str called, struct bf_str *other);

/* Does the text contain the name, in any case? */
bool bf_sql_text_has(const struct sql_text *t, struct bf_str called);

/* The table that a name such as c.status begins with, preferably cdc; NULL: none. */
const struct sql_table *bf_sql_text_table(const struct sql_text *t, struct bf_str called);

/* Tests on the tokens, during parsing: is token i that word, one of the words, that character, a
 * name; the last one returns the token that closes the parenthesis at i. For tokens after the last
 * one all are false. */
bool bf_sql_is(const struct sql_text *t, size_t i, const char *word);
bool bf_sql_any(const struct sql_text *t, size_t i, const char *const *words, size_t n);
bool bf_sql_punct(const struct sql_text *t, size_t i, char c);
bool bf_sql_name(const struct sql_text *t, size_t i);
size_t bf_sql_closing(const struct sql_text *t, size_t i);

/* Is there a SELECT in the parenthesis at i? */
bool bf_sql_opens_query(const struct sql_text *t, size_t i);

/* sql_scope.c: finds the tables, and sets uses, whole and once. Is the name at i an aggregate
 * function? */
void bf_sql_scope(struct sql_text *t, const char *const *lookups, size_t nlookups);
bool bf_sql_aggregate(const struct sql_text *t, size_t i);

/* sql_scope.c: finds stars in subqueries; false, *e: one of them needs whole rows. */
bool bf_sql_scope_stars(struct sql_text *t, struct bf_err *e);

/* sql_scope.c: the table of that name; NULL: none. */
const struct sql_table *bf_sql_table(const struct sql_text *t, struct bf_str called);

/* sql_expr.c: makes functions handle numbers that SQLite would round or order as texts. False: out
 * of memory. */
bool bf_sql_expr_rewrite(struct sql_text *t);

/* sql_expr.c: is it a word that is not an operand? The second function joins three texts in the
 * arena; NULL: out of memory. */
bool bf_sql_keyword(const struct sql_text *t, size_t i);
char *bf_sql_text_join(struct sql_text *t, const char *head, struct bf_str middle,
                       const char *tail);

/* sql_result.c: the result, tokens *from .. *to - 1, that an ORDER BY term at i means by its name
 * or number. False: none. */
bool bf_sql_result_meant(const struct sql_text *t, size_t i, size_t *from, size_t *to);

/* sql_result.c: keeps the text of results that became calls as their name. False: out of memory. */
bool bf_sql_result_names(struct sql_text *t);

/* sql_result.c: is the result of that name the value of a decimal function, also through a
 * subquery? A sorter turns it into a text. */
bool bf_sql_result_decimal(const struct sql_text *t, struct bf_str called);

#endif
