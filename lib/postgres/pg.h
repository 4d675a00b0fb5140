/*
 * A connection to a PostgreSQL server. The URL is libpq's, with all that libpq takes in it or around it: TLS
 * (sslmode), service files, PGPASSWORD, ~/.pgpass. Messages name the server without the user and the password.
 *
 * Errors have a code for what can be done: BF_E_NETWORK, the connection is gone or the server is starting, BF_E_TEMPORARY,
 * the same again may pass (a deadlock, too many connections), BF_E_DENIED, the role lacks a right. All come from SQLSTATE
 * and from the state of the connection, never from a text.
 */
#ifndef BF_POSTGRES_PG_H
#define BF_POSTGRES_PG_H

#include "lib/postgres/load.h"

enum { BF_PG_SHOWN = 160 };

struct bf_pg {
    const struct pg_api *api;
    struct pg_conn *conn;    /* NULL: not connected */
    char shown[BF_PG_SHOWN]; /* the URL as messages have it */
    char state[6];           /* SQLSTATE of the last error; "" without one */
    char said[240];          /* the beginning of the server's message */
    long place;              /* in the statement, in characters from 1 on; 0: it told none */
};

/* Is it the URL of a PostgreSQL server? */
BF_API bool bf_pg_is_url(const char *where);

/* The URL without user, password and parameters, to be shown. */
void bf_pg_show(const char *url, char shown[BF_PG_SHOWN]);

/* Connects. program: the application_name, unless the user has set one. */
BF_MUST bool bf_pg_open(struct bf_pg *pg, const char *url, const char *program, struct bf_err *e);
void bf_pg_close(struct bf_pg *pg);

/* Runs one or more statements without parameters; what they give is dropped. *rows (may be NULL): of the last one. */
BF_MUST bool bf_pg_exec(struct bf_pg *pg, const char *sql, uint64_t *rows, struct bf_err *e);

/* One statement with n parameters as texts (a NULL is NULL). The result is the caller's (api->clear); NULL: *e. */
BF_MUST struct pg_result *bf_pg_query(struct bf_pg *pg, const char *sql, int n,
                                      const char *const *values, struct bf_err *e);

/* Fills *e from a result that failed, or, if it is NULL, from the connection; false. */
bool bf_pg_fail(struct bf_pg *pg, const struct pg_result *r, struct bf_err *e);

/* The text of a value; empty for NULL. */
struct bf_str bf_pg_text(const struct bf_pg *pg, const struct pg_result *r, int row, int column);
int64_t bf_pg_number(const struct bf_pg *pg, const struct pg_result *r, int row, int column);

/* Begins a COPY ... FROM STDIN, sends its data in parts, ends it. */
BF_MUST bool bf_pg_copy(struct bf_pg *pg, const char *sql, struct bf_err *e);
BF_MUST bool bf_pg_copy_data(struct bf_pg *pg, struct bf_str data, struct bf_err *e);
BF_MUST bool bf_pg_copy_end(struct bf_pg *pg, struct bf_err *e);

/* Appends 'text' as a literal, whatever standard_conforming_strings is. */
void bf_pg_put_literal(struct bf_buf *out, struct bf_str text);

#endif
