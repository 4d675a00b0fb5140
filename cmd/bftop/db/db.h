/*
 * The database that is looked at, read only, whichever it is: nothing outside of this folder knows. Each statement is one
 * read transaction that ends after DB_QUERY_MS, and that waits no longer than DB_LOCK_MS for a lock.
 *
 * A function that returns false has lost the database: it is closed then, and opened again later. What is wrong with a
 * statement is in its result.
 */
#ifndef BFTOP_DB_DB_H
#define BFTOP_DB_DB_H

#include "cmd/bftop/db/result.h"
#include "lib/base/err.h"

enum { DB_QUERY_MS = 10000, DB_LOCK_MS = 2000, DB_NAME = 4200 };

struct query {
    struct bf_str sql;
    int64_t window, step; /* seconds */
    int64_t now;          /* milliseconds since 1970 */
};

/* Parts of the default panels that differ between databases; {words} in them are replaced as in the panels
 * (cmd/bftop/preset.c). */
struct dialect {
    const char *all;        /* a condition that holds */
    const char *sum;        /* the sum of amounts, with no more digits than it needs */
    const char *asc, *desc; /* what NULLs need to be first, and last */
    const char *over_time;  /* time, revenue, before */
    const char *
        minute_view; /* the roll-up of minutes, and what over_time is over it; NULL: cdcproj cannot keep it */
    const char *over_minutes;
    const char *kept_sum;    /* of the column `revenue` of a roll-up */
    const char *commit_time; /* of _bfpipe, as texts */
    const char *change_time;
    const char *lag;     /* of a row of _bfpipe_positions */
    const char *columns; /* the names of the columns of {of}, without those of its own */
};

struct db {
    const struct db_kind *kind;
    bool projection; /* cdcproj keeps it */
};

struct db_kind {
    struct dialect dialect;
    /* With `any`, a database that is no projection will do, and every change counts in its version. */
    struct db *(*open)(const char *where, bool any, struct bf_err *e);
    void (*close)(struct db *db);
    bool (*is_there)(const struct db *db);
    bool (*is_brief)(const char *where);
    bool (*version)(struct db *db, int64_t *version, struct bf_err *e);
    bool (*schema)(struct db *db, int64_t *schema, struct bf_err *e);
    bool (*run)(struct db *db, const struct query *q, struct result *r, struct bf_err *e);
};

extern const struct db_kind db_sqlite, db_pg;

/* Opens it; NULL: *e. */
struct db *db_open(const char *where, bool any, struct bf_err *e);
void db_close(struct db *db);

/* Its name to be shown, without what is secret. */
void db_show(const char *where, char shown[DB_NAME]);

/* Is it still what `where` names? */
bool db_is_there(const struct db *db);

/* Is it about to be replaced, so that it should be open only during a look? */
bool db_is_brief(const char *where);

/* A number that differs after somebody else has committed; -1: it cannot be read now. */
BF_MUST bool db_version(struct db *db, int64_t *version, struct bf_err *e);

/* One that differs if there are other tables or columns, by which the default panels are chosen; -1: as above. */
BF_MUST bool db_schema(struct db *db, int64_t *schema, struct bf_err *e);

/* Runs one SELECT; the result is initialised, and has the rows or what is wrong. */
BF_MUST bool db_run(struct db *db, const struct query *q, struct result *r, struct bf_err *e);

static inline const struct dialect *db_dialect(const struct db *db)
{
    return &db->kind->dialect;
}

#endif
