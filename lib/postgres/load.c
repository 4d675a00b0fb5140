#include "lib/postgres/load.h"

#include <dlfcn.h>
#include <pthread.h>

static struct pg_api api;
static struct bf_err failure;

/* Copies a pointer to a function from the object pointer that dlsym returns (POSIX, dlsym, rationale). */
static bool load_symbol(void *library, const char *name, void *function, size_t n)
{
    void *p = dlsym(library, name);
    memcpy(function, &p, n);
    return p != NULL;
}

static void load(void)
{
    static const char *const names[] = {"libpq.so.5", "libpq.so", "libpq.dylib"};
    void *library = NULL;
    for (size_t i = 0; i < BF_COUNT(names) && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        bf_err_set(&failure, BF_E_NOTFOUND,
                   "PostgreSQL needs libpq: libpq.so.5 is not installed (Debian: libpq5)");
        return;
    }
#define PG_TAKE(type, name, arguments)                                                             \
    if (!load_symbol(library, "PQ" #name, &api.name, sizeof api.name))                             \
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
