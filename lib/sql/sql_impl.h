/*
 * The inside of struct bf_sql, shared by sql.c (queries), sql_table.c (cdc as a
 * virtual table), sql_func.c (functions), sql_value.c (numbers and result rows),
 * sql_lookup.c and sql_lookup_load.c (lookup tables). Inside its room only.
 *
 * The table cdc holds one row, the change at hand. A query is stepped once for
 * each change: where it stopped with a row, the next step goes on with the next
 * change, as in one long scan; where it came to its end it starts again. A query
 * over all changes that reads them once is fed with them (sql_feed.c), one that
 * reads them more often waits until they are kept in a table.
 */
#ifndef BF_SQL_SQL_IMPL_H
#define BF_SQL_SQL_IMPL_H

#include "lib/base/arena.h"
#include "lib/ddb/decimal.h"
#include "lib/row/row_impl.h"
#include "lib/sql/sql.h"
#include "lib/sqlite/load.h"
#include "lib/sql/sql_text.h"

enum {
    SQL_COLUMNS_MAX = 1000,
    SQL_SETS_MAX = 1000,
    SQL_REAL_MAX = 64,
    SQL_STAR_COLUMN = 0, /* _row, hidden */
    SQL_SUB_JSON = 'J',  /* SQLite's own for JSON texts */
    SQL_SUB_NUMBER = 'n',
    SQL_SUB_TEXT = 't', /* of a text that looks like such a number */
    SQL_SUB_BOOL = 'b'
};

/* A column of cdc: an attribute, or metadata. */
struct sql_column {
    struct row_column find;
    enum bf_row_meta meta; /* BF_META_N: an attribute */
    uint64_t serial;       /* of the change that attr is of */
    const struct bf_attr *attr;
    struct bf_attr scratch;
    bool looked, seen; /* was it looked for, and ever found */
    unsigned types;    /* bits 1 << enum bf_attr_type of what was found */
};

/* A table for joins. */
struct sql_lookup {
    struct bf_str name;
    struct bf_str *column;
    unsigned *types; /* of each column, as in struct sql_column */
    size_t n;
};

/* A column of a query's result. */
struct sql_result {
    struct bf_attr attr; /* its name */
    struct bf_str name;  /* the same, decoded */
    size_t column;       /* of cdc, when it is nothing but that; else SIZE_MAX */
    unsigned types;      /* of a lookup's column; 0: of none */
    bool star;
};

/* A number as SQL sees it: SQLITE_INTEGER, SQLITE_FLOAT where that is exact, else SQLITE_TEXT. */
struct sql_number {
    int type;
    sqlite3_int64 integer;
    double real;
};

struct sql_query {
    sqlite3_stmt *stmt;
    struct sql_result *result;
    size_t n;
    bool once;     /* one row for each change: no need to ask for a second */
    bool override; /* a star and columns that may be called like attributes */
};

/* A value of cdc as SQL sees it. */
enum sql_cell_kind {
    CELL_NULL,
    CELL_INTEGER,
    CELL_REAL,
    CELL_BOOL,   /* an integer with a subtype */
    CELL_TEXT,   /* so are these with theirs: */
    CELL_DIGITS, /* one that looks like a number and is none */
    CELL_NUMBER, /* one that neither an integer nor a real holds */
    CELL_JSON
};

struct sql_cell {
    enum sql_cell_kind kind;
    bool stays; /* text is in the change itself, not in scratch */
    sqlite3_int64 integer;
    double real;
    struct bf_str text;
};

struct sql_feed;
struct sql_func;

struct bf_sql {
    const struct sql_api *api;
    sqlite3 *db;
    struct bf_sql_conf conf;
    struct sql_column *column;
    size_t ncolumns;
    struct sql_lookup lookup[BF_OPT_LIST_MAX];
    size_t nlookups;
    struct bf_row *row;
    const struct bf_change *change; /* at hand */
    const struct bf_image *image;
    uint64_t serial;
    struct sql_query where, rows, sets, store;
    struct bf_str text;    /* the query over all changes, as SQLite gets it */
    struct bf_arena names; /* as long as the object */
    struct bf_arena values;
    struct bf_buf scratch, typed;
    struct bf_attr *attr; /* of the row that is being built */
    size_t nattr, cap;
    struct bf_change inner;        /* reads JSON values */
    struct bf_change kept;         /* reads a whole row back */
    struct bf_err why;             /* why a callback failed */
    bool ended;                    /* cdc is the table of what was kept */
    bool forgets;                  /* a value may come without its subtype */
    bool long_numbers, long_texts; /* came: numbers that only a text holds, texts that look so */
    bool long_metas, makes_text; /* sequence numbers that look so; the query may make such texts */
    bool sorts_plain;            /* an ORDER BY of a compound query, which takes no function */
    struct sql_func *funcs;      /* dec_add and its like */
    struct sql_feed *feed;       /* of a query over all changes that reads them once; NULL: none */
};

