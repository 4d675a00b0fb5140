/* Workgroups, named queries and prepared statements: documents by kind, group and name. */
#include "cmd/bflocal/athena/athena.h"

bool bl_object_open(struct bl_store *s, struct bf_err *e)
{
    return bl_store_exec(s,
                         "CREATE TABLE IF NOT EXISTS athena_object(kind TEXT, grp TEXT, name TEXT,"
                         " doc TEXT, PRIMARY KEY(kind, grp, name)) WITHOUT ROWID;"
                         "INSERT OR IGNORE INTO athena_object VALUES('workgroup', '', 'primary', "
                         "'{\"Name\":\"primary\",\"State\":\"ENABLED\",\"Description\":\"\","
                         "\"Configuration\":{\"EnforceWorkGroupConfiguration\":false,"
                         "\"ResultConfiguration\":{}},\"CreationTime\":0}');",
                         e);
}

static sqlite3_stmt *bind(sqlite3_stmt *q, const char *kind, const char *group, const char *name)
{
    bl_bind_text(q, 1, bf_str_of(kind));
    bl_bind_text(q, 2, bf_str_of(group));
    bl_bind_text(q, 3, bf_str_of(name));
    return q;
}

json_t *bl_object_get(struct bl_store *s, const char *kind, const char *group, const char *name)
{
    sqlite3_stmt *q =
        bind(bl_sql(s, "SELECT doc FROM athena_object WHERE kind=? AND grp=? AND name=?"), kind,
             group, name);
    json_t *doc = bl_step(s, q) ? bl_document_parse(bl_column_text(q, 0)) : NULL;
    bl_done(q);
    return doc;
}

void bl_object_put(struct bl_store *s, const char *kind, const char *group, const char *name,
                   const json_t *doc)
{
    struct bf_buf text;
    bf_buf_init(&text, 4 * 1024 * 1024);
    bl_document_print(&text, doc);
    sqlite3_stmt *q =
        bind(bl_sql(s, "INSERT OR REPLACE INTO athena_object VALUES(?,?,?,?)"), kind, group, name);
    bl_bind_text(q, 4, bf_buf_view(&text));
    bl_run(s, q);
    bf_buf_free(&text);
}

bool bl_object_delete(struct bl_store *s, const char *kind, const char *group, const char *name)
{
    return bl_run(s, bind(bl_sql(s, "DELETE FROM athena_object WHERE kind=? AND grp=? AND name=?"),
                          kind, group, name)) > 0;
}

json_t *bl_object_list(struct bl_store *s, const char *kind, const char *group, const char *after,
                       int64_t max)
{
    sqlite3_stmt *q = bind(bl_sql(s, "SELECT doc FROM athena_object WHERE kind=? AND grp=? AND "
                                     "name>? ORDER BY name LIMIT ?"),
                           kind, group, after);
    json_t *list = json_array();
    bl_bind_i64(q, 4, max);
    while (bl_step(s, q))
        json_array_append_new(list, bl_document_parse(bl_column_text(q, 0)));
    return list;
}
