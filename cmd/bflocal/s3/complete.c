/* CompleteMultipartUpload: joins the parts in the client's list into one file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/s3/multi.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

enum { COPY_BYTES = 256 * 1024 };

struct part {
    uint64_t number, file, size;
    struct bf_str etag, sum_text; /* from the client */
    unsigned char md5[16], bytes[BL_SUM_BYTES];
    enum bl_sum sum;
};

struct completion {
    struct bl_s3_upload u;
    struct part *parts; /* of the client's list */
    size_t n;
    size_t gone; /* parts[0 .. gone-1] are the rows that were deleted with the upload */
    uint64_t size, written;
    uint64_t file;
    int fd;
    char etag[48], sum_text[BL_SUM_TEXT + 8];
};

static bool store_text(struct bl_call *c, struct part *p, struct bf_str name, struct bf_str text)
{
    struct bf_err e;
    text = bf_str_trim(text);
    if (bf_str_is(name, "PartNumber"))
        return bf_num_u64(text, &p->number, &e) && p->number >= 1 && p->number <= BL_S3_PARTS;
    if (bf_str_is(name, "ETag")) {
        if (text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"')
            text = bf_str(text.p + 1, text.n - 2);
        return bf_arena_copy(&c->arena, text, &p->etag);
    }
    if (bf_str_starts(name, BF_STR("Checksum")))
        return bf_arena_copy(&c->arena, text, &p->sum_text);
    return true;
}

/* Reads <CompleteMultipartUpload><Part><PartNumber/><ETag/>...</Part>... */
static bool read_part_list(struct bl_call *c, struct completion *m)
{
    struct bf_xml x;
    enum bf_xml_token t;
    struct bf_buf text;
    bool ok = true;
    bf_xml_init(&x, c->req.body);
    bf_buf_init(&text, 4096);
    while (ok && (t = bf_xml_next(&x)) != BF_XML_END) {
        if (t == BF_XML_OPEN) {
            bf_buf_reset(&text);
            if (x.depth == 2 && bf_str_is(x.name, "Part")) {
                ok = m->n < BL_S3_PARTS;
                if (ok)
                    memset(&m->parts[m->n++], 0, sizeof(*m->parts));
            }
        } else if (t == BF_XML_TEXT)
            ok = x.depth != 3 || bf_xml_decode(&text, x.text);
        else if (t == BF_XML_CLOSE) {
            if (x.depth == 2 && m->n)
                ok = store_text(c, &m->parts[m->n - 1], x.name, bf_buf_view(&text));
        } else
            ok = false;
    }
    bf_buf_free(&text);
    for (size_t i = 0; ok && i < m->n; i++)
        ok = m->parts[i].number != 0 && m->parts[i].etag.p;
    return (ok && m->n) || bl_s3_fail(c, BL_S3_MalformedXML);
}

/* Reads the rows of the listed parts; the store is locked. */
static bool read_part_rows(struct bl_call *c, struct completion *m)
{
    struct bl_store *st = c->store;
    for (size_t i = 0; i < m->n; i++) {
        struct part *p = &m->parts[i];
        if (i && p->number <= p[-1].number)
            return bl_s3_fail(c, BL_S3_InvalidPartOrder);
        sqlite3_stmt *q = bl_sql(
            st,
            "SELECT file, size, md5, sum, sum_bytes FROM s3_part WHERE upload = ? AND number = ?");
        bl_bind_text(q, 1, m->u.id);
        bl_bind_i64(q, 2, (int64_t)p->number);
        if (!bl_step(st, q))
            return bl_s3_missing(c, BL_S3_InvalidPart);
        p->file = (uint64_t)bl_column_i64(q, 0);
        p->size = (uint64_t)bl_column_i64(q, 1);
        struct bf_str md5 = bl_column_blob(q, 2), bytes = bl_column_blob(q, 4);
        int64_t sum = bl_column_i64(q, 3);
        p->sum = sum > 0 && sum < BL_SUMS ? (enum bl_sum)sum : BL_SUM_NONE;
        memcpy(p->md5, md5.p, md5.n < 16 ? md5.n : 16);
        memcpy(p->bytes, bytes.p, bytes.n < sizeof(p->bytes) ? bytes.n : sizeof(p->bytes));
        bl_done(q);
        m->size += p->size;
    }
    return true;
}

static bool check_part(struct bl_call *c, const struct part *p, bool last)
{
    char hex[40], text[BL_SUM_TEXT];
    struct bf_buf b = {.p = hex, .cap = sizeof(hex), .max = sizeof(hex)};
    bf_hex_encode(&b, p->md5, 16);
    if (!bf_str_eq(p->etag, bf_str(hex, 32)))
        return bl_s3_fail(c, BL_S3_InvalidPart);
    bl_sum_print(p->sum, p->bytes, text);
    if (p->sum_text.p && !bf_str_eq(p->sum_text, bf_str_of(text)))
        return bl_s3_fail(c, BL_S3_InvalidPart);
    if (last || p->size >= BL_S3_PART_MIN)
        return true;
    return bl_s3_fail_with(c, BL_S3_EntityTooSmall,
                           bl_arena_printf(&c->arena,
                                           "<ProposedSize>%llu</ProposedSize><MinSizeAllowed>%d</"
                                           "MinSizeAllowed><PartNumber>%llu</PartNumber>",
                                           (unsigned long long)p->size, BL_S3_PART_MIN,
                                           (unsigned long long)p->number),
                           NULL);
}

/* A composite checksum is computed from the parts' checksums, so the list must have one for
 * each. */
static bool check_named_sums(struct bl_call *c, const struct completion *m)
{
    for (size_t i = 0; m->u.composite && i < m->n; i++)
        if (!m->parts[i].sum_text.p)
            return bl_s3_failf(
                c, BL_S3_InvalidRequest,
                "The upload was created using a %s checksum. The complete request must "
                "include the checksum for each part. It was missing for part %llu in "
                "the request.",
                bl_sum_name(m->u.sum), (unsigned long long)m->parts[i].number);
    return true;
}

/* The client's checksum of the whole object must have the upload's algorithm and type. */
static bool check_sum_kind(struct bl_call *c, const struct completion *m)
{
    struct bf_str type = bl_header(c, "x-amz-checksum-type");
    const char *have = m->u.composite ? "COMPOSITE" : "FULL_OBJECT";
    if (type.p && !bf_str_eq(type, bf_str_of(have)))
        return bl_s3_failf(c, BL_S3_InvalidRequest,
                           "The upload was created using the %s checksum mode. The complete "
                           "request must use the same checksum mode.",
                           have);
    for (int i = 1; i < BL_SUMS; i++)
        if ((enum bl_sum)i != m->u.sum && bl_header(c, bl_sum_header((enum bl_sum)i)).p)
            return bl_s3_failf(c, BL_S3_InvalidRequest,
                               "Checksum Type mismatch occurred, expected checksum Type: %s, "
                               "actual checksum Type: %s",
                               bl_sum_name(m->u.sum), bl_sum_name((enum bl_sum)i));
    return true;
}

static bool load_parts(struct bl_call *c, struct completion *m)
{
    bl_store_lock(c->store);
    bool ok = bl_s3_find_upload(c, &m->u) && read_part_rows(c, m);
    bl_store_unlock(c->store);
    for (size_t i = 0; ok && i < m->n; i++)
        ok = check_part(c, &m->parts[i], i + 1 == m->n);
    ok = ok && check_named_sums(c, m) && check_sum_kind(c, m);
    struct bf_str want = bl_header(c, "x-amz-mp-object-size");
    uint64_t size;
    struct bf_err e;
    if (ok && want.p && !(bf_num_u64(want, &size, &e) && size == m->size))
        return bl_s3_failf(
            c, BL_S3_InvalidRequest,
            "The provided 'x-amz-mp-object-size' header does not match what was computed.");
    return ok;
}

static bool append_file(struct bl_call *c, struct completion *m, uint64_t file, char *room,
                        struct bl_summer *sum, struct bf_err *e)
{
    struct bl_s3 *s = c->local->s3;
    int from = bl_s3_file_open(s, file);
    ssize_t n;
    if (from < 0)
        return bf_err_sys(e, errno, "part file");
    while ((n = read(from, room, COPY_BYTES)) > 0) {
        struct bf_str piece = bf_str(room, (size_t)n);
        if (!bl_summer_add(sum, piece) || !bl_s3_file_write(s, m->fd, piece, e))
            break;
        m->written += piece.n;
    }
    if (n < 0)
        bf_err_sys(e, errno, "part file");
    close(from);
    return n == 0;
}

/* Copies all parts into one new file without the lock, since this takes most of the time.
 * Computes the checksum of the whole object as well. */
static bool join_parts(struct bl_call *c, struct completion *m, unsigned char whole[BL_SUM_BYTES],
                       struct bf_err *e)
{
    struct bl_summer sum;
    char *room = malloc(COPY_BYTES);
    bool ok = bl_summer_init(&sum, m->u.composite ? BL_SUM_NONE : m->u.sum);
    if (!room || !ok)
        ok = bf_err_nomem(e);
    if (ok && m->size)
        ok = bl_s3_file_create(c->local->s3, &m->file, &m->fd, e);
    for (size_t i = 0; ok && i < m->n; i++)
        if (m->parts[i].file)
            ok = append_file(c, m, m->parts[i].file, room, &sum, e);
    if (ok && !m->u.composite && !bl_summer_end(&sum, whole))
        ok = bf_err_nomem(e);
    bl_summer_free(&sum);
    free(room);
    return ok;
}

/* The MD5 of the parts' MD5s, and the number of parts. */
static bool make_etag(struct completion *m)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char md5[16];
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_md5(), NULL) == 1;
    for (size_t i = 0; ok && i < m->n; i++)
        ok = EVP_DigestUpdate(ctx, m->parts[i].md5, 16) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, md5, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    struct bf_buf b = {.p = m->etag, .cap = sizeof(m->etag), .max = sizeof(m->etag)};
    if (ok) {
        bf_buf_addc(&b, '"');
        bf_hex_encode(&b, md5, 16);
        bf_buf_addf(&b, "-%zu\"", m->n);
        bf_buf_addc(&b, '\0');
    }
    return ok && bf_buf_ok(&b);
}

