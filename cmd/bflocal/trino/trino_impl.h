/*
 * The parser of trino.h inside. Each function of the grammar takes its words from
 * s->at on and appends DuckDB's text to s->out; what it has written since a mark
 * can be cut out (cut) and put into something larger.
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
    bool interval;        /* what was read last is an interval */
    struct bf_buf *names; /* columns are noted here; NULL: not */
    bool complex;         /* a subquery or an aggregate was read */
    struct bf_str ctes[TRINO_NAMES];
    size_t nctes;
};

/* trino.c */
bool trino_fail(struct sql *s, const char *fmt, ...) BF_PRINTF(2, 3);
bool trino_unexpected(struct sql *s);
bool trino_word(struct sql *s, const char *keyword); /* takes it if it is there */
bool trino_take(struct sql *s, const char *op);
bool trino_expect(struct sql *s, const char *op);
bool trino_expect_word(struct sql *s, const char *keyword);
bool trino_is_name(const struct bl_token *t); /* a name that needs no quotes, or has them */
struct bf_str trino_cut(struct sql *s, size_t from);
struct bf_str trino_print(struct sql *s, const char *fmt, ...) BF_PRINTF(2, 3);
void trino_put_name(struct sql *s, struct bf_str name);
void trino_put_string(struct bf_buf *out, struct bf_str text);
struct bf_str trino_fold(struct sql *s, struct bf_str name);
/* The type of an expression; NULL: not known yet (pending counts it), or mixed (then *e is set). */
const struct bl_duck_found *trino_probe(struct sql *s, struct bf_str expression);
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
                const char *close); /* expressions up to the closing bracket, which is taken */
bool trino_is_integer(const struct bl_duck_found *f);
bool trino_is_float(const struct bl_duck_found *f);
bool trino_divide(struct sql *s, struct bf_str a, struct bf_str b);

/* trino_call.c, trino_handlers.c: the name is read, s->at is on the bracket. */
struct trino_arg {
    struct bf_str text;
    const struct bl_token *literal; /* it is a single string or number */
};
enum { TRINO_ARGS = 64 };
struct trino_call {
    struct bf_str name; /* folded */
    struct trino_arg arg[TRINO_ARGS];
    size_t n;
    bool distinct, star;
    struct bf_str order;  /* " ORDER BY ..." inside the brackets */
    struct bf_str nulls;  /* " IGNORE NULLS" */
    struct bf_str suffix; /* " FILTER (...) OVER (...)" */
};
bool trino_call(struct sql *s, struct bf_str name);
void trino_put_call(struct sql *s, const struct trino_call *c, const char *name);
bool trino_expand(struct sql *s, const struct trino_call *c, const char *to);
/* Functions whose text depends on types: "!NAME" in the table. */
bool trino_handle(struct sql *s, const struct trino_call *c, const char *handler);

/* trino_format.c: formats of dates in DuckDB's letters. False: a letter that is not mapped. */
bool trino_format_mysql(struct sql *s, struct bf_str format);
bool trino_format_joda(struct sql *s, struct bf_str format);
bool trino_json_path(struct sql *s, struct bf_str path);

/* trino_type.c: CAST, TRY_CAST and types. */
struct trino_type {
    struct bf_str text; /* DuckDB's */
    bool is_text, is_integer, is_json;
    int length; /* of a varchar; 0: none */
};
bool trino_type(struct sql *s, struct trino_type *type);
bool trino_cast(struct sql *s, bool try);

/* trino_from.c: after FROM; a table; "(a, b)", if it is there */
bool trino_from(struct sql *s);
bool trino_table(struct sql *s);
bool trino_column_names(struct sql *s);

/* trino_query.c */
bool trino_query(struct sql *s);
bool trino_window(struct sql *s); /* "(PARTITION BY ... )" or a name */
bool trino_order(struct sql *s);  /* after ORDER BY */

#endif
