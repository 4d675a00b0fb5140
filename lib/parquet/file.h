/*
 * The file around the columns: row groups, then the indexes and the footer (parquet.thrift,
 * FileMetaData). Only those are kept in memory while the file grows: some hundred bytes for each
 * column of a row group, and the bounds of each page.
 */
#ifndef BF_PARQUET_FILE_H
#define BF_PARQUET_FILE_H

#include "lib/parquet/footer.h"
#include "lib/parquet/sums.h"

struct pq_file {
    struct pq_footer footer;
    bf_parquet_put *put;
    void *arg;
    uint64_t at;                /* bytes written */
    struct bf_parquet_sum *sum; /* one for each leaf of the tree */
    struct pq_range *range;
};

BF_MUST bool bf_pq_file_init(struct pq_file *f, const struct pq_tree *tree, struct bf_err *e);
void bf_pq_file_free(struct pq_file *f);

/* Begins a new file; drops the one before. */
void bf_pq_file_begin(struct pq_file *f, bf_parquet_put *put, void *arg);

/* Writes a row group of that many rows, whose pages are complete. */
BF_MUST bool bf_pq_file_group(struct pq_file *f, struct pq_column *column, uint64_t rows,
                              struct pq_scratch *k, struct bf_err *e);

/* Writes indexes and footer. */
BF_MUST bool bf_pq_file_end(struct pq_file *f, struct bf_err *e);

#endif
