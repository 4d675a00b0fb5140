/*
 * LD_PRELOAD: from its FULL_AT-th call (from 1) on, a write to a file fails as on a disk that is full: ENOSPC. What does
 * not make a file larger still works.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long seen;

static int is_full(void)
{
    const char *at = getenv("FULL_AT");
    return at && ++seen >= atol(at);
}

#define NEXT(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define WRAP(name, offset)                                                                         \
    ssize_t name(int fd, const void *p, size_t n, offset at);                                      \
    ssize_t name(int fd, const void *p, size_t n, offset at)                                       \
    {                                                                                              \
        if (!is_full())                                                                            \
            return NEXT(name)(fd, p, n, at);                                                       \
        errno = ENOSPC;                                                                            \
        return -1;                                                                                 \
    }

WRAP(pwrite, off_t)
WRAP(pwrite64, off64_t)
