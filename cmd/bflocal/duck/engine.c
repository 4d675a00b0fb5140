#include "cmd/bflocal/duck/engine.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/bflocal/duck/function.h"
#include "lib/base/library.h"

static struct {
    pthread_mutex_t mutex;
    struct bl_duck_api api;
    bool loaded;
    duckdb_database database;
} engine = {.mutex = PTHREAD_MUTEX_INITIALIZER};

const struct bl_duck_api *bl_duck_api(void)
{
    return engine.loaded ? &engine.api : NULL;
}

#define PACKAGE "node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so"

/* Opens the npm package of tests/services; bflocal is at build/FLAVOUR/bin/bflocal. */
static void *open_beside(void)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 80);
    if (n <= 0)
        return NULL;
    path[n] = '\0';
    for (int up = 0; up < 4; up++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            return NULL;
        *slash = '\0';
    }
    size_t used = strlen(path);
    snprintf(path + used, sizeof path - used, "/tests/services/" PACKAGE);
    return dlopen(path, RTLD_LAZY | RTLD_LOCAL);
}

static void *open_library(void)
{
    static const char *const names[] = {"libduckdb.so", "./" PACKAGE, "./tests/services/" PACKAGE};
    const char *named = getenv("BF_DUCKDB");
    void *library = NULL;
    if (named && *named)
        return dlopen(named, RTLD_LAZY | RTLD_LOCAL);
    for (size_t i = 0; i < BF_COUNT(names) && !library; i++)
        library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    return library ? library : open_beside();
}

