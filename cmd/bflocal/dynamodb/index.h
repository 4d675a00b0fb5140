/*
 * DynamoDB: secondary indexes. An index belongs to its table (struct bl_table),
 * lives in memory and in the store, and is always ACTIVE. Its entries are rows
 * of keys alone: the item is taken from the table when it is read, and cut down
 * to what the index projects. An item without the index's keys has no entry.
 *
 * Everything here wants the store's lock, unless it says otherwise.
 */
#ifndef BL_DDB_INDEX_H
#define BL_DDB_INDEX_H

#include "cmd/bflocal/dynamodb/dynamodb.h"

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
    char *included; /* names of further attributes, each with its NUL; NULL: none */
    size_t nincluded;
    int64_t read_units, write_units;
    struct bl_index *next; /* of the same table, in the order they came */
};

/* GlobalSecondaryIndexes and LocalSecondaryIndexes of CreateTable, into t->indexes; its own keys are read, nothing
 * is stored. Needs no lock. False: the answer is set; bl_indexes_free in any case. */
bool bl_indexes_read(struct bl_call *c, const struct bl_params *p, struct bl_table *t) BF_MUST;
void bl_indexes_free(struct bl_table *t);

/* ddb_index_store.c. Writes its row, or the rows of all of a table; in a transaction. */
bool bl_index_save(struct bl_call *c, struct bl_index *x, int64_t table) BF_MUST;
bool bl_indexes_save(struct bl_call *c, struct bl_table *t) BF_MUST;

/* Takes the rows of an index, or of all of a table, entries included; in a transaction. */
bool bl_index_erase(struct bl_call *c, const struct bl_index *x) BF_MUST;
bool bl_indexes_erase(struct bl_call *c, const struct bl_table *t) BF_MUST;

/* How many entries it has. */
int64_t bl_index_count(struct bl_call *c, const struct bl_index *x);

/* Loads what the store has; tables are loaded already. */
bool bl_indexes_load(struct bl_local *l) BF_MUST;

/* A KeySchema, its types from AttributeDefinitions; table_spec.c. False: the answer is set. */
bool bl_key_schema_read(struct bl_call *c, struct bf_str schema, struct bf_str definitions,
                        struct bl_key_attr key[2], unsigned *nkeys) BF_MUST;

/* A change of UpdateTable that is not settled yet. */
struct bl_index_change {
    struct bl_index *added, *removed; /* NULL: none */
};

/* GlobalSecondaryIndexUpdates of UpdateTable: one index comes, with entries for all items, or goes. Changes the
 * store and *t, in a transaction. False: the answer is set, or the store failed. */
bool bl_indexes_update(struct bl_call *c, const struct bl_params *p, struct bl_table *t,
                       struct bl_index_change *change) BF_MUST;

/* When the transaction has come to its end: ok says how. */
void bl_indexes_settle(struct bl_table *t, const struct bl_index_change *change, bool ok);

/* The key attributes of the table and of its indexes, each once; how many. */
size_t bl_key_attributes(const struct bl_table *t,
                         const struct bl_key_attr *out[BL_KEY_ATTRIBUTES_MAX]);

/* Appends "AttributeDefinitions":[...], ,"GlobalSecondaryIndexes":[...] (or nothing), "KeySchema":[...]. */
void bl_key_attributes_put(struct bf_buf *out, const struct bl_table *t);
void bl_indexes_put(struct bl_call *c, struct bf_buf *out, const struct bl_table *t);
void bl_key_schema_put(struct bf_buf *out, const struct bl_key_attr key[2], unsigned nkeys);

/* NULL: the table has none of that name. */
const struct bl_index *bl_index_find(const struct bl_table *t, struct bf_str name);

/* May the item be in the table? Index keys must have their type. False: *e is the text of a
 * ValidationException; *empty: a key of an index is empty. */
bool bl_indexes_check(const struct bl_table *t, const struct bl_value *item, bool *empty,
                      struct bf_err *e) BF_MUST;

/* The entries of an item that becomes another; old and new may be NULL. In a transaction. entry.c */
bool bl_indexes_change(struct bl_call *c, const struct bl_table *t, const struct bl_key *key,
                       const struct bl_value *old, const struct bl_value *new) BF_MUST;

/* Entries for all items of the table, for an index that comes. In a transaction. entry.c */
bool bl_index_fill(struct bl_call *c, const struct bl_table *t, const struct bl_index *x) BF_MUST;

/* The encoded keys of an entry. False: the item has none. */
bool bl_index_key(const struct bl_index *x, const struct bl_value *item, struct bl_key *out);

/* Is that attribute in the entries? */
bool bl_index_projects(const struct bl_table *t, const struct bl_index *x, struct bf_str name);

/* What the index shows of an item, in the arena; NULL: out of memory. */
struct bl_value *bl_index_item(struct bf_arena *a, const struct bl_table *t,
                               const struct bl_index *x, struct bl_value *item) BF_MUST;

#endif
