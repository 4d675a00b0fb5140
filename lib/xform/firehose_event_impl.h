/*
 * The inside of struct bf_firehose, shared by firehose_event.c (a record and its answer) and
 * firehose_event_read.c (records from events). Private to its room.
 */
#ifndef BF_XFORM_FIREHOSE_EVENT_IMPL_H
#define BF_XFORM_FIREHOSE_EVENT_IMPL_H

#include "lib/xform/firehose_event.h"
#include "lib/json/scan.h"

struct firehose_key {
    struct bf_str name; /* in the answer */
    struct bf_str path; /* in the row */
};

/* A record of the current event; its answer is at at .. at + n. */
struct firehose_placed {
    struct bf_str raw, id, data; /* as in the event, quotes included */
    size_t at, n;
    bool ok; /* it contains rows, so it can be made smaller */
};

struct bf_firehose {
    struct bf_xform *xform;
    uint64_t max_answer;
    bf_firehose_failed_fn *failed;
    void *failed_ctx;
    char *key_text;
    struct firehose_key key[BF_FIREHOSE_KEYS];
    size_t nkeys;
    struct bf_buf data;  /* decoded, padded */
    struct bf_buf plain; /* base64 without its JSON escapes */
    struct bf_buf rows;
    struct bf_buf keys; /* the partition keys of a record, as JSON */
    struct bf_buf more; /* the partition keys of the record's next row */
    struct firehose_placed *placed;
    size_t n, cap;
    struct bf_firehose_count count;
};

/* A record as in the event; data.raw.p NULL: missing. */
struct firehose_record {
    struct bf_str raw;
    struct bf_json_val id, data;
    struct bf_str origin; /* kinesisRecordMetadata; p NULL: missing */
    bool decoded;         /* f->data contains the decoded data */
};

/* Appends the answer to a record. False: the event is malformed, or out of memory. */
BF_MUST bool bf_firehose_record(struct bf_firehose *f, const struct firehose_record *r,
                                struct bf_buf *out, struct bf_err *e);

/* Calls bf_firehose_record for every record of an event. */
BF_MUST bool bf_firehose_read(struct bf_firehose *f, struct bf_firehose_in *in, struct bf_buf *out,
                              struct bf_err *e);

#endif
