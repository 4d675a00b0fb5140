/*
 * DynamoDB: secondary indexes. An index belongs to its table (struct bl_table), is in
 * memory and in the store, and is always ACTIVE. Its entries are rows that contain
 * only keys: a query reads the item from the table and projects it. An item without
 * the index's key attributes has no entry.
 *
 * Every function needs the store's lock, unless its comment says otherwise.
 */
#ifndef BL_DDB_INDEX_H
#define BL_DDB_INDEX_H

#include "cmd/bflocal/ddbtable/ddbtable.h"

enum {
    BL_INDEXES_GLOBAL = 20,
    BL_INDEXES_LOCAL = 5,
    BL_INCLUDED_MAX = 100,
    BL_KEY_ATTRIBUTES_MAX = 2 * (1 + BL_INDEXES_GLOBAL + BL_INDEXES_LOCAL)
};

enum bl_projected { BL_PROJECT_ALL, BL_PROJECT_KEYS, BL_PROJECT_INCLUDE };

struct bl_index {
    int64_t row;
    char name[BL_TABLE_NAME];
    bool global;
    struct bl_key_attr key[2];
    unsigned nkeys;
    enum bl_projected projected;
    char *included; /* names of further projected attributes, each with a NUL; NULL: none */
    size_t nincluded;
    int64_t read_units, write_units;
    struct bl_index *next; /* of the same table, in the order of creation */
};

/* Reads GlobalSecondaryIndexes and LocalSecondaryIndexes of CreateTable into t->indexes. The
 * table's own keys have been read. Stores nothing and needs no lock. False: the answer is set. Call
 * bl_indexes_free in both cases. */
bool bl_indexes_read(struct bl_call *c, const struct bl_params *p, struct bl_table *t) BF_MUST;
void bl_indexes_free(struct bl_table *t);

/* In index_store.c. Writes the row of an index, or the rows of all indexes of a table, inside a
 * transaction. */
bool bl_index_save(struct bl_call *c, struct bl_index *x, int64_t table) BF_MUST;
bool bl_indexes_save(struct bl_call *c, struct bl_table *t) BF_MUST;

/* Deletes the rows and entries of an index, or of all indexes of a table, inside a transaction. */
bool bl_index_erase(struct bl_call *c, const struct bl_index *x) BF_MUST;
bool bl_indexes_erase(struct bl_call *c, const struct bl_table *t) BF_MUST;

/* The number of entries. */
int64_t bl_index_count(struct bl_call *c, const struct bl_index *x);

/* Loads the stored indexes of all tables, which have been loaded before. */
bool bl_indexes_load(struct bl_local *l) BF_MUST;

/* Reads a KeySchema, with the types from AttributeDefinitions. In table_spec.c. False: the
 * answer is set. */
bool bl_key_schema_read(struct bl_call *c, struct bf_str schema, struct bf_str definitions,
                        bool index, struct bl_key_attr key[2], unsigned *nkeys) BF_MUST;

/* Checks the names and types of AttributeDefinitions. In table_spec.c. False: the answer is set. */
bool bl_definitions_check(struct bl_call *c, struct bf_str definitions) BF_MUST;

/* A change by UpdateTable whose transaction has not ended yet. */
struct bl_index_change {
    struct bl_index *added, *removed; /* NULL: none */
};

/* Applies GlobalSecondaryIndexUpdates of UpdateTable: adds one index, with entries for all
 * items, or removes one. Changes the store and *t, inside a transaction. False: the answer is set,
 * or the store failed. */
bool bl_indexes_update(struct bl_call *c, const struct bl_params *p, struct bl_table *t,
                       struct bl_index_change *change) BF_MUST;

/* Completes the change after its transaction has ended; ok: it was committed. */
void bl_indexes_settle(struct bl_table *t, const struct bl_index_change *change, bool ok);

/* The key attributes of the table and of its indexes, each once. Returns their number. */
size_t bl_key_attributes(const struct bl_table *t,
                         const struct bl_key_attr *out[BL_KEY_ATTRIBUTES_MAX]);

/* Appends "AttributeDefinitions":[...], ,"GlobalSecondaryIndexes":[...] (or nothing), "KeySchema":[...]. */
void bl_key_attributes_put(struct bf_buf *out, const struct bl_table *t);
void bl_indexes_put(struct bl_call *c, struct bf_buf *out, const struct bl_table *t);
void bl_key_schema_put(struct bf_buf *out, const struct bl_key_attr key[2], unsigned nkeys);

/* NULL if the table has no index of this name. */
const struct bl_index *bl_index_find(const struct bl_table *t, struct bf_str name);

/* Has every index key of the item the right type? False: *e is the text of a
 * ValidationException. *empty: the key of an index is empty. */
bool bl_indexes_check(const struct bl_table *t, const struct bl_value *item, bool *empty,
                      struct bf_err *e) BF_MUST;

/* Updates the entries of an item that changes from old to new (each may be NULL), inside a
 * transaction. In entry.c. */
bool bl_indexes_change(struct bl_call *c, const struct bl_table *t, const struct bl_key *key,
                       const struct bl_value *old, const struct bl_value *new) BF_MUST;

/* Adds entries for all items of the table to a new index, inside a transaction. In entry.c. */
bool bl_index_fill(struct bl_call *c, const struct bl_table *t, const struct bl_index *x) BF_MUST;

/* Encodes the keys of an item's entry. False: the item has no entry. */
bool bl_index_key(const struct bl_index *x, const struct bl_value *item, struct bl_key *out);

/* Does the index project this attribute? */
bool bl_index_projects(const struct bl_table *t, const struct bl_index *x, struct bf_str name);

/* The projection of an item, in the arena; NULL: out of memory. */
struct bl_value *bl_index_item(struct bf_arena *a, const struct bl_table *t,
                               const struct bl_index *x, struct bl_value *item) BF_MUST;

#endif
