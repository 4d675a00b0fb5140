/*
 * The shape of a batch: the options that determine the partition of its rows and the properties of
 * its object. It is fixed when the batch opens. With --state it is stored with the batch, so that
 * a run with other options recognizes such batches and finishes
 * them as they were opened.
 *
 * Options that determine only when a batch is closed (--size, --interval, ...) or how
 * S3 stores the object (--storage-class, --sse, --tag) are not part of it.
 */
#ifndef S3PUT_SHAPE_H
#define S3PUT_SHAPE_H

#include "cmd/s3put/columns.h"

struct shape {
    struct bf_buf text; /* the text of these options: shapes with equal texts are equal */
    bool parquet;
    struct bf_buf columns; /* for Parquet: columns_line */
    enum bf_compress_kind compress;
    enum bf_checksum_kind checksum;
    struct bf_buf content_type;
};

/* Makes the shape of this run's options; to be repeated when a schema has been derived. */
BF_MUST bool shape_init(struct shape *s, const struct config *c, const struct route *r,
                        const struct columns *columns, struct bf_err *e);
void shape_free(struct shape *s);

/* Sets parquet and columns from the text of a shape. */
void shape_read_format(struct shape *s, struct bf_str text);

#endif
