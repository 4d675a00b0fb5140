/*
 * What the writer of a Parquet file hands out: the file piece by piece, and what a table's metadata say of its columns.
 */
#ifndef BF_PARQUET_SUMS_H
#define BF_PARQUET_SUMS_H

#include "lib/base/str.h"

typedef bool bf_parquet_put(void *arg, struct bf_str piece, struct bf_err *e);

/* Of a column of a file (Iceberg's data_file). */
struct bf_parquet_sum {
    int id;             /* of the field */
    struct bf_str path; /* names with NUL between them */
    uint64_t values;    /* entries, NULLs and empty lists counted */
    uint64_t nulls;     /* entries that are no value */
    uint64_t bytes;     /* compressed */
    bool has_min, has_max;
    bool min_exact, max_exact; /* else cut: below the least, above the greatest */
    struct bf_str min,
        max; /* PLAIN: little-endian, decimals of more than 18 digits big-endian; text of 64 bytes at most */
};

#endif
