/*
 * Where a change came from, written into it.
 *
 * What DynamoDB sends to Kinesis has no sequence number of its own. kinread
 * knows one, the Kinesis record's, and adds it as the last member of the object:
 *
 *     {"awsRegion":...,"eventSource":"aws:dynamodb","kinesis":{"shardId":"shardId-000000000000","sequenceNumber":"4959..."}}
 *
 * A record that was taken out of a KPL aggregate has "subSequenceNumber", its number in there, as well. A member of that
 * name that is there already, from a stream before this one, is replaced. All that is no such change stays byte for
 * byte, a record of DynamoDB Streams (which brings its own number) included.
 */
#ifndef KINREAD_ORIGIN_H
#define KINREAD_ORIGIN_H

#include "cmd/kinread/format.h"

/* The buffer ends with the data of a record, from `from` on, on one line, without newline. */
void origin_add(struct bf_buf *buf, size_t from, const struct item *item);

#endif
