/*
 * Sorting of a row group before it is encoded: its rows wait in the open pages of the columns, which the sorter then
 * rearranges. NULLs come last, whichever way round; rows that are equal stay in the order in which they came.
 */
#ifndef BF_PARQUET_SORT_H
#define BF_PARQUET_SORT_H

#include "lib/parquet/column.h"
#include "lib/cli/opt.h"

enum { PQ_SORT_KEYS = 16 };

struct pq_sort {
    size_t leaf[PQ_SORT_KEYS];
    bool descending[PQ_SORT_KEYS];
    size_t n;
    struct bf_buf
        start[PQ_SORT_KEYS +
              1]; /* of each key column, and of the column that is rearranged: struct pq_start */
    struct bf_buf order, spare; /* uint32_t, rows */
    struct bf_buf values, def, rep;
};

/* list may be NULL. BF_E_USAGE for what is no column, or one inside an array or map. */
BF_MUST bool bf_pq_sort_init(struct pq_sort *s, const struct pq_tree *tree,
                             const struct bf_opt_list *list, struct bf_err *e);
void bf_pq_sort_free(struct pq_sort *s);

/* Rearranges the rows, so many, of all columns (n of them). */
BF_MUST bool bf_pq_sort_rows(struct pq_sort *s, struct pq_column *column, size_t n, size_t rows,
                             struct bf_err *e);

/* Appends the list of struct SortingColumn, from its header on. */
void bf_pq_sort_put(struct bf_buf *out, const struct pq_sort *s);

#endif
