/*
 * Open batches: one for each partition that has rows. A batch holds its rows in
 * memory or, if memory is short and there is a spool, in a file.
 *
 * `held` counts the memory of all rows; batches_shrink reduces it
 * below the limit by moving the largest batch to the spool. The caller that seals
 * batches (run.c) limits their number.
 */
#ifndef S3PUT_BATCH_H
#define S3PUT_BATCH_H

#include "cmd/s3put/shape.h"
#include "cmd/s3put/spool.h"
#include "lib/base/map.h"

struct batch {
    struct bf_buf id;        /* of the partition (route.h) */
    struct bf_buf key;       /* of its object */
    struct bf_buf partition; /* JSON object for the receipt, empty if there are no partitions */
    const struct shape *shape;
    struct shape *old;  /* its own shape: it was opened with other options and accepts no rows */
    struct bf_buf rows; /* the rows in memory: the end of the batch, or all of it */
    uint64_t in_file;   /* bytes before them, in `file` */
    char file[SPOOL_NAME];
    bool due;      /* to be sealed at the next commit */
    bool unsynced; /* the file has grown since the last fsync */
    uint64_t records, bytes;
    uint64_t mark; /* number of the mark at which the next two were set */
    uint64_t marked_records, marked_bytes;
    int64_t arrival_ms; /* wall time of the first row */
    int64_t opened_ms;  /* the same, monotonic */
    int64_t time_ms;    /* instant of the prefix */
};

struct batches {
    const struct config *config;
    const struct shape *shape; /* of new batches */
    struct spool *spool;       /* NULL: no spool */
    struct bf_map index;       /* id to position */
    struct batch **all;
    size_t n, cap;
    uint64_t held; /* bytes of rows in memory */
    uint64_t mark; /* number of the last mark; later rows are not covered */
};

void batches_init(struct batches *b, const struct config *c, const struct shape *shape,
                  struct spool *spool);
void batches_free(struct batches *b);

/* The open batch of a partition, or NULL. */
struct batch *batches_find(struct batches *b, struct bf_str id);

/* Opens a batch. The id must not have one. */
BF_MUST struct batch *batches_open(struct batches *b, struct bf_str id, int64_t arrival_ms,
                                   int64_t opened_ms, int64_t time_ms, struct bf_err *e);

/* Appends a row and its newline. */
BF_MUST bool batches_add(struct batches *b, struct batch *batch, struct bf_str row,
                         struct bf_err *e);

/* Writes the batch's rows in memory to its file. */
BF_MUST bool batches_spill(struct batches *b, struct batch *batch, struct bf_err *e);

/* The batch with the most rows in memory; the batch that was opened first. NULL if there are no batches. */
struct batch *batches_largest(const struct batches *b);
struct batch *batches_oldest(const struct batches *b);

/* Records that the last mark covers all rows of the batches. */
void batches_cover(const struct batches *b, struct batch *x);

/* Removes the rows after the last mark. Returns their number. */
uint64_t batches_rewind(struct batches *b);

/* Removes a batch. Its file remains. */
void batches_close(struct batches *b, struct batch *x);

#endif
