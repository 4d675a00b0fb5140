/*
 * One run of row2pq: rows from files or standard input into one Parquet file. Without a schema file the first rows wait
 * until they have told what the columns are.
 */
#ifndef ROW2PQ_RUN_H
#define ROW2PQ_RUN_H

#include "lib/cli/progress.h"
#include "lib/io/reader.h"
#include "lib/parquet/parquet.h"

struct config {
    struct bf_common common;
    const char *schema; /* file; NULL: found in the first rows */
    uint64_t infer;     /* so many */
    bool show_schema;
    const char *to; /* NULL: standard output */
    enum bf_parquet_codec codec;
    uint64_t level;
    uint64_t group_rows, group_bytes;
    struct bf_opt_list sort, bloom;
    bool only, strict;
    const char *rejects;
    uint64_t max_line;
};

/* True when all rows have been taken. */
BF_MUST bool run(const struct config *c, const char **files, size_t nfiles, struct bf_err *e);

#endif
