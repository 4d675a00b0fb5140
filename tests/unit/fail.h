/*
 * Failing calls: a test that is linked with --wrap for the calls below (LDFLAGS_test_x
 * in mk/test.mk) includes this file once and sets one of the counters: 0 fails the
 * next call, 1 the one after it, a negative number none. After the first failure all
 * later calls fail too, so that clean-up code which allocates also fails.
 */
#ifndef BF_UNIT_FAIL_H
#define BF_UNIT_FAIL_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static long fail_alloc_in = -1;
static long fail_alloc_seen; /* calls so far */

static inline bool fail_strikes(long *countdown)
{
    if (*countdown < 0)
        return false;
    if (*countdown == 0)
        return true;
    (*countdown)--;
    return false;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
    fail_alloc_seen++;
    return fail_strikes(&fail_alloc_in) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    fail_alloc_seen++;
    return fail_strikes(&fail_alloc_in) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    fail_alloc_seen++;
    return fail_strikes(&fail_alloc_in) ? NULL : __real_realloc(p, n);
}

#ifdef BF_FAIL_IO
static long fail_read_in = -1, fail_write_in = -1, fail_fsync_in = -1, fail_close_in = -1,
            fail_rename_in = -1;
static int fail_errno = EIO;
static size_t short_io; /* read and write transfer at most this many bytes; 0: no limit */

ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_close(int fd);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_read(int fd, void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_close(int fd);
int __wrap_rename(const char *from, const char *to);

static inline bool fail_with_errno(long *countdown)
{
    if (!fail_strikes(countdown))
        return false;
    errno = fail_errno;
    if (fail_errno == EINTR) /* an interruption happens only once */
        *countdown = -1;
    return true;
}

ssize_t __wrap_read(int fd, void *p, size_t n)
{
    if (fail_with_errno(&fail_read_in))
        return -1;
    return __real_read(fd, p, short_io && short_io < n ? short_io : n);
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (fail_with_errno(&fail_write_in))
        return -1;
    return __real_write(fd, p, short_io && short_io < n ? short_io : n);
}

int __wrap_fsync(int fd)
{
    return fail_with_errno(&fail_fsync_in) ? -1 : __real_fsync(fd);
}

int __wrap_close(int fd)
{
    int r = __real_close(fd);
    return fail_with_errno(&fail_close_in) ? -1 : r;
}

int __wrap_rename(const char *from, const char *to)
{
    return fail_with_errno(&fail_rename_in) ? -1 : __real_rename(from, to);
}
#endif

#endif
