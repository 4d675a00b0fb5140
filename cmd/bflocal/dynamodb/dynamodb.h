/*
 * DynamoDB: items, and the operations that read and write them. The tables are the
 * room ddbtable/. Every function needs the store's lock, unless its comment says
 * otherwise.
 *
 * An item is stored as the JSON that answers carry, numbers in their plain form.
 */
#ifndef BL_DDB_H
#define BL_DDB_H

#include "cmd/bflocal/ddbtable/ddbtable.h"
#include "cmd/bflocal/expression/expr.h"

enum {
    BL_TRANSACTION_MAX = 100,
    BL_BATCH_WRITE_MAX = 25,
    BL_BATCH_GET_MAX = 100,
    BL_ANSWER_BYTES = 1024 * 1024 /* a page of Query and Scan */
};

/* An item as it is stored. */
struct bl_stored {
    struct bf_str json; /* p == NULL: no item */
    size_t bytes;       /* as DynamoDB counts */
};

/* Reads the item at a key; its text is in the call's arena. False: there is none, or the store
 * failed. */
bool bl_item_find(struct bl_call *c, const struct bl_table *t, const struct bl_key *key,
                  struct bl_stored *out);

/* Parses a stored item into the arena. NULL: out of memory; the store's error is set. */
struct bl_value *bl_item_load(struct bl_call *c, const struct bl_stored *stored) BF_MUST;

enum bl_write_kind { BL_WRITE_PUT, BL_WRITE_DELETE, BL_WRITE_UPDATE, BL_WRITE_CHECK };

/* One write. Everything but the table is parsed before the lock is taken. */
struct bl_write {
    enum bl_write_kind kind;
    struct bf_str table_name;
    struct bl_value *item; /* PUT: the item; else the key */
    struct bl_cond *condition;
    struct bl_update *update;
    bool by_service;     /* an item expired; its change record names the service */
    bool old_on_failure; /* ReturnValuesOnConditionCheckFailure: ALL_OLD */

    struct bl_table *table; /* set by bl_write_prepare, as key and empty_key */
    struct bl_key key;
    bool empty_key;            /* refused because a key of the table or of an index is empty */
    struct bl_stored old, new; /* set by bl_write_evaluate, as the rest */
    struct bl_value *old_item; /* parsed only if a condition, an update or a put needs it */
    struct bl_value *new_item; /* NULL: none */
};

enum bl_write_result { BL_WRITE_OK, BL_WRITE_CONDITION_FAILED, BL_WRITE_INVALID, BL_WRITE_FAILED };

/* Finds the table, encodes the key and checks limits. False: the answer is set. Needs the lock. */
bool bl_write_prepare(struct bl_call *c, struct bl_write *w) BF_MUST;

/* Reads the old item and computes the new one; stores nothing. INVALID: *e is the text of a
 * ValidationException. */
enum bl_write_result bl_write_evaluate(struct bl_call *c, struct bl_write *w,
                                       struct bf_err *e) BF_MUST;

/* In emit.c. Appends the change record to the table's stream and to its Kinesis destinations,
 * inside a transaction. Does nothing if the item did not change. */
bool bl_ddb_emit(struct bl_call *c, const struct bl_write *w) BF_MUST;

/* Appends the change records and stores the new item or deletes the old one, inside a
 * transaction that the caller commits. */
bool bl_write_store(struct bl_call *c, struct bl_write *w) BF_MUST;

/* Reads the expressions and the item or key (the members "Item" or "Key") of a write. Needs no
 * lock. False: the answer is set. */
bool bl_write_read(struct bl_call *c, const struct bl_params *p, enum bl_write_kind kind,
                   struct bl_write *w) BF_MUST;

/* Answers an error in an item or an expression; returns false. */
bool bl_fail_input(struct bl_call *c, const struct bf_err *e);

/* Parses an item or key of the request. False: the answer is set. */
bool bl_item_read(struct bl_call *c, struct bf_str raw, const char *what,
                  struct bl_value **out) BF_MUST;

/* The same for a value at the cursor, which moves past it. */
bool bl_item_read_at(struct bl_call *c, struct bf_json *j, struct bl_value **out) BF_MUST;

/* Parses ProjectionExpression into the arena; NULL if there is none. False: the answer is set. */
bool bl_read_projection(struct bl_call *c, const struct bl_params *p,
                        struct bl_projection **out) BF_MUST;

/* Appends the item, or its parts in the projection (may be NULL). False: out of memory. */
bool bl_put_projected(struct bl_call *c, struct bf_buf *out, const struct bl_projection *projection,
                      const struct bl_stored *item) BF_MUST;

/* In returns.c. Checks ReturnConsumedCapacity, ReturnItemCollectionMetrics and ReturnValues, whichever there are. */
bool bl_returns_check(struct bl_call *c, const struct bl_params *p) BF_MUST;

/* Appends the "ItemCollectionMetrics" of a write, or of several, if the request has ReturnItemCollectionMetrics. The
 * writes are prepared. */
void bl_metrics_put(struct bl_call *c, const struct bl_params *p, const struct bl_write *w);
void bl_metrics_put_all(struct bl_call *c, const struct bl_params *p,
                        const struct bl_write *const *w, size_t n);

/* Appends one ConsumedCapacity: {"TableName":...,"CapacityUnits":...}. */
void bl_capacity_print(struct bf_buf *out, const struct bl_table *t, double units, bool indexes);

/* Appends the "ConsumedCapacity" of one table if the request has ReturnConsumedCapacity. */
void bl_capacity_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                     double units);

/* In expire.c. Deletes the expired items of a table, or of all tables (p == NULL); *count is
 * their number. Error BF_E_INPUT: no such table. */
bool bl_ddb_expire(struct bl_call *c, struct bf_str table, uint64_t *count,
                   struct bf_err *e) BF_MUST;

/* The operations, by file. */
bool bl_ddb_put_item(struct bl_call *c);
bool bl_ddb_get_item(struct bl_call *c);
bool bl_ddb_update_item(struct bl_call *c);
bool bl_ddb_delete_item(struct bl_call *c);
bool bl_ddb_batch_write(struct bl_call *c);
bool bl_ddb_batch_get(struct bl_call *c);
bool bl_ddb_transact_write(struct bl_call *c);
bool bl_ddb_transact_get(struct bl_call *c);
bool bl_ddb_query(struct bl_call *c);
bool bl_ddb_scan(struct bl_call *c);

#endif
