/*
 * DynamoDB Streams: the streams of tables, in the shards of kinesis.h. Those of
 * deleted tables and those that were switched off stay for 24 hours, as their
 * records do. Everything here wants the store's lock.
 *
 * On the wire a shard is shardId-, the millisecond of its birth in 20 digits and
 * 8 hex digits that are its row in disguise; a sequence number has 21 digits and
 * grows along a shard and its descendants. The record in the store is the JSON
 * that GetRecords answers with.
 */
#ifndef BL_STREAMS_H
#define BL_STREAMS_H

#include "cmd/bflocal/dynamodb/dynamodb.h"

enum {
    BL_STREAM_SHARD_ID = 40,       /* with its NUL */
    BL_STREAM_SEQUENCE = 22,       /* with its NUL */
    BL_STREAM_KEEP_MS = 86400000,  /* records, and streams that were switched off */
    BL_STREAM_ITERATOR_MS = 900000 /* an iterator lives 15 minutes */
};

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

/* The control call: splits the open shard with that id (empty: the widest) of the table's stream in two,
 * and appends what became of it as JSON. Takes the lock itself. False: BF_E_INPUT, or the store failed. */
bool bl_streams_split(struct bl_call *c, struct bf_str table, struct bf_str shard,
                      struct bf_err *e) BF_MUST;

/* The operations, by file. */
bool bl_streams_list(struct bl_call *c);
bool bl_streams_describe(struct bl_call *c);
bool bl_streams_iterator(struct bl_call *c);
bool bl_streams_get_records(struct bl_call *c);

#endif
