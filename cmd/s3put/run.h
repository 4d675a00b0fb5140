/*
 * One run of s3put over rows: reads, routes, seals, delivers, and at the end of
 * the input, or at a signal, delivers what is left.
 */
#ifndef S3PUT_RUN_H
#define S3PUT_RUN_H

#include "cmd/s3put/run_durable.h"
#include "cmd/s3put/input.h"
#include "lib/cli/progress.h"

struct run {
    const struct config *config;
    struct bf_rng rng;
    struct route route;
    struct columns columns; /* of Parquet */
    struct shape shape;
    struct spool spool_files;
    struct batches batches;
    struct sealer sealer;
    struct deliver deliver;
    struct bf_rejects rejects;
    char own_rejects[4096]; /* where they go with --state and without --rejects */
    struct input input;
    struct bf_out out;
    struct bf_buf header; /* the first line of CSV */
    bool has_header;
    struct bf_buf together; /* marks that say that more of them belong together */
    struct durable durable;
    bool stateful;
    bool due;                  /* --state: something is to be sealed at the next mark */
    uint64_t rows, rows_bytes; /* taken in */
    bool refused;              /* --state: the reader is not the one that belongs here */
    bool stopped;              /* a signal has ended the reading */
    bool torn;                 /* --state: the input ended inside a line */
    uint64_t since_mark;       /* rows after the last mark */
    struct bf_mark_run reader_run;
    uint64_t since_network; /* bytes read since the network was last looked after */
    struct bf_progress progress;
};

/* Takes a row or a mark, the number of its line. */
BF_MUST bool run_take(struct run *r, struct bf_str line, uint64_t number, struct bf_err *e);

BF_MUST bool run_rows(const struct config *c, struct bf_err *e);

#endif
