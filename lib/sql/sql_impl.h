/*
 * The inside of struct bf_sql, shared by sql.c (queries), sql_table.c (cdc as a virtual table),
 * sql_func.c (functions), sql_value.c (numbers and result rows), sql_lookup.c and sql_lookup_load.c
 * (lookup tables). Private to its room.
 *
 * The table cdc has one row, the current change. A query is stepped once for each change: if it
 * stopped at a row, the next step continues with the next change, as in one long scan; if it is
 * done, it starts again. A query over all changes that reads them once is fed with them
 * (sql_feed.c); one that reads them several times waits until they are stored in a table.
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
    SQL_STAR_COLUMN = 0, /* _row, a hidden column */
    SQL_SUB_JSON = 'J',  /* SQLite's own subtype for JSON */
    SQL_SUB_NUMBER = 'n',
    SQL_SUB_TEXT = 't', /* of a text that looks like such a number */
    SQL_SUB_BOOL = 'b'
};

/* A column of cdc: an attribute, or metadata. */
struct sql_column {
    struct row_column find;
    enum bf_row_meta meta; /* BF_META_N: an attribute */
    uint64_t serial;       /* of the change that attr belongs to */
    const struct bf_attr *attr;
    struct bf_attr scratch;
    bool looked, seen; /* was it searched for, and was it ever found */
    unsigned types;    /* bits 1 << enum bf_attr_type of the values found */
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
    size_t column;       /* the column of cdc if the result is just that; else SIZE_MAX */
    unsigned types;      /* of a lookup's column; 0: not from a lookup */
    bool star;
};

/* A number as SQL has it: SQLITE_INTEGER, SQLITE_FLOAT if that is exact, else SQLITE_TEXT. */
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
    bool override; /* there is a star, and columns that may have names of attributes */
};

/* A value of cdc as SQL has it. */
enum sql_cell_kind {
    CELL_NULL,
    CELL_INTEGER,
    CELL_REAL,
    CELL_BOOL,   /* an integer with a subtype */
    CELL_TEXT,   /* texts with a subtype: */
    CELL_DIGITS, /* looks like a number but is not one */
    CELL_NUMBER, /* a number that neither an integer nor a real can hold */
    CELL_JSON
};

struct sql_cell {
    enum sql_cell_kind kind;
    bool stays; /* text points into the change, not into scratch */
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
    const struct bf_change *change; /* the current change */
    const struct bf_image *image;
    uint64_t serial;
    struct sql_query where, rows, sets, store;
    struct bf_str text;    /* the query over all changes, as given to SQLite */
    struct bf_arena names; /* lives as long as the object */
    struct bf_arena values;
    struct bf_buf scratch, typed;
    struct bf_attr *attr; /* of the row that is being made */
    size_t nattr, cap;
    struct bf_change inner;        /* parses JSON values */
    struct bf_change kept;         /* parses a stored row */
    struct bf_err why;             /* the error of a callback */
    bool ended;                    /* cdc is now the table of stored changes */
    bool forgets;                  /* a value may have lost its subtype */
    bool long_numbers, long_texts; /* seen so far: numbers that only a text can hold, texts that
                                    * look like one */
    bool long_metas, makes_text;   /* metadata that look so; the query may make such texts */
    bool sorts_plain;       /* has an ORDER BY of a compound query, in which functions are not
                                  * allowed */
    struct sql_func *funcs; /* dec_add and its like */
    struct sql_feed *feed;  /* for a query over all changes that reads them once; NULL: none */
};

/* sql_table.c: registers the module; creates the table again with the present columns. */
bool bf_sql_table_init(struct bf_sql *s, struct bf_err *e);
bool bf_sql_table_make(struct bf_sql *s, struct bf_err *e);

/* The attribute of a column in the current change; NULL: missing. */
const struct bf_attr *bf_sql_find(struct bf_sql *s, struct sql_column *column);

/* sql_table.c: column i of the current change. */
bool bf_sql_cell(struct bf_sql *s, size_t i, struct sql_cell *cell, struct bf_err *e);

