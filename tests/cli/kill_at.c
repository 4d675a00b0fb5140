/*
 * LD_PRELOAD: the process is killed just before its KILL_AT-th call (from 1) of those below, which are what a program
 * does to files and to the network. With KILL_LOG=FILE their number is written there at the exit. A call is counted
 * once, whichever door of libc it takes. KILL_NAME: only in the program of that name, so that a shell in front of it
 * does not count.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1, seen;

__attribute__((constructor)) static void prepare(void)
{
    const char *name = getenv("KILL_NAME"), *at = getenv("KILL_AT");
    if (at && (!name || strcmp(name, program_invocation_short_name) == 0))
        left = atol(at);
}

__attribute__((destructor)) static void report(void)
{
    const char *log = getenv("KILL_LOG");
    FILE *f = log ? fopen(log, "w") : NULL;
    if (f) {
        fprintf(f, "%ld\n", seen);
        fclose(f);
    }
}

static void call(void)
{
    seen++;
    if (left > 0 && --left == 0)
        kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define WRAP(type, name, params, args)                                                             \
    type name params;                                                                              \
    type name params                                                                               \
    {                                                                                              \
        call();                                                                                    \
        return NEXT(name) args;                                                                    \
    }

WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at))
WRAP(ssize_t, pread64, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at))
WRAP(ssize_t, send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(ssize_t, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
WRAP(int, poll, (struct pollfd * p, nfds_t n, int ms), (p, n, ms))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t n), (fd, n))
WRAP(int, ftruncate64, (int fd, off64_t n), (fd, n))
WRAP(int, close, (int fd), (fd))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))

int open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    call();
    return NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    call();
    return NEXT(open64)(path, flags, mode);
}
