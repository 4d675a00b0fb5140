/*
 * DynamoDB: tables live in memory and in the store, items in the store alone.
 * Everything here wants the store's lock, unless it says otherwise.
 *
 * An item's row is found by its key in an encoding whose byte order is
 * DynamoDB's order (numbers by value), and holds the item as the JSON that
 * answers carry, numbers in their plain form.
 *
 * Change records of a table's stream are a struct bl_stream of their own, with
 * the shards, numbers and lineage that Kinesis has (kinesis.h); they never show
 * among Kinesis's streams.
 */
#ifndef BL_DDB_H
#define BL_DDB_H

#include "cmd/bflocal/expression/expr.h"
#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/base/rng.h"

enum {
    BL_TABLES_MAX = 2500,
    BL_TABLE_NAME = 256,
    BL_ATTR_NAME = 256,
    BL_DESTINATIONS = 2,      /* Kinesis streams that one table can feed */
    BL_ITEM_MAX = 400 * 1024, /* bytes of an item, as DynamoDB counts */
    BL_KEY_ENCODED_MAX = 2048 + 16,
    BL_TRANSACTION_MAX = 100,
    BL_BATCH_WRITE_MAX = 25,
    BL_BATCH_GET_MAX = 100,
    BL_ANSWER_BYTES = 1024 * 1024 /* a page of Query and Scan */
};

struct bl_index;

enum bl_view { BL_VIEW_NONE, BL_VIEW_KEYS, BL_VIEW_NEW, BL_VIEW_OLD, BL_VIEW_BOTH };

struct bl_key_attr {
    char name[BL_ATTR_NAME];
    enum bl_type type; /* S, N or B */
};

struct bl_table {
    int64_t row;
    char name[BL_TABLE_NAME];
    struct bl_key_attr key[2]; /* partition key, sort key */
    unsigned nkeys;
    int64_t created_ms;
    bool on_demand, deletion_protection;
    int64_t read_units, write_units;
    enum bl_view view;                        /* of the stream that is on; NONE: off */
    char label[32];                           /* of its newest stream, "" when it never had one */
    struct bl_stream *stream;                 /* where its changes go; NULL when off */
    char destination[BL_DESTINATIONS][129];   /* names of Kinesis streams, "": none */
    bool destination_micros[BL_DESTINATIONS]; /* ApproximateCreationDateTime in microseconds */
    char ttl[BL_ATTR_NAME];   /* the attribute that says when an item expires, "": none */
    struct bl_index *indexes; /* index.h; NULL: none */
    int64_t items, bytes;     /* kept while the process runs, and counted anew when it starts */
};

struct bl_ddb {
    struct bl_table *tables[BL_TABLES_MAX];
    size_t n;
    /* streams of tables, those switched off and those of deleted tables included */
    struct bl_ddb_stream *streams;
    size_t nstreams, streams_cap;
    struct bf_buf record; /* an item's or a change record's text on its way into the store */
    struct bf_rng rng;    /* event ids */
};

/* By name or ARN; NULL: there is none. table_find.c, as all that follow up to bl_view_name. */
struct bl_table *bl_table_find(const struct bl_local *l, struct bf_str name);

/* Is it [a-zA-Z0-9_.-]*, as names of tables and indexes are? */
bool bl_name_spelled(struct bf_str name);

/* Can a table have this name? False: the answer is set. */
bool bl_table_name_check(struct bl_call *c, struct bf_str name) BF_MUST;

/* By a name or an ARN; NULL: the answer is set. */
struct bl_table *bl_table_named(struct bl_call *c, struct bf_str name);

/* The same for TableName of the request. */
struct bl_table *bl_table_param(struct bl_call *c, const struct bl_params *p);

/* The same for an operation on the table itself: the error for a table that is not there names it. */
struct bl_table *bl_table_manage(struct bl_call *c, const struct bl_params *p);

/* "KEYS_ONLY" ...; "" for NONE. */
const char *bl_view_name(enum bl_view view);

/* Appends {"TableName":...}: the table's description. tables.c */
void bl_table_put(struct bl_call *c, struct bf_buf *out, const struct bl_table *t,
                  const char *status);

/* An item's place. */
struct bl_key {
    unsigned char bytes[2][BL_KEY_ENCODED_MAX];
    struct bf_str part[2]; /* views of bytes; the second is empty for tables without sort key */
    bool empty;            /* bl_key_of was false, because a part has no bytes */
};

/* The encoded key of an item (any map that holds the key attributes). exact: there must be no others. Needs no
 * lock but the table. False: the answer is set (ValidationException). */
bool bl_key_of(struct bl_call *c, const struct bl_table *t, const struct bl_value *item, bool exact,
               struct bl_key *out) BF_MUST;

/* Encodes one key value; its length. out has BL_KEY_ENCODED_MAX bytes. */
size_t bl_key_encode(const struct bl_value *v, unsigned char *out);

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

/* Writes the table's row in the store, inside a transaction. tables.c */
bool bl_table_save(struct bl_call *c, struct bl_table *t) BF_MUST;

/* Before a transaction changes a table in memory: it is as before when that does not take (store.h). */
static inline void bl_table_keep(struct bl_call *c, struct bl_table *t)
{
    bl_store_keep(c->store, t, sizeof *t, NULL);
}

/* One ConsumedCapacity: {"TableName":...,"CapacityUnits":...}. */
void bl_capacity_print(struct bf_buf *out, const struct bl_table *t, double units, bool indexes);

/* ReturnConsumedCapacity: appends "ConsumedCapacity" in its form for one table when the request asks for it. */
void bl_capacity_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                     double units);

/* settings.c: keeps a setting of a table, in a transaction; reads them all at the start. */
void bl_setting_put(struct bl_call *c, const struct bl_table *t, struct bf_str name,
                    struct bf_str value);
bool bl_settings_load(struct bl_local *l) BF_MUST;

/* Tags of the request to the table, in a transaction. False: the answer is set, or the store failed. */
bool bl_tags_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t) BF_MUST;

/* Deletes what has expired by now, in a table or (p == NULL) in all; *count says how many. BF_E_INPUT: there is
 * no such table. ttl.c */
bool bl_ddb_expire(struct bl_call *c, struct bf_str table, uint64_t *count,
                   struct bf_err *e) BF_MUST;

/* The operations, by file. */
bool bl_ddb_create_table(struct bl_call *c);
bool bl_ddb_describe_table(struct bl_call *c);
bool bl_ddb_update_table(struct bl_call *c);
bool bl_ddb_delete_table(struct bl_call *c);
bool bl_ddb_list_tables(struct bl_call *c);
bool bl_ddb_describe_ttl(struct bl_call *c);
bool bl_ddb_update_ttl(struct bl_call *c);
bool bl_ddb_tag(struct bl_call *c);
bool bl_ddb_untag(struct bl_call *c);
bool bl_ddb_list_tags(struct bl_call *c);
bool bl_ddb_describe_backups(struct bl_call *c);
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
bool bl_ddb_enable_kinesis(struct bl_call *c);
bool bl_ddb_disable_kinesis(struct bl_call *c);
bool bl_ddb_describe_kinesis(struct bl_call *c);

#endif
