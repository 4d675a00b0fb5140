#include "lib/base/library.h"

#include <dlfcn.h>
#include <string.h>

void *bf_library_open(const char *const *names, size_t n)
{
    void *library = NULL;
    for (size_t i = 0; i < n && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* dlsym returns a pointer to an object; its bytes are those of the pointer to the function (POSIX, dlsym, rationale). */
bool bf_library_symbol(void *library, const char *name, void *function, size_t n)
{
    void *p = library ? dlsym(library, name) : NULL;
    memcpy(function, &p, n);
    return p != NULL;
}
