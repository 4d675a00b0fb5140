/*
 * Captures: JSON documents that wrap change records. The responses of `aws kinesis get-records` and
 * `aws dynamodbstreams get-records`, the events that Lambda gets from Kinesis and DynamoDB, and
 * Firehose's transform events all have an array "Records" or "records". The kind of its records is
 * recognised by their members:
 *
 *     {"Data":"base64","SequenceNumber":"49..."}             Kinesis GetRecords
 *     {"kinesis":{"data":"base64","sequenceNumber":"49..."}} Lambda, Kinesis
 *     {"recordId":"...","data":"base64"}                     Firehose
 *     {"shard":"...","sequence":"49...","data":"text"}       kinread -J; data_base64 if it is not text,
 *                                                            an object from DynamoDB Streams
 *     {"eventName":"INSERT","dynamodb":{...}}                DynamoDB Streams, Lambda
 *     {"detail-type":"...","detail":{...}}                   EventBridge: detail is one of these kinds
 *     {"errorCode":"...","rawData":"base64"}                 Firehose's error record of a failed record
 *
 * A single record of these kinds, without an array, is accepted too. Data that the Kinesis Producer
 * Library packed together is unpacked into its parts, each with the index of its record.
 */
#ifndef BF_ENVELOPE_CAPTURE_H
#define BF_ENVELOPE_CAPTURE_H

#include "lib/base/str.h"

struct bf_capture_record {
    size_t index;         /* from 1; 0: a single record, not in an array */
    struct bf_str raw;    /* the record's text in the capture */
    struct bf_str id;     /* recordId (Firehose); p NULL: missing */
    struct bf_str seq;    /* the Kinesis sequence number; p NULL: missing */
    struct bf_str change; /* the change record: decoded data, or raw */
    struct bf_str
        part; /* digits: the index inside an aggregate of the Kinesis Producer Library; p NULL: not
               * a part */
};

/* Is the document a wrapper that cannot be mistaken for a change record: an EventBridge event or a
 * Firehose error record? */
BF_API bool bf_capture_wraps(struct bf_str document);

/* Called for each record in turn. If why is not NULL, the record's data is missing or not base64,
 * and change is empty. False ends the walk, with *e filled. */
typedef bool bf_capture_fn(void *ctx, const struct bf_capture_record *record,
                           const struct bf_err *why, struct bf_err *e);

/* Walks over a document. decoded is scratch memory for base64. False: the document is malformed
 * (BF_E_INPUT; fn has not been called), or fn ended the walk. */
BF_API BF_MUST bool bf_capture_each(struct bf_str document, struct bf_buf *decoded,
                                    bf_capture_fn *fn, void *ctx, struct bf_err *e);

#endif
