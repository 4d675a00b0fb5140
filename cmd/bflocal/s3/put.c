/* PutObject, and helpers for all operations that write objects. */
#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/s3/file.h"
#include "lib/encoding/enc.h"
#include "lib/base/map.h"

static bool copy_view(struct bl_call *c, struct bf_str v, struct bf_str *out)
{
    return bf_arena_copy(&c->arena, v, out);
}

bool bl_s3_find(struct bl_call *c, struct bf_str bucket, struct bf_str key, struct bl_s3_object *o)
{
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT file, size, modified_ms, etag, headers, sum, composite, sum_text, "
                         "parts FROM s3_object WHERE bucket = ? AND key = ?");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, key);
    memset(o, 0, sizeof(*o));
    if (!bl_step(c->store, q))
        return false;
    o->file = (uint64_t)bl_column_i64(q, 0);
    o->size = (uint64_t)bl_column_i64(q, 1);
    o->modified_ms = bl_column_i64(q, 2);
    int64_t sum = bl_column_i64(q, 5);
    o->sum = sum > 0 && sum < BL_SUMS ? (enum bl_sum)sum : BL_SUM_NONE;
    o->composite = bl_column_i64(q, 6) != 0;
    o->parts = (uint64_t)bl_column_i64(q, 8);
    bool ok = copy_view(c, bl_column_text(q, 3), &o->etag) &&
              copy_view(c, bl_column_blob(q, 4), &o->headers) &&
              copy_view(c, bl_column_text(q, 7), &o->sum_text);
    bl_done(q);
    return ok;
}

static uint64_t name_hash(struct bf_str bucket, struct bf_str key)
{
    return bf_hash(bucket) * 31 + bf_hash(key);
}

void bl_s3_note_delete(struct bl_s3 *s, struct bf_str bucket, struct bf_str key)
{
    pthread_mutex_lock(&s->mutex);
    s->deleted[s->deletes++ % BL_S3_DELETES] = name_hash(bucket, key);
    pthread_mutex_unlock(&s->mutex);
}

/* Was the key deleted after the call began? */
static bool deleted_since(struct bl_s3 *s, const struct bl_s3_call *call)
{
    uint64_t want = name_hash(call->bucket, call->key);
    bool found = false;
    pthread_mutex_lock(&s->mutex);
    uint64_t from = call->deletes_before;
    if (s->deletes - from > BL_S3_DELETES)
        from = s->deletes - BL_S3_DELETES;
    for (; from < s->deletes; from++)
        found = found || s->deleted[from % BL_S3_DELETES] == want;
    pthread_mutex_unlock(&s->mutex);
    return found;
}

bool bl_s3_same_etag(struct bf_str given, struct bf_str etag)
{
    if (given.n + 2 == etag.n)
        etag = bf_str(etag.p + 1, etag.n - 2);
    return bf_str_eq(given, etag);
}

static bool check_class(struct bl_call *c)
{
    static const char *const classes[] = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                          "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
                                          "GLACIER_IR", "DEEP_ARCHIVE"};
    struct bf_str class = bl_header(c, "x-amz-storage-class");
    for (size_t i = 0; class.p && i < BF_COUNT(classes); i++)
        if (bf_str_eq(class, bf_str_of(classes[i])))
            return true;
    return !class.p || bl_s3_fail(c, BL_S3_InvalidStorageClass);
}

/* Refuses headers that change what is stored, or who may store it, and that bflocal does not
 * implement. */
