/* S3: which operation a request is, and the frame round each. */
#include "cmd/bflocal/s3/s3.h"

#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/http/xml.h"
#include "lib/aws/s3/s3.h"
#include "lib/base/enc.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS s3_bucket (name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) "
    "WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_object (bucket TEXT, key BLOB, file INTEGER, size INTEGER, "
    "modified_ms INTEGER,"
    " etag TEXT, headers BLOB, sum INTEGER, composite INTEGER, sum_text TEXT, parts INTEGER,"
    " PRIMARY KEY (bucket, key)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_upload (id TEXT PRIMARY KEY, bucket TEXT, key BLOB, created_ms "
    "INTEGER,"
    " headers BLOB, sum INTEGER, composite INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_part (upload TEXT, number INTEGER, file INTEGER, size INTEGER, "
    "modified_ms INTEGER,"
    " md5 BLOB, sum INTEGER, sum_bytes BLOB, PRIMARY KEY (upload, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_done (id TEXT PRIMARY KEY, bucket TEXT, key BLOB, done_ms "
    "INTEGER,"
    " etag TEXT, sum INTEGER, composite INTEGER, sum_text TEXT) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS s3_object_file ON s3_object (file);"
    "CREATE INDEX IF NOT EXISTS s3_part_file ON s3_part (file);"
    "CREATE TABLE IF NOT EXISTS s3_state (dirty INTEGER);"
    "INSERT INTO s3_state SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM s3_state);";

static bool open_s3(struct bl_local *l, struct bf_err *e)
{
    struct bl_s3 *s = calloc(1, sizeof(*s));
    if (!s)
        return bf_err_nomem(e);
    l->s3 = s;
    s->local = l;
    s->dir_fd = -1;
    pthread_mutex_init(&s->mutex, NULL);
    pthread_mutex_init(&s->first, NULL);
    bf_rng_seed(&s->rng, bf_rng_entropy());
    if (!bl_store_exec(&l->store, schema, e) || !bl_s3_file_open_dir(s, e))
        return false;
    sqlite3_stmt *q = bl_sql(&l->store, "SELECT coalesce((SELECT sum(size) FROM s3_object), 0) + "
                                        "coalesce((SELECT sum(size) FROM s3_part), 0)");
    if (bl_step(&l->store, q))
        s->bytes = (uint64_t)bl_column_i64(q, 0);
    bl_done(q);
    return true;
}

static void close_s3(struct bl_local *l)
{
    if (!l->s3)
        return;
    bl_s3_file_close_dir(l->s3);
    pthread_mutex_destroy(&l->s3->mutex);
    pthread_mutex_destroy(&l->s3->first);
    free(l->s3);
    l->s3 = NULL;
}

const struct bl_service bl_service_s3 = {
    .name = "s3",
    .signing = "s3",
    .target = "",
    .content_type = "application/xml",
    .error_prefix = "",
    .max_body = 2 * 1024 * 1024,
    .open = open_s3,
    .close = close_s3,
};

enum level { SERVICE, BUCKET, OBJECT };