/* The checksum of the parts' checksums, or of the whole object. */
static bool make_sum(struct completion *m, const unsigned char whole[BL_SUM_BYTES])
{
    unsigned char bytes[BL_SUM_BYTES];
    struct bl_summer sum;
    enum bl_sum kind = m->u.sum;
    if (!m->u.composite) {
        bl_sum_print(kind, whole, m->sum_text);
        return true;
    }
    bool ok = bl_summer_init(&sum, kind);
    for (size_t i = 0; ok && i < m->n; i++)
        ok = m->parts[i].sum == kind &&
             bl_summer_add(&sum, bf_str((const char *)m->parts[i].bytes, bl_sum_size(kind)));
    ok = ok && bl_summer_end(&sum, bytes);
    bl_summer_free(&sum);
    m->sum_text[0] = '\0';
    if (!ok) { /* if a part has no checksum of the upload's algorithm, the object has none */
        m->u.sum = BL_SUM_NONE;
        return true;
    }
    bl_sum_print(kind, bytes, m->sum_text);
    size_t n = strlen(m->sum_text);
    snprintf(m->sum_text + n, sizeof(m->sum_text) - n, "-%zu", m->n);
    return true;
}

static bool check_whole_sum(struct bl_call *c, const struct completion *m)
{
    struct bf_str want = bl_header(c, bl_sum_header(m->u.sum)), have = bf_str_of(m->sum_text);
    if (m->u.sum == BL_SUM_NONE || !want.p || bf_str_eq(want, have))
        return true;
    size_t dash = 0; /* the client may omit the "-N" */
    while (dash < have.n && have.p[dash] != '-')
        dash++;
    return bf_str_eq(want, bf_str(have.p, dash)) ||
           bl_s3_failf(c, BL_S3_BadDigest,
                       "The %s you specified did not match the calculated checksum.",
                       bl_sum_name(m->u.sum));
}

