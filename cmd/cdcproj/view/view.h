/*
 * A roll-up: a CREATE VIEW of the user. Counts, sums, minima and maxima of any expressions over one table, with WHERE and
 * GROUP BY, are kept incrementally. Everything else becomes a plain view of the database, and `why` has the reason.
 *
 * All texts are views of `sql`, which the view owns.
 */
#ifndef CDCPROJ_VIEW_H
#define CDCPROJ_VIEW_H

#include "lib/base/map.h"
#include "lib/cli/opt.h"
#include "lib/ddb/decimal.h"
#include "lib/sqlite/load.h"

enum { GROUPS_MAX = 16, AGGS_MAX = 32, ITEMS_MAX = GROUPS_MAX + AGGS_MAX, IDENTS_MAX = 64 };

enum agg_op { AGG_COUNT_ALL, AGG_COUNT, AGG_SUM, AGG_MIN, AGG_MAX };

struct agg {
    enum agg_op op;
    struct bf_str text;   /* of its argument */
    struct bf_str filter; /* the condition of FILTER; empty: there is none */
    struct bf_str column; /* decoded, if the argument is only a column; empty: it is more */
    bool number;          /* the result is a number, although it may be a text */
    bool called_dec;      /* the result of a dec_ function */
};

struct item {
    bool group;
    size_t at; /* in group or agg */
    struct bf_str name;
    bool named; /* in the statement, not by its text */
};

struct mirror;
struct tokens;

struct view {
    struct view *next;
    char *sql; /* the whole statement */
    struct bf_str name, from, alias, where;
    struct bf_str select; /* from SELECT to the end */
    struct bf_str group[GROUPS_MAX];
    struct bf_str
        by_alias[GROUPS_MAX]; /* GROUP BY has this name of a result; empty: it has the expression */
    size_t ngroup;
    struct agg agg[AGGS_MAX];
    size_t nagg;
    struct item item[ITEMS_MAX];
    size_t nitem;
    struct bf_str ident[IDENTS_MAX]; /* names in its expressions, decoded */
    size_t nident;
    struct bf_arena arena; /* of decoded names */
    bool pg;               /* PostgreSQL's SQL, not SQLite's */
    bool kept, drop;       /* drop: DROP VIEW */
    bool fresh;            /* SQLite: it was not in the database before this run */
    bool broken;           /* SQLite: it has failed, and is to become a plain view */
    char why[160];         /* why it is not kept; of a kept one, how */
    char missing[160];     /* PostgreSQL: why it cannot be created yet */

    /* PostgreSQL */
    bool made, making;     /* the database has it; has it after this commit */
    bool indexed, unindex; /* minima and maxima are found by indexes; this commit drops them */

    /* while it is kept */
    struct mirror *mirror;
    struct bf_map groups; /* of the batch: key to struct group * */
    struct bf_map
        values; /* of the batch, for min and max: key, aggregate, order to struct value * */
    struct bf_arena batch;
    sqlite3_stmt *get, *put, *del, *put_value, *del_value, *least, *most;
};

/* Adds the views of a text to *list. BF_E_INPUT: a statement is neither CREATE VIEW nor DROP VIEW. */
BF_MUST bool view_parse(struct view **list, struct bf_str text, bool pg, struct bf_err *e);

/* Reads the files of --view. */
BF_MUST bool views_read(struct view **list, const struct bf_opt_list *files, bool pg,
                        struct bf_err *e);

/* A term of GROUP BY that is the name of a result is that of a column, if there is one: such a view is not kept. */
void view_check_names(struct view *v, const struct mirror *t);

/* Is an aggregate a minimum or a maximum? */
bool agg_is_extreme(const struct agg *a);

/* The token after the table's name and the dot, if token i is that name. */
size_t view_skip_table(const struct view *v, const struct tokens *t, size_t i);

/* Writes the column that token i names, in place of the tokens from `from` on; false: it has written nothing. */
typedef bool view_put_column(struct bf_buf *sql, const struct view *v, const struct tokens *t,
                             size_t from, size_t i);

/* Appends an expression, without the table's name before columns. put: NULL, if columns stand as they are. */
BF_MUST bool view_put_expr(struct bf_buf *sql, const struct view *v, struct bf_str text,
                           view_put_column *put, struct bf_err *e);

/* The same with "CASE WHEN(...)THEN " of the aggregate's FILTER, if it has one; the caller ends it. */
BF_MUST bool view_put_filter(struct bf_buf *sql, const struct view *v, const struct agg *a,
                             view_put_column *put, struct bf_err *e);

/* The name of its table, with an ending. */
void view_put_table(struct bf_buf *out, const struct view *v, const char *ending);

/* Prints a line of --explain for each view. */
BF_MUST bool views_explain(const struct view *list, struct bf_err *e);

/* The result of --check: how many groups of that database are wrong. */
BF_MUST bool views_verdict(const char *where, uint64_t wrong, struct bf_err *e);

/* Views of other views of the list are not kept. */
void views_nested(struct view *list);

/* Finalizes its statements. */
void view_unprepare(const struct sql_api *api, struct view *v);

/* Forgets what the batch has changed. */
void view_forget(struct view *v);

void view_free(const struct sql_api *api, struct view *v);

#endif
