/*
 * DynamoDB's tables: their definitions, keys, secondary indexes (index.h), change
 * streams (stream.h), settings and Kinesis destinations, in memory and in the
 * store. The items are in the store only; the room dynamodb/ reads and writes them.
 * Every function needs the store's lock, unless its comment says otherwise.
 *
 * An item's row is found by its key, encoded so that byte order is DynamoDB's
 * order (numbers by value).
 */
#ifndef BL_DDBTABLE_H
#define BL_DDBTABLE_H

#include "cmd/bflocal/expression/value.h"
#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/base/rng.h"

enum {
    BL_TABLES_MAX = 2500,
    BL_TABLE_NAME = 256,
    BL_ATTR_NAME = 256,
    BL_DESTINATIONS = 2,      /* Kinesis streams that one table can feed */
    BL_ITEM_MAX = 400 * 1024, /* bytes of an item, as DynamoDB counts */
    BL_KEY_ENCODED_MAX = 2048 + 16
};

/* The form of the answers of DynamoDB and DynamoDB Streams. */
extern const struct bl_dialect bl_ddb_dialect;

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
    enum bl_view view;                        /* of the current stream; NONE: no stream */
    char label[32];                           /* of the newest stream; "" if there never was one */
    struct bl_stream *stream;                 /* the current stream; NULL if there is none */
    char destination[BL_DESTINATIONS][129];   /* names of Kinesis streams; "": unused */
    bool destination_micros[BL_DESTINATIONS]; /* ApproximateCreationDateTime in microseconds */
    char ttl[BL_ATTR_NAME];                   /* the attribute with the item's expiry; "": none */
    struct bl_index *indexes;                 /* index.h; NULL: none */
    int64_t items, bytes; /* counted at the start of the process, then kept up to date */
};

struct bl_ddb {
    struct bl_table *tables[BL_TABLES_MAX];
    size_t n;
    /* streams of all tables, including closed streams and those of deleted tables */
    struct bl_ddb_stream *streams;
    size_t nstreams, streams_cap;
    struct bf_buf record; /* builds the text of an item or a change record before it is stored */
    struct bf_rng rng;    /* event ids */
};

/* By name or ARN; NULL if there is none. This function and those up to bl_view_name are in
 * table_find.c. */
struct bl_table *bl_table_find(const struct bl_local *l, struct bf_str name);

/* Does the name consist of [a-zA-Z0-9_.-], as names of tables and indexes must? */
bool bl_name_spelled(struct bf_str name);

/* Is the name valid for a new table? False: the answer is set. */
bool bl_table_name_check(struct bl_call *c, struct bf_str name) BF_MUST;

/* Finds a table by name or ARN; NULL: the answer is set. */
struct bl_table *bl_table_named(struct bl_call *c, struct bf_str name);

/* The same for the request's TableName. */
struct bl_table *bl_table_param(struct bl_call *c, const struct bl_params *p);

/* The same for an operation on the table itself; its error names the missing table. */
struct bl_table *bl_table_manage(struct bl_call *c, const struct bl_params *p);

/* "KEYS_ONLY" ...; "" for NONE. */
const char *bl_view_name(enum bl_view view);

/* Appends the table's description: {"TableName":...}. In tables.c. */
void bl_table_put(struct bl_call *c, struct bf_buf *out, const struct bl_table *t,
                  const char *status);

/* The encoded primary key of an item. */
struct bl_key {
    unsigned char bytes[2][BL_KEY_ENCODED_MAX];
    struct bf_str part[2]; /* views into bytes; the second is empty if the table has no sort key */
    bool empty;            /* bl_key_of failed because a part is empty */
};

/* Encodes the key of an item (a map with at least the key attributes). exact: no other
 * attributes are allowed. Needs the table, but not the lock. False: the answer is set
 * (ValidationException). */
bool bl_key_of(struct bl_call *c, const struct bl_table *t, const struct bl_value *item, bool exact,
               struct bl_key *out) BF_MUST;

/* Encodes one key value and returns its length. out has BL_KEY_ENCODED_MAX bytes. */
size_t bl_key_encode(const struct bl_value *v, unsigned char *out);

/* Writes the table's row, inside a transaction. In tables.c. */
bool bl_table_save(struct bl_call *c, struct bl_table *t) BF_MUST;

/* Call it before a transaction changes *t: if the transaction fails, *t is restored (store.h). */
static inline void bl_table_keep(struct bl_call *c, struct bl_table *t)
{
    bl_store_keep(c->store, t, sizeof *t, NULL);
}

/* In settings.c. Stores a setting of a table, inside a transaction; loads all settings at the
 * start. */
void bl_setting_put(struct bl_call *c, const struct bl_table *t, struct bf_str name,
                    struct bf_str value);
bool bl_settings_load(struct bl_local *l) BF_MUST;

/* Stores the request's tags, inside a transaction. False: the answer is set, or the store
 * failed. */
bool bl_tags_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t) BF_MUST;

/* The operations on tables, by file. */
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
bool bl_ddb_enable_kinesis(struct bl_call *c);
bool bl_ddb_disable_kinesis(struct bl_call *c);
bool bl_ddb_describe_kinesis(struct bl_call *c);

#endif