/* Deletes the rows of all parts, including those that were not listed. m->parts becomes the list
 * of the deleted rows. */
static void drop_rows(struct bl_call *c, struct completion *m)
{
    sqlite3_stmt *q = bl_sql(c->store, "DELETE FROM s3_part WHERE upload = ? RETURNING file, size");
    bl_bind_text(q, 1, m->u.id);
    for (; bl_step(c->store, q) && m->gone < BL_S3_PARTS; m->gone++) {
        m->parts[m->gone].file = (uint64_t)bl_column_i64(q, 0);
        m->parts[m->gone].size = (uint64_t)bl_column_i64(q, 1);
    }
    q = bl_sql(c->store, "DELETE FROM s3_upload WHERE id = ?");
    bl_bind_text(q, 1, m->u.id);
    bl_run(c->store, q);
}

/* Stores the answer for a day, for a client that did not get it and repeats the request. */
static void note_done(struct bl_call *c, const struct completion *m)
{
    struct bl_s3_call *s = bl_s3_of(c);
    sqlite3_stmt *q = bl_sql(c->store, "DELETE FROM s3_done WHERE done_ms < ?");
    bl_bind_i64(q, 1, c->now_ms - 24 * 3600 * 1000);
    bl_run(c->store, q);
    q = bl_sql(c->store, "INSERT INTO s3_done VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    bl_bind_text(q, 1, m->u.id);
    bl_bind_text(q, 2, s->bucket);
    bl_bind_blob(q, 3, s->key);
    bl_bind_i64(q, 4, c->now_ms);
    bl_bind_text(q, 5, bf_str_of(m->etag));
    bl_bind_i64(q, 6, m->u.sum);
    bl_bind_i64(q, 7, m->u.composite);
    bl_bind_text(q, 8, bf_str_of(m->sum_text));
    bl_run(c->store, q);
}

/* In one transaction: adds the object's row and deletes the upload's rows. */
static bool commit_object(struct bl_call *c, struct completion *m, uint64_t *old_file,
                          uint64_t *old_size)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bl_s3_upload again;
    struct bf_err e = {0};
    struct bl_s3_object o = {m->file,
                             m->size,
                             c->now_ms - c->now_ms % 1000,
                             bf_str_of(m->etag),
                             m->u.headers,
                             m->u.sum,
                             m->u.composite,
                             bf_str_of(m->sum_text),
                             m->n};
    if (!bl_store_begin(c->store, &e))
        return bl_s3_fail_err(c, &e);
    if (!bl_s3_find_upload(c, &again) || !bl_s3_precondition(c)) {
        bl_store_rollback(c->store);
        return false;
    }
    bl_s3_replace(c->store, s->bucket, s->key, &o, old_file, old_size);
    bl_s3_tell(c->local, &(struct bl_s3_told){s->bucket, s->key, &o, "CompleteMultipartUpload",
                                              c->request_id});
    drop_rows(c, m);
    note_done(c, m);
    return bl_store_commit(c->store, &e) || bl_s3_fail_err(c, &e);
}