bool bl_s3_check_headers(struct bl_call *c)
{
    static const char *const none[] = {"x-amz-server-side-encryption-customer-",
                                       "x-amz-copy-source-server-side-encryption-customer-",
                                       "x-amz-object-lock-", "x-amz-bucket-object-lock-enabled"};
    for (size_t i = 0; i < c->req.nheaders; i++)
        for (size_t k = 0; k < BF_COUNT(none); k++)
            if (bf_str_starts(c->req.headers[i].name, bf_str_of(none[k])))
                return bl_s3_failf(c, BL_S3_NotImplemented, "bflocal has no header %.*s",
                                   (int)c->req.headers[i].name.n, c->req.headers[i].name.p);
    if (!check_class(c))
        return false;
    struct bf_str owner = bl_header(c, "x-amz-expected-bucket-owner"),
                  source = bl_header(c, "x-amz-source-expected-bucket-owner"),
                  sse = bl_header(c, "x-amz-server-side-encryption");
    if ((owner.p && !bf_str_is(owner, BL_ACCOUNT)) || (source.p && !bf_str_is(source, BL_ACCOUNT)))
        return bl_s3_fail(c, BL_S3_AccessDenied);
    return !sse.p || bf_str_is(sse, "AES256") || bf_str_is(sse, "aws:kms") ||
           bf_str_is(sse, "aws:kms:dsse") ||
           bl_s3_failf(c, BL_S3_InvalidArgument,
                       "The encryption method specified is not supported");
}

static bool fail_condition(struct bl_call *c, const char *condition)
{
    return bl_s3_fail_with(c, BL_S3_PreconditionFailed,
                           bl_arena_printf(&c->arena, "<Condition>%s</Condition>", condition),
                           NULL);
}

bool bl_s3_precondition(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_str match = bl_header(c, "if-match"), none = bl_header(c, "if-none-match");
    struct bl_s3_object o;
    if (!match.p && !none.p)
        return true;
    if (none.p && !bf_str_is(none, "*"))
        return bl_s3_fail(c, BL_S3_NotImplemented);
    bool there = bl_s3_find(c, s->bucket, s->key, &o);
    if (deleted_since(c->local->s3, s))
        return bl_s3_fail(c, BL_S3_ConditionalRequestConflict);
    if (none.p && there)
        return fail_condition(c, "If-None-Match");
    if (match.p && !there)
        return bl_s3_missing(c, BL_S3_NoSuchKey);
    return !match.p || bf_str_is(match, "*") || bl_s3_same_etag(match, o.etag) ||
           fail_condition(c, "If-Match");
}

/* The bucket may have been deleted during the upload. */
bool bl_s3_may_write(struct bl_call *c)
{
    if (!bl_s3_bucket_exists(c->store, bl_s3_of(c)->bucket))
        return bl_s3_missing(c, BL_S3_NoSuchBucket);
    return bl_s3_precondition(c);
}

void bl_s3_replace(struct bl_store *st, struct bf_str bucket, struct bf_str key,
                   const struct bl_s3_object *o, uint64_t *old_file, uint64_t *old_size)
{
    sqlite3_stmt *q = bl_sql(st, "SELECT file, size FROM s3_object WHERE bucket = ? AND key = ?");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, key);
    *old_file = *old_size = 0;
    if (bl_step(st, q)) {
        *old_file = (uint64_t)bl_column_i64(q, 0);
        *old_size = (uint64_t)bl_column_i64(q, 1);
    }
    bl_done(q);
    q = bl_sql(st, "INSERT OR REPLACE INTO s3_object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, key);
    bl_bind_i64(q, 3, (int64_t)o->file);
    bl_bind_i64(q, 4, (int64_t)o->size);
    bl_bind_i64(q, 5, o->modified_ms);
    bl_bind_text(q, 6, o->etag);
    bl_bind_blob(q, 7, o->headers);
    bl_bind_i64(q, 8, o->sum);
    bl_bind_i64(q, 9, o->composite);
    bl_bind_text(q, 10, o->sum_text);
    bl_bind_i64(q, 11, (int64_t)o->parts);
    bl_run(st, q);
}

/* aws-chunked belongs to the transfer, not to the object. */
static void put_encoding(struct bf_buf *out, struct bf_str value)
{
    struct bf_str item;
    bool first = true;
    while (value.p && bf_str_split(&value, ',', &item)) {
        item = bf_str_trim(item);
        if (item.n == 0 || bf_str_is(item, "aws-chunked"))
            continue;
        bf_buf_adds(out, first ? BF_STR("content-encoding:") : BF_STR(","));
        bf_buf_adds(out, item);
        first = false;
    }
    if (!first)
        bf_buf_addc(out, '\n');
}

