#include "lib/postgres/load.h"

#include <pthread.h>

#include "lib/base/library.h"

static struct pg_api api;
static struct bf_err failure;

static void load(void)
{
    static const char *const names[] = {"libpq.so.5", "libpq.so", "libpq.dylib"};
    void *library = bf_library_open(names, BF_COUNT(names));
    if (!library) {
        bf_err_set(&failure, BF_E_NOTFOUND,
                   "PostgreSQL needs libpq: libpq.so.5 is not installed (Debian: libpq5)");
        return;
    }
#define PG_TAKE(type, name, arguments)                                                             \
    if (!bf_library_symbol(library, "PQ" #name, &api.name, sizeof api.name))                       \
        bf_err_set(&failure, BF_E_NOTFOUND, "libpq is too old: no PQ" #name);
    PG_FUNCTIONS(PG_TAKE)
#undef PG_TAKE
}

const struct pg_api *bf_pg_load(struct bf_err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (failure.code) {
        *e = failure;
        return NULL;
    }
    return &api;
}
