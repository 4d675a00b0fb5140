/*
 * A column of the row group that is being written: the values and levels of its open page, as they come, and the pages
 * before it, encoded and compressed. Values lie in the open page in PLAIN form, strings after four bytes of length,
 * booleans a byte each; NULLs are levels only.
 *
 * A row can be taken back as long as its page is open: the first entry of a row (repetition level 0) notes where it began.
 */
#ifndef BF_PARQUET_COLUMN_H
#define BF_PARQUET_COLUMN_H

#include "lib/parquet/codec.h"
#include "lib/parquet/range.h"

struct pq_page {
    struct pq_page *next;
    uint32_t n; /* bytes, header included */
    char p[];
};

/* What the column and offset index say of a page. */
struct pq_mark {
    uint32_t size;
    uint64_t first_row; /* of the row group */
    uint64_t nulls;
    bool all_null, has_max;
    uint8_t min_n, max_n;
    uint32_t at; /* in bounds: the least, then the greatest */
};

struct pq_column {
    const struct pq_leaf *leaf;

    struct bf_buf values, def, rep; /* the open page; levels are a byte each */
    size_t n;                       /* values in it */
    uint64_t row;                   /* the row that began last, and where */
    size_t row_bytes, row_n, row_levels;

    struct pq_dict dict;
    bool dict_on;
    struct pq_page *first, *last;
    struct bf_buf marks, bounds;
    uint64_t rows, entries, nulls; /* of the pages before it */
    uint64_t raw, packed;          /* bytes of the pages, headers included */
    unsigned encodings;            /* a bit for each */
    struct pq_range range;
    bool ascending, descending; /* both bounds of the pages so far */
    bool bloom;
    struct bf_buf hashes; /* uint64_t, of the bloom filter */
};

/* Shared by all columns of a writer. */
struct pq_scratch {
    struct pq_codec codec;
    struct bf_buf body, packed, head, index, used;
};

enum { PQ_PAGE_ROWS = 20000, PQ_PAGE_BYTES = 1024 * 1024 };

void bf_pq_column_init(struct pq_column *c, const struct pq_leaf *leaf, size_t dict_bytes);
void bf_pq_column_free(struct pq_column *c);

/* Makes the rows of the open page, so many, pages. */
BF_MUST bool bf_pq_column_flush(struct pq_column *c, size_t rows, struct pq_scratch *s,
                                struct bf_err *e);

/* Forgets the pages of the row group; the same for the open one. */
void bf_pq_column_clear(struct pq_column *c);
void bf_pq_column_empty(struct pq_column *c);

static inline size_t pq_levels(const struct pq_column *c)
{
    return c->leaf->max_def ? c->def.n : c->n;
}

/* An entry begins; a value follows if def is the leaf's highest. */
static inline void pq_entry(struct pq_column *c, uint64_t row, uint8_t rep, uint8_t def)
{
    if (rep == 0) {
        c->row = row;
        c->row_bytes = c->values.n;
        c->row_n = c->n;
        c->row_levels = pq_levels(c);
    }
    if (c->leaf->max_def)
        bf_buf_addc(&c->def, (char)def);
    if (c->leaf->max_rep)
        bf_buf_addc(&c->rep, (char)rep);
}

/* A value of the leaf's width, up to 16 bytes, of which 16 can be read. Behind the values there are always PQ_SLACK bytes. */
static inline void pq_value(struct pq_column *c, const void *p, size_t width)
{
    char *to = bf_buf_room(&c->values, 16 + PQ_SLACK);
    if (!to)
        return;
    memcpy(to, p, 16);
    c->values.n += width;
    c->n++;
}

/* padded: 32 bytes after the text can be read. */
static inline void pq_bytes(struct pq_column *c, struct bf_str s, bool padded)
{
    char *p = bf_buf_room(&c->values, 4 + s.n + PQ_SLACK);
    uint32_t n = (uint32_t)s.n;
    if (!p)
        return;
    memcpy(p, &n, 4);
    if (padded && s.n <= 32)
        memcpy(p + 4, s.p, 32);
    else if (s.n)
        memcpy(p + 4, s.p, s.n);
    c->values.n += 4 + s.n;
    c->n++;
}

/* Takes back what came of that row. */
static inline void pq_undo(struct pq_column *c, uint64_t row)
{
    if (c->row != row)
        return;
    c->values.n = c->row_bytes;
    c->values.failed = c->def.failed = c->rep.failed = false;
    c->n = c->row_n;
    c->def.n = c->leaf->max_def ? c->row_levels : 0;
    c->rep.n = c->leaf->max_rep ? c->row_levels : 0;
    c->row = 0;
}

#endif
