/*
 * The transform function: records are sent to it as events, and what it answers goes on (Firehose developer guide, "Transform
 * source data"). An event has at most so many bytes of records as the processor's BufferSizeInMBs says. A function that is
 * throttled or fails is tried again, NumberOfRetries times; then the records of that event are failures.
 */
#ifndef BL_FIREHOSE_TRANSFORM_H
#define BL_FIREHOSE_TRANSFORM_H

#include "cmd/bflocal/firehose/failure.h"

struct bl_fh_transform {
    struct bl_delivery *d;
    struct bf_str function, arn;
    uint64_t event_bytes;
    int64_t retries;
    /* A record that does not go on. */
    bool (*failed)(void *arg, const struct bl_fh_record *r, const struct bl_fh_failure *why,
                   struct bf_err *e);
    void *arg;
};

/* Appends the records that go on to `out`, with their bytes. BF_E_STOPPED: the delivery stream is being ended. */
bool bl_fh_transform(const struct bl_fh_transform *t, const struct bl_fh_batch *in,
                     struct bl_fh_batch *out, struct bf_err *e) BF_MUST;

/* Reads a function's answer for the n records at `sent`, which had the ids of bl_fh_transform_id, and appends those that go on
 * to `out`. For bl_fh_transform and its test. *whole: why all of them fail; code NULL: they do not. */
bool bl_fh_transform_answer(const struct bl_fh_transform *t, const struct bl_fh_record *sent,
                            size_t n, struct bf_str answer, struct bl_fh_batch *out,
                            struct bl_fh_failure *whole, struct bf_err *e) BF_MUST;

enum { BL_FH_TRANSFORM_ID = 57 };
/* The id of the i-th record of an event. */
void bl_fh_transform_id(char out[BL_FH_TRANSFORM_ID], const struct bl_fh_record *r, size_t i);

#endif