static void put_completed(struct bl_call *c, const struct completion *m)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_buf *out = &c->ans.body;
    bf_buf_lit(out, BL_XML_HEAD "<CompleteMultipartUploadResult" BL_XML_NS "><Location>http://");
    bl_xml_put(out, bl_header(c, "host"));
    bl_xml_put(out, c->req.path);
    bf_buf_lit(out, "</Location>");
    bl_xml_element(out, "Bucket", s->bucket);
    bl_xml_element(out, "Key", s->key);
    bl_xml_element(out, "ETag", bf_str_of(m->etag));
    if (m->u.sum != BL_SUM_NONE)
        bf_buf_addf(out, "<Checksum%s>%s</Checksum%s><ChecksumType>%s</ChecksumType>",
                    bl_sum_name(m->u.sum), m->sum_text, bl_sum_name(m->u.sum),
                    m->u.composite ? "COMPOSITE" : "FULL_OBJECT");
    bf_buf_lit(out, "</CompleteMultipartUploadResult>");
    bl_s3_answer_encryption(c, m->u.headers);
}

static void keep_text(char *out, size_t room, struct bf_str text)
{
    snprintf(out, room, "%.*s", (int)text.n, text.n ? text.p : "");
}

/* Was the upload completed before? Then m has its answer. False: the answer is set. */
static bool find_done(struct bl_call *c, struct completion *m, bool *done)
{
    struct bl_s3_call *s = bl_s3_of(c);
    bl_store_lock(c->store);
    sqlite3_stmt *q = bl_sql(c->store, "SELECT etag, sum, composite, sum_text FROM s3_done WHERE "
                                       "id = ? AND bucket = ? AND key = ?");
    bl_bind_text(q, 1, bl_query(c, "uploadId"));
    bl_bind_text(q, 2, s->bucket);
    bl_bind_blob(q, 3, s->key);
    *done = bl_step(c->store, q);
    if (*done) {
        keep_text(m->etag, sizeof(m->etag), bl_column_text(q, 0));
        m->u.sum = (enum bl_sum)bl_column_i64(q, 1);
        m->u.composite = bl_column_i64(q, 2) != 0;
        keep_text(m->sum_text, sizeof(m->sum_text), bl_column_text(q, 3));
        bl_done(q);
    }
    return bl_s3_end_read(c);
}

