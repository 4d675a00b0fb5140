/*
 * Delivers the rows of a batch: to a Firehose stream, or as one object to S3.
 *
 * Rows of the same record of the batch become one Firehose record, as far as they fit (1,000 KiB),
 * because a record is stored atomically: it can be sent again without repeating its rows. The
 * object is named after the first record of the batch, so that a batch that is sent again replaces
 * its object instead of adding one; the time in its prefix is that record's, not the clock's.
 *
 * A program that seldom needs this and must start fast (cdclambda) is not linked with it: it opens
 * the library by its soname and looks up bf_rowsink, so that libcurl and TLS are loaded only when
 * rows are to be delivered.
 */
#ifndef BF_AWS_ROWSINK_ROWSINK_H
#define BF_AWS_ROWSINK_ROWSINK_H

#include "lib/aws/client/client.h"
#include "lib/objectkey/prefix.h"

/* firehose:STREAM or s3://BUCKET/PREFIX; views of the text. */
struct bf_rowsink_to {
    struct bf_str stream; /* p NULL: S3 */
    struct bf_str bucket;
    struct bf_prefix prefix;
};

/* Needs only libbfpipe (rowsink_to.c, s3_url.c). */
BF_API BF_MUST bool bf_rowsink_parse(struct bf_rowsink_to *to, struct bf_str text,
                                     struct bf_err *e);

struct bf_rowsink_conf {
    const struct bf_aws_options *aws;
    struct bf_rowsink_to to;
    const char *extension;          /* of objects: ".ndjson" */
    bool gzip;                      /* compress objects */
    void (*note)(const char *text); /* notes of the client; may be NULL */
    void (*warn)(const char *text); /* warnings of the client; may be NULL */
};

/* The rows of one batch and their records; the rows follow each other in text. */
struct bf_rowsink_rows {
    struct bf_buf text;
    struct bf_rowsink_row {
        size_t at, n;  /* in text, newline included */
        size_t record; /* index in the batch, from 1 */
    } * row;
    size_t n, cap;
};

/* The source of the object's name. */
struct bf_rowsink_origin {
    struct bf_str source; /* stream or table */
    struct bf_str first;  /* eventID or sequence number of the first record */
    int64_t wall_ms;      /* the time of the first record */
};

struct bf_rowsink;

struct bf_rowsink_api {
    /* Keeps a pointer to conf. NULL: out of memory. Does not make a client yet. */
    struct bf_rowsink *(*new)(const struct bf_rowsink_conf *conf, struct bf_err *e);
    void (*destroy)(struct bf_rowsink *s);
    /* Delivers the rows before deadline_ms (wall time; 0: within a minute). False: row number
     * *failed (from 0) is the first that was not delivered, or of which that is unknown, and *e is
     * the reason; later rows may have been delivered. */
    bool (*put)(struct bf_rowsink *s, const struct bf_rowsink_rows *rows,
                const struct bf_rowsink_origin *origin, int64_t deadline_ms, size_t *failed,
                struct bf_err *e);
    /* bf_cred_report: for --check-credentials. */
    bool (*check)(void *report, struct bf_str unused, struct bf_err *e);
    /* For --version: bf_aws_libraries. */
    const char *(*libraries)(void);
};

BF_API extern const struct bf_rowsink_api bf_rowsink;

#endif
