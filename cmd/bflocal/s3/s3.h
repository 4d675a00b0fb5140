/*
 * S3: declarations that its files share. Buckets and objects are rows. An object's
 * bytes are in a file with a random number as its name, so a bucket or key is never
 * part of a path. The file is written first; its object exists when a row names the
 * file. Files without a row are deleted at the next start after a crash.
 *
 *     service   chooses the operation, common parts         error   errors
 *     file      files, free space                           sum     checksums
 *     body      an upload that is written to a file         state   S3's state in memory
 *     bucket, put, get, tags, delete, list, multi, complete, copy   the operations
 */
#ifndef BL_S3_H
#define BL_S3_H

#include "cmd/bflocal/s3/body.h"
#include "cmd/bflocal/s3/error.h"
#include "cmd/bflocal/s3/state.h"

enum { BL_S3_KEY_MAX = 1024, BL_S3_METADATA_MAX = 2048, BL_S3_PART_MIN = 5 * 1024 * 1024 };

struct bl_s3_op {
    const char *name;
    void (*run)(struct bl_call *c);
    bool upload;     /* the body is written to a file */
    bool bucket;     /* the bucket must exist */
    unsigned faults; /* of enum bl_can */
};

/* One S3 call; in the call's arena. */
struct bl_s3_call {
    const struct bl_s3_op *op;
    struct bf_str bucket, key; /* decoded */
    struct bl_s3_body body;
    uint64_t deletes_before; /* bl_s3.deletes at the beginning of the call */
};

static inline struct bl_s3_call *bl_s3_of(const struct bl_call *c)
{
    return c->sink_arg;
}

/* The cleanup function of calls that upload or copy. */
static inline void bl_s3_cleanup(struct bl_call *c)
{
    bl_s3_body_free(&bl_s3_of(c)->body);
}

/* An object's row. Its text is in the arena of the call. */
struct bl_s3_object {
    uint64_t file; /* 0: an empty object */
    uint64_t size;
    int64_t modified_ms;   /* whole seconds */
    struct bf_str etag;    /* with its quotes */
    struct bf_str headers; /* "name:value\n" lines, stored with the object and returned with it */
    enum bl_sum sum;
    bool composite;         /* the checksum is computed from the parts' checksums */
    struct bf_str sum_text; /* base64, with "-N" after a composite one */
    uint64_t parts;         /* of a multipart upload; otherwise 0 */
};

/* In put.c. The caller has locked the store. */
bool bl_s3_find(struct bl_call *c, struct bf_str bucket, struct bf_str key, struct bl_s3_object *o);
bool bl_s3_bucket_exists(struct bl_store *s, struct bf_str bucket);

/* Checks If-Match and If-None-Match of a write; the store is locked. False: the answer is set. */
bool bl_s3_precondition(struct bl_call *c);

/* Refuses headers that bflocal would have to implement. False: the answer is set. */
bool bl_s3_check_headers(struct bl_call *c) BF_MUST;

/* In tags.c. Checks x-amz-tagging of the request against S3's limits. False: the answer is set. */
bool bl_s3_check_tags(struct bl_call *c) BF_MUST;

/* Is it the object's ETag, with or without quotes? */
bool bl_s3_same_etag(struct bf_str given, struct bf_str etag);

/* Inside a transaction: does the bucket still exist, and is the precondition satisfied? False:
 * the answer is set. */
bool bl_s3_may_write(struct bl_call *c);

/* Inside a transaction: writes the row; *old_file is the file of the replaced object (0: none). */
void bl_s3_replace(struct bl_store *st, struct bf_str bucket, struct bf_str key,
                   const struct bl_s3_object *o, uint64_t *old_file, uint64_t *old_size);

/* In notify.c. Inside a transaction: publishes the change of an object, if its bucket's notifications go to
 * EventBridge. */
struct bl_s3_told {
    struct bf_str bucket, key;
    const struct bl_s3_object *object; /* NULL: it was deleted */
    const char *reason;                /* "PutObject" */
    const char *request_id;
};
void bl_s3_tell(struct bl_local *l, const struct bl_s3_told *t);

/* Whoever owns an object, or has begun an upload, as XML. */
#define BL_S3_OWNER "<ID>" BL_ACCOUNT "</ID><DisplayName>bflocal</DisplayName>"

/* The request's headers that are stored with an object, as "name:value\n" lines in the arena. */
struct bf_str bl_s3_kept_headers(struct bl_call *c);

/* The value of one of them; p == NULL if it is absent. */
struct bf_str bl_s3_kept_header(struct bf_str headers, const char *name);

/* Answers x-amz-checksum-... and x-amz-checksum-type. */
void bl_s3_answer_sum(struct bl_call *c, enum bl_sum sum, bool composite, struct bf_str text);

/* Answers x-amz-server-side-encryption: the one that is stored with the object, or AES256, which S3
 * applies to every other object since 2023. */
void bl_s3_answer_encryption(struct bl_call *c, struct bf_str headers);

/* Records a delete, so that a concurrent conditional write answers 409. */
void bl_s3_note_delete(struct bl_s3 *s, struct bf_str bucket, struct bf_str key);

/* The operations. */
void bl_s3_list_buckets(struct bl_call *c);
void bl_s3_create_bucket(struct bl_call *c);
void bl_s3_head_bucket(struct bl_call *c);
void bl_s3_delete_bucket(struct bl_call *c);
void bl_s3_bucket_location(struct bl_call *c);
void bl_s3_bucket_versioning(struct bl_call *c);
void bl_s3_put_notification(struct bl_call *c);
void bl_s3_get_notification(struct bl_call *c);
void bl_s3_no_tagging(struct bl_call *c);
void bl_s3_no_policy(struct bl_call *c);
void bl_s3_no_cors(struct bl_call *c);
void bl_s3_put_kept(struct bl_call *c);
void bl_s3_get_kept(struct bl_call *c);
void bl_s3_delete_kept(struct bl_call *c);
void bl_s3_list_objects(struct bl_call *c);
void bl_s3_list_objects_v2(struct bl_call *c);
void bl_s3_put_object(struct bl_call *c);
void bl_s3_copy_object(struct bl_call *c);
void bl_s3_get_object(struct bl_call *c);
void bl_s3_get_attributes(struct bl_call *c);
void bl_s3_get_tagging(struct bl_call *c);
void bl_s3_put_tagging(struct bl_call *c);
void bl_s3_delete_tagging(struct bl_call *c);
void bl_s3_delete_object(struct bl_call *c);
void bl_s3_delete_objects(struct bl_call *c);
void bl_s3_create_multipart(struct bl_call *c);
void bl_s3_upload_part(struct bl_call *c);
void bl_s3_upload_part_copy(struct bl_call *c);
void bl_s3_complete_multipart(struct bl_call *c);
void bl_s3_abort_multipart(struct bl_call *c);
void bl_s3_list_parts(struct bl_call *c);
void bl_s3_list_uploads(struct bl_call *c);

#endif
