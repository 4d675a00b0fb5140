/*
 * DynamoDB: the change streams of tables, which the room streams/ serves. The records
 * of a stream are in shards (kinesis.h). Streams of deleted tables and disabled
 * streams are kept for 24 hours, as long as their records. Every function needs the
 * store's lock.
 *
 * On the wire, the id of a shard is "shardId-", its creation time in milliseconds with
 * 20 digits, and 8 hex digits that encode its row. A sequence number has 21 digits and
 * increases along a shard and its descendants. A stored record is the JSON that
 * GetRecords returns.
 */
#ifndef BL_DYNAMODB_STREAM_H
#define BL_DYNAMODB_STREAM_H

#include "cmd/bflocal/ddbtable/ddbtable.h"

enum {
    BL_STREAM_SHARD_ID = 40,     /* with its NUL */
    BL_STREAM_SEQUENCE = 22,     /* with its NUL */
    BL_STREAM_KEEP_MS = 86400000 /* for records and for disabled streams */
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
    int64_t closed_ms; /* when it was disabled; it can be read for 24 more hours */
    struct bl_stream *shards;
};

/* A change of a table's stream whose transaction has not ended yet; {NULL, NULL}: none. */
struct bl_stream_change {
    struct bl_ddb_stream *next, *last; /* the new stream and the old one; NULL: none */
};

/* Disables the table's stream and creates a new one with --ddb-shards shards; view NONE: only
 * disables. Changes the store and *t, inside a transaction. False: the store failed, or out of
 * memory. */
bool bl_ddb_stream_set(struct bl_call *c, struct bl_table *t, enum bl_view view,
                       struct bl_stream_change *change) BF_MUST;

/* Completes the change after its transaction has ended; ok: it was committed. */
void bl_ddb_stream_settle(struct bl_call *c, const struct bl_stream_change *change, bool ok);

/* Loads the stored streams; the tables have been loaded before. */
bool bl_ddb_streams_load(struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_ddb_streams_free(struct bl_ddb *d);

/* Appends the ARN of a stream. */
void bl_stream_arn_put(struct bl_local *l, struct bf_buf *out, const struct bl_ddb_stream *s);

/* The stream in the request's StreamArn, if it can be read; NULL: the answer is set. */
bool bl_stream_arn_check(struct bl_call *c, struct bf_str arn) BF_MUST;
struct bl_ddb_stream *bl_stream_arn_param(struct bl_call *c, const struct bl_params *p);

/* Can the stream be read at this time? */
bool bl_stream_kept(const struct bl_ddb_stream *s, int64_t now_ms);

void bl_stream_shard_id(char out[BL_STREAM_SHARD_ID], const struct bl_shard *shard);
/* The index of the shard with this id; -1 if there is none. */
int bl_stream_shard_find(const struct bl_stream *s, struct bf_str id);

void bl_stream_sequence_put(char out[BL_STREAM_SEQUENCE], int64_t number);
bool bl_stream_sequence_get(struct bf_str text, int64_t *number);

#endif
