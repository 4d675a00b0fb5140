/*
 * DynamoDB: the change streams of tables, as the room streams/ serves them. A
 * stream keeps its records in the shards of kinesis.h. Streams of deleted tables
 * and streams that were switched off stay for 24 hours, as their records do.
 * Everything here needs the store's lock.
 *
 * On the wire a shard is shardId-, the millisecond of its birth in 20 digits and
 * 8 hex digits that hide its row; a sequence number has 21 digits and grows along
 * a shard and its descendants. The record in the store is the JSON that
 * GetRecords answers with.
 */
#ifndef BL_DYNAMODB_STREAM_H
#define BL_DYNAMODB_STREAM_H

#include "cmd/bflocal/dynamodb/dynamodb.h"

enum {
    BL_STREAM_SHARD_ID = 40,     /* with its NUL */
    BL_STREAM_SEQUENCE = 22,     /* with its NUL */
    BL_STREAM_KEEP_MS = 86400000 /* records, and streams that were switched off */
};

/* A stream of a table. */
struct bl_ddb_stream {
    int64_t row;
    char table[BL_TABLE_NAME], label[32];
    struct bl_key_attr key[2];
    unsigned nkeys;
    enum bl_view view;
    bool enabled;
    int64_t created_ms;
    int64_t closed_ms; /* when it was switched off; it can be read for 24 hours more */
    struct bl_stream *shards;
};

/* A change of a table's stream that is not yet settled; {NULL, NULL}: none. */
struct bl_stream_change {
    struct bl_ddb_stream *next, *last; /* the new one, and the one that goes; NULL: none */
};

/* A new stream for the table, with --ddb-shards shards; switches the old one off first. view NONE only switches
 * off. Changes the store and *t, inside a transaction. False: the store or the memory failed. */
bool bl_ddb_stream_set(struct bl_call *c, struct bl_table *t, enum bl_view view,
                       struct bl_stream_change *change) BF_MUST;

/* Ends the change after its transaction; ok: the transaction was committed. */
void bl_ddb_stream_settle(struct bl_call *c, const struct bl_stream_change *change, bool ok);

/* Loads the stored streams; the tables are loaded already. */
bool bl_ddb_streams_load(struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_ddb_streams_free(struct bl_ddb *d);

/* Appends the ARN of a stream. */
void bl_stream_arn_put(struct bl_local *l, struct bf_buf *out, const struct bl_ddb_stream *s);

/* The stream that StreamArn names, as long as it can be read; NULL: the answer is set. */
struct bl_ddb_stream *bl_stream_arn_param(struct bl_call *c, const struct bl_params *p);

/* Can it still be read? */
bool bl_stream_kept(const struct bl_ddb_stream *s, int64_t now_ms);

void bl_stream_shard_id(char out[BL_STREAM_SHARD_ID], const struct bl_shard *shard);
/* The index of the shard with that id, -1: none. */
int bl_stream_shard_find(const struct bl_stream *s, struct bf_str id);

void bl_stream_sequence_put(char out[BL_STREAM_SEQUENCE], int64_t number);
bool bl_stream_sequence_get(struct bf_str text, int64_t *number);

#endif
