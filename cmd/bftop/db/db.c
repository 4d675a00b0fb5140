#include "cmd/bftop/db/db.h"

#include <stdio.h>

#include "lib/postgres/pg.h"

static const struct db_kind *kind_of(const char *where)
{
    return bf_pg_is_url(where) ? &db_pg : &db_sqlite;
}

void db_show(const char *where, char shown[DB_NAME])
{
    if (bf_pg_is_url(where))
        bf_pg_show(where, shown);
    else
        snprintf(shown, DB_NAME, "%s", where);
}

struct db *db_open(const char *where, bool any, struct bf_err *e)
{
    return kind_of(where)->open(where, any, e);
}

void db_close(struct db *db)
{
    if (db)
        db->kind->close(db);
}

bool db_is_there(const struct db *db)
{
    return db->kind->is_there(db);
}

bool db_is_brief(const char *where)
{
    return kind_of(where)->is_brief(where);
}

bool db_version(struct db *db, int64_t *version, struct bf_err *e)
{
    return db->kind->version(db, version, e);
}

bool db_schema(struct db *db, int64_t *schema, struct bf_err *e)
{
    return db->kind->schema(db, schema, e);
}

bool db_run(struct db *db, const struct query *q, struct result *r, struct bf_err *e)
{
    return db->kind->run(db, q, r, e);
}
