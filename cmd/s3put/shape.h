/*
 * What the options make of a batch: where its rows belong and what its object
 * will be. It is fixed when the batch opens. With --state it is written down with the batch, so that
 * a run with other options knows the batches that are not its own, and finishes
 * them as they were opened.
 *
 * Options that say only when a batch is closed (--size, --interval, ...) or how
 * S3 keeps the object (--storage-class, --sse, --tag) are not part of it.
 */
#ifndef S3PUT_SHAPE_H
#define S3PUT_SHAPE_H

#include "cmd/s3put/columns.h"

struct shape {
    struct bf_buf text; /* of all options that count: equal texts, equal shapes */
    bool parquet;
    struct bf_buf columns; /* of Parquet: columns_line */
    enum bf_compress_kind compress;
    enum bf_checksum_kind checksum;
    struct bf_buf content_type;
};

/* Of the options of this run; when a schema has been found, made anew. */
BF_MUST bool shape_init(struct shape *s, const struct config *c, const struct route *r,
                        const struct columns *columns, struct bf_err *e);
void shape_free(struct shape *s);

/* What the text of a shape says of its format: sets parquet and columns. */
void shape_read_format(struct shape *s, struct bf_str text);

#endif
