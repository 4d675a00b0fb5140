/*
 * The dictionary of a column chunk: its distinct values in PLAIN form, in the order of their first
 * appearance, and a hash table over them. Numbers and values of fixed width are stored as in
 * memory, strings after four bytes of length.
 */
#ifndef BF_PARQUET_DICT_H
#define BF_PARQUET_DICT_H

#include "lib/base/str.h"

struct pq_dict {
    size_t width;         /* bytes of a value; 0: strings */
    struct bf_buf values; /* the dictionary page */
    struct bf_buf starts; /* uint32_t offsets of strings */
    uint64_t *slots;      /* index + 1 in the low half, part of the hash in the high half; 0:
                           * free */
    uint32_t nslots, n;
};

void bf_pq_dict_init(struct pq_dict *d, size_t width, size_t max_bytes);
void bf_pq_dict_free(struct pq_dict *d);
void bf_pq_dict_clear(struct pq_dict *d);

enum { DICT_NONE = -1, PQ_SLACK = 32 };

/* The index of the value, which is added if it is new; DICT_NONE: full, or out of memory. For
 * strings p is the address of their length. PQ_SLACK bytes after the value can be read. */
int64_t bf_pq_dict_put(struct pq_dict *d, const char *p);

/* Keeps only the first n values; no more can be added. */
void bf_pq_dict_cut(struct pq_dict *d, uint32_t n);

/* The i-th value, without its length. */
struct bf_str bf_pq_dict_at(const struct pq_dict *d, uint32_t i);

#endif
