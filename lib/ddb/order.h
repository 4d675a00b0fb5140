/*
 * A text by which the changes of one key can be sorted into the order in which they were made.
 *
 * For DynamoDB Streams it is the record's SequenceNumber, which grows with every change of an item,
 * as 40 digits with leading zeros (the maximum that the API reference allows).
 *
 * Through Kinesis a record may arrive late or twice, so its Kinesis sequence number does not give
 * the order of the changes; its ApproximateCreationDateTime does (Amazon DynamoDB Developer Guide,
 * "Using Kinesis Data Streams to capture changes"). The text is that time in microseconds as 16
 * digits, a minus sign, and the Kinesis sequence number as 56 digits, which orders changes with the
 * same time. For a record that the Kinesis Producer Library packed, a minus sign and its index in
 * the aggregate follow, as ten digits.
 *
 * Texts of the two forms must not be compared with each other.
 */
#ifndef BF_DDB_ORDER_H
#define BF_DDB_ORDER_H

#include "lib/ddb/change.h"

enum { BF_ORDER_BYTES = 16 + 1 + 56 + 1 + 10 };

/* Writes the text to out (at most BF_ORDER_BYTES) and returns its length; 0: the record has no
 * order. */
BF_API size_t bf_order_write(const struct bf_change *c, char *out);

#endif
