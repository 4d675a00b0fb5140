/* S3: its state at the start, and the common parts of all operations. */
#include "cmd/bflocal/s3/service.h"

#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/http/check.h"
#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/wire/xml.h"
#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/s3/refuse.h"
#include "cmd/bflocal/s3/route.h"
#include "lib/encoding/sha256.h"

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
    "CREATE TABLE IF NOT EXISTS s3_notify (bucket TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_kept (bucket TEXT, kind TEXT, document BLOB,"
    " PRIMARY KEY (bucket, kind)) WITHOUT ROWID;"
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

static bool on_knows(const char *name, unsigned *faults)
{
    const struct bl_s3_op *op = bl_s3_op_named(name);
    *faults = op ? op->faults : 0;
    return op != NULL;
}

static bool on_piece(struct bl_call *c, struct bf_str piece)
{
    return bl_s3_body_feed(c, &bl_s3_of(c)->body, piece);
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

/* The size of user metadata: names and values together (API reference, PutObject). */
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

/* New buckets have access control lists disabled (S3 user guide, "Controlling ownership of
 * objects"). */
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

static bool begin_call(struct bl_call *c, struct bl_s3_call *s)
{
    enum bl_s3_level level;
    c->now_ms = bl_now_ms(c->local);
    if (!bl_s3_name_target(c, s, &level))
        return false;
    const struct bl_s3_op *op = bl_s3_route(c, level);
    c->op_name = op ? op->name : "";
    const struct bl_auth_server server = {
        c->local->access_key,     c->local->secret_key, c->local->region, "s3", true, c->now_ms,
        c->local->any_credentials};
    bl_auth_check(&server, &c->req, &c->arena, &c->auth);
    if (c->auth.code != BL_AUTH_OK)
        return bl_s3_fail_auth(c);
    if (!op)
        return bl_s3_fail_route(c, level);
    s->op = op;
    if (!check_bucket(c, s))
        return false;
    if (!bl_call_check(c) || !check_metadata(c) || !check_acl(c, s) || !bl_s3_check_headers(c) ||
        !bl_s3_check_tags(c))
        return false;
    pthread_mutex_lock(&c->local->s3->mutex);
    s->deletes_before = c->local->s3->deletes;
    pthread_mutex_unlock(&c->local->s3->mutex);
    if (!s->op->upload)
        return c->auth.payload < BL_PAYLOAD_SIGNED_CHUNKS || bl_s3_fail(c, BL_S3_NotImplemented);
    c->cleanup = bl_s3_cleanup;
    c->sink = on_piece;
    return bl_s3_body_begin(c, &s->body, c->local->s3);
}

static void finish_headers(struct bl_call *c)
{
    bl_answer_header(c, "x-amz-request-id", bf_str_of(c->request_id));
    bl_answer_headerf(c, "x-amz-id-2", "bflocal/%s", c->request_id);
    bl_answer_header(c, "Server", BF_STR("AmazonS3"));
}

/* A client that waits for "100 Continue" gets its answer at once. For any other client the body
 * is read first, because a connection that is closed during the upload would lose the answer. */
static bool on_begin(struct bl_call *c, size_t *max_body)
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
    if (begin_call(c, s))
        return true;
    c->failed = true;
    if (!bl_header(c, "expect").p)
        return true;
    finish_headers(c);
    return false;
}

/* Compares a collected body with its signed hash. */
static bool check_body(struct bl_call *c)
{
    char hex[BF_SHA256_HEX];
    if (bl_s3_of(c)->op->upload || c->auth.payload != BL_PAYLOAD_HASH)
        return true;
    if (bf_sha256_hex(c->req.body, hex) && bf_str_eq(c->auth.payload_hash, bf_str(hex, 64)))
        return true;
    return bl_s3_fail(c, BL_S3_XAmzContentSHA256Mismatch);
}

/* The fault `crc`: changes the checksum in the answer. */
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

/* Is a document as the service's model has it? An operation answers the lack of one. */
static bool check_document(struct bl_call *c)
{
    const struct bl_model *m = bl_model_find("s3", c->op_name);
    return bl_s3_of(c)->op->upload || !m || !bf_str_trim(c->req.body).n ||
           bl_model_fits_xml(m, c->req.body) || bl_s3_fail(c, BL_S3_MalformedXML);
}

static void on_finish(struct bl_call *c)
{
    c->ans.content_type = c->failed ? c->ans.content_type : "application/xml";
    if (!c->failed && !bl_s3_reply_fault(c) && check_body(c) && check_document(c))
        bl_s3_of(c)->op->run(c);
    if (!bf_buf_ok(&c->ans.body))
        bl_s3_fail(c, BL_S3_InternalError);
    if (c->ans.wrong_crc)
        spoil_sums(c);
    if (c->ans.status == 204)
        c->ans.content_type = NULL;
    finish_headers(c);
}

static void on_too_large(struct bl_call *c)
{
    bl_s3_failf(c, BL_S3_MalformedXML, "The XML you provided is larger than its limit");
    finish_headers(c);
}

static void on_head_too_large(struct bl_call *c)
{
    bl_s3_fail(c, BL_S3_RequestHeaderSectionTooLarge);
    finish_headers(c);
}

static const struct bl_protocol protocol = {
    .rest = true,
    .begin = on_begin,
    .finish = on_finish,
    .too_large = on_too_large,
    .head_too_large = on_head_too_large,
    .knows = on_knows,
    .refuse = bl_s3_refuse,
};

const struct bl_service bl_service_s3 = {
    .title = "S3",
    .name = "s3",
    .variable = "S3",
    .signing = "s3",
    .max_body = 2 * 1024 * 1024,
    .protocol = &protocol,
    .open = open_s3,
    .close = close_s3,
};
