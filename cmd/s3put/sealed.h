/*
 * Sealed batches: objects that wait for their upload. Key, bytes
 * and checksum are final, so that a second upload writes the same
 * object.
 *
 * The body is in memory, or in a file of the spool.
 */
#ifndef S3PUT_SEALED_H
#define S3PUT_SEALED_H

#include "cmd/s3put/batch.h"
#include "lib/aws/s3/s3.h"
#include "lib/io/out.h"

struct sealed {
    struct sealed *next;
    struct bf_buf key;
    struct bf_buf partition; /* JSON object, empty if there are no partitions */
    struct bf_buf body;
    char file[SPOOL_NAME]; /* instead of body */
    uint64_t bytes, raw_bytes, records;
    size_t header_n; /* bytes before the rows: the header line of CSV */
    enum bf_compress_kind compress;
    enum bf_checksum_kind checksum;
    char checksum_value[BF_CHECKSUM_TEXT];
    struct bf_buf content_type;
    bool resumed; /* an earlier run may have uploaded it */
    struct bf_buf
        rows; /* of Parquet without --state: the rows in zstd, in case it is not delivered */
    char rows_file[SPOOL_NAME]; /* or the file that has them */
    bool raw_file;              /* file has the unconverted rows: it is the batch's file */

    /* during the upload (deliver.c) */
    struct deliver *deliver;
    struct bf_s3_object object;
    struct bf_s3_put put;
    struct bf_s3_multipart *multipart;
    struct bf_s3_result result;
    int fd;
    uint64_t sent;
    uint64_t part_bytes;
    unsigned parts_in_flight;
    char *upload; /* id of the upload in parts that is in progress, or that an earlier run began */
    struct bf_s3_abort abort;
    unsigned begun; /* uploads in parts that were aborted and started again */
};

/* The parameters of sealing. */
struct sealer {
    const struct config *config;
    struct route *route;
    struct spool *spool; /* NULL: bodies stay in memory */
    struct bf_rng *rng;
    struct bf_compress *compress;
    struct columns *columns;
    struct bf_str header; /* the header line of CSV, repeated in every object */
};

/* Makes the object of a batch. With in_file the body is written to the spool even if it would fit into
 * memory. On success the object has the batch's rows, and the batch has only to be closed; on failure
 * the batch is unchanged. NULL on failure. */
BF_MUST struct sealed *sealed_new(struct sealer *s, struct batches *b, struct batch *x,
                                  bool in_file, struct bf_err *e);
void sealed_destroy(struct sealed *s);

/* Writes the decompressed rows of a body to out, with or without its header line. */
BF_MUST bool sealed_put_rows(struct sealed *s, struct spool *spool, bool with_header,
                             struct bf_out *out, struct bf_err *e);

/* Sets the key and the partition of the object in a new batch. */
BF_MUST bool sealed_key(struct sealer *s, struct batch *x, struct bf_err *e);

#endif