/* sql_table.c: registers the module; makes the table anew with the columns there are. */
bool bf_sql_table_init(struct bf_sql *s, struct bf_err *e);
bool bf_sql_table_make(struct bf_sql *s, struct bf_err *e);

/* The attribute of a column in the change at hand; NULL: it has none. */
const struct bf_attr *bf_sql_find(struct bf_sql *s, struct sql_column *column);

/* sql_table.c: column i of the change at hand. */
bool bf_sql_cell(struct bf_sql *s, size_t i, struct sql_cell *cell, struct bf_err *e);

/* sql_feed.c: a query over all changes. star: does it ask for whole rows? */
bool bf_sql_feed_new(struct bf_sql *s, bool star, struct bf_err *e);
void bf_sql_feed_destroy(struct sql_feed *f);

/* Gives it the change at hand, or (again) goes on behind the row that it stood on; then, without more
 * changes. *row: it stands on a row of the result. */
bool bf_sql_feed_next(struct sql_feed *f, bool again, bool *row, struct bf_err *e);
bool bf_sql_feed_end_next(struct sql_feed *f, bool *row, struct bf_err *e);

/* For the table cdc: begins a scan, of which there may be one; the next row; a value of it. */
int bf_sql_feed_filter(struct sql_feed *f);
int bf_sql_feed_advance(struct sql_feed *f, bool *end);
const struct sql_cell *bf_sql_feed_cell(const struct sql_feed *f, size_t column);

/* sql_func.c: dec_add and its like. */
bool bf_sql_func_init(struct bf_sql *s, struct bf_err *e);

/* sql_order.c: bf_order and its like, which sql_expr.c puts into queries. */
bool bf_sql_order_init(struct bf_sql *s, struct bf_err *e);

/* sql_func.c: a value of SQL as a decimal. A real counts by its 15 digits, which is what it was made of. */
bool bf_sql_decimal(const struct sql_api *api, sqlite3_value *value, struct bf_decimal *out,
                    struct bf_err *e);

/* sql_value.c: what a number is to SQL, and as the result of a function or column. */
struct sql_number bf_sql_number(struct bf_str text);
void bf_sql_result_number(struct bf_sql *s, sqlite3_context *context, struct bf_str text);

/* sql_value.c: is it the text of a number that neither an integer nor a real holds? */
bool bf_sql_looks_long(struct bf_str text);

/* sql_value.c: a real by its 15 digits, terminated; returns how long it is. */
size_t bf_sql_real_text(double v, char out[SQL_REAL_MAX]);

/* sql_value.c: the attributes of the row that the query stands on, into s->attr. */
bool bf_sql_collect(struct bf_sql *s, struct sql_query *q, bool stored, struct bf_err *e);
bool bf_sql_add_attr(struct bf_sql *s, const struct bf_attr *a, struct bf_err *e);

/* sql_value.c: appends the whole row of the change at hand with its types, as bf_sql_collect reads it back. */
bool bf_sql_put_row(struct bf_sql *s, struct bf_buf *out, struct bf_err *e);

/* sql_lookup_load.c: loads "name=FILE" into a table, the next of s->lookup. */
bool bf_sql_lookup_load(struct bf_sql *s, const char *spec, struct bf_err *e);

/* sql_lookup.c: the names of all lookups; how many there are. */
size_t bf_sql_lookup_names(const struct bf_sql *s, const char *names[BF_OPT_LIST_MAX]);

/* sql_lookup.c: what a column of a lookup holds, as bits of types; 0: there is no such column. */
unsigned bf_sql_lookup_types(const struct bf_sql *s, struct bf_str table, struct bf_str column);

/* sql_lookup.c: an index on a column of a lookup; unique: one row a key, *e tells where not. */
bool bf_sql_lookup_index(struct bf_sql *s, struct bf_str table, struct bf_str column, bool unique,
                         struct bf_err *e);

/* sql_lookup.c: an index on each column of a lookup that the query mentions. */
bool bf_sql_lookup_indexes(struct bf_sql *s, const struct sql_text *t, struct bf_err *e);

/* sql_sets.c: what --enrich and --set select, and what it is selected from. */
bool bf_sql_sets_text(struct bf_sql *s, struct bf_buf *from, struct bf_buf *results,
                      struct bf_err *e);

/* SQLite's message into *e; false. */
bool bf_sql_fail(struct bf_sql *s, enum bf_err_code code, struct bf_err *e);

/* Runs a statement without rows. */
bool bf_sql_exec(struct bf_sql *s, const char *sql, struct bf_err *e);

#endif
