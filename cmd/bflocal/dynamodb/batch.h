/* DynamoDB: RequestItems, the map of tables that BatchWriteItem and BatchGetItem take. */
#ifndef BL_BATCH_H
#define BL_BATCH_H

#include "cmd/bflocal/dynamodb/dynamodb.h"

/* Moves the cursor into RequestItems. False: the answer is set. */
bool bl_batch_enter(struct bl_call *c, const struct bl_params *p, struct bf_json *j);

/* The answer to a request without RequestItems; returns false. */
bool bl_batch_no_items(struct bl_call *c);

/* The next table, cursor on its value; the name in the arena. */
enum bf_json_more bl_batch_next_table(struct bl_call *c, struct bf_json *j, struct bf_str *name,
                                      struct bf_err *e);

/* The answer to JSON of a wrong shape, if none is set yet; returns false. */
bool bl_batch_bad_shape(struct bl_call *c);

#endif
