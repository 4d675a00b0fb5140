/*
 * Prints changes in one of the formats, one per line: write lines and items
 * (bfpipe-formats(5)), change lines as DynamoDB sends them to Kinesis, CSV.
 */
#ifndef BFGEN_EMIT_H
#define BFGEN_EMIT_H

#include "cmd/bfgen/gen.h"

struct emit {
    enum format format;
    struct source source;
    struct bf_out *out;
    struct bf_buf line;   /* the change being written */
    struct bf_buf prefix; /* the constant beginning of change lines */
    struct bf_rng ids;
};

BF_MUST bool emit_init(struct emit *m, const struct config *cfg, struct source source,
                       struct bf_out *out, struct bf_err *e);
void emit_free(struct emit *m);

/* Appends the header line if the format has one. */
BF_MUST bool emit_header(struct emit *m, struct bf_err *e);

BF_MUST bool emit_change(struct emit *m, const struct change *c, struct bf_err *e);

#endif
