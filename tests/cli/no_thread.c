/*
 * LD_PRELOAD: while the file NO_THREAD exists, and for the first NO_THREAD_FIRST times, no thread starts (EAGAIN), except
 * those with attributes: libmicrohttpd's, so that calls are still answered.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *arg)
{
    __typeof__(pthread_create) *next =
        (__typeof__(pthread_create) *)dlsym(RTLD_NEXT, "pthread_create");
    const char *file = getenv("NO_THREAD"), *first = getenv("NO_THREAD_FIRST");
    static int seen;
    if (!attributes && ((file && access(file, F_OK) == 0) || (first && seen++ < atoi(first))))
        return EAGAIN;
    return next(thread, attributes, run, arg);
}
