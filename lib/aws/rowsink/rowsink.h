/*
 * The rows of a batch to where they are wanted: to a Firehose stream, or as one object to S3.
 *
 * Rows of the same record of the batch become one record of the Firehose, as far as they fit (1,000 KiB), because
 * that is in or not as a whole: the record can be sent again without its rows coming twice. The object is named
 * after the first record of the batch, so that a batch which is sent again replaces its object instead of
 * adding one; and the time in its prefix is that record's, not the clock's.
 *
 * Whoever needs this seldom and has to start fast (cdclambda) does not link it: it opens the library by its
 * soname and takes bf_rowsink from it, so that libcurl and TLS are loaded when rows have somewhere to go.
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

/* Needs nothing but libbfpipe (rowsink_to.c, s3_url.c). */
BF_API BF_MUST bool bf_rowsink_parse(struct bf_rowsink_to *to, struct bf_str text,
                                     struct bf_err *e);

struct bf_rowsink_conf {
    const struct bf_aws_options *aws;
    struct bf_rowsink_to to;
    const char *extension;          /* of objects: ".ndjson" */
    bool gzip;                      /* compress objects */
    void (*note)(const char *text); /* what the client has to tell; may be NULL */
    void (*warn)(const char *text); /* what it warns of; may be NULL */
};

/* Rows of one batch and where each came from; one stands behind the other. */
struct bf_rowsink_rows {
    struct bf_buf text;
    struct bf_rowsink_row {
        size_t at, n;  /* in text, newline included */
        size_t record; /* of the batch, from 1 */
    } * row;
    size_t n, cap;
};

/* What the rows' object is named after. */
struct bf_rowsink_origin {
    struct bf_str source; /* stream or table */
    struct bf_str first;  /* eventID or sequence number of the first record */
    int64_t wall_ms;      /* when it came */
};

struct bf_rowsink;

struct bf_rowsink_api {
    /* Keeps conf, which has to stay. NULL: no memory. No client is made yet. */
    struct bf_rowsink *(*new)(const struct bf_rowsink_conf *conf, struct bf_err *e);
    void (*destroy)(struct bf_rowsink *s);
    /* Delivers the rows before deadline_ms (wall time; 0: within a minute). False: row number *failed (from
     * 0) is the first that was not delivered, or of which that is not known, and *e says why; some behind it may
     * be in. */
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
