/*
 * Receipts: one JSON object for each delivered object.
 *
 *     {"bucket":"lake","key":"sales/...","records":120,"bytes":4711,"etag":"...",
 *      "checksum":"crc32:y/Q5Jg==","partition":{"category":"Toys"}}
 */
#ifndef S3PUT_RECEIPT_H
#define S3PUT_RECEIPT_H

#include "lib/aws/s3/s3.h"
#include "lib/io/out.h"

struct receipt {
    const char *bucket;
    struct bf_str key;
    bool has_records; /* --one counts none */
    uint64_t records, bytes;
    const char *etag;
    enum bf_checksum_kind checksum;
    const char *checksum_value;
    struct bf_str partition; /* empty: {} */
    bool dry_run;
};

void receipt_put(struct bf_out *out, const struct receipt *r);

#endif
