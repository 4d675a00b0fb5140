/*
 * Rows taken apart: the members of a JSON object become entries of the columns, with repetition and definition levels
 * (parquet-format, README, Nested Encoding). A row comes whole or not at all.
 *
 * Members are known by their names as the schema writes them, or else in any case of letters. What the schema does not
 * name refuses the row, unless `only` is set; a member that is missing is NULL.
 *
 * The loops are compiled for each level of lib/json/core.h, as lib/ddb/change_core.h is.
 */
#ifndef BF_PARQUET_SHRED_H
#define BF_PARQUET_SHRED_H

#include "lib/base/map.h"
#include "lib/parquet/column.h"
#include "lib/parquet/value.h"

struct pq_shred {
    struct pq_tree *tree;
    struct pq_column *column; /* as tree->leaf */
    const struct bf_str
        *pass; /* members of a row that are passed over where no column has their name */
    size_t npass;
    bool only;          /* all others are passed over, too */
    bool passed;        /* some were */
    uint64_t row;       /* number of the row, from 1 */
    uint64_t object;    /* of the object that is open, counted through */
    struct bf_buf line; /* a copy with its padding */
    struct bf_buf text; /* decoded */
    struct bf_map keys; /* of a map with many */
    struct pq_day day;  /* of the time last read */
    struct bf_err *e;
};

void bf_pq_shred_init(struct pq_shred *s, struct pq_tree *tree, struct pq_column *column);
void bf_pq_shred_free(struct pq_shred *s);

/* Takes a row. slack: how many bytes after it can be read and are initialised, the first a newline or NUL; with less
 * than BF_CORE_PAD the row is copied. BF_E_INPUT: refused, nothing of it is in the columns. */
BF_MUST bool bf_pq_shred_row(struct pq_shred *s, struct bf_str row, size_t slack, struct bf_err *e);

/* Takes the row back that came last. */
void bf_pq_shred_undo(struct pq_shred *s);

/* The child of a struct with that name, decoded if escaped; NULL: none. */
struct pq_node *bf_pq_shred_find(struct pq_shred *s, struct pq_node *node, struct bf_str name,
                                 bool escaped);

/* Refuses a value of which the leaf has none. */
void bf_pq_shred_refuse(struct pq_shred *s, const struct pq_leaf *leaf, struct bf_str text);

/* A value the long way: *raw is what stands in the text, without quotes for a string. */
BF_MUST bool bf_pq_shred_value(struct pq_shred *s, struct pq_column *c, uint8_t rep, char first,
                               struct bf_str raw, bool escaped);

bool bf_pq_shred_portable(struct pq_shred *s, struct bf_str row);
bool bf_pq_shred_sse2(struct pq_shred *s, struct bf_str row);

#endif
