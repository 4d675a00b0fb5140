/* CopyObject and UploadPartCopy. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/s3/multi.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

enum { COPY_BYTES = 256 * 1024 };

/* Reads "bucket/key" or "/bucket/key", percent-encoded. */
static bool read_source(struct bl_call *c, struct bf_str *bucket, struct bf_str *key)
{
    struct bf_str wire = bl_header(c, "x-amz-copy-source"), plain;
    const char *mark = memchr(wire.p, '?', wire.n);
    if (mark)
        return bl_s3_fail(c, BL_S3_NotImplemented);
    struct bf_buf b;
    bf_buf_init(&b, wire.n + 1);
    bf_uri_decode(&b, wire);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(&c->arena, bf_buf_view(&b), &plain);
    bf_buf_free(&b);
    if (!ok)
        return bl_s3_fail(c, BL_S3_InternalError);
    if (plain.n && plain.p[0] == '/')
        plain = bf_str(plain.p + 1, plain.n - 1);
    *key = plain;
    if (!bf_str_split(key, '/', bucket) || !key->p || key->n == 0)
        return bl_s3_failf(
            c, BL_S3_InvalidArgument,
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
    return true;
}

/* Reads the source's row and opens its file (-1: it is empty). */
static bool open_source(struct bl_call *c, struct bl_s3_object *o, int *fd, struct bf_str *bucket,
                        struct bf_str *key)
{
    if (!read_source(c, bucket, key))
        return false;
    struct bf_err e = {0};
    *fd = -1;
    bl_store_lock(c->store);
    bool there = bl_s3_bucket_exists(c->store, *bucket),
         found = there && bl_s3_find(c, *bucket, *key, o), ok = true;
    if (found && o->file) {
        *fd = bl_s3_file_open(c->local->s3, o->file);
        if (*fd < 0)
            ok = bf_err_sys(&e, errno, "object file");
    }
    if (!bl_s3_end_read(c))
        return false;
    if (!ok)
        return bl_s3_fail_err(c, &e);
    return found || bl_s3_fail(c, there ? BL_S3_NoSuchKey : BL_S3_NoSuchBucket);
}

/* Checks x-amz-copy-source-if-...; with a condition on the ETag the condition on the time is
 * ignored (API reference, CopyObject). */
static bool check_source(struct bl_call *c, const struct bl_s3_object *o)
{
    struct bf_str match = bl_header(c, "x-amz-copy-source-if-match");
    struct bf_str none = bl_header(c, "x-amz-copy-source-if-none-match");
    struct bf_str since = bl_header(c, "x-amz-copy-source-if-modified-since");
    struct bf_str until = bl_header(c, "x-amz-copy-source-if-unmodified-since");
    struct bf_str bare = bf_str(o->etag.p + 1, o->etag.n - 2);
    int64_t t = 0;
    bool ok = true;
    if (match.p)
        ok = bf_str_eq(match, o->etag) || bf_str_eq(match, bare);
    else if (until.p && bf_clock_parse_http(until, &t))
        ok = o->modified_ms <= t;
    if (none.p)
        ok = ok && !bf_str_eq(none, o->etag) && !bf_str_eq(none, bare);
    else if (since.p && bf_clock_parse_http(since, &t))
        ok = ok && o->modified_ms > t;
    return ok || bl_s3_fail(c, BL_S3_PreconditionFailed);
}

/* Copies `length` bytes from offset `from` into the body, as if they were uploaded. */
static bool copy_range(struct bl_call *c, int fd, uint64_t from, uint64_t length)
{
    struct bl_s3_body *b = &bl_s3_of(c)->body;
    char *room = malloc(COPY_BYTES);
    struct bf_err e = {0};
    bool ok = room || bf_err_nomem(&e);
    while (ok && length) {
        size_t want = length < COPY_BYTES ? (size_t)length : COPY_BYTES;
        ssize_t n = pread(fd, room, want, (off_t)from);
        if (n <= 0)
            ok = bf_err_sys(&e, n < 0 ? errno : EIO, "object file");
        else if (!bl_s3_body_feed(c, b, bf_str(room, (size_t)n)))
            break;
        from += n > 0 ? (uint64_t)n : 0;
        length -= n > 0 ? (uint64_t)n : 0;
    }
    free(room);
    if (!ok)
        return bl_s3_fail_err(c, &e);
    return length == 0 && bl_s3_body_end(c, b);
}

/* The copy's checksum uses the algorithm in the request, otherwise `sum`, that of the source. */
static bool begin_body(struct bl_call *c, enum bl_sum sum)
{
    struct bf_str name = bl_header(c, "x-amz-checksum-algorithm");
    enum bl_sum named = bl_sum_by_name(name);
    if (name.p && named == BL_SUM_NONE)
        return bl_s3_fail_algorithm(c);
    return bl_s3_body_copy(c, &bl_s3_of(c)->body, c->local->s3, name.p ? named : sum);
}

static struct bf_str etag_of(struct bl_call *c)
{
    char hex[40];
    struct bf_buf b = {.p = hex, .cap = sizeof(hex), .max = sizeof(hex)};
    bf_hex_encode(&b, bl_s3_of(c)->body.md5_bytes, 16);
    return bl_arena_printf(&c->arena, "\"%.32s\"", hex);
}

static void put_copied(struct bl_call *c, const char *root, struct bf_str etag)
{
    struct bf_buf *out = &c->ans.body;
    const struct bl_s3_body *b = &bl_s3_of(c)->body;
    bf_buf_addf(out, BL_XML_HEAD "<%s" BL_XML_NS "><LastModified>", root);
    bf_clock_iso(out, c->now_ms - c->now_ms % 1000);
    bf_buf_lit(out, "</LastModified>");
    bl_xml_element(out, "ETag", etag);
    bf_buf_addf(out, "<Checksum%s>%s</Checksum%s></%s>", bl_sum_name(b->summer.sum), b->sum_text,
                bl_sum_name(b->summer.sum), root);
}

/* Headers of one object that CopyObject does not copy. */
static const char *const own[] = {"x-amz-storage-class", "x-amz-website-redirect-location",
                                  "x-amz-server-side-encryption"};

static bool is_own(struct bf_str name)
{
    for (size_t i = 0; i < BF_COUNT(own); i++)
        if (bf_str_eq(name, bf_str_of(own[i])))
            return true;
    return false;
}

/* Appends the headers of `from` (the request's if `request`, otherwise the source's) that the copy
 * gets from that side. */
static void add_lines(struct bf_buf *out, struct bf_str from, bool request, bool metadata,
                      bool tags)
{
    struct bf_str line;
    while (from.n && bf_str_split(&from, '\n', &line)) {
        struct bf_str value = line, name;
        if (!bf_str_split(&value, ':', &name))
            continue;
        bool replaced = bf_str_is(name, "x-amz-tagging") ? tags : is_own(name) || metadata;
        if (replaced != request)
            continue;
        bf_buf_adds(out, line);
        bf_buf_addc(out, '\n');
    }
}

/* The headers of the copy: metadata and tags are the source's unless a directive says REPLACE. */
static struct bf_str copied_headers(struct bl_call *c, struct bf_str source)
{
    struct bf_buf out;
    struct bf_str view = {NULL, 0};
    bool metadata = bf_str_is(bl_header(c, "x-amz-metadata-directive"), "REPLACE");
    bool tags = bf_str_is(bl_header(c, "x-amz-tagging-directive"), "REPLACE");
    bf_buf_init(&out, 64 * 1024);
    add_lines(&out, source, false, metadata, tags);
    add_lines(&out, bl_s3_kept_headers(c), true, metadata, tags);
    if (!bf_buf_ok(&out) || !bf_arena_copy(&c->arena, bf_buf_view(&out), &view))
        view = bf_str(NULL, 0);
    bf_buf_free(&out);
    return view;
}

/* Does the request change more of the object than its time? */
static bool changes_object(const struct bl_call *c)
{
    bool any = bf_str_is(bl_header(c, "x-amz-metadata-directive"), "REPLACE");
    for (size_t i = 0; i < BF_COUNT(own); i++)
        any = any || bl_header(c, own[i]).p;
    return any;
}

static bool store_copy(struct bl_call *c, const struct bl_s3_object *source, struct bf_str etag)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bl_s3_body *b = &s->body;
    struct bf_err e = {0};
    uint64_t old_file, old_size;
    struct bl_s3_object o = {b->file,
                             b->size,
                             c->now_ms - c->now_ms % 1000,
                             etag,
                             copied_headers(c, source->headers),
                             b->summer.sum,
                             false,
                             bf_str_of(b->sum_text),
                             0};
    if (!bl_store_begin(c->store, &e))
        return bl_s3_fail_err(c, &e);
    if (!bl_s3_may_write(c)) {
        bl_store_rollback(c->store);
        return false;
    }
    bl_s3_replace(c->store, s->bucket, s->key, &o, &old_file, &old_size);
    bl_s3_tell(c->local, &(struct bl_s3_told){s->bucket, s->key, &o, "CopyObject", c->request_id});
    if (!bl_store_commit(c->store, &e))
        return bl_s3_fail_err(c, &e);
    bl_s3_body_keep(b);
    bl_s3_file_remove(c->local->s3, old_file, old_size);
    bl_s3_answer_encryption(c, o.headers);
    return true;
}

