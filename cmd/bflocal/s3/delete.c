/* DeleteObject and DeleteObjects. */
#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/encoding/enc.h"

enum { KEYS_MAX = 1000 };

struct removed {
    uint64_t file, size;
};

/* An <Object> of a <Delete> document. */
struct wanted {
    struct bf_str key, etag; /* etag.p NULL: any */
    const char *error;       /* why it is not deleted; NULL: it is */
    struct removed gone;
};

/* Inside a transaction. Deleting a missing object is not an error. */
static struct removed delete_row(struct bl_call *c, struct bf_str bucket, struct bf_str key)
{
    struct bl_store *st = c->store;
    struct removed r = {0, 0};
    sqlite3_stmt *q =
        bl_sql(st, "DELETE FROM s3_object WHERE bucket = ? AND key = ? RETURNING file, size");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, key);
    bool found = false;
    while (bl_step(st, q)) {
        r.file = (uint64_t)bl_column_i64(q, 0);
        r.size = (uint64_t)bl_column_i64(q, 1);
        found = true;
    }
    if (found)
        bl_s3_tell(c->local,
                   &(struct bl_s3_told){bucket, key, NULL, "DeleteObject", c->request_id});
    return r;
}

/* Ends the transaction in which these objects were deleted. */
static bool end_delete(struct bl_call *c, const struct wanted *list, size_t n)
{
    struct bf_err e = {0};
    bool ok = bl_store_settle(c->store, true, &e);
    for (size_t i = 0; ok && i < n; i++)
        if (!list[i].error)
            bl_s3_note_delete(c->local->s3, bl_s3_of(c)->bucket, list[i].key);
    bl_store_unlock(c->store);
    return ok || bl_s3_fail_err(c, &e);
}

