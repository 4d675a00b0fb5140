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
    struct bf_str json; /* p == NULL: there is none */
    size_t bytes;       /* as DynamoDB counts */
};

/* The item at a key, its text in the call's arena. False: there is none (or the store failed). */
bool bl_item_find(struct bl_call *c, const struct bl_table *t, const struct bl_key *key,
                  struct bl_stored *out);

/* Such an item parsed, in the arena too; NULL: out of memory, which the store's error says. */
struct bl_value *bl_item_load(struct bl_call *c, const struct bl_stored *stored) BF_MUST;

enum bl_write_kind { BL_WRITE_PUT, BL_WRITE_DELETE, BL_WRITE_UPDATE, BL_WRITE_CHECK };

/* One write, parsed before the lock is taken (all but the table). */
struct bl_write {
    enum bl_write_kind kind;
    struct bf_str table_name;
    struct bl_value *item; /* PUT: the item; else the key */
    struct bl_cond *condition;
    struct bl_update *update;
    bool by_service;     /* an item has expired: the records say so */
    bool old_on_failure; /* ReturnValuesOnConditionCheckFailure: ALL_OLD */

    struct bl_table *table; /* from here on: bl_write_prepare */
    struct bl_key key;
    bool empty_key; /* it was refused, because a key of the table or of an index is empty */
    struct bl_stored old, new; /* from here on: bl_write_evaluate */
    struct bl_value
        *old_item; /* parsed only for a condition, for an update, and to see what a put changes */
    struct bl_value *new_item; /* NULL: none */
};

enum bl_write_result { BL_WRITE_OK, BL_WRITE_CONDITION_FAILED, BL_WRITE_INVALID, BL_WRITE_FAILED };

/* Finds table and key; checks limits. False: the answer is set. Under the lock. */
bool bl_write_prepare(struct bl_call *c, struct bl_write *w) BF_MUST;

/* Reads the old item and computes the new one; nothing is stored yet. INVALID: *e is the text of a
 * ValidationException. */
enum bl_write_result bl_write_evaluate(struct bl_call *c, struct bl_write *w,
                                       struct bf_err *e) BF_MUST;

/* emit.c: appends the record of a change to the table's stream and to its Kinesis destinations, inside
 * a transaction. Nothing happens when the item did not change. */
bool bl_ddb_emit(struct bl_call *c, const struct bl_write *w) BF_MUST;

/* Tells the streams and stores the new item (or removes the old), in a transaction that the caller commits. */
bool bl_write_store(struct bl_call *c, struct bl_write *w) BF_MUST;

/* Reads the expressions and the item or key of a write from its parameters; what lies under "Key" or "Item".
 * Needs no lock. False: the answer is set. */
bool bl_write_read(struct bl_call *c, const struct bl_params *p, enum bl_write_kind kind,
                   struct bl_write *w) BF_MUST;

/* An error in an item or an expression, as the service answers it; returns false. */
bool bl_fail_input(struct bl_call *c, const struct bf_err *e);

/* A value of a request, with the service's error when it is wrong. */
bool bl_item_read(struct bl_call *c, struct bf_str raw, const char *what,
                  struct bl_value **out) BF_MUST;

/* The same for the value at a cursor, which it takes. */
bool bl_item_read_at(struct bl_call *c, struct bf_json *j, struct bl_value **out) BF_MUST;

/* ProjectionExpression of the request, in the arena; NULL when it has none. False: the answer is set. */
bool bl_read_projection(struct bl_call *c, const struct bl_params *p,
                        struct bl_projection **out) BF_MUST;

/* Appends the item, or what the projection (may be NULL) names of it. False: out of memory. */
bool bl_put_projected(struct bl_call *c, struct bf_buf *out, const struct bl_projection *projection,
                      const struct bl_stored *item) BF_MUST;

/* One ConsumedCapacity: {"TableName":...,"CapacityUnits":...}. */
void bl_capacity_print(struct bf_buf *out, const struct bl_table *t, double units, bool indexes);

/* ReturnConsumedCapacity: appends "ConsumedCapacity" in its form for one table when the request asks for it. */
void bl_capacity_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                     double units);

/* Deletes what has expired by now, in a table or (p == NULL) in all; *count says how many. BF_E_INPUT: there is
 * no such table. expire.c */
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
