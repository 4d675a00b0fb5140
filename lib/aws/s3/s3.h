/*
 * S3 objects: one PUT for a body that is complete, a multipart upload for one that is large or
 * still growing, and queries about buckets and objects. Everything is asynchronous on the client: a
 * `done` for each request, called inside bf_aws_run.
 *
 * Every body is sent with its checksum in a header, computed beforehand, so that nothing counts as
 * delivered that S3 has not verified. A multipart upload that fails is aborted, because its parts
 * would cost money. An attempt may succeed while its answer is lost: if the next one fails because
 * the object exists already, or because the upload does not exist any more, HeadObject is called,
 * and an identical object is a success.
 *
 * The object and the bytes of a body are borrowed until `done` (of the object) or `part_done` (of
 * that part).
 */
#ifndef BF_AWS_S3_S3_H
#define BF_AWS_S3_S3_H

#include "lib/aws/sign/checksum.h"
#include "lib/aws/client/client.h"

enum { BF_S3_KEY_MAX = 1024, BF_S3_PARTS_MAX = 10000, BF_S3_PARTS_IN_FLIGHT = 8 };
#define BF_S3_PART_MIN ((uint64_t)5 << 20)
#define BF_S3_PART_MAX ((uint64_t)5 << 30)

/* The properties of an object. NULL strings are left out. */
struct bf_s3_object {
    const char *bucket;
    struct bf_str key; /* at most BF_S3_KEY_MAX bytes */
    const char *content_type;
    const char *content_encoding;
    const char *storage_class;
    const char *sse;     /* "AES256", "aws:kms" */
    const char *sse_key; /* KMS key id */
    const char *tagging; /* "a=b&c=d", encoded */
    const char *acl;     /* "bucket-owner-full-control" */
    const char *payer;   /* "requester" */
    bool if_none_match;  /* only if the object does not exist; else 412 */
    bool resumed;        /* an earlier run may have put it: an existing object may be ours */
    enum bf_checksum_kind checksum;
};

/* Bytes in memory, or of a file if fd > 0. */
struct bf_s3_body {
    struct bf_str data;
    int fd;
    uint64_t offset, length; /* of the file */
};

struct bf_s3_result {
    char etag[80]; /* without quotes */
    char checksum[BF_CHECKSUM_TEXT];
    char code[64]; /* the service's error code, "" if none */
    int status;    /* HTTP */
    int attempts;
    struct bf_err err;
};

/* A query about a bucket or an object: err is BF_E_NOTFOUND if it does not exist, BF_E_DENIED if
 * the service does not tell. */
struct bf_s3_head {
    void (*done)(struct bf_s3_head *head, const struct bf_s3_result *result);
    void *arg;
    uint64_t bytes; /* HeadObject: Content-Length */
    struct bf_aws_call call;
    struct bf_s3_result result;
    enum bf_checksum_kind checksum;
};

/* GetObject: a range of an object, or all of it, in memory (at most 32 MiB). */
struct bf_s3_get {
    const char *bucket;
    struct bf_str key;
    const char *payer;       /* as in struct bf_s3_object */
    uint64_t offset, length; /* length 0: to the end */
    char etag[80];           /* only if the object has this ETag, without quotes; "": any */
    /* The body is valid until done returns. */
    void (*done)(struct bf_s3_get *get, const struct bf_s3_result *result, struct bf_str body);
    void *arg;
    uint64_t total; /* the length of the object; set before done */
    bool whole;     /* the service does not support ranges: the body is the whole object */

    /* private */
    struct bf_aws_call call;
    struct bf_s3_result result;
    char range[64], match[84];
};

BF_API BF_MUST bool bf_s3_get(struct bf_aws *aws, struct bf_s3_get *get, struct bf_err *e);

/* PutObject. */
struct bf_s3_put {
    const struct bf_s3_object *object;
    struct bf_s3_body body;
    const char *checksum_value; /* base64 if it is known; NULL: computed */
    void (*done)(struct bf_s3_put *put, const struct bf_s3_result *result);
    void *arg;

    /* private */
    struct bf_aws *aws;
    struct bf_aws_call call;
    struct bf_s3_head head;
    struct bf_s3_result result;
};

BF_API BF_MUST bool bf_s3_put(struct bf_aws *aws, struct bf_s3_put *put, struct bf_err *e);

