/*
 * The columns of a Parquet file as a tree: what a schema says, with the levels and numbers that the format wants. A leaf
 * is a column of the file; array and map are two levels of groups in it (parquet-format, LogicalTypes.md, Lists, Maps).
 *
 * Field ids are given as Iceberg gives them to a new table: those of a struct's fields one after the other, then those
 * inside of each. They begin at 1.
 *
 * All memory is the tree's; the schema is the caller's and must outlive it.
 */
#ifndef BF_PARQUET_TREE_H
#define BF_PARQUET_TREE_H

#include "lib/row/schema.h"

enum pq_physical {
    PQ_BOOLEAN = 0,
    PQ_INT32 = 1,
    PQ_INT64 = 2,
    PQ_FLOAT = 4,
    PQ_DOUBLE = 5,
    PQ_BYTES = 6,
    PQ_FIXED = 7
};

struct pq_leaf {
    const struct bf_type *type;
    enum pq_physical physical;
    uint8_t
        width; /* bytes of a value in memory: 1, 4, 8, up to 16; 0: bytes after 4 bytes of length */
    uint8_t max_def, max_rep; /* levels */
    int id;
    struct bf_str path; /* "items.list.element.sku" with NUL in the place of the dots */
    size_t parts;       /* names in the path */
};

struct pq_node {
    struct bf_str name; /* PQ_NAME_PAD bytes after it can be read */
    const struct bf_type *type;
    int id;
    uint8_t null_def, def; /* level of NULL here (def, where there is none), and of a value */
    uint8_t rep;           /* array and map: level of the second and later elements */
    struct pq_node *child; /* as type->field */
    size_t n;
    size_t leaf, leaves; /* the columns below: the first, how many */
    size_t next;         /* struct: the child that is to be expected next */
    uint64_t seen;       /* the object in which it was last seen; counted by who reads */
};

enum { PQ_NAME_PAD = 64, PQ_LEAVES_MAX = 16384 };

struct pq_tree {
    struct bf_arena arena;
    struct pq_node root; /* a struct that cannot be NULL */
    struct pq_leaf *leaf;
    size_t n;
    struct bf_type type; /* of the root */
};

BF_MUST bool bf_pq_tree_init(struct pq_tree *t, const struct bf_schema *schema, struct bf_err *e);
void bf_pq_tree_free(struct pq_tree *t);

/* The leaf of a column that is no array, map or struct, or t->n. The name is as in the schema; a field of a struct is
 * "payment.method". */
size_t bf_pq_tree_find(const struct pq_tree *t, struct bf_str name);

#endif
