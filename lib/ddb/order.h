/*
 * What puts the changes of one key into the order in which they were made, as a text: sorting the texts sorts the
 * changes.
 *
 * Through DynamoDB Streams that is the record's SequenceNumber, which grows with every change of an item, as 40
 * digits with zeros in front (the most that the API reference allows).
 *
 * Through Kinesis a record may come late or twice, so the number that Kinesis gave it tells nothing of the change; its
 * ApproximateCreationDateTime does (Amazon DynamoDB Developer Guide, "Using Kinesis Data Streams to capture changes").
 * The order is that time in microseconds as 16 digits, a minus, and the Kinesis sequence number as 56 digits, which
 * decides between changes of one instant. A part of a record that the Kinesis Producer Library packed goes on
 * with a minus and its place in it, as ten digits.
 *
 * The two forms are not to be compared with each other.
 */
#ifndef BF_DDB_ORDER_H
#define BF_DDB_ORDER_H

#include "lib/ddb/change.h"

enum { BF_ORDER_BYTES = 16 + 1 + 56 + 1 + 10 };

/* Writes the text at out (BF_ORDER_BYTES at most), returns its length; 0: the record tells of no order. */
BF_API size_t bf_order_write(const struct bf_change *c, char *out);

#endif
