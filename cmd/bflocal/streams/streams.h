/* DynamoDB Streams: the operations, which read the streams that the room dynamodb/ writes. */
#ifndef BL_STREAMS_H
#define BL_STREAMS_H

#include "cmd/bflocal/dynamodb/stream.h"

enum { BL_STREAM_ITERATOR_MS = 900000 /* an iterator lives 15 minutes */ };

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
