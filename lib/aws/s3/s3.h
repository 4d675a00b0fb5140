/*
 * S3 objects: one PUT for a body that is known, a multipart upload for one that
 * is large or still growing, and the questions asked of buckets and objects.
 * All of it is asynchronous on the client: a `done` for each, called inside
 * bf_aws_run.
 *
 * Every body carries its checksum in a header, computed before it is sent, so
 * that nothing that S3 has not verified counts as delivered. A multipart upload
 * that fails is aborted, so that its parts are not paid for. An attempt may arrive and its
 * answer get lost: when the next one is told that the object is there already, or that its
 * upload is gone, the object is looked at, and the very same one is a success.
 *
 * The object and the bytes of a body are borrowed until `done` (of the object)
 * or `part_done` (of that part).
 */
#ifndef BF_AWS_S3_S3_H
#define BF_AWS_S3_S3_H

#include "lib/aws/sign/checksum.h"
#include "lib/aws/client/client.h"

enum { BF_S3_KEY_MAX = 1024, BF_S3_PARTS_MAX = 10000, BF_S3_PARTS_IN_FLIGHT = 8 };
#define BF_S3_PART_MIN ((uint64_t)5 << 20)
#define BF_S3_PART_MAX ((uint64_t)5 << 30)

/* What an object is to be. NULL strings are left out. */
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
    bool if_none_match;  /* only if there is no such object: 412 otherwise */
    bool resumed;        /* an earlier run may have put it: what is there may be ours */
    enum bf_checksum_kind checksum;
};

/* Bytes in memory, or of a file when fd > 0. */
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

/* A question about a bucket or an object: err is BF_E_NOTFOUND for what is not there, BF_E_DENIED where it cannot be
 * told. */
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
    char etag[80];           /* only of this object, without quotes; "": of any */
    /* The body holds until it returns. */
    void (*done)(struct bf_s3_get *get, const struct bf_s3_result *result, struct bf_str body);
    void *arg;
    uint64_t total; /* length of the object, in done */
    bool whole;     /* the service knows no ranges: the body is all of it */

    /* its own */
    struct bf_aws_call call;
    struct bf_s3_result result;
    char range[64], match[84];
};

BF_API BF_MUST bool bf_s3_get(struct bf_aws *aws, struct bf_s3_get *get, struct bf_err *e);

/* PutObject. */
struct bf_s3_put {
    const struct bf_s3_object *object;
    struct bf_s3_body body;
    const char *checksum_value; /* base64 when already known; NULL: computed */
    void (*done)(struct bf_s3_put *put, const struct bf_s3_result *result);
    void *arg;

    /* its own */
    struct bf_aws *aws;
    struct bf_aws_call call;
    struct bf_s3_head head;
    struct bf_s3_result result;
};

BF_API BF_MUST bool bf_s3_put(struct bf_aws *aws, struct bf_s3_put *put, struct bf_err *e);

/* A multipart upload. Parts go off as soon as the upload has its id. */
struct bf_s3_multipart;

struct bf_s3_events {
    /* the part's bytes are free again, delivered or not (then `done` follows) */
    void (*part_done)(void *arg, unsigned slot);
    void (*done)(void *arg, const struct bf_s3_result *result);
    /* the upload has got its id; may be NULL. For who remembers it, to abort what a crash leaves */
    void (*begun)(void *arg, const char *upload);
    void *arg;
};

BF_API BF_MUST struct bf_s3_multipart *bf_s3_multipart_new(struct bf_aws *aws,
                                                           const struct bf_s3_object *object,
                                                           const struct bf_s3_events *events,
                                                           struct bf_err *e);

/* Only after `done`. */
BF_API void bf_s3_multipart_destroy(struct bf_s3_multipart *m);

/* Can it take a part now? */
BF_API bool bf_s3_multipart_room(const struct bf_s3_multipart *m);

/* Sends the next part; *slot names it in part_done. */
BF_API BF_MUST bool bf_s3_multipart_part(struct bf_s3_multipart *m, struct bf_s3_body body,
                                         unsigned *slot, struct bf_err *e);

/* There are no more parts: completes when all are there. */
BF_API void bf_s3_multipart_finish(struct bf_s3_multipart *m);

/* Gives it up with this reason: aborts the upload, then `done`. */
BF_API void bf_s3_multipart_fail(struct bf_s3_multipart *m, const struct bf_err *why);

/* Gives up an upload that is known by its id only, of an earlier run. BF_E_NOTFOUND: there is none (any more). */
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

/* How large part number n (from 1) of an object of unknown length is to be: 5 MiB at first, doubling
 * every thousand parts, so that 10,000 parts reach 5 TB. */
BF_API uint64_t bf_s3_part_size(unsigned n);

/* How large each part of a body of known length is to be, at least `wanted`. */
BF_API uint64_t bf_s3_part_size_for(uint64_t length, uint64_t wanted);

/* Is the bucket there, and do the credentials hold? Asks for a list of one object, because only an answer with a body
 * says what is wrong with a request: after HEAD a wrong key and a missing permission look alike. payer as in
 * struct bf_s3_object. */
BF_API BF_MUST bool bf_s3_ask_bucket(struct bf_aws *aws, struct bf_s3_head *head,
                                     const char *bucket, const char *payer, struct bf_err *e);
BF_API BF_MUST bool bf_s3_head_object(struct bf_aws *aws, struct bf_s3_head *head,
                                      const struct bf_s3_object *object, struct bf_err *e);

/* Will S3 take an object of this key? BF_E_LIMIT or BF_E_INPUT with what is wrong: its length, its UTF-8, a NUL, or
 * ".." that leads out of the bucket (User guide, "Naming Amazon S3 objects"). */
BF_API BF_MUST bool bf_s3_check_key(struct bf_str key, struct bf_err *e);

/* Does ".." in it lead above the bucket? */
BF_API bool bf_s3_key_climbs(struct bf_str key);

/* The same as bf_s3_check_key of what stands in front of the first expression of a prefix; BF_E_USAGE. */
BF_API BF_MUST bool bf_s3_check_prefix(struct bf_str prefix, struct bf_err *e);

/* "s3://bucket/rest" into its two parts; BF_E_USAGE otherwise, and for names that are no bucket's: ARNs, and what
 * AWS keeps for S3 Express, Outposts and its like. */
BF_API BF_MUST bool bf_s3_parse_url(struct bf_str url, struct bf_str *bucket, struct bf_str *rest,
                                    struct bf_err *e);

#endif
