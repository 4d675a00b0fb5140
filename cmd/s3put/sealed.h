/*
 * Sealed batches: objects that only wait for their upload. Key, bytes
 * and checksum are fixed here once and for all; uploading twice writes the
 * same thing twice.
 *
 * The body lies in memory, or in a file of the spool.
 */
#ifndef S3PUT_SEALED_H
#define S3PUT_SEALED_H

#include "cmd/s3put/batch.h"
#include "lib/aws/s3/s3.h"
#include "lib/io/out.h"

struct sealed {
    struct sealed *next;
    struct bf_buf key;
    struct bf_buf partition; /* JSON object, empty when there are no partitions */
    struct bf_buf body;
    char file[SPOOL_NAME]; /* instead of body */
    uint64_t bytes, raw_bytes, records;
    size_t header_n; /* bytes in front of the rows: the header line of CSV */
    enum bf_compress_kind compress;
    enum bf_checksum_kind checksum;
    char checksum_value[BF_CHECKSUM_TEXT];
    struct bf_buf content_type;
    bool resumed;       /* may have been uploaded by an earlier run */
    struct bf_buf rows; /* of Parquet without --state: zstd, to be kept where it is not delivered */
    char rows_file[SPOOL_NAME]; /* or where they lie */
    bool raw_file;              /* file holds the rows as they came: the same file as the batch's */

    /* while it is uploaded (deliver.c) */
    struct deliver *deliver;
    struct bf_s3_object object;
    struct bf_s3_put put;
    struct bf_s3_multipart *multipart;
    struct bf_s3_result result;
    int fd;
    uint64_t sent;
    uint64_t part_bytes;
    unsigned parts_in_flight;
    char *upload; /* id of the upload in parts that is under way, or that an earlier run began */
    struct bf_s3_abort abort;
    unsigned begun; /* uploads in parts that were given up for a new one */
};

/* What sealing needs beside the batch. */
struct sealer {
    const struct config *config;
    struct route *route;
    struct spool *spool; /* NULL: bodies stay in memory */
    struct bf_rng *rng;
    struct bf_compress *compress;
    struct columns *columns;
    struct bf_str header; /* the header line of CSV, repeated in every object */
};

/* Makes the object of a batch. With in_file the body goes into the spool even if it would fit in
 * memory. On success the batch's rows are the object's, the batch only waits to be closed; on failure
 * the batch is as it was. NULL on failure. */
BF_MUST struct sealed *sealed_new(struct sealer *s, struct batches *b, struct batch *x,
                                  bool in_file, struct bf_err *e);
void sealed_destroy(struct sealed *s);

/* Writes the rows of a body, decompressed, to out; with its header line or without. */
BF_MUST bool sealed_put_rows(struct sealed *s, struct spool *spool, bool with_header,
                             struct bf_out *out, struct bf_err *e);

/* Gives a batch that has just been opened the key and the partition that its object will have. */
BF_MUST bool sealed_key(struct sealer *s, struct batch *x, struct bf_err *e);

#endif
