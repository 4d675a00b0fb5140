/*
 * Parquet objects (--format parquet): the schema of their columns, given, found in the first rows, or kept in the state
 * directory from an earlier run; whether a row fits it; and the writer that makes objects.
 *
 * Rows are checked when they come, so that what does not fit is refused with its line, and wait as they came; an object
 * is made of them when its batch is sealed. With --state every schema in use lies in DIR/schema-HASH, so that a batch
 * that other options opened is finished as it was opened, and a schema that was found stays the schema: DIR/schema.
 */
#ifndef S3PUT_COLUMNS_H
#define S3PUT_COLUMNS_H

#include "cmd/s3put/route.h"
#include "lib/ddl/infer.h"
#include "lib/parquet/parquet.h"

enum { COLUMNS_HASH = 16 };

/* A writer and what it needs. */
struct columns_writer {
    struct bf_schema schema;
    struct bf_parquet *parquet; /* NULL: none yet */
    char hash[COLUMNS_HASH + 1];
};

struct columns {
    const struct config *config;
    struct columns_writer now;
    struct columns_writer old; /* of the batch of other options that was sealed last */
    struct bf_buf old_line;
    /* what the key tells needs no column: the names of --hive, nhive of them, and the fields that it is made of */
    struct bf_str pass[2 * ROUTE_FIELDS];
    size_t npass, nhive;
    bool finding; /* the schema is not known: lines wait */
    struct bf_ddl_infer infer;
    struct bf_buf held;    /* rows and marks, each with a newline */
    struct bf_buf numbers; /* of their lines: uint64_t */
    int64_t since_ms;      /* monotonic; when the first of them came */
};

BF_MUST bool columns_init(struct columns *c, const struct config *config, const struct route *route,
                          struct bf_err *e);
void columns_free(struct columns *c);

/* Appends what the options make of the objects, on one line, for the shape of batches. Nothing in other formats. */
void columns_line(const struct columns *c, struct bf_buf *out);

/* While the schema is being found: keeps a line. *full: enough have come. BF_E_INPUT: the row is none, and is not kept. */
BF_MUST bool columns_hold(struct columns *c, struct bf_str line, uint64_t number, bool *full,
                          struct bf_err *e);

/* What has been held is all there is to find the schema in. */
BF_MUST bool columns_find(struct columns *c, struct bf_err *e);

/* Does the row fit? */
BF_MUST bool columns_check(struct columns *c, struct bf_str row, struct bf_err *e);

/* The writer for a batch that was opened with that line; NULL: *e says why. */
BF_MUST struct bf_parquet *columns_writer_for(struct columns *c, struct bf_str line,
                                              struct bf_err *e);

#endif
