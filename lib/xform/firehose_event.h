/*
 * Firehose's transform events: an event in, its answer out. Used by the Lambda function and
 * `cdcxform -o firehose`.
 *
 *     {"invocationId":"...","records":[{"recordId":"1","data":"base64"}]}
 *     {"records":[{"recordId":"1","result":"Ok","data":"base64"}]}
 *
 * The answer contains every recordId of the event once, in the same order:
 *
 *     Ok                the rows of the record, newlines included; with partition
 *                       keys also metadata.partitionKeys
 *     Dropped           the filters dropped all of it
 *     ProcessingFailed  it cannot be parsed; its data unchanged
 *
 * A record contains one or more changes, one per line; one malformed line fails the whole record,
 * so that no part of it is delivered twice. Marks are left out.
 *
 * Lambda limits requests and answers to 6 MiB. If an answer is larger, records from the end become
 * ProcessingFailed (with their data unchanged) until it fits: Firehose does not retry them but
 * stores them under processing-failed/. If not even that fits, the event fails, and Firehose
 * invokes the function again. Nothing is ever cut off. Sources: Firehose guide, "Data
 * transformation status model" and "Handle failure in data transformation".
 */
#ifndef BF_XFORM_FIREHOSE_EVENT_H
#define BF_XFORM_FIREHOSE_EVENT_H

#include "lib/xform/xform.h"

enum { BF_FIREHOSE_ANSWER_MAX = 6 * 1024 * 1024, BF_FIREHOSE_KEYS = 50 };

/* Called for each record that failed, with its text in the event and the reason ("record 3 (id):
 * ..."). */
typedef void bf_firehose_failed_fn(void *ctx, struct bf_str record, const struct bf_err *why);

struct bf_firehose_conf {
    struct bf_xform_conf xform; /* bad is not used */
    /* "category,day=_day": partition keys from the row's columns, or from a path with dots if there
     * is no such column; NULL: none. Needs NDJSON. */
    const char *partition_keys;
    uint64_t max_answer; /* bytes; 0: BF_FIREHOSE_ANSWER_MAX */
    bf_firehose_failed_fn *failed;
    void *failed_ctx;
};

struct bf_firehose_count {
    uint64_t records, ok, dropped, failed; /* failed includes oversize */
    uint64_t oversize;                     /* failed because the answer would be too large */
};

struct bf_firehose;

/* Copies what it needs from conf. NULL: see *e. */
BF_API BF_MUST struct bf_firehose *bf_firehose_new(const struct bf_firehose_conf *conf,
                                                   struct bf_err *e);
BF_API void bf_firehose_destroy(struct bf_firehose *f);

/* Appends the answer to an event, without a newline. False: nothing was appended; the event is not
 * a transform event (BF_E_INPUT), its answer is too large (BF_E_LIMIT), or out of memory. */
BF_API BF_MUST bool bf_firehose_event(struct bf_firehose *f, struct bf_str event,
                                      struct bf_buf *answer, struct bf_err *e);

/* An event of `whole` bytes that is still being received. */
struct bf_firehose_in {
    struct bf_str have; /* the part received so far; have.p must not change */
    size_t whole;
    void *ctx; /* for the caller's use in more */
    /* Receives at least one more byte and enlarges have in place; not called when all is
     * received. */
    bool (*more)(struct bf_firehose_in *in, struct bf_err *e);
};

/* bf_firehose_event for it: processes records while they are received. Also fails with the error of
 * more. */
BF_API BF_MUST bool bf_firehose_event_in(struct bf_firehose *f, struct bf_firehose_in *in,
                                         struct bf_buf *answer, struct bf_err *e);

/* Is the document a transform event, that is, does its member "records" contain a recordId? Cheap:
 * it parses only the beginning. */
BF_API bool bf_firehose_is(struct bf_str document);

/* The transform of f, for questions such as which names no record had. */
BF_API const struct bf_xform *bf_firehose_xform(const struct bf_firehose *f);

BF_API struct bf_firehose_count bf_firehose_count(const struct bf_firehose *f);

#endif