/* A multipart upload. Parts are sent as soon as the upload has its id. */
struct bf_s3_multipart;

struct bf_s3_events {
    /* the part's bytes are no longer used, delivered or not (if not, `done` follows) */
    void (*part_done)(void *arg, unsigned slot);
    void (*done)(void *arg, const struct bf_s3_result *result);
    /* the upload has its id; may be NULL. For callers that store it, to abort the upload after a
     * crash */
    void (*begun)(void *arg, const char *upload);
    void *arg;
};

BF_API BF_MUST struct bf_s3_multipart *bf_s3_multipart_new(struct bf_aws *aws,
                                                           const struct bf_s3_object *object,
                                                           const struct bf_s3_events *events,
                                                           struct bf_err *e);

/* Call it only after `done`. */
BF_API void bf_s3_multipart_destroy(struct bf_s3_multipart *m);

/* Can a part be added now? */
BF_API bool bf_s3_multipart_room(const struct bf_s3_multipart *m);

/* Sends the next part; *slot identifies it in part_done. */
BF_API BF_MUST bool bf_s3_multipart_part(struct bf_s3_multipart *m, struct bf_s3_body body,
                                         unsigned *slot, struct bf_err *e);

/* No more parts follow: completes the upload when all have been sent. */
BF_API void bf_s3_multipart_finish(struct bf_s3_multipart *m);

/* Aborts the upload for this reason, then calls `done`. */
BF_API void bf_s3_multipart_fail(struct bf_s3_multipart *m, const struct bf_err *why);

/* Aborts an upload of an earlier run by its id. BF_E_NOTFOUND: it does not exist (any more). */
struct bf_s3_abort {
    void (*done)(struct bf_s3_abort *abort, const struct bf_s3_result *result);
    void *arg;
    struct bf_aws_call call;
    struct bf_s3_result result;
    char query[3100];
};

BF_API BF_MUST bool bf_s3_abort(struct bf_aws *aws, struct bf_s3_abort *abort,
                                const struct bf_s3_object *object, const char *upload,
                                struct bf_err *e);

/* The size of part number n (from 1) of an object of unknown length, bytes: 5 MiB at first, doubled
 * every thousand parts, so that 10,000 parts reach 5 TB. */
BF_API uint64_t bf_s3_part_size(unsigned n);

/* The size of each part of a body of known length, bytes; at least `wanted`. */
BF_API uint64_t bf_s3_part_size_for(uint64_t length, uint64_t wanted);

/* Does the bucket exist, and are the credentials valid? Lists one object, because only an answer
 * with a body contains the reason of an error: after HEAD a wrong key and a missing permission look
 * alike. payer as in struct bf_s3_object. */
BF_API BF_MUST bool bf_s3_ask_bucket(struct bf_aws *aws, struct bf_s3_head *head,
                                     const char *bucket, const char *payer, struct bf_err *e);
BF_API BF_MUST bool bf_s3_head_object(struct bf_aws *aws, struct bf_s3_head *head,
                                      const struct bf_s3_object *object, struct bf_err *e);

/* Does S3 accept this key? BF_E_LIMIT or BF_E_INPUT with the reason: its length, its UTF-8, a NUL,
 * or ".." that leads out of the bucket (User guide, "Naming Amazon S3 objects"). */
BF_API BF_MUST bool bf_s3_check_key(struct bf_str key, struct bf_err *e);

/* Does ".." in the key lead above the bucket, if a program makes a path of it? An empty segment is nothing in a path,
 * so a//../../b does. */
BF_API bool bf_s3_key_climbs(struct bf_str key);

/* Does S3 refuse the key for that? To S3 an empty segment is a segment, and a//../../b a key. */
BF_API bool bf_s3_key_refused(struct bf_str key);

/* bf_s3_check_key for the text before the first expression of a prefix; BF_E_USAGE. */
BF_API BF_MUST bool bf_s3_check_prefix(struct bf_str prefix, struct bf_err *e);

/* Splits "s3://bucket/rest"; BF_E_USAGE for any other form, and for names that are not buckets:
 * ARNs, and those reserved for S3 Express, Outposts and the like. */
BF_API BF_MUST bool bf_s3_parse_url(struct bf_str url, struct bf_str *bucket, struct bf_str *rest,
                                    struct bf_err *e);

#endif
