/*
 * Internals of the parser in trino.h. Each function of the grammar reads tokens from
 * s->at on and appends DuckDB's text to s->out. A caller can cut out the text written
 * since a position (cut) and insert it into a larger text.
 */
#ifndef BL_TRINO_IMPL_H
#define BL_TRINO_IMPL_H

#include "cmd/bflocal/trino/lex.h"
#include "cmd/bflocal/trino/trino.h"

enum { TRINO_NAMES = 64 };

struct sql {
    struct bl_trino *t;
    const struct bl_token *at;
    struct bf_buf *out;
    struct bf_err *e;
    unsigned depth;
    bool interval;        /* the last expression was an interval */
    struct bf_buf *names; /* collects column names; NULL: no */
    bool complex;         /* a subquery or an aggregate was read */
    struct bf_str ctes[TRINO_NAMES];
    size_t nctes;
};

/* trino.c */
bool trino_fail(struct sql *s, const char *fmt, ...) BF_PRINTF(2, 3);
bool trino_unexpected(struct sql *s);
bool trino_word(struct sql *s, const char *keyword); /* accepts the keyword if it is next */
bool trino_take(struct sql *s, const char *op);
bool trino_expect(struct sql *s, const char *op);
bool trino_expect_word(struct sql *s, const char *keyword);
bool trino_is_name(const struct bl_token *t); /* a name that needs no quotes, or has them */
struct bf_str trino_cut(struct sql *s, size_t from);
struct bf_str trino_print(struct sql *s, const char *fmt, ...) BF_PRINTF(2, 3);
void trino_put_name(struct sql *s, struct bf_str name);
void trino_put_string(struct bf_buf *out, struct bf_str text);
struct bf_str trino_fold(struct sql *s, struct bf_str name);
/* The type of an expression. NULL: it is not known yet (pending counts it), or it has two types
 * (*e is set). */
const struct bl_duck_found *trino_probe(struct sql *s, struct bf_str expression);
/* A block begins, in this part of the one around it; trino_close ends it. False: there are too many. */
struct trino_place {
    size_t block;
    unsigned part;
};
bool trino_open(struct sql *s, struct trino_place *outer);
void trino_close(struct sql *s, const struct trino_place *outer);
/* The parts of a SELECT, and of a query, whose first ones are its WITH. */
enum trino_part {
    TRINO_PART_TABLES, /* FROM: subqueries and views */
    TRINO_PART_FROM,   /* its expressions */
    TRINO_PART_REST,
    TRINO_PART_TERMS = 1000,
    TRINO_PART_ORDER
};
/* Appends the expression so that its type shows when it is not known: a placeholder. */
void trino_put_probe(struct sql *s, struct bf_str expression);
bool trino_deeper(struct sql *s);

/* trino_expr.c, trino_predicate.c, trino_primary.c */
bool trino_expr(struct sql *s);
bool trino_and(struct sql *s, void (*each)(struct sql *s, size_t from, void *arg), void *arg);
bool trino_predicate(struct sql *s);
bool trino_additive(struct sql *s);
bool trino_primary(struct sql *s);
bool trino_list(struct sql *s,
                const char *close); /* expressions up to the closing bracket, which is accepted */
bool trino_is_integer(const struct bl_duck_found *f);
bool trino_is_float(const struct bl_duck_found *f);
bool trino_is_chain(const struct bl_duck_found *f);
bool trino_modulo(struct sql *s, struct bf_str a, struct bf_str b);
bool trino_divide(struct sql *s, struct bf_str a, struct bf_str b);

/* In trino_call.c and trino_handlers.c. The name has been read, and s->at is on the parenthesis. */
struct trino_arg {
    struct bf_str text;
    const struct bl_token *literal; /* for a single string or number */
};
enum { TRINO_ARGS = 64 };
struct trino_call {
    struct bf_str name; /* in lower case */
    struct trino_arg arg[TRINO_ARGS];
    size_t n;
    bool distinct, star;
    struct bf_str order;  /* " ORDER BY ..." inside the parentheses */
    struct bf_str nulls;  /* " IGNORE NULLS" */
    struct bf_str suffix; /* " FILTER (...) OVER (...)" */
};
bool trino_call(struct sql *s, struct bf_str name);
void trino_put_call(struct sql *s, const struct trino_call *c, const char *name);
bool trino_expand(struct sql *s, const struct trino_call *c, const char *to);
/* Functions whose translation depends on types: "!NAME" in the table. */
bool trino_handle(struct sql *s, const struct trino_call *c, const char *handler);
bool trino_time_field(struct sql *s, const struct trino_call *c, const char *to);
bool trino_handle_time(struct sql *s, const struct trino_call *c, const char *handler, bool *done);
const struct bl_duck_found *trino_type_of(struct sql *s, const struct trino_call *c, size_t i,
                                          const char *before, const char *after);
bool trino_mismatch(struct sql *s, const struct trino_call *c, const struct bl_duck_found *f);

/* In trino_format.c: translates a format. False: a letter has no counterpart. */
bool trino_format_mysql(struct sql *s, struct bf_str format);
bool trino_format_joda(struct sql *s, struct bf_str format);
bool trino_json_path(struct sql *s, struct bf_str path);

/* trino_type.c and trino_cast.c: types, CAST and TRY_CAST. */
enum trino_kind {
    TRINO_UNKNOWN,
    TRINO_NUMBER,
    TRINO_BOOLEAN,
    TRINO_DATE,
    TRINO_TIMESTAMP,
    TRINO_OTHER
};
struct trino_type {
    struct bf_str text; /* DuckDB's */
    bool is_text, is_integer, is_json;
    int length; /* of a varchar; 0: none */
    enum trino_kind kind;
};
bool trino_date(struct sql *s, struct bf_str x); /* date(x) */
bool trino_type(struct sql *s, struct trino_type *type);
bool trino_cast(struct sql *s, bool try);

/* In trino_from.c: reads the clause after FROM; a table; an optional "(a, b)". */
bool trino_from(struct sql *s);
bool trino_table(struct sql *s);
bool trino_column_names(struct sql *s);

/* trino_query.c */
bool trino_query(struct sql *s);
bool trino_window(struct sql *s); /* "(PARTITION BY ... )" or a name */
bool trino_order(struct sql *s);  /* after ORDER BY */

#endif
