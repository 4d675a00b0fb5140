/*
 * kinread's output: lines, formatted records or envelopes, and marks.
 *
 * Records are decoded from the answer directly into one buffer, one after the
 * other. The buffer is written to standard output when it is full and by
 * emit_flush. A record that cannot be a line (its data contains newlines and is not
 * one JSON document, is compressed, or would be read as a mark) is rejected: it is
 * reported and counted, and its envelope is appended to --rejects. A change without a
 * sequence number gets one (origin.h).
 */
#ifndef KINREAD_EMIT_H
#define KINREAD_EMIT_H

#include "cmd/kinread/format.h"
#include "cmd/kinread/kinread.h"
#include "lib/cli/rejects.h"
#include "lib/envelope/kpl.h"
#include "lib/checkpoint/mark.h"

struct emit {
    const struct config *cfg;
    const char *stream;
    char run[17]; /* in the marks of this process */
    bool dynamodb;
    struct bf_out out;
    struct bf_buf buf;  /* data to be written next */
    struct bf_buf data; /* a decoded record, if it cannot be decoded in place */
    struct bf_buf key;
    struct bf_kpl kpl;
    struct format format;
    struct bf_mark_watch watch; /* watches the output of --format */
    struct bf_rejects rejects;
    uint64_t records, bytes;
    bool full;      /* --count has been reached */
    int64_t now_ms; /* the service's clock, set by the caller for each answer */
};

bool emit_open(struct emit *em, const struct config *cfg, const char *stream, bool dynamodb,
               struct bf_err *e);

/* Flushes, closes, and reports the number of rejected records. */
bool emit_close(struct emit *em, struct bf_err *e);

/* Has --count been reached? Sets em->full. */
bool emit_full(struct emit *em);

/* Writes a record. False with em->full: the count was reached before it or inside it (an aggregate).
 * False with *e: the output failed, or with --strict the record cannot be a line. */
bool emit_record(struct emit *em, const char *shard, const struct bf_feed_record *r,
                 struct bf_err *e);

/* A mark of this stream, whatever mark->stream says. */
bool emit_mark(struct emit *em, const struct bf_mark *mark, struct bf_err *e);

bool emit_flush(struct emit *em, struct bf_err *e);

#endif
