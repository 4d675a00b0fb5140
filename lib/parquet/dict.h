/*
 * A dictionary of a column chunk: its distinct values in PLAIN form, in the order in which they came, and a hash table
 * over them. Numbers and values of fixed width are held as they lie in memory, strings with four bytes of length.
 */
#ifndef BF_PARQUET_DICT_H
#define BF_PARQUET_DICT_H

#include "lib/base/str.h"

struct pq_dict {
    size_t width;         /* bytes of a value; 0: strings */
    struct bf_buf values; /* the dictionary page */
    struct bf_buf starts; /* uint32_t, of strings */
    uint64_t *slots;      /* index + 1, above it half of the hash; 0: free */
    uint32_t nslots, n;
};

void bf_pq_dict_init(struct pq_dict *d, size_t width, size_t max_bytes);
void bf_pq_dict_free(struct pq_dict *d);
void bf_pq_dict_clear(struct pq_dict *d);

enum { DICT_NONE = -1, PQ_SLACK = 32 };

/* The index of the value, which is added when it is new; DICT_NONE: no room, or no memory. Of strings p is where their
 * length stands. PQ_SLACK bytes after the value can be read. */
int64_t bf_pq_dict_put(struct pq_dict *d, const char *p);

/* Forgets all but the first n values; nothing can be put any more. */
void bf_pq_dict_cut(struct pq_dict *d, uint32_t n);

/* The i-th value, without its length. */
struct bf_str bf_pq_dict_at(const struct pq_dict *d, uint32_t i);

#endif