/* sql_feed.c: a query over all changes. star: does it use whole rows? */
bool bf_sql_feed_new(struct bf_sql *s, bool star, struct bf_err *e);
void bf_sql_feed_destroy(struct sql_feed *f);

/* Feeds the current change, or (again) continues after the last result row; the second function
 * continues after the last change. *row: there is a result row. */
bool bf_sql_feed_next(struct sql_feed *f, bool again, bool *row, struct bf_err *e);
bool bf_sql_feed_end_next(struct sql_feed *f, bool *row, struct bf_err *e);

/* For the table cdc: begins a scan, of which there may be only one; the next row; a value of it. */
int bf_sql_feed_filter(struct sql_feed *f);
int bf_sql_feed_advance(struct sql_feed *f, bool *end);
const struct sql_cell *bf_sql_feed_cell(const struct sql_feed *f, size_t column);

/* sql_func.c: dec_add and its like. */
bool bf_sql_func_init(struct bf_sql *s, struct bf_err *e);

/* sql_order.c: bf_order and its like, which sql_expr.c puts into queries. */
bool bf_sql_order_init(struct bf_sql *s, struct bf_err *e);

/* sql_func.c: a value of SQL as a decimal. A real is read as its 15 digits, which it was made
 * from. */
bool bf_sql_decimal(const struct sql_api *api, sqlite3_value *value, struct bf_decimal *out,
                    struct bf_err *e);

/* sql_value.c: a number as SQL has it; the same as the result of a function or column. */
struct sql_number bf_sql_number(struct bf_str text);
void bf_sql_result_number(struct bf_sql *s, sqlite3_context *context, struct bf_str text);

/* sql_value.c: is it the text of a number that neither an integer nor a real can hold? */
bool bf_sql_looks_long(struct bf_str text);

/* sql_value.c: writes a real as its 15 digits with a NUL; returns the length. */
size_t bf_sql_real_text(double v, char out[SQL_REAL_MAX]);

/* sql_value.c: stores the attributes of the current result row in s->attr. */
bool bf_sql_collect(struct bf_sql *s, struct sql_query *q, bool stored, struct bf_err *e);
bool bf_sql_add_attr(struct bf_sql *s, const struct bf_attr *a, struct bf_err *e);

/* sql_value.c: appends the whole row of the current change with its types, for bf_sql_collect to
 * read back. */
bool bf_sql_put_row(struct bf_sql *s, struct bf_buf *out, struct bf_err *e);

/* sql_lookup_load.c: loads "name=FILE" into a table, the next one of s->lookup. */
bool bf_sql_lookup_load(struct bf_sql *s, const char *spec, struct bf_err *e);

/* sql_lookup.c: the names of all lookups; returns their number. */
size_t bf_sql_lookup_names(const struct bf_sql *s, const char *names[BF_OPT_LIST_MAX]);

/* sql_lookup.c: the types in a column of a lookup, as bits; 0: no such column. */
unsigned bf_sql_lookup_types(const struct bf_sql *s, struct bf_str table, struct bf_str column);

/* sql_lookup.c: an index on a column of a lookup. unique: an error if a key has several rows, with
 * their place in *e. */
bool bf_sql_lookup_index(struct bf_sql *s, struct bf_str table, struct bf_str column, bool unique,
                         struct bf_err *e);

/* sql_lookup.c: an index on each column of a lookup that the query mentions. */
bool bf_sql_lookup_indexes(struct bf_sql *s, const struct sql_text *t, struct bf_err *e);

/* sql_sets.c: what --enrich and --set select, and what it is selected from. */
bool bf_sql_sets_text(struct bf_sql *s, struct bf_buf *from, struct bf_buf *results,
                      struct bf_err *e);

/* Sets *e to SQLite's message; returns false. */
bool bf_sql_fail(struct bf_sql *s, enum bf_err_code code, struct bf_err *e);

/* Runs a statement that has no result. */
bool bf_sql_exec(struct bf_sql *s, const char *sql, struct bf_err *e);

#endif
