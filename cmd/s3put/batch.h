/*
 * Open batches: one for each partition that rows have come for, holding its rows
 * in memory and, where there is a spool, in a file once memory is short.
 *
 * The memory of all rows together is counted in `held`; batches_shrink brings it
 * under the limit by moving the largest batch to the spool. The number of
 * batches is bounded by who seals them (run.c).
 */
#ifndef S3PUT_BATCH_H
#define S3PUT_BATCH_H

#include "cmd/s3put/shape.h"
#include "cmd/s3put/spool.h"
#include "lib/base/map.h"

struct batch {
    struct bf_buf id;        /* of the partition (route.h) */
    struct bf_buf key;       /* of the object it will be */
    struct bf_buf partition; /* JSON object for the receipt, empty when there are no partitions */
    const struct shape *shape;
    struct shape *old;  /* the same, its own: other options opened it, no row joins it */
    struct bf_buf rows; /* the end of the batch, or all of it */
    uint64_t in_file;   /* bytes before them, in `file` */
    char file[SPOOL_NAME];
    bool due;      /* to be sealed at the next commit */
    bool unsynced; /* the file has grown since the last fsync */
    uint64_t records, bytes;
    uint64_t mark; /* number of the mark that the next two were taken at */
    uint64_t marked_records, marked_bytes;
    int64_t arrival_ms; /* wall time of the first row */
    int64_t opened_ms;  /* the same, monotonic */
    int64_t time_ms;    /* instant of the prefix */
};

struct batches {
    const struct config *config;
    const struct shape *shape; /* of those that are opened */
    struct spool *spool;       /* NULL: none */
    struct bf_map index;       /* id to position */
    struct batch **all;
    size_t n, cap;
    uint64_t held; /* bytes of rows in memory */
    uint64_t mark; /* number of the last mark; rows behind it are not covered */
};

void batches_init(struct batches *b, const struct config *c, const struct shape *shape,
                  struct spool *spool);
void batches_free(struct batches *b);

/* The batch of a partition, NULL when it has none. */
struct batch *batches_find(struct batches *b, struct bf_str id);

/* Opens one; there is none of that id. */
BF_MUST struct batch *batches_open(struct batches *b, struct bf_str id, int64_t arrival_ms,
                                   int64_t opened_ms, int64_t time_ms, struct bf_err *e);

/* Appends a row and its newline. */
BF_MUST bool batches_add(struct batches *b, struct batch *batch, struct bf_str row,
                         struct bf_err *e);

/* Writes the batch's rows in memory to its file. */
BF_MUST bool batches_spill(struct batches *b, struct batch *batch, struct bf_err *e);

/* The one with the most rows in memory, the one that was opened first; NULL when there is none. */
struct batch *batches_largest(const struct batches *b);
struct batch *batches_oldest(const struct batches *b);

/* All rows that the batch holds now are covered by the last mark. */
void batches_cover(const struct batches *b, struct batch *x);

/* Takes the rows after the last mark off again. Returns how many there were. */
uint64_t batches_rewind(struct batches *b);

/* Forgets a batch (its file stays). */
void batches_close(struct batches *b, struct batch *x);

#endif