void bl_s3_delete_object(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_err e = {0};
    if (!bl_store_begin_delete(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    if (!bl_s3_precondition(c)) {
        bl_store_rollback(c->store);
        return;
    }
    struct removed r = delete_row(c, s->bucket, s->key);
    if (!end_delete(c, &(struct wanted){.key = s->key}, 1))
        return;
    bl_s3_file_remove(c->local->s3, r.file, r.size);
    c->ans.status = 204;
}

/* Stores the value of an element of a <Delete> document at its end tag. */
static bool read_element(struct bl_call *c, struct wanted *w, struct bf_str name,
                         struct bf_str text, bool *quiet)
{
    if (bf_str_is(name, "Quiet"))
        *quiet = bf_str_is(bf_str_trim(text), "true");
    else if (bf_str_is(name, "Key"))
        return bf_arena_copy(&c->arena, text, &w->key);
    else if (bf_str_is(name, "ETag"))
        return bf_arena_copy(&c->arena, bf_str_trim(text), &w->etag);
    else if (bf_str_is(name, "VersionId"))
        return bf_str_is(bf_str_trim(text), "null") ||
               bl_s3_failf(c, BL_S3_NotImplemented, "bflocal has no versions of objects");
    else if (!bf_str_is(name, "Object") && !bf_str_is(name, "Delete"))
        return bl_s3_failf(c, BL_S3_NotImplemented, "bflocal has no %.*s in a DeleteObjects",
                           BF_SHOWN_TO(name, 100));
    return true;
}

/* Reads the objects of a <Delete> document into the arena. */
static bool read_delete_list(struct bl_call *c, struct wanted *list, size_t *n, bool *quiet)
{
    struct bf_xml x;
    enum bf_xml_token t;
    struct bf_buf text;
    bool ok = true;
    bf_xml_init(&x, c->req.body);
    bf_buf_init(&text, 16 * 1024);
    *n = 0;
    while (ok && (t = bf_xml_next(&x)) != BF_XML_END) {
        if (t == BF_XML_OPEN) {
            bf_buf_reset(&text);
            ok = !bf_str_is(x.name, "Object") || (*n)++ < KEYS_MAX;
        } else if (t == BF_XML_TEXT)
            ok = bf_xml_decode(&text, x.text);
        else if (t == BF_XML_CLOSE) {
            struct wanted none = {0}, *w = *n ? &list[*n - 1] : &none;
            ok = read_element(c, w, x.name, bf_buf_view(&text), quiet) &&
                 (!bf_str_is(x.name, "Object") || w->key.n);
        } else
            ok = false;
    }
    bf_buf_free(&text);
    return (ok && *n) || (!c->failed && bl_s3_fail(c, BL_S3_MalformedXML));
}

/* The document needs a digest, which must match. */
static bool check_digest(struct bl_call *c)
{
    unsigned char bytes[BL_SUM_BYTES];
    char text[BL_SUM_TEXT];
    struct bl_summer summer;
    for (int i = 1; i < BL_SUMS; i++) {
        enum bl_sum sum = (enum bl_sum)i;
        struct bf_str want = bl_header(c, bl_sum_header(sum));
        if (!want.p)
            continue;
        bool ok = bl_summer_init(&summer, sum) && bl_summer_add(&summer, c->req.body) &&
                  bl_summer_end(&summer, bytes);
        bl_summer_free(&summer);
        bl_sum_print(sum, bytes, text);
        return (ok && bf_str_eq(want, bf_str_of(text))) ||
               bl_s3_failf(c, BL_S3_BadDigest,
                           "The %s you specified did not match the calculated checksum.",
                           bl_sum_name(sum));
    }
    struct bf_str md5 = bl_header(c, "content-md5");
    if (!md5.p)
        return bl_s3_failf(c, BL_S3_InvalidRequest,
                           "Missing required header for this request: Content-MD5");
    struct bf_buf b = {.p = text, .cap = sizeof(text), .max = sizeof(text)};
    if (EVP_Digest(c->req.body.p, c->req.body.n, bytes, NULL, EVP_md5(), NULL) != 1)
        return bl_s3_fail(c, BL_S3_InternalError);
    bf_base64_encode(&b, bf_str((const char *)bytes, 16));
    return bf_str_eq(md5, bf_buf_view(&b)) || bl_s3_fail(c, BL_S3_BadDigest);
}

/* Deletes one object, unless its ETag differs from the one in the request. */
static void delete_one(struct bl_call *c, struct wanted *w)
{
    struct bl_s3_object o;
    struct bf_str bucket = bl_s3_of(c)->bucket;
    if (w->etag.p && !bl_s3_find(c, bucket, w->key, &o))
        w->error = "<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>";
    else if (w->etag.p && !bf_str_is(w->etag, "*") && !bl_s3_same_etag(w->etag, o.etag))
        w->error = "<Code>PreconditionFailed</Code><Message>At least one of the pre-conditions "
                   "you specified did not hold</Message>";
    else
        w->gone = delete_row(c, bucket, w->key);
}

/* Appends the result for each object; quiet: only the errors. */
static void put_deleted(struct bl_call *c, const struct wanted *list, size_t n, bool quiet)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_lit(out, BL_XML_HEAD "<DeleteResult" BL_XML_NS ">");
    for (size_t i = 0; i < n; i++) {
        const struct wanted *w = &list[i];
        if (!w->error && quiet)
            continue;
        bf_buf_adds(out, bf_str_of(w->error ? "<Error>" : "<Deleted>"));
        bl_xml_element(out, "Key", w->key);
        bf_buf_adds(out, bf_str_of(w->error ? w->error : ""));
        bf_buf_adds(out, bf_str_of(w->error ? "</Error>" : "</Deleted>"));
    }
    bf_buf_lit(out, "</DeleteResult>");
}

void bl_s3_delete_objects(struct bl_call *c)
{
    struct bf_err e = {0};
    struct wanted *list = bf_arena_alloc(&c->arena, KEYS_MAX * sizeof(*list));
    size_t n = 0;
    bool quiet = false;
    if (!list) {
        bl_s3_fail(c, BL_S3_InternalError);
        return;
    }
    memset(list, 0, KEYS_MAX * sizeof(*list));
    if (!check_digest(c) || !read_delete_list(c, list, &n, &quiet))
        return;
    if (!bl_store_begin_delete(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    for (size_t i = 0; i < n; i++)
        delete_one(c, &list[i]);
    if (!end_delete(c, list, n))
        return;
    for (size_t i = 0; i < n; i++)
        bl_s3_file_remove(c->local->s3, list[i].gone.file, list[i].gone.size);
    put_deleted(c, list, n, quiet);
}
