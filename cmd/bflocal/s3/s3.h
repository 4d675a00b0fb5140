/*
 * S3 inside: what its files share. Buckets and objects are rows; an object's
 * bytes are a file that is named by a random number, so no bucket or key ever
 * becomes part of a path. A file is written first and belongs to nobody; the row
 * that names it is what makes it an object, and files that no row names are
 * swept away at the next start after a crash.
 *
 *     service   which operation, the frame round it         error   errors
 *     file      files, free space                           sum     checksums
 *     body      an upload on its way to a file              state   what S3 keeps in memory
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
    bool upload;     /* the body goes to a file */
    bool bucket;     /* the bucket must exist */
    unsigned faults; /* of enum bl_can */
};

/* One S3 call; in the call's arena. */
struct bl_s3_call {
    const struct bl_s3_op *op;
    struct bf_str bucket, key; /* decoded */
    struct bl_s3_body body;
    uint64_t deletes_before; /* bl_s3.deletes when the call began */
};

static inline struct bl_s3_call *bl_s3_of(const struct bl_call *c)
{
    return c->sink_arg;
}

/* struct bl_call.cleanup of calls that upload or copy. */
static inline void bl_s3_cleanup(struct bl_call *c)
{
    bl_s3_body_free(&bl_s3_of(c)->body);
}

/* An object's row. Text lives in the arena of the call that read it. */
struct bl_s3_object {
    uint64_t file; /* 0: empty, no file */
    uint64_t size;
    int64_t modified_ms;   /* whole seconds */
    struct bf_str etag;    /* with its quotes */
    struct bf_str headers; /* "name:value\n", stored with the object and given back */
    enum bl_sum sum;
    bool composite;         /* the checksum is one of part checksums */
    struct bf_str sum_text; /* base64, "-N" behind a composite one */
    uint64_t parts;         /* of a multipart upload; 0 */
};

/* put.c. The store is locked by the caller. */
bool bl_s3_find(struct bl_call *c, struct bf_str bucket, struct bf_str key, struct bl_s3_object *o);
bool bl_s3_bucket_exists(struct bl_store *s, struct bf_str bucket);

/* If-Match and If-None-Match of a write, the store locked; false: the answer is set. */
bool bl_s3_precondition(struct bl_call *c);

/* No header that would have to be heeded and is not? False: the answer is set. */
bool bl_s3_check_headers(struct bl_call *c) BF_MUST;

/* tags.c: x-amz-tagging of the request, as S3 limits it. False: the answer is set. */
bool bl_s3_check_tags(struct bl_call *c) BF_MUST;

/* Is it the object's ETag, with or without its quotes? */
bool bl_s3_same_etag(struct bf_str given, struct bf_str etag);

/* Inside a transaction: is the bucket still there, and does the precondition hold? False: the answer is set. */
bool bl_s3_may_write(struct bl_call *c);

/* Inside a transaction: writes the row; *old_file is what it replaced (0: nothing). */
void bl_s3_replace(struct bl_store *st, struct bf_str bucket, struct bf_str key,
                   const struct bl_s3_object *o, uint64_t *old_file, uint64_t *old_size);

/* The request's headers that are kept with an object, as "name:value\n", in the arena. */
struct bf_str bl_s3_kept_headers(struct bl_call *c);

/* The value of one of them, p == NULL: it is not there. */
struct bf_str bl_s3_kept_header(struct bf_str headers, const char *name);

/* x-amz-checksum-... and x-amz-checksum-type into the answer. */
void bl_s3_answer_sum(struct bl_call *c, enum bl_sum sum, bool composite, struct bf_str text);

/* Notes a delete, for the 409 of conditional writes. */
void bl_s3_note_delete(struct bl_s3 *s, struct bf_str bucket, struct bf_str key);

/* The operations. */
void bl_s3_list_buckets(struct bl_call *c);
void bl_s3_create_bucket(struct bl_call *c);
void bl_s3_head_bucket(struct bl_call *c);
void bl_s3_delete_bucket(struct bl_call *c);
void bl_s3_bucket_location(struct bl_call *c);
void bl_s3_bucket_versioning(struct bl_call *c);
void bl_s3_no_tagging(struct bl_call *c);
void bl_s3_no_policy(struct bl_call *c);
void bl_s3_no_cors(struct bl_call *c);
void bl_s3_no_lifecycle(struct bl_call *c);
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
