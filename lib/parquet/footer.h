/*
 * What the footer says: the schema, the row groups and their columns, the indexes (parquet.thrift; field numbers in the
 * calls are its own).
 */
#ifndef BF_PARQUET_FOOTER_H
#define BF_PARQUET_FOOTER_H

#include "lib/parquet/column.h"

/* Where a column of a row group lies in the file, and what of the footer's buffers is its part. */
struct pq_chunk {
    uint64_t dictionary, data; /* pages; 0: no dictionary */
    uint64_t bloom, bloom_n;
    size_t meta, meta_n;
    size_t column_index, column_index_n; /* n 0: none */
    size_t offset_index, offset_index_n;
};

struct pq_group {
    uint64_t at, rows, raw, packed;
};

/* It grows with the file. */
struct pq_footer {
    const struct pq_tree *tree;
    uint64_t rows;
    struct bf_buf meta; /* ColumnMetaData of all columns of all row groups, one after the other */
    struct bf_buf column_index; /* the same of ColumnIndex and OffsetIndex */
    struct bf_buf offset_index;
    struct bf_buf chunks;  /* struct pq_chunk */
    struct bf_buf groups;  /* struct pq_group */
    struct bf_buf sorting; /* the list of SortingColumn, ready; empty: none */
};

void bf_pq_footer_init(struct pq_footer *f, const struct pq_tree *tree);
void bf_pq_footer_free(struct pq_footer *f);

/* For a new file. */
void bf_pq_footer_clear(struct pq_footer *f);

/* Did all fit that was added? */
BF_MUST bool bf_pq_footer_check(const struct pq_footer *f, struct bf_err *e);

/* Adds a column's metadata and indexes to the buffers of f. */
void bf_pq_footer_chunk(struct pq_footer *f, const struct pq_column *c, struct pq_chunk *at,
                        enum bf_parquet_codec codec);

/* Appends FileMetaData; the indexes begin at these places of the file. */
void bf_pq_footer_put(struct bf_buf *out, const struct pq_footer *f, uint64_t column_index,
                      uint64_t offset_index);

#endif
