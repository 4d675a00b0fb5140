/* DeleteObject and DeleteObjects. */
#include "cmd/bflocal/s3.h"
#include "cmd/bflocal/s3_file.h"
#include "cmd/bflocal/s3_xml.h"
#include "lib/base/enc.h"

enum { KEYS_MAX = 1000 };

struct removed {
    uint64_t file, size;
};

/* Inside a transaction. Deleting what is not there is no error. */
static struct removed delete_row(struct bl_call *c, struct bf_str bucket, struct bf_str key)
{
    struct bl_store *st = c->store;
    struct removed r = {0, 0};
    sqlite3_stmt *q =
        bl_sql(st, "DELETE FROM s3_object WHERE bucket = ? AND key = ? RETURNING file, size");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, key);
    while (bl_step(st, q)) {
        r.file = (uint64_t)bl_column_i64(q, 0);
        r.size = (uint64_t)bl_column_i64(q, 1);
    }
    return r;
}

/* Ends the transaction that has deleted these. */
static bool settle(struct bl_call *c, const struct bf_str *keys, size_t n)
{
    struct bf_err e = {0};
    bool ok = bl_store_settle(c->store, true, &e);
    for (size_t i = 0; ok && i < n; i++)
        bl_s3_note_delete(c->local->s3, bl_s3_of(c)->bucket, keys[i]);
    bl_store_unlock(c->store);
    return ok || bl_s3_fail_err(c, &e);
}

void bl_s3_delete_object(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_err e = {0};
    bl_store_make_room(c->store);
    if (!bl_store_begin(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    if (!bl_s3_precondition(c)) {
        bl_store_rollback(c->store);
        return;
    }
    struct removed r = delete_row(c, s->bucket, s->key);
    if (!settle(c, &s->key, 1))
        return;
    bl_s3_file_remove(c->local->s3, r.file, r.size);
    c->ans.status = 204;
}

/* The keys of a <Delete> document, in the arena. */
static bool read_keys(struct bl_call *c, struct bf_str *keys, size_t *n, bool *quiet)
{
    struct bl_xml x;
    enum bl_xml_token t;
    struct bf_buf text;
    bool in_key = false, in_quiet = false, ok = true;
    bl_xml_init(&x, c->req.body);
    bf_buf_init(&text, 16 * 1024);
    *n = 0;
    while (ok && (t = bl_xml_next(&x)) != BL_XML_END) {
        if (t == BL_XML_OPEN) {
            in_key = bf_str_is(x.name, "Key");
            in_quiet = bf_str_is(x.name, "Quiet");
            bf_buf_reset(&text);
            ok = !in_key || *n < KEYS_MAX;
        } else if (t == BL_XML_TEXT)
            ok = (!in_key && !in_quiet) || bl_xml_decode(&text, x.text);
        else if (t == BL_XML_CLOSE) {
            if (in_key)
                ok = bf_arena_copy(&c->arena, bf_buf_view(&text), &keys[(*n)++]);
            if (in_quiet)
                *quiet = bf_str_is(bf_str_trim(bf_buf_view(&text)), "true");
            in_key = in_quiet = false;
        } else
            ok = false;
    }
    bf_buf_free(&text);
    return (ok && *n) || bl_s3_fail(c, BL_S3_MalformedXML);
}

/* The document must come with a digest, and the digest must be right. */
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

void bl_s3_delete_objects(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_err e = {0};
    struct bf_str *keys = bf_arena_alloc(&c->arena, KEYS_MAX * sizeof(*keys));
    struct removed *gone = bf_arena_alloc(&c->arena, KEYS_MAX * sizeof(*gone));
    size_t n = 0;
    bool quiet = false;
    if (!keys || !gone) {
        bl_s3_fail(c, BL_S3_InternalError);
        return;
    }
    if (!check_digest(c) || !read_keys(c, keys, &n, &quiet))
        return;
    bl_store_make_room(c->store);
    if (!bl_store_begin(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    for (size_t i = 0; i < n; i++)
        gone[i] = delete_row(c, s->bucket, keys[i]);
    if (!settle(c, keys, n))
        return;
    bf_buf_lit(&c->ans.body, BL_XML_HEAD "<DeleteResult" BL_XML_NS ">");
    for (size_t i = 0; i < n; i++) {
        bl_s3_file_remove(c->local->s3, gone[i].file, gone[i].size);
        if (quiet)
            continue;
        bf_buf_lit(&c->ans.body, "<Deleted>");
        bl_xml_element(&c->ans.body, "Key", keys[i]);
        bf_buf_lit(&c->ans.body, "</Deleted>");
    }
    bf_buf_lit(&c->ans.body, "</DeleteResult>");
}
