/*
 * The minimum and maximum of a column's values (parquet.thrift, Statistics; ColumnOrder's
 * TYPE_ORDER): numbers by value, bytes unsigned, decimals in FIXED as signed numbers, -0.0 below
 * 0.0. Long bytes are cut: the minimum to a prefix, the maximum to a prefix whose last character is
 * incremented; texts are cut between characters.
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
    bool any; /* there is at least one value */
    struct pq_bound min, max;
};

int bf_pq_compare(const struct pq_leaf *leaf, struct bf_str a, struct bf_str b);

/* The range of n (at least 1) values as a page holds them. */
void bf_pq_range_of(struct pq_range *r, const struct pq_leaf *leaf, const char *p, size_t n);

/* The range of the dictionary's values whose bit is set. */
void bf_pq_range_of_dict(struct pq_range *r, const struct pq_leaf *leaf, const struct pq_dict *d,
                         const uint64_t *used);

/* Extends *r by other. */
void bf_pq_range_add(struct pq_range *r, const struct pq_leaf *leaf, const struct pq_range *other);

/* Appends a struct Statistics as the field with that id. */
struct thrift;
void bf_pq_range_put(struct thrift *t, int id, const struct pq_range *r, uint64_t nulls);

#endif
