/*
 * Adds the origin of a change.
 *
 * A change that DynamoDB sends to Kinesis has no sequence number. kinread
 * adds that of the Kinesis record as the last member of the object:
 *
 *     {"awsRegion":...,"eventSource":"aws:dynamodb","kinesis":{"shardId":"shardId-000000000000","sequenceNumber":"4959..."}}
 *
 * A record from a KPL aggregate also has "subSequenceNumber", its position there. An existing member of that name, from
 * an earlier stream, is replaced. All other data stays unchanged, including records of DynamoDB Streams, which have a
 * sequence number.
 */
#ifndef KINREAD_ORIGIN_H
#define KINREAD_ORIGIN_H

#include "cmd/kinread/format.h"

/* The buffer ends with the data of a record, which begins at `from` and is one line without newline. */
void origin_add(struct bf_buf *buf, size_t from, const struct item *item);

#endif
