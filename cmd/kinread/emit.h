/*
 * What kinread writes: lines, formatted records or envelopes, and marks.
 *
 * Records are decoded from the answer straight behind each other into one
 * buffer, which goes to standard output when it is full and when emit_flush is
 * called. A record that is no line (its data holds newlines and is not one JSON
 * document, is compressed, would be taken for a mark) is rejected: told, counted,
 * its envelope to --rejects. A change without a number of its own gets one (origin.h).
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
    struct bf_buf buf;  /* what goes out next */
    struct bf_buf data; /* a record decoded, when it cannot be decoded in place */
    struct bf_buf key;
    struct bf_kpl kpl;
    struct format format;
    struct bf_mark_watch watch; /* of what --format writes */
    struct bf_rejects rejects;
    uint64_t records, bytes;
    bool full;      /* --count is reached */
    int64_t now_ms; /* set by the caller for each answer: the service's clock */
};

bool emit_open(struct emit *em, const struct config *cfg, const char *stream, bool dynamodb,
               struct bf_err *e);

/* Flushes, closes, and says what was rejected. */
bool emit_close(struct emit *em, struct bf_err *e);

/* Is --count reached? Sets em->full. */
bool emit_full(struct emit *em);

/* Writes a record. False with em->full: the count was reached inside it (an aggregate) or before it.
 * False with *e: the output failed, or --strict and the record is no line. */
bool emit_record(struct emit *em, const char *shard, const struct bf_feed_record *r,
                 struct bf_err *e);

/* A mark of this stream, whatever mark->stream says. */
bool emit_mark(struct emit *em, const struct bf_mark *mark, struct bf_err *e);

bool emit_flush(struct emit *em, struct bf_err *e);

#endif
