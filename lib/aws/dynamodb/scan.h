/*
 * Pages of a parallel Scan: the request, and the items of an answer. The caller sends the requests, one at a time for each
 * segment.
 *
 * Reads are strongly consistent: a page has every write that was complete before it was requested, so a stream that is read
 * from a position before the scan has all the others.
 */
#ifndef BF_AWS_DYNAMODB_SCAN_H
#define BF_AWS_DYNAMODB_SCAN_H

#include "lib/aws/client/client.h"

extern const struct bf_aws_op bf_ddb_scan_op;

/* Appends the request for a page of `segment` of `segments`; after: the LastEvaluatedKey of the page before it, a JSON
 * object, empty for the first one. */
void bf_ddb_scan_body(struct bf_buf *out, struct bf_str table, unsigned segment, unsigned segments,
                      struct bf_str after);

/* Receives an item, a JSON object of typed values; false ends the reading. */
struct bf_ddb_scan_sink {
    bool (*take)(void *arg, struct bf_str item, struct bf_err *e);
    void *arg;
};

/* Passes the items of an answer to the sink. *last: the LastEvaluatedKey, a view into body; empty: the segment has no more
 * pages. BF_E_NETWORK if the answer is malformed; the items before the error have been passed. */
BF_MUST bool bf_ddb_scan_page(struct bf_str body, const struct bf_ddb_scan_sink *sink,
                              struct bf_str *last, struct bf_err *e);

#endif