/* The first row that fits: method, what is named, a query parameter, a header. */
static const struct route {
    const char *method;
    enum level level;
    const char *query, *header;
    struct bl_s3_op op;
} routes[] = {
    {"GET", SERVICE, NULL, NULL, {"ListBuckets", bl_s3_list_buckets, false, false}},
    {"PUT", BUCKET, NULL, NULL, {"CreateBucket", bl_s3_create_bucket, false, false}},
    {"HEAD", BUCKET, NULL, NULL, {"HeadBucket", bl_s3_head_bucket, false, true}},
    {"DELETE", BUCKET, NULL, NULL, {"DeleteBucket", bl_s3_delete_bucket, false, true}},
    {"POST", BUCKET, "delete", NULL, {"DeleteObjects", bl_s3_delete_objects, false, true}},
    {"GET", BUCKET, "location", NULL, {"GetBucketLocation", bl_s3_bucket_location, false, true}},
    {"GET",
     BUCKET,
     "versioning",
     NULL,
     {"GetBucketVersioning", bl_s3_bucket_versioning, false, true}},
    {"GET", BUCKET, "tagging", NULL, {"GetBucketTagging", bl_s3_no_tagging, false, true}},
    {"GET", BUCKET, "policy", NULL, {"GetBucketPolicy", bl_s3_no_policy, false, true}},
    {"GET", BUCKET, "cors", NULL, {"GetBucketCors", bl_s3_no_cors, false, true}},
    {"GET",
     BUCKET,
     "lifecycle",
     NULL,
     {"GetBucketLifecycleConfiguration", bl_s3_no_lifecycle, false, true}},
    {"GET", BUCKET, "uploads", NULL, {"ListMultipartUploads", bl_s3_list_uploads, false, true}},
    {"GET", BUCKET, "list-type", NULL, {"ListObjectsV2", bl_s3_list_objects_v2, false, true}},
    {"GET", BUCKET, NULL, NULL, {"ListObjects", bl_s3_list_objects, false, true}},
    {"PUT", OBJECT, "tagging", NULL, {"PutObjectTagging", bl_s3_put_tagging, false, true}},
    {"DELETE", OBJECT, "tagging", NULL, {"DeleteObjectTagging", bl_s3_delete_tagging, false, true}},
    {"PUT",
     OBJECT,
     "uploadId",
     "x-amz-copy-source",
     {"UploadPartCopy", bl_s3_upload_part_copy, false, true}},
    {"PUT", OBJECT, "uploadId", NULL, {"UploadPart", bl_s3_upload_part, true, true}},
    {"PUT", OBJECT, NULL, "x-amz-copy-source", {"CopyObject", bl_s3_copy_object, false, true}},
    {"PUT", OBJECT, NULL, NULL, {"PutObject", bl_s3_put_object, true, true}},
    {"POST",
     OBJECT,
     "uploads",
     NULL,
     {"CreateMultipartUpload", bl_s3_create_multipart, false, true}},
    {"POST",
     OBJECT,
     "uploadId",
     NULL,
     {"CompleteMultipartUpload", bl_s3_complete_multipart, false, true}},
    {"DELETE",
     OBJECT,
     "uploadId",
     NULL,
     {"AbortMultipartUpload", bl_s3_abort_multipart, false, true}},
    {"DELETE", OBJECT, NULL, NULL, {"DeleteObject", bl_s3_delete_object, false, true}},
    {"GET", OBJECT, "uploadId", NULL, {"ListParts", bl_s3_list_parts, false, true}},
    {"GET", OBJECT, "tagging", NULL, {"GetObjectTagging", bl_s3_get_tagging, false, true}},
    {"GET", OBJECT, "attributes", NULL, {"GetObjectAttributes", bl_s3_get_attributes, false, true}},
    {"GET", OBJECT, NULL, NULL, {"GetObject", bl_s3_get_object, false, true}},
    {"HEAD", OBJECT, NULL, NULL, {"HeadObject", bl_s3_get_object, false, true}},
};

bool bl_s3_knows(const char *op)
{
    for (size_t i = 0; i < BF_COUNT(routes); i++)
        if (strcmp(op, routes[i].op.name) == 0)
            return true;
    return false;
}

/* Sub-resources that S3 has and bflocal has not: not to be taken for the plain operation. */
static const char *const beyond[] = {
    "accelerate",
    "acl",
    "analytics",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "logging",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "torrent",
    "versionId",
    "versions",
    "website",
};

/* Is the parameter in the query, with or without a value? */
static bool has_query(const struct bl_call *c, const char *name)
{
    struct bf_str rest = c->req.query, item, want = bf_str_of(name);
    while (rest.p && bf_str_split(&rest, '&', &item)) {
        struct bf_str value = item, key;
        if (bf_str_split(&value, '=', &key) && bf_str_eq(key, want))
            return true;
    }
    return false;
}

/* What of the request bflocal has not, NULL: nothing. */
static const char *find_beyond(const struct bl_call *c, enum level level)
{
    static const char *const written[] = {
        "tagging", "versioning", "location",
        "policy",  "cors",       "lifecycle"}; /* these can be read; an object's tags be written */
    bool get = bf_str_is(c->req.method, "GET"), head = bf_str_is(c->req.method, "HEAD");
    for (size_t i = 0; i < BF_COUNT(beyond); i++)
        if (has_query(c, beyond[i]))
            return beyond[i];
    for (size_t i = level == OBJECT; !get && i < BF_COUNT(written); i++)
        if (has_query(c, written[i]))
            return written[i];
    return (get || head) && has_query(c, "partNumber") ? "partNumber" : NULL;
}

static const struct route *find_route(const struct bl_call *c, enum level level)
{
    if (c->req.query.n && find_beyond(c, level))
        return NULL;
    for (size_t i = 0; i < BF_COUNT(routes); i++) {
        const struct route *r = &routes[i];
        if (r->level == level && bf_str_eq(c->req.method, bf_str_of(r->method)) &&
            (!r->query || has_query(c, r->query)) && (!r->header || bl_header(c, r->header).p))
            return r;
    }
    return NULL;
}

