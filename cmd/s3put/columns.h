/*
 * Parquet objects (--format parquet): the schema of their columns, which is given, derived from the first rows, or stored
 * in the state directory by an earlier run; the check of rows against it; and the writer of the objects.
 *
 * Rows are checked when they are read, so that a row that does not fit is rejected with its line number, and wait
 * unconverted; the object is made when the batch is sealed. With --state every schema in use is in DIR/schema-HASH, so
 * that a batch with other options is finished as it was opened, and a derived schema is stored as DIR/schema.
 */
#ifndef S3PUT_COLUMNS_H
#define S3PUT_COLUMNS_H

#include "cmd/s3put/route.h"
#include "lib/ddl/infer.h"
#include "lib/parquet/parquet.h"

enum { COLUMNS_HASH = 16 };

/* A Parquet writer with its schema and buffers. */
struct columns_writer {
    struct bf_schema schema;
    struct bf_parquet *parquet; /* NULL: none yet */
    char hash[COLUMNS_HASH + 1];
};

struct columns {
    const struct config *config;
    struct columns_writer now;
    struct columns_writer old; /* of the last sealed batch with other options */
    struct bf_buf old_line;
    /* fields of the key need no column: the nhive names of --hive, and the other fields */
    struct bf_str pass[2 * ROUTE_FIELDS];
    size_t npass, nhive;
    bool finding; /* the schema is not known yet: lines wait */
    struct bf_ddl_infer infer;
    struct bf_buf held;    /* waiting rows and marks, each with a newline */
    struct bf_buf numbers; /* their line numbers, uint64_t */
    int64_t since_ms;      /* monotonic; arrival of the first one */
};

BF_MUST bool columns_init(struct columns *c, const struct config *config, const struct route *route,
                          struct bf_err *e);
void columns_free(struct columns *c);

/* Appends the Parquet options on one line, for the shape of batches. Does nothing in other formats. */
void columns_line(const struct columns *c, struct bf_buf *out);

/* Keeps a line until the schema is known. *full: there are enough lines. BF_E_INPUT: not a row; it is not kept. */
BF_MUST bool columns_hold(struct columns *c, struct bf_str line, uint64_t number, bool *full,
                          struct bf_err *e);

/* Derives the schema from the lines that were kept. */
BF_MUST bool columns_find(struct columns *c, struct bf_err *e);

/* Does the row fit? */
BF_MUST bool columns_check(struct columns *c, struct bf_str row, struct bf_err *e);

/* The writer for a batch that was opened with these options; NULL on failure. */
BF_MUST struct bf_parquet *columns_writer_for(struct columns *c, struct bf_str line,
                                              struct bf_err *e);

#endif
