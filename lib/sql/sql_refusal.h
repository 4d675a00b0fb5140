/*
 * Why SQLite does not accept a query, as a verdict.
 *
 * SQLite has one result code, SQLITE_ERROR, for all of these reasons. sqlite3_error_offset exists
 * only since version 3.38 and has no offset for a column of USING, and the authorizer is not called
 * for a column that does not exist. So the message is the only source. It is read here and nowhere
 * else; tests/unit/test_cdc_sql.c has the messages of the versions before and after 3.42, which
 * began to quote names and to add hints. Private to its room.
 */
#ifndef BF_SQL_REFUSAL_H
#define BF_SQL_REFUSAL_H

#include "lib/base/str.h"

enum sql_refusal_kind {
    SQL_REFUSED_OTHER,
    SQL_REFUSED_COLUMN, /* there is no column of that name */
    SQL_REFUSED_JOIN,   /* one of the tables that USING (name) joins has no such column */
    SQL_REFUSED_SYNTAX  /* a syntax error at that word */
};

struct sql_refusal {
    enum sql_refusal_kind kind;
    struct bf_str name; /* the column or the word, a view of the message; p NULL for OTHER */
};

/* message is what sqlite3_errmsg returned for a failed prepare. */
struct sql_refusal bf_sql_refusal(const char *message);

#endif
