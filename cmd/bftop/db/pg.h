/*
 * A PostgreSQL server: a session that only reads, with limits on time. Statements are sent, and the answer is waited for
 * here and not in libpq, so that a signal ends the wait, a server that is gone is noticed, and a statement that others wait
 * for gives way: cdcproj has to lock a table for each new column, and the lock of a reader would hold it up.
 */
#ifndef BFTOP_DB_PG_H
#define BFTOP_DB_PG_H

#include "cmd/bftop/db/db.h"
#include "lib/postgres/pg.h"

struct server {
    struct db db; /* first */
    const char *url;
    struct bf_pg pg;   /* reads */
    struct bf_pg side; /* asks whether others wait for the first one; opened at need */
    bool gave_way;     /* others waited for the last statement */
    bool every;        /* changes of any table count, not only commits of cdcproj */
    char schema[128], role[128];
    struct bf_buf sql;
};

#define SERVER_CURSOR  "bftop"
#define SERVER_DECLARE "DECLARE " SERVER_CURSOR " NO SCROLL CURSOR FOR "

/* pg_wait.c: runs one statement, and gives each row, or once the result without rows, to `each` (may be NULL). */
BF_MUST bool server_ask(struct server *s, const char *sql,
                        void (*each)(struct server *s, const struct pg_result *r, void *arg),
                        void *arg, struct bf_err *e);

/* pg_sql.c: a panel's statement as the declaration of a cursor, with its parameters filled in; that of a cursor, because its
 * grammar takes a SELECT alone. Appends no line, so that an error's line is that of the panel. NULL, or what is wrong. */
const char *server_declare(struct bf_buf *out, const struct query *q);

/* pg_open.c */
struct db *server_open(const char *where, bool any, struct bf_err *e);
void server_close(struct db *db);

static inline struct server *server_of(struct db *db)
{
    return (struct server *)(void *)db;
}

/* What to do about a missing right, as an error. */
bool server_denied(const struct server *s, const char *said, struct bf_err *e);

#endif