/* Virtual-host style: BUCKET.s3.REGION.amazonaws.com, BUCKET.s3.localhost, BUCKET.localhost. */
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

static bool decode(struct bl_call *c, struct bf_str wire, struct bf_str *out)
{
    struct bf_buf b;
    bf_buf_init(&b, wire.n + 1);
    bf_uri_decode(&b, wire);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(&c->arena, bf_buf_view(&b), out);
    bf_buf_free(&b);
    return ok || bl_s3_fail(c, BL_S3_InternalError);
}

/* Bucket and key out of host and path. */
static bool name_target(struct bl_call *c, struct bl_s3_call *s, enum level *level)
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
    if (!decode(c, bucket, &s->bucket) || !decode(c, key, &s->key))
        return false;
    *level = s->bucket.n == 0 ? SERVICE : s->key.n == 0 ? BUCKET : OBJECT;
    if (s->key.n > BL_S3_KEY_MAX)
        return bl_s3_fail_with(
            c, BL_S3_KeyTooLongError,
            bl_arena_printf(&c->arena, "<Size>%zu</Size><MaxSizeAllowed>%d</MaxSizeAllowed>",
                            s->key.n, BL_S3_KEY_MAX),
            NULL);
    if (bf_s3_key_climbs(s->key)) { /* S3 says no more than the status */
        bl_s3_fail(c, BL_S3_InvalidURI);
        bf_buf_reset(&c->ans.body);
        return false;
    }
    return (bf_utf8_valid(s->key, NULL) && bf_utf8_valid(s->bucket, NULL)) ||
           bl_s3_fail(c, BL_S3_InvalidURI);
}

static void on_cleanup(struct bl_call *c)
{
    bl_s3_body_free(&bl_s3_of(c)->body);
}

static bool check_bucket(struct bl_call *c, const struct bl_s3_call *s)
{
    if (!s->op->bucket)
        return true;
    bl_store_lock(c->store);
    bool found = bl_s3_bucket_exists(c->store, s->bucket);
    if (!bl_s3_end_read(c))
        return false;
    if (found)
        return true;
    struct bf_buf x;
    bf_buf_init(&x, 64 * 1024);
    bl_xml_element(&x, "BucketName", s->bucket);
    bl_s3_fail_with(c, BL_S3_NoSuchBucket, bf_buf_view(&x), NULL);
    bf_buf_free(&x);
    return false;
}

/* User metadata: names and values together (API reference, PutObject). */
static bool check_metadata(struct bl_call *c)
{
    static const struct bf_str prefix = BF_STR("x-amz-meta-");
    size_t bytes = 0;
    for (size_t i = 0; i < c->req.nheaders; i++)
        if (bf_str_starts(c->req.headers[i].name, prefix))
            bytes += c->req.headers[i].name.n - prefix.n + c->req.headers[i].value.n;
    return bytes <= BL_S3_METADATA_MAX ||
           bl_s3_fail_with(c, BL_S3_MetadataTooLarge,
                           bl_arena_printf(&c->arena,
                                           "<Size>%zu</Size><MaxSizeAllowed>%d</MaxSizeAllowed>",
                                           bytes, BL_S3_METADATA_MAX),
                           NULL);
}

static bool fail_route(struct bl_call *c, enum level level)
{
    const char *what = find_beyond(c, level);
    if (!what)
        return bl_s3_fail(c, BL_S3_MethodNotAllowed);
    return bl_s3_failf(c, BL_S3_NotImplemented,
                       "bflocal has no %s ?%s: it holds the slice of S3 that the toolkit uses",
                       c->req.method.p, what);
}

/* A new bucket knows no access control lists (S3 user guide, "Controlling ownership of objects"). */
static bool check_acl(struct bl_call *c, const struct bl_s3_call *s)
{
    struct bf_str acl = bl_header(c, "x-amz-acl");
    bool wanted =
        acl.p && !bf_str_is(acl, "private") && !bf_str_is(acl, "bucket-owner-full-control");
    for (size_t i = 0; i < c->req.nheaders; i++)
        wanted = wanted || bf_str_starts(c->req.headers[i].name, BF_STR("x-amz-grant-"));
    return !wanted || bl_s3_fail(c, s->op->bucket ? BL_S3_AccessControlListNotSupported
                                                  : BL_S3_InvalidBucketAclWithObjectOwnership);
}

