/*
 * Files in the spool: rows that do not fit in memory, and bodies that wait for their
 * upload. Names are unique and end in .rows or .body. No descriptor stays open
 * between two calls, so that five hundred partitions do not need five hundred
 * descriptors.
 */
#ifndef S3PUT_SPOOL_H
#define S3PUT_SPOOL_H

#include "lib/base/rng.h"
#include "lib/base/str.h"

enum { SPOOL_NAME = 48 };

struct spool {
    char dir[3072];
    struct bf_rng *rng;
};

/* Creates the directory if it does not exist. */
BF_MUST bool spool_init(struct spool *s, const char *dir, struct bf_rng *rng, struct bf_err *e);

/* Makes the name of a new file. */
void spool_name(struct spool *s, const char *extension, char out[SPOOL_NAME]);

/* Appends to the file at offset `at`, the end of its content. Creates the file if necessary. */
BF_MUST bool spool_append(struct spool *s, const char *name, uint64_t at, struct bf_str data,
                          struct bf_err *e);
BF_MUST bool spool_open(struct spool *s, const char *name, int *fd, struct bf_err *e);
BF_MUST bool spool_sync(struct spool *s, const char *name, struct bf_err *e);
void spool_remove(struct spool *s, const char *name);

#endif
