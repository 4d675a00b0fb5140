#include "lib/sqlite/load.h"

#include <pthread.h>

#include "lib/base/library.h"

static struct sql_api api;
static struct bf_err failure;

/* Without the count of its memory, which nobody asks for, SQLite takes no lock for each allocation. */
static void without_statistics(void *library)
{
    int (*config)(int, ...);
    if (bf_library_symbol(library, "sqlite3_config", &config, sizeof config))
        config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static void load(void)
{
    static const char *const names[] = {"libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib"};
    void *library = bf_library_open(names, BF_COUNT(names));
    if (!library) {
        bf_err_set(&failure, BF_E_NOTFOUND, "SQL needs SQLite: libsqlite3.so.0 is not installed");
        return;
    }
#define SQL_TAKE(name)                                                                             \
    if (!bf_library_symbol(library, "sqlite3_" #name, &api.name, sizeof api.name))                 \
        bf_err_set(&failure, BF_E_NOTFOUND, "SQLite is too old: no sqlite3_" #name);
    SQL_FUNCTIONS(SQL_TAKE)
#undef SQL_TAKE
    if (!bf_library_symbol(library, "sqlite3_column_table_name", &api.column_table_name,
                           sizeof api.column_table_name) ||
        !bf_library_symbol(library, "sqlite3_column_origin_name", &api.column_origin_name,
                           sizeof api.column_origin_name))
        api.column_table_name = NULL;
    if (!bf_library_symbol(library, "sqlite3_error_offset", &api.error_offset,
                           sizeof api.error_offset))
        api.error_offset = NULL;
    without_statistics(library);
}

const struct sql_api *bf_sql_load(struct bf_err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (failure.code) {
        *e = failure;
        return NULL;
    }
    return &api;
}

const struct sql_api *bf_sql_api(void)
{
    return &api;
}