static bool begin(struct bl_call *c, struct bl_s3_call *s)
{
    enum level level;
    c->now_ms = bl_now_ms(c->local);
    if (!name_target(c, s, &level))
        return false;
    const struct route *r = find_route(c, level);
    c->op_name = r ? r->op.name : "";
    const struct bl_auth_server server = {
        c->local->access_key, c->local->secret_key, c->local->region, "s3", true, c->now_ms};
    bl_auth_check(&server, &c->req, &c->arena, &c->auth);
    if (c->auth.code != BL_AUTH_OK)
        return bl_s3_fail_auth(c);
    if (!r)
        return fail_route(c, level);
    s->op = &r->op;
    if (!check_bucket(c, s))
        return false;
    if (!check_metadata(c) || !check_acl(c, s) || !bl_s3_check_headers(c) || !bl_s3_check_tags(c))
        return false;
    pthread_mutex_lock(&c->local->s3->mutex);
    s->deletes_before = c->local->s3->deletes;
    pthread_mutex_unlock(&c->local->s3->mutex);
    if (!s->op->upload)
        return c->auth.payload < BL_PAYLOAD_SIGNED_CHUNKS || bl_s3_fail(c, BL_S3_NotImplemented);
    c->cleanup = on_cleanup;
    c->sink = bl_s3_body_sink;
    return bl_s3_body_begin(c, &s->body, c->local->s3);
}

static void finish_headers(struct bl_call *c)
{
    bl_answer_header(c, "x-amz-request-id", bf_str_of(c->request_id));
    bl_answer_headerf(c, "x-amz-id-2", "bflocal/%s", c->request_id);
    bl_answer_header(c, "Server", BF_STR("AmazonS3"));
}

/* A client that waits for "100 Continue" is answered at once; any other is heard out first, because a
 * connection closed on it in mid-upload would cost it the answer. */
bool bl_s3_begin(struct bl_call *c, size_t *max_body)
{
    struct bl_s3_call *s = bf_arena_alloc(&c->arena, sizeof(*s));
    *max_body = c->service->max_body;
    if (!s) {
        bl_s3_fail(c, BL_S3_InternalError);
        return false;
    }
    memset(s, 0, sizeof(*s));
    s->body.fd = -1;
    c->sink_arg = s;
    if (begin(c, s))
        return true;
    c->failed = true;
    if (!bl_header(c, "expect").p)
        return true;
    finish_headers(c);
    return false;
}

/* The hash that was signed, for bodies that are collected. */
static bool check_body(struct bl_call *c)
{
    char hex[BF_SHA256_HEX];
    if (bl_s3_of(c)->op->upload || c->auth.payload != BL_PAYLOAD_HASH)
        return true;
    if (bf_sha256_hex(c->req.body, hex) && bf_str_eq(c->auth.payload_hash, bf_str(hex, 64)))
        return true;
    return bl_s3_fail(c, BL_S3_XAmzContentSHA256Mismatch);
}

/* The fault `crc`: the checksum that the answer states is another's. */
static void spoil_sums(struct bl_call *c)
{
    for (size_t i = 0; i < c->ans.nheaders; i++) {
        struct bf_sigv4_header *h = &c->ans.headers[i];
        if (bl_sum_by_header(h->name) == BL_SUM_NONE || h->value.n < 2)
            continue;
        h->value =
            bl_arena_printf(&c->arena, "%c%s", h->value.p[0] == 'A' ? 'B' : 'A', h->value.p + 1);
    }
}

void bl_s3_finish(struct bl_call *c)
{
    c->ans.content_type = c->failed ? c->ans.content_type : "application/xml";
    if (!c->failed && !bl_s3_reply_fault(c) && check_body(c))
        bl_s3_of(c)->op->run(c);
    if (!bf_buf_ok(&c->ans.body))
        bl_s3_fail(c, BL_S3_InternalError);
    if (c->ans.wrong_crc)
        spoil_sums(c);
    if (c->ans.status == 204)
        c->ans.content_type = NULL;
    finish_headers(c);
}

void bl_s3_too_large(struct bl_call *c)
{
    bl_s3_failf(c, BL_S3_MalformedXML, "The XML you provided is larger than its limit");
    finish_headers(c);
}

void bl_s3_head_too_large(struct bl_call *c)
{
    bl_s3_fail(c, BL_S3_RequestHeaderSectionTooLarge);
    finish_headers(c);
}
