/*
 * The results of a Parquet writer: the file in pieces, and the metadata of its columns for a table.
 */
#ifndef BF_PARQUET_SUMS_H
#define BF_PARQUET_SUMS_H

#include "lib/base/str.h"

typedef bool bf_parquet_put(void *arg, struct bf_str piece, struct bf_err *e);

/* The statistics of a column of a file (Iceberg's data_file). */
struct bf_parquet_sum {
    int id;             /* of the field */
    struct bf_str path; /* names with NUL between them */
    uint64_t values;    /* entries, including NULLs and empty lists */
    uint64_t nulls;     /* entries without a value */
    uint64_t bytes;     /* compressed */
    bool has_min, has_max;
    bool min_exact, max_exact; /* otherwise cut: min is a lower bound, max an upper bound */
    struct bf_str min,
        max; /* PLAIN: little-endian, decimals of more than 18 digits big-endian; texts of at most
              * 64 bytes */
};

#endif
