/*
 * Firehose's transform events: an event in, its answer out. Lambda and
 * `cdcxform -o firehose` share it.
 *
 *     {"invocationId":"...","records":[{"recordId":"1","data":"base64"}]}
 *     {"records":[{"recordId":"1","result":"Ok","data":"base64"}]}
 *
 * Every recordId of the event stands in the answer once, in its order:
 *
 *     Ok                rows of the record, newline included; with partition
 *                       keys also metadata.partitionKeys
 *     Dropped           the filters left nothing of it
 *     ProcessingFailed  it cannot be read; its data as it came
 *
 * A record holds one change or several, one a line; one wrong line fails the
 * whole record, so that nothing of it is delivered twice. Marks are left out.
 *
 * Lambda takes 6 MiB each way. Where an answer is larger, records from the end
 * become ProcessingFailed (with their data as it came) until it fits: Firehose
 * does not ask again for them but keeps them under processing-failed/. Where
 * not even that fits the event is refused, and Firehose invokes again. Nothing is
 * ever cut off. Sources: Firehose guide, "Data transformation status model" and
 * "Handle failure in data transformation".
 */
#ifndef BF_XFORM_FIREHOSE_EVENT_H
#define BF_XFORM_FIREHOSE_EVENT_H

#include "lib/xform/xform.h"

enum { BF_FIREHOSE_ANSWER_MAX = 6 * 1024 * 1024, BF_FIREHOSE_KEYS = 50 };

/* Told of each record that failed: as it stands in the event, and why ("record 3 (id): ..."). */
typedef void bf_firehose_failed_fn(void *ctx, struct bf_str record, const struct bf_err *why);

struct bf_firehose_conf {
    struct bf_xform_conf xform; /* bad is not used */
    /* "category,day=_day": partition keys out of the row's columns, a path with dots where there is no
     * such column; NULL: none. Wants NDJSON. */
    const char *partition_keys;
    uint64_t max_answer; /* bytes; 0: BF_FIREHOSE_ANSWER_MAX */
    bf_firehose_failed_fn *failed;
    void *failed_ctx;
};

struct bf_firehose_count {
    uint64_t records, ok, dropped, failed; /* failed: those for size included */
    uint64_t oversize;                     /* failed because the answer would be too large */
};

struct bf_firehose;

/* Copies what it needs of conf. NULL: *e says why. */
BF_API BF_MUST struct bf_firehose *bf_firehose_new(const struct bf_firehose_conf *conf,
                                                   struct bf_err *e);
BF_API void bf_firehose_destroy(struct bf_firehose *f);

/* Appends the answer to an event, without a newline. False: nothing was appended; the event is not a
 * transform event (BF_E_INPUT), its answer is too large (BF_E_LIMIT), or there is no memory. */
BF_API BF_MUST bool bf_firehose_event(struct bf_firehose *f, struct bf_str event,
                                      struct bf_buf *answer, struct bf_err *e);

/* An event that is still coming in, whole bytes long. */
struct bf_firehose_in {
    struct bf_str have; /* what is there of it; have.p stays */
    size_t whole;
    void *ctx; /* the caller's, for more */
    /* Makes have longer, by a byte at least, where it stands; not called once all is there. */
    bool (*more)(struct bf_firehose_in *in, struct bf_err *e);
};

/* bf_firehose_event for it: records are taken as they come. False also with the error of more. */
BF_API BF_MUST bool bf_firehose_event_in(struct bf_firehose *f, struct bf_firehose_in *in,
                                         struct bf_buf *answer, struct bf_err *e);

/* Is the document a transform event, told by a member "records" whose records have a recordId? Cheap:
 * it looks only at the beginning. */
BF_API bool bf_firehose_is(struct bf_str document);

/* What it transforms with, to ask what no record had. */
BF_API const struct bf_xform *bf_firehose_xform(const struct bf_firehose *f);

BF_API struct bf_firehose_count bf_firehose_count(const struct bf_firehose *f);

#endif