/* Does the client's list of parts give the ETag of the completed object? */
static bool check_again(struct bl_call *c, struct completion *m)
{
    char etag[sizeof(m->etag)];
    memcpy(etag, m->etag, sizeof(etag));
    for (size_t i = 0; i < m->n; i++) {
        struct bf_buf md5 = {.p = (char *)m->parts[i].md5, .cap = 16, .max = 16};
        if (!bf_hex_decode(&md5, m->parts[i].etag) || !bf_buf_ok(&md5) || md5.n != 16)
            return bl_s3_fail(c, BL_S3_InvalidPart);
    }
    if (!make_etag(m))
        return bl_s3_fail(c, BL_S3_InternalError);
    return strcmp(etag, m->etag) == 0 || bl_s3_fail(c, BL_S3_InvalidPart);
}

static bool complete_upload(struct bl_call *c, struct completion *m, uint64_t *old_file,
                            uint64_t *old_size)
{
    unsigned char whole[BL_SUM_BYTES] = {0};
    struct bf_err e = {0};
    bool done = false;
    if (!read_part_list(c, m) || !find_done(c, m, &done))
        return false;
    if (done)
        return check_again(c, m);
    if (!load_parts(c, m))
        return false;
    if (!join_parts(c, m, whole, &e) || !make_etag(m) || !make_sum(m, whole))
        return bl_s3_fail_err(c, &e);
    return check_whole_sum(c, m) && commit_object(c, m, old_file, old_size);
}

void bl_s3_complete_multipart(struct bl_call *c)
{
    struct completion m = {.fd = -1};
    uint64_t old_file = 0, old_size = 0;
    m.parts = malloc(BL_S3_PARTS * sizeof(*m.parts));
    if (!m.parts) {
        bl_s3_fail(c, BL_S3_InternalError);
        return;
    }
    bool ok = complete_upload(c, &m, &old_file, &old_size);
    if (m.fd >= 0)
        close(m.fd);
    if (ok) {
        bl_s3_file_remove(c->local->s3, old_file, old_size);
        for (size_t i = 0; i < m.gone; i++)
            bl_s3_file_remove(c->local->s3, m.parts[i].file, m.parts[i].size);
        put_completed(c, &m);
    } else
        bl_s3_file_remove(c->local->s3, m.file, m.written);
    free(m.parts);
}