static bool load(struct bf_err *e)
{
    const char *named = getenv("BF_DUCKDB");
    void *library = open_library();
    if (!library)
        return bf_err_set(e, BF_E_NOTFOUND,
                          "bflocal runs queries with DuckDB, and finds no libduckdb.so%s%.200s: "
                          "npm install @duckdb/node-bindings-linux-x64 has it; name the file with "
                          "BF_DUCKDB",
                          named && *named ? " at " : "", named && *named ? named : "");
#define TAKE(result, name, parameters)                                                             \
    if (!bf_library_symbol(library, "duckdb_" #name, &engine.api.name, sizeof engine.api.name))    \
        return bf_err_set(e, BF_E_NOTFOUND,                                                        \
                          "bflocal runs queries with DuckDB 1.5 or newer: this libduckdb.so has "  \
                          "no duckdb_" #name);
    BL_DUCK_FUNCTIONS(TAKE)
#undef TAKE
    engine.loaded = true;
    return true;
}

/* Settings of the database, for all connections. The restrictions come last and lock the
 * settings. */
static bool set_up(duckdb_connection con, const char *folder, struct bf_err *e)
{
    static const char *const settings[] = {
        "SET GLOBAL TimeZone='UTC'",
        "SET GLOBAL default_null_order='nulls_last'",
        "SET GLOBAL autoinstall_known_extensions=false",
        "SET GLOBAL autoload_known_extensions=false",
        "SET GLOBAL allow_community_extensions=false",
        "SET GLOBAL allow_persistent_secrets=false",
        "SET GLOBAL temp_directory=''",
        /* Each query has a thread of its own. A second one finds work only where there are many files, and
         * waits spinning where there is one. */
        "SET GLOBAL threads=1",
    };
    char sql[4352];
    for (size_t i = 0; i < BF_COUNT(settings); i++)
        if (!bl_duck_exec(con, settings[i], e))
            return bf_err_ctx(e, "%s", settings[i]);
    if (strchr(folder, '\''))
        return bf_err_set(e, BF_E_USAGE, "%s: the name must not contain an apostrophe", folder);
    snprintf(sql, sizeof sql, "SET GLOBAL allowed_directories=['%s/']", folder);
    return bl_duck_register(con, e) && bl_duck_exec(con, sql, e) &&
           bl_duck_exec(con, "SET GLOBAL enable_external_access=false", e) &&
           bl_duck_exec(con, "SET GLOBAL lock_configuration=true", e);
}

static bool open_database(const char *folder, struct bf_err *e)
{
    duckdb_connection con;
    if (engine.api.open(NULL, &engine.database) != 0)
        return bf_err_set(e, BF_E_MEMORY, "cannot open DuckDB");
    bool ok = bl_duck_connect(&con, e);
    if (ok) {
        ok = set_up(con, folder, e);
        bl_duck_disconnect(&con);
    }
    if (!ok) {
        engine.api.close(&engine.database);
        engine.database = NULL;
    }
    return ok;
}

bool bl_duck_start(const char *folder, struct bf_err *e)
{
    pthread_mutex_lock(&engine.mutex);
    bool ok = (engine.loaded || load(e)) && (engine.database || open_database(folder, e));
    pthread_mutex_unlock(&engine.mutex);
    return ok;
}

void bl_duck_stop(void)
{
    if (engine.database)
        engine.api.close(&engine.database);
    engine.database = NULL;
}

bool bl_duck_connect(duckdb_connection *con, struct bf_err *e)
{
    return engine.api.connect(engine.database, con) == 0 ||
           bf_err_set(e, BF_E_MEMORY, "cannot connect to DuckDB");
}

void bl_duck_disconnect(duckdb_connection *con)
{
    if (*con)
        engine.api.disconnect(con);
    *con = NULL;
}

bool bl_duck_fail(const char *text, struct bf_err *e)
{
    static const char csv[] = "Invalid Input Error: CSV Error on Line";
    size_t n = text ? strcspn(text, "\n") : 0;
    if (n && strncmp(text, csv, sizeof csv - 1) == 0)
        return bf_err_set(e, BF_E_INPUT, "HIVE_BAD_DATA: %s",
                          strstr(text, "unicode") || strstr(text, "Unicode")
                              ? "a line that is not UTF-8"
                          : strstr(text, "aximum line size") ? "a line longer than 32 MiB"
                                                             : "a line that cannot be read");
    return bf_err_set(e, BF_E_INPUT, "%.*s", (int)(n ? n : 7), n ? text : "no text");
}

static bool prepare(duckdb_connection con, const char *sql, duckdb_prepared_statement *out,
                    struct bf_err *e)
{
    duckdb_extracted_statements all = NULL;
    uint64_t n = engine.api.extract_statements(con, sql, &all);
    bool ok = n == 1;
    *out = NULL;
    if (n == 0)
        bl_duck_fail(engine.api.extract_statements_error(all), e);
    else if (n > 1)
        bf_err_set(e, BF_E_INPUT, "only one statement is allowed");
    else if (engine.api.prepare_extracted_statement(con, all, 0, out) != 0)
        ok = bl_duck_fail(engine.api.prepare_error(*out), e);
    engine.api.destroy_extracted(&all);
    return ok;
}

bool bl_duck_query(duckdb_connection con, const char *sql, duckdb_result *out, struct bf_err *e)
{
    duckdb_prepared_statement statement;
    bool ok = prepare(con, sql, &statement, e);
    if (ok && engine.api.execute_prepared_streaming(statement, out) != 0) {
        ok = bl_duck_fail(engine.api.result_error(out), e);
        engine.api.destroy_result(out);
    }
    engine.api.destroy_prepare(&statement);
    return ok;
}

bool bl_duck_exec(duckdb_connection con, const char *sql, struct bf_err *e)
{
    duckdb_result r;
    bool ok = engine.api.query(con, sql, &r) == 0 || bl_duck_fail(engine.api.result_error(&r), e);
    engine.api.destroy_result(&r);
    return ok;
}

bool bl_duck_prepare(duckdb_connection con, const char *sql, struct bf_err *e)
{
    duckdb_prepared_statement statement;
    bool ok = prepare(con, sql, &statement, e);
    engine.api.destroy_prepare(&statement);
    return ok;
}
