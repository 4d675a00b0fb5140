/*
 * Test vectors that live outside the project. BF_SHARED names their folder
 * (default ../shared); where it is not there a test prints "skipped: what, why" and
 * is counted as skipped, never as passed.
 */
#ifndef BF_TESTS_SHARED_H
#define BF_TESTS_SHARED_H

#include <stdio.h>
#include <stdlib.h>

#include "lib/io/file.h"

static inline const char *shared_path(char path[512], const char *name)
{
    const char *dir = getenv("BF_SHARED");
    snprintf(path, 512, "%s/%s", dir && *dir ? dir : "../shared", name);
    return path;
}

/* Reads the file whole; false when it is not there. */
static inline bool shared_read(const char *name, struct bf_buf *out)
{
    char path[512];
    struct bf_err e = {0};
    bf_buf_init(out, 16 * 1024 * 1024);
    return bf_file_read(shared_path(path, name), out, &e);
}

#define SHARED_OR_SKIP(name, out)                                                                  \
    do {                                                                                           \
        if (!shared_read((name), (out))) {                                                         \
            char shared_at[512];                                                                   \
            printf("# skipped: %s, no such file\n", shared_path(shared_at, (name)));               \
            bf_buf_free(out);                                                                      \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

#endif