static bool copy_object(struct bl_call *c, const struct bl_s3_object *o, int fd,
                        struct bf_str bucket, struct bf_str key)
{
    struct bl_s3_call *s = bl_s3_of(c);
    bool same = bf_str_eq(bucket, s->bucket) && bf_str_eq(key, s->key);
    if (same && !changes_object(c))
        return bl_s3_failf(
            c, BL_S3_InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself "
            "without changing the object's metadata, storage class, website redirect "
            "location or encryption attributes.");
    if (!check_source(c, o) || !begin_body(c, o->sum) || !copy_range(c, fd, 0, o->size))
        return false;
    struct bf_str etag = etag_of(c);
    if (!store_copy(c, o, etag))
        return false;
    put_copied(c, "CopyObjectResult", etag);
    return true;
}

void bl_s3_copy_object(struct bl_call *c)
{
    struct bl_s3_object o = {.etag = BF_STR("")};
    struct bf_str bucket = BF_STR(""), key = BF_STR("");
    int fd = -1;
    c->cleanup = bl_s3_cleanup;
    if (!open_source(c, &o, &fd, &bucket, &key))
        return;
    (void)copy_object(c, &o, fd, bucket, key);
    if (fd >= 0)
        close(fd);
}

/* Reads "bytes=0-8388607"; the whole object without the header. */
static bool source_range(struct bl_call *c, uint64_t size, uint64_t *from, uint64_t *length)
{
    struct bf_str text = bl_header(c, "x-amz-copy-source-range"), first, last = {NULL, 0};
    struct bf_err e;
    uint64_t end;
    *from = 0;
    *length = size;
    if (!text.p)
        return true;
    if (bf_str_starts(text, BF_STR("bytes=")))
        last = bf_str(text.p + 6, text.n - 6);
    if (last.p && bf_str_split(&last, '-', &first) && last.p && bf_num_u64(first, from, &e) &&
        bf_num_u64(last, &end, &e) && *from <= end && end < size) {
        *length = end - *from + 1;
        return true;
    }
    return bl_s3_failf(
        c, BL_S3_InvalidArgument,
        "The x-amz-copy-source-range value must be of the form bytes=first-last "
        "where first and last are the zero-based offsets of the first and last bytes to copy");
}

void bl_s3_upload_part_copy(struct bl_call *c)
{
    struct bl_s3_object o = {.etag = BF_STR("")};
    struct bl_s3_upload u;
    struct bf_str bucket = BF_STR(""), key = BF_STR("");
    uint64_t number, from, length;
    int fd = -1;
    c->cleanup = bl_s3_cleanup;
    bl_store_lock(c->store);
    bool found = bl_s3_find_upload(c, &u);
    bl_store_unlock(c->store);
    if (!found || !bl_s3_part_number(c, &number) || !open_source(c, &o, &fd, &bucket, &key))
        return;
    /* the part is summed with the upload's algorithm */
    if (source_range(c, o.size, &from, &length) && check_source(c, &o) &&
        bl_s3_body_copy(c, &bl_s3_of(c)->body, c->local->s3, u.sum) &&
        copy_range(c, fd, from, length) && bl_s3_keep_part(c, &bl_s3_of(c)->body, number))
        put_copied(c, "CopyPartResult", etag_of(c));
    if (fd >= 0)
        close(fd);
}
