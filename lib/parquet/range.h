/*
 * The least and greatest of a column's values (parquet.thrift, Statistics; ColumnOrder's TYPE_ORDER): numbers by value,
 * bytes unsigned, decimals in FIXED as signed numbers, -0.0 below 0.0. Long bytes are cut: the least to a prefix, the
 * greatest to a prefix whose last character is the next one; of texts whole characters only.
 */
#ifndef BF_PARQUET_RANGE_H
#define BF_PARQUET_RANGE_H

#include "lib/parquet/dict.h"
#include "lib/parquet/tree.h"

enum { PQ_BOUND = 64 };

struct pq_bound {
    bool there, exact;
    uint8_t n;
    char p[PQ_BOUND];
};

struct pq_range {
    bool any; /* one value at least */
    struct pq_bound min, max;
};

int bf_pq_compare(const struct pq_leaf *leaf, struct bf_str a, struct bf_str b);

/* Of n values (1 and more) as a page holds them. */
void bf_pq_range_of(struct pq_range *r, const struct pq_leaf *leaf, const char *p, size_t n);

/* Of the values of a dictionary whose bit is set. */
void bf_pq_range_of_dict(struct pq_range *r, const struct pq_leaf *leaf, const struct pq_dict *d,
                         const uint64_t *used);

/* Widens *r by other. */
void bf_pq_range_add(struct pq_range *r, const struct pq_leaf *leaf, const struct pq_range *other);

/* Appends a struct Statistics as the field of that id. */
struct thrift;
void bf_pq_range_put(struct thrift *t, int id, const struct pq_range *r, uint64_t nulls);

#endif
