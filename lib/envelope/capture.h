/*
 * Captures: JSON documents that wrap change records. The answers of
 * `aws kinesis get-records` and `aws dynamodbstreams get-records`, the events
 * that Lambda gets from Kinesis and DynamoDB, and Firehose's transform events
 * all have an array "Records" or "records"; what stands in it is told by its
 * members:
 *
 *     {"Data":"base64","SequenceNumber":"49..."}             Kinesis GetRecords
 *     {"kinesis":{"data":"base64","sequenceNumber":"49..."}} Lambda, Kinesis
 *     {"recordId":"...","data":"base64"}                     Firehose
 *     {"shard":"...","sequence":"49...","data":"text"}       kinread -J; data_base64 where it is no text,
 *                                                            an object from DynamoDB Streams
 *     {"eventName":"INSERT","dynamodb":{...}}                DynamoDB Streams, Lambda
 *     {"detail-type":"...","detail":{...}}                   EventBridge: detail is one of these again
 *     {"errorCode":"...","rawData":"base64"}                 what Firehose keeps of a record that failed
 *
 * A single record of these kinds is taken too, without an array around it. Data
 * that the Kinesis Producer Library packed together is handed out in its parts,
 * each with the index of the record.
 */
#ifndef BF_ENVELOPE_CAPTURE_H
#define BF_ENVELOPE_CAPTURE_H

#include "lib/base/str.h"

struct bf_capture_record {
    size_t index;         /* from 1; 0: a single record, not in an array */
    struct bf_str raw;    /* the record as it stands in the capture */
    struct bf_str id;     /* recordId (Firehose); p NULL: not there */
    struct bf_str seq;    /* the Kinesis sequence number; p NULL: not there */
    struct bf_str change; /* the change record: decoded data, or raw */
    struct bf_str
        part; /* digits: its place in data that the Kinesis Producer Library packed; p NULL: it is whole */
};

/* Is the document one of the wrappers that no change record looks like: an event of EventBridge, a Firehose error record? */
BF_API bool bf_capture_wraps(struct bf_str document);

/* Gets each record in turn. why is NULL, or says that the record's data is not there or no base64 (and
 * change is empty then). False ends the walk, with *e filled. */
typedef bool bf_capture_fn(void *ctx, const struct bf_capture_record *record,
                           const struct bf_err *why, struct bf_err *e);

/* Walks over a document. decoded is scratch for base64. False: *e says what is wrong with the document
 * (BF_E_INPUT, nothing was handed out then) or why fn ended the walk. */
BF_API BF_MUST bool bf_capture_each(struct bf_str document, struct bf_buf *decoded,
                                    bf_capture_fn *fn, void *ctx, struct bf_err *e);

#endif
