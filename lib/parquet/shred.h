/*
 * Splits rows: the members of a JSON object become entries of the columns, with repetition and
 * definition levels (parquet-format, README, Nested Encoding). A row is added completely or not at
 * all.
 *
 * Members are found by their names as in the schema, or else without regard to case. A member that
 * is not in the schema is an error of its row, unless `only` is set; a missing member is NULL.
 *
 * The loops are compiled for each level of lib/json/core.h, as those of lib/ddb/change_core.h.
 */
#ifndef BF_PARQUET_SHRED_H
#define BF_PARQUET_SHRED_H

#include "lib/base/map.h"
#include "lib/parquet/column.h"
#include "lib/parquet/value.h"

struct pq_shred {
    struct pq_tree *tree;
    struct pq_column *column;  /* as tree->leaf */
    const struct bf_str *pass; /* members of a row that are ignored if no column has their name */
    size_t npass;
    bool only;          /* ignore all members without a column */
    bool passed;        /* some were ignored */
    uint64_t row;       /* number of the row, from 1 */
    uint64_t object;    /* serial number of the open object */
    struct bf_buf line; /* a padded copy */
    struct bf_buf text; /* decoded */
    struct bf_map keys; /* of a map with many keys */
    struct pq_day day;  /* the date of the last time */
    struct bf_err *e;
};

void bf_pq_shred_init(struct pq_shred *s, struct pq_tree *tree, struct pq_column *column);
void bf_pq_shred_free(struct pq_shred *s);

/* Adds a row. slack: the number of initialised bytes after it that can be read, the first a newline
 * or NUL; with less than BF_CORE_PAD the row is copied. BF_E_INPUT: rejected, nothing of it is in
 * the columns. */
BF_MUST bool bf_pq_shred_row(struct pq_shred *s, struct bf_str row, size_t slack, struct bf_err *e);

/* Undoes the last row. */
void bf_pq_shred_undo(struct pq_shred *s);

/* The child of a struct with that name, which is decoded if escaped is set; NULL: none. */
struct pq_node *bf_pq_shred_find(struct pq_shred *s, struct pq_node *node, struct bf_str name,
                                 bool escaped);

/* Sets the error for a value that does not fit the leaf's type. */
void bf_pq_shred_refuse(struct pq_shred *s, const struct pq_leaf *leaf, struct bf_str text);

/* The general case of a value: *raw is its text, without quotes for a string. */
BF_MUST bool bf_pq_shred_value(struct pq_shred *s, struct pq_column *c, uint8_t rep, char first,
                               struct bf_str raw, bool escaped);

bool bf_pq_shred_portable(struct pq_shred *s, struct bf_str row);
bool bf_pq_shred_sse2(struct pq_shred *s, struct bf_str row);

#endif