static bool is_kept(struct bf_str name)
{
    static const char *const kept[] = {"content-type",
                                       "cache-control",
                                       "content-disposition",
                                       "content-language",
                                       "expires",
                                       "x-amz-tagging",
                                       "x-amz-storage-class",
                                       "x-amz-website-redirect-location",
                                       "x-amz-server-side-encryption"};
    for (size_t i = 0; i < BF_COUNT(kept); i++)
        if (bf_str_eq(name, bf_str_of(kept[i])))
            return true;
    return bf_str_starts(name, BF_STR("x-amz-meta-"));
}

struct bf_str bl_s3_kept_headers(struct bl_call *c)
{
    struct bf_buf out;
    struct bf_str view = {NULL, 0};
    bf_buf_init(&out, 64 * 1024);
    for (size_t i = 0; i < c->req.nheaders; i++) {
        const struct bf_sigv4_header *h = &c->req.headers[i];
        if (bf_str_is(h->name, "content-encoding"))
            put_encoding(&out, h->value);
        else if (is_kept(h->name)) {
            bf_buf_adds(&out, h->name);
            bf_buf_addc(&out, ':');
            bf_buf_adds(&out, h->value);
            bf_buf_addc(&out, '\n');
        }
    }
    if (!bf_buf_ok(&out) || !bf_arena_copy(&c->arena, bf_buf_view(&out), &view))
        view = bf_str(NULL, 0);
    bf_buf_free(&out);
    return view;
}

struct bf_str bl_s3_kept_header(struct bf_str headers, const char *name)
{
    struct bf_str line, want = bf_str_of(name);
    while (headers.n && bf_str_split(&headers, '\n', &line)) {
        struct bf_str value = line, field;
        if (bf_str_split(&value, ':', &field) && value.p && bf_str_eq(field, want))
            return value;
    }
    return bf_str(NULL, 0);
}

void bl_s3_answer_sum(struct bl_call *c, enum bl_sum sum, bool composite, struct bf_str text)
{
    if (sum == BL_SUM_NONE)
        return;
    bl_answer_header(c, bl_sum_header(sum), text);
    bl_answer_header(c, "x-amz-checksum-type",
                     composite ? BF_STR("COMPOSITE") : BF_STR("FULL_OBJECT"));
}

void bl_s3_answer_encryption(struct bl_call *c, struct bf_str headers)
{
    static const char name[] = "x-amz-server-side-encryption";
    struct bf_str kept = bl_s3_kept_header(headers, name);
    bl_answer_header(c, name,
                     kept.n ? bl_arena_printf(&c->arena, "%.*s", (int)kept.n, kept.p)
                            : BF_STR("AES256"));
}

static struct bf_str md5_etag(struct bl_call *c, const unsigned char md5[16])
{
    char room[40];
    struct bf_buf b = {.p = room, .cap = sizeof(room), .max = sizeof(room)};
    bf_hex_encode(&b, md5, 16);
    return bl_arena_printf(&c->arena, "\"%.32s\"", room);
}

void bl_s3_put_object(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bl_s3_body *b = &s->body;
    struct bf_err e = {0};
    uint64_t old_file, old_size;
    if (!bl_s3_body_end(c, b))
        return;
    struct bl_s3_object o = {b->file,
                             b->size,
                             c->now_ms - c->now_ms % 1000,
                             md5_etag(c, b->md5_bytes),
                             bl_s3_kept_headers(c),
                             b->summer.sum,
                             false,
                             bf_str_of(b->sum_text),
                             0};
    if (!bl_store_begin(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    if (!bl_s3_may_write(c)) {
        bl_store_rollback(c->store);
        return;
    }
    bl_s3_replace(c->store, s->bucket, s->key, &o, &old_file, &old_size);
    bl_s3_tell(c->local, &(struct bl_s3_told){s->bucket, s->key, &o, "PutObject", c->request_id});
    if (!bl_store_commit(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    bl_s3_body_keep(b);
    bl_s3_file_remove(c->local->s3, old_file, old_size);
    bl_answer_header(c, "ETag", o.etag);
    bl_s3_answer_sum(c, o.sum, false, o.sum_text);
    bl_s3_answer_encryption(c, o.headers);
    c->ans.content_type = NULL;
}
