#include "cmd/bflocal/s3/route.h"

#include "lib/aws/s3/s3.h"
#include "lib/encoding/enc.h"

/* The first matching row counts: method, level, a query parameter, a header. */
static const struct route {
    const char *method;
    enum bl_s3_level level;
    const char *query, *header;
    struct bl_s3_op op;
} routes[] = {
    {"GET", BL_S3_SERVICE, NULL, NULL, {"ListBuckets", bl_s3_list_buckets, false, false, 0}},
    {"PUT",
     BL_S3_BUCKET,
     "notification",
     NULL,
     {"PutBucketNotificationConfiguration", bl_s3_put_notification, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "notification",
     NULL,
     {"GetBucketNotificationConfiguration", bl_s3_get_notification, false, true, 0}},
    {"PUT",
     BL_S3_BUCKET,
     "encryption",
     NULL,
     {"PutBucketEncryption", bl_s3_put_kept, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "encryption",
     NULL,
     {"GetBucketEncryption", bl_s3_get_kept, false, true, 0}},
    {"DELETE",
     BL_S3_BUCKET,
     "encryption",
     NULL,
     {"DeleteBucketEncryption", bl_s3_delete_kept, false, true, 0}},
    {"PUT",
     BL_S3_BUCKET,
     "publicAccessBlock",
     NULL,
     {"PutPublicAccessBlock", bl_s3_put_kept, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "publicAccessBlock",
     NULL,
     {"GetPublicAccessBlock", bl_s3_get_kept, false, true, 0}},
    {"DELETE",
     BL_S3_BUCKET,
     "publicAccessBlock",
     NULL,
     {"DeletePublicAccessBlock", bl_s3_delete_kept, false, true, 0}},
    {"PUT",
     BL_S3_BUCKET,
     "lifecycle",
     NULL,
     {"PutBucketLifecycleConfiguration", bl_s3_put_kept, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "lifecycle",
     NULL,
     {"GetBucketLifecycleConfiguration", bl_s3_get_kept, false, true, 0}},
    {"DELETE",
     BL_S3_BUCKET,
     "lifecycle",
     NULL,
     {"DeleteBucketLifecycle", bl_s3_delete_kept, false, true, 0}},
    {"PUT", BL_S3_BUCKET, NULL, NULL, {"CreateBucket", bl_s3_create_bucket, false, false, 0}},
    {"HEAD", BL_S3_BUCKET, NULL, NULL, {"HeadBucket", bl_s3_head_bucket, false, true, 0}},
    {"DELETE", BL_S3_BUCKET, NULL, NULL, {"DeleteBucket", bl_s3_delete_bucket, false, true, 0}},
    {"POST", BL_S3_BUCKET, "delete", NULL, {"DeleteObjects", bl_s3_delete_objects, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "location",
     NULL,
     {"GetBucketLocation", bl_s3_bucket_location, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "versioning",
     NULL,
     {"GetBucketVersioning", bl_s3_bucket_versioning, false, true, 0}},
    {"GET", BL_S3_BUCKET, "tagging", NULL, {"GetBucketTagging", bl_s3_no_tagging, false, true, 0}},
    {"GET", BL_S3_BUCKET, "policy", NULL, {"GetBucketPolicy", bl_s3_no_policy, false, true, 0}},
    {"GET", BL_S3_BUCKET, "cors", NULL, {"GetBucketCors", bl_s3_no_cors, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "uploads",
     NULL,
     {"ListMultipartUploads", bl_s3_list_uploads, false, true, 0}},
    {"GET",
     BL_S3_BUCKET,
     "list-type",
     NULL,
     {"ListObjectsV2", bl_s3_list_objects_v2, false, true, 0}},
    {"GET", BL_S3_BUCKET, NULL, NULL, {"ListObjects", bl_s3_list_objects, false, true, 0}},
    {"PUT", BL_S3_OBJECT, "tagging", NULL, {"PutObjectTagging", bl_s3_put_tagging, false, true, 0}},
    {"DELETE",
     BL_S3_OBJECT,
     "tagging",
     NULL,
     {"DeleteObjectTagging", bl_s3_delete_tagging, false, true, 0}},
    {"PUT",
     BL_S3_OBJECT,
     "uploadId",
     "x-amz-copy-source",
     {"UploadPartCopy", bl_s3_upload_part_copy, false, true, BL_CAN_ERROR200}},
    {"PUT", BL_S3_OBJECT, "uploadId", NULL, {"UploadPart", bl_s3_upload_part, true, true, 0}},
    {"PUT",
     BL_S3_OBJECT,
     NULL,
     "x-amz-copy-source",
     {"CopyObject", bl_s3_copy_object, false, true, BL_CAN_ERROR200}},
    {"PUT", BL_S3_OBJECT, NULL, NULL, {"PutObject", bl_s3_put_object, true, true, BL_CAN_CONFLICT}},
    {"POST",
     BL_S3_OBJECT,
     "uploads",
     NULL,
     {"CreateMultipartUpload", bl_s3_create_multipart, false, true, 0}},
    {"POST",
     BL_S3_OBJECT,
     "uploadId",
     NULL,
     {"CompleteMultipartUpload", bl_s3_complete_multipart, false, true,
      BL_CAN_CONFLICT | BL_CAN_ERROR200}},
    {"DELETE",
     BL_S3_OBJECT,
     "uploadId",
     NULL,
     {"AbortMultipartUpload", bl_s3_abort_multipart, false, true, 0}},
    {"DELETE", BL_S3_OBJECT, NULL, NULL, {"DeleteObject", bl_s3_delete_object, false, true, 0}},
    {"GET", BL_S3_OBJECT, "uploadId", NULL, {"ListParts", bl_s3_list_parts, false, true, 0}},
    {"GET", BL_S3_OBJECT, "tagging", NULL, {"GetObjectTagging", bl_s3_get_tagging, false, true, 0}},
    {"GET",
     BL_S3_OBJECT,
     "attributes",
     NULL,
     {"GetObjectAttributes", bl_s3_get_attributes, false, true, 0}},
    {"GET", BL_S3_OBJECT, NULL, NULL, {"GetObject", bl_s3_get_object, false, true, 0}},
    {"HEAD", BL_S3_OBJECT, NULL, NULL, {"HeadObject", bl_s3_get_object, false, true, 0}},
};

const struct bl_s3_op *bl_s3_op_named(const char *name)
{
    for (size_t i = 0; i < BF_COUNT(routes); i++)
        if (strcmp(name, routes[i].op.name) == 0)
            return &routes[i].op;
    return NULL;
}

/* Subresources of S3 that bflocal does not have. They must not be mistaken for the plain
 * operation. */
static const char *const beyond[] = {
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "logging",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "torrent",
    "versionId",
    "versions",
    "website",
};

bool bl_s3_has_query(const struct bl_call *c, const char *name)
{
    struct bf_str rest = c->req.query, item, want = bf_str_of(name);
    while (rest.p && bf_str_split(&rest, '&', &item)) {
        struct bf_str value = item, key;
        if (bf_str_split(&value, '=', &key) && bf_str_eq(key, want))
            return true;
    }
    return false;
}

/* Has the table an operation for this subresource and the request's method? */
static bool is_served(const struct bl_call *c, enum bl_s3_level level, const char *name)
{
    for (size_t i = 0; i < BF_COUNT(routes); i++)
        if (routes[i].level == level && routes[i].query && strcmp(routes[i].query, name) == 0 &&
            bf_str_eq(c->req.method, bf_str_of(routes[i].method)))
            return true;
    return false;
}

/* A subresource of the request that bflocal does not have; NULL: none. */
static const char *find_beyond(const struct bl_call *c, enum bl_s3_level level)
{
    static const char *const written[] = {
        "tagging", "versioning", "location", "policy",
        "cors",    "lifecycle"}; /* bflocal answers reads of these, and writes of an object's tags */
    bool get = bf_str_is(c->req.method, "GET"), head = bf_str_is(c->req.method, "HEAD");
    for (size_t i = 0; i < BF_COUNT(beyond); i++)
        if (bl_s3_has_query(c, beyond[i]) && !is_served(c, level, beyond[i]))
            return beyond[i];
    for (size_t i = level == BL_S3_OBJECT; !get && i < BF_COUNT(written); i++)
        if (bl_s3_has_query(c, written[i]) && !is_served(c, level, written[i]))
            return written[i];
    return (get || head) && bl_s3_has_query(c, "partNumber") ? "partNumber" : NULL;
}

const struct bl_s3_op *bl_s3_route(const struct bl_call *c, enum bl_s3_level level)
{
    if (c->req.query.n && find_beyond(c, level))
        return NULL;
    for (size_t i = 0; i < BF_COUNT(routes); i++) {
        const struct route *r = &routes[i];
        if (r->level == level && bf_str_eq(c->req.method, bf_str_of(r->method)) &&
            (!r->query || bl_s3_has_query(c, r->query)) &&
            (!r->header || bl_header(c, r->header).p))
            return &r->op;
    }
    return NULL;
}

/* The bucket in a virtual host: BUCKET.s3.REGION.amazonaws.com, BUCKET.s3.localhost,
 * BUCKET.localhost. */
static struct bf_str bucket_of_host(const struct bl_call *c)
{
    static const struct bf_str local = BF_STR(".localhost");
    struct bf_str host = bl_header(c, "host"), none = {NULL, 0};
    const char *colon = host.n ? memchr(host.p, ':', host.n) : NULL;
    if (colon)
        host.n = (size_t)(colon - host.p);
    for (size_t i = host.n; i-- > 1;)
        if (host.n - i > 4 &&
            (memcmp(host.p + i, ".s3.", 4) == 0 || memcmp(host.p + i, ".s3-", 4) == 0))
            return bf_str(host.p, i);
    if (bf_str_starts(host, BF_STR("s3.")) || host.n <= local.n ||
        memcmp(host.p + host.n - local.n, local.p, local.n) != 0)
        return none;
    return bf_str(host.p, host.n - local.n);
}

static bool decode_name(struct bl_call *c, struct bf_str wire, struct bf_str *out)
{
    struct bf_buf b;
    bf_buf_init(&b, wire.n + 1);
    bf_uri_decode(&b, wire);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(&c->arena, bf_buf_view(&b), out);
    bf_buf_free(&b);
    return ok || bl_s3_fail(c, BL_S3_InternalError);
}

/* Reads bucket and key from host and path. */
bool bl_s3_name_target(struct bl_call *c, struct bl_s3_call *s, enum bl_s3_level *level)
{
    struct bf_str path = c->req.path, host = bucket_of_host(c);
    if (path.n && path.p[0] == '/')
        path = bf_str(path.p + 1, path.n - 1);
    struct bf_str bucket = host, key = path;
    if (!host.p) {
        const char *slash = memchr(path.p, '/', path.n);
        bucket = slash ? bf_str(path.p, (size_t)(slash - path.p)) : path;
        key = slash ? bf_str(slash + 1, path.n - bucket.n - 1) : bf_str(path.p, 0);
    }
    if (!decode_name(c, bucket, &s->bucket) || !decode_name(c, key, &s->key))
        return false;
    *level = s->bucket.n == 0 ? BL_S3_SERVICE : s->key.n == 0 ? BL_S3_BUCKET : BL_S3_OBJECT;
    if (s->key.n > BL_S3_KEY_MAX)
        return bl_s3_fail_with(
            c, BL_S3_KeyTooLongError,
            bl_arena_printf(&c->arena, "<Size>%zu</Size><MaxSizeAllowed>%d</MaxSizeAllowed>",
                            s->key.n, BL_S3_KEY_MAX),
            NULL);
    if (bf_s3_key_refused(s->key)) { /* S3 answers only with the status */
        bl_s3_fail(c, BL_S3_InvalidURI);
        bf_buf_reset(&c->ans.body);
        return false;
    }
    return (bf_utf8_valid(s->key, NULL) && bf_utf8_valid(s->bucket, NULL)) ||
           bl_s3_fail(c, BL_S3_InvalidURI);
}

bool bl_s3_fail_route(struct bl_call *c, enum bl_s3_level level)
{
    const char *what = find_beyond(c, level);
    if (!what)
        return bl_s3_fail(c, BL_S3_MethodNotAllowed);
    return bl_s3_failf(c, BL_S3_NotImplemented,
                       "bflocal has no %s ?%s: it has the operations that bfpipe uses",
                       c->req.method.p, what);
}
