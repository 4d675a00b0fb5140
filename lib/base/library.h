/* A shared library that is opened at need. */
#ifndef BF_LIBRARY_H
#define BF_LIBRARY_H

#include "lib/base/base.h"

/* Opens the first of these names that the dynamic linker finds, with RTLD_NOW | RTLD_LOCAL; NULL: none. */
BF_API void *bf_library_open(const char *const *names, size_t n);

/* Copies the address of a function into the pointer to a function at *function, whose size is n. False: the library
 * has no such function, or is NULL; the pointer is NULL then. */
BF_API bool bf_library_symbol(void *library, const char *name, void *function, size_t n);

#endif
