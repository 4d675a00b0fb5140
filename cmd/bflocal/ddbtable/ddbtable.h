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

/* How DynamoDB and DynamoDB Streams word their answers. */
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

/* Writes the table's row in the store, inside a transaction. tables.c */
bool bl_table_save(struct bl_call *c, struct bl_table *t) BF_MUST;

/* Before a transaction changes a table in memory: it is as before when that does not take (store.h). */
static inline void bl_table_keep(struct bl_call *c, struct bl_table *t)
{
    bl_store_keep(c->store, t, sizeof *t, NULL);
}

/* settings.c: keeps a setting of a table, in a transaction; reads them all at the start. */
void bl_setting_put(struct bl_call *c, const struct bl_table *t, struct bf_str name,
                    struct bf_str value);
bool bl_settings_load(struct bl_local *l) BF_MUST;

/* Tags of the request to the table, in a transaction. False: the answer is set, or the store failed. */
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
