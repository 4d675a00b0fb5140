/*
 * The file around the columns: row groups one after the other, then what says where everything is (parquet.thrift,
 * FileMetaData). Only that is kept in memory while the file grows: some hundred bytes for each column of a row group, and
 * for each page its bounds.
 */
#ifndef BF_PARQUET_FILE_H
#define BF_PARQUET_FILE_H

#include "lib/parquet/footer.h"
#include "lib/parquet/sums.h"

struct pq_file {
    struct pq_footer footer;
    bf_parquet_put *put;
    void *arg;
    uint64_t at;                /* bytes so far */
    struct bf_parquet_sum *sum; /* as the tree's leaves */
    struct pq_range *range;
};

BF_MUST bool bf_pq_file_init(struct pq_file *f, const struct pq_tree *tree, struct bf_err *e);
void bf_pq_file_free(struct pq_file *f);

/* A new file; the one before is forgotten. */
void bf_pq_file_begin(struct pq_file *f, bf_parquet_put *put, void *arg);

/* A row group of that many rows, whose pages are all made. */
BF_MUST bool bf_pq_file_group(struct pq_file *f, struct pq_column *column, uint64_t rows,
                              struct pq_scratch *k, struct bf_err *e);

/* Indexes and footer. */
BF_MUST bool bf_pq_file_end(struct pq_file *f, struct bf_err *e);

#endif
