/* Multipart uploads: create, upload parts, abort, list. */
#include "cmd/bflocal/s3/multi.h"

#include <stdio.h>

#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

/* CRC64NVME always covers the whole object; the others are composite unless the client says
 * otherwise. */
bool bl_s3_is_composite(struct bl_call *c, enum bl_sum sum)
{
    struct bf_str type = bl_header(c, "x-amz-checksum-type");
    if (sum == BL_SUM_CRC64NVME || sum == BL_SUM_NONE)
        return false;
    return !bf_str_is(type, "FULL_OBJECT");
}

/* Draws an id; later uploads get greater ids. */
static void draw_id(struct bl_s3 *s, int64_t now_ms, char id[65])
{
    static uint64_t last;
    pthread_mutex_lock(&s->mutex);
    last = (uint64_t)now_ms << 16 > last ? (uint64_t)now_ms << 16 : last + 1;
    snprintf(id, 17, "%016llx", (unsigned long long)last);
    for (int i = 1; i < 4; i++)
        snprintf(id + 16 * i, 17, "%016llx", (unsigned long long)bf_rng_next(&s->rng));
    pthread_mutex_unlock(&s->mutex);
}

static bool insert_upload(struct bl_call *c, const char *id, enum bl_sum sum, bool composite)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_err e = {0};
    struct bf_str headers = bl_s3_kept_headers(c);
    if (!bl_store_begin(c->store, &e))
        return bl_s3_fail_err(c, &e);
    sqlite3_stmt *q = bl_sql(c->store, "INSERT INTO s3_upload VALUES (?, ?, ?, ?, ?, ?, ?)");
    bl_bind_text(q, 1, bf_str_of(id));
    bl_bind_text(q, 2, s->bucket);
    bl_bind_blob(q, 3, s->key);
    bl_bind_i64(q, 4, c->now_ms);
    bl_bind_blob(q, 5, headers);
    bl_bind_i64(q, 6, sum);
    bl_bind_i64(q, 7, composite);
    bl_run(c->store, q);
    bl_s3_answer_encryption(c, headers);
    return bl_store_commit(c->store, &e) || bl_s3_fail_err(c, &e);
}

bool bl_s3_fail_algorithm(struct bl_call *c)
{
    return bl_s3_failf(c, BL_S3_InvalidRequest,
                       "Checksum algorithm provided is unsupported. Please try again with any of "
                       "the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}

void bl_s3_create_multipart(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_buf *out = &c->ans.body;
    char id[65];
    struct bf_str name = bl_header(c, "x-amz-checksum-algorithm"),
                  type = bl_header(c, "x-amz-checksum-type");
    enum bl_sum sum = bl_sum_by_name(name);
    if (name.p && sum == BL_SUM_NONE) {
        bl_s3_fail_algorithm(c);
        return;
    }
    if (type.p && (sum == BL_SUM_NONE || (bf_str_is(type, "FULL_OBJECT") && !bl_sum_is_crc(sum)) ||
                   (bf_str_is(type, "COMPOSITE") && sum == BL_SUM_CRC64NVME))) {
        bl_s3_failf(c, BL_S3_InvalidRequest,
                    "The %s checksum type cannot be used with the %s checksum algorithm.", type.p,
                    bl_sum_name(sum));
        return;
    }
    bool composite = bl_s3_is_composite(c, sum);
    draw_id(c->local->s3, c->now_ms, id);
    if (!insert_upload(c, id, sum, composite))
        return;
    if (sum != BL_SUM_NONE) {
        bl_answer_header(c, "x-amz-checksum-algorithm", bf_str_of(bl_sum_name(sum)));
        bl_answer_header(c, "x-amz-checksum-type",
                         composite ? BF_STR("COMPOSITE") : BF_STR("FULL_OBJECT"));
    }
    bf_buf_lit(out, BL_XML_HEAD "<InitiateMultipartUploadResult" BL_XML_NS ">");
    bl_xml_element(out, "Bucket", s->bucket);
    bl_xml_element(out, "Key", s->key);
    bl_xml_element(out, "UploadId", bf_str_of(id));
    bf_buf_lit(out, "</InitiateMultipartUploadResult>");
}

bool bl_s3_find_upload(struct bl_call *c, struct bl_s3_upload *u)
{
    struct bl_s3_call *s = bl_s3_of(c);
    u->id = bl_query(c, "uploadId");
    sqlite3_stmt *q = bl_sql(
        c->store,
        "SELECT headers, sum, composite FROM s3_upload WHERE id = ? AND bucket = ? AND key = ?");
    bl_bind_text(q, 1, u->id);
    bl_bind_text(q, 2, s->bucket);
    bl_bind_blob(q, 3, s->key);
    bool found = bl_step(c->store, q);
    if (found) {
        int64_t sum = bl_column_i64(q, 1);
        u->declared = sum > 0 && sum < BL_SUMS;
        /* without a declared algorithm the object gets the default of PutObject */
        u->sum = u->declared ? (enum bl_sum)sum : BL_SUM_CRC64NVME;
        u->composite = bl_column_i64(q, 2) != 0;
        found = bf_arena_copy(&c->arena, bl_column_blob(q, 0), &u->headers);
        bl_done(q);
    }
    return found || bl_s3_missing(c, BL_S3_NoSuchUpload);
}

bool bl_s3_part_number(struct bl_call *c, uint64_t *number)
{
    struct bf_err e;
    if (bf_num_u64(bl_query(c, "partNumber"), number, &e) && *number >= 1 && *number <= BL_S3_PARTS)
        return true;
    return bl_s3_failf(c, BL_S3_InvalidArgument,
                       "Part number must be an integer between 1 and %d, inclusive", BL_S3_PARTS);
}

/* A part must not use another algorithm than the one declared for the upload, and must have a
 * checksum if the object's checksum is composite. Without a declared algorithm any is accepted. */
static bool check_sum_kind(struct bl_call *c, const struct bl_s3_upload *u,
                           const struct bl_s3_body *b)
{
    char want[BL_SUM_TEXT], have[BL_SUM_TEXT];
    bool given = b->want_sum.p || b->sum_in_trailer;
    if (!u->declared || (given ? b->summer.sum == u->sum : b->copied || !u->composite))
        return true;
    bl_sum_lower(u->sum, want);
    bl_sum_lower(given ? b->summer.sum : BL_SUM_NONE, have);
    return bl_s3_failf(
        c, BL_S3_InvalidRequest,
        "Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
        want, have);
}

static void replace_part(struct bl_call *c, const struct bl_s3_upload *u,
                         const struct bl_s3_body *b, uint64_t number, uint64_t *old_file,
                         uint64_t *old_size)
{
    struct bl_store *st = c->store;
    sqlite3_stmt *q = bl_sql(st, "SELECT file, size FROM s3_part WHERE upload = ? AND number = ?");
    bl_bind_text(q, 1, u->id);
    bl_bind_i64(q, 2, (int64_t)number);
    *old_file = *old_size = 0;
    if (bl_step(st, q)) {
        *old_file = (uint64_t)bl_column_i64(q, 0);
        *old_size = (uint64_t)bl_column_i64(q, 1);
    }
    bl_done(q);
    q = bl_sql(st, "INSERT OR REPLACE INTO s3_part VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    bl_bind_text(q, 1, u->id);
    bl_bind_i64(q, 2, (int64_t)number);
    bl_bind_i64(q, 3, (int64_t)b->file);
    bl_bind_i64(q, 4, (int64_t)b->size);
    bl_bind_i64(q, 5, c->now_ms);
    bl_bind_blob(q, 6, bf_str((const char *)b->md5_bytes, 16));
    bl_bind_i64(q, 7, b->summer.sum);
    bl_bind_blob(q, 8, bf_str((const char *)b->sum_bytes, bl_sum_size(b->summer.sum)));
    bl_run(st, q);
}

bool bl_s3_keep_part(struct bl_call *c, struct bl_s3_body *b, uint64_t number)
{
    struct bl_s3_upload u;
    struct bf_err e = {0};
    uint64_t old_file, old_size;
    if (!bl_store_begin(c->store, &e))
        return bl_s3_fail_err(c, &e);
    if (!bl_s3_find_upload(c, &u) || !check_sum_kind(c, &u, b)) {
        bl_store_rollback(c->store);
        return false;
    }
    replace_part(c, &u, b, number, &old_file, &old_size);
    if (!bl_store_commit(c->store, &e))
        return bl_s3_fail_err(c, &e);
    bl_s3_body_keep(b);
    bl_s3_file_remove(c->local->s3, old_file, old_size);
    bl_s3_answer_encryption(c, u.headers);
    return true;
}

void bl_s3_upload_part(struct bl_call *c)
{
    struct bl_s3_body *b = &bl_s3_of(c)->body;
    uint64_t number;
    char hex[40];
    struct bf_buf etag = {.p = hex, .cap = sizeof(hex), .max = sizeof(hex)};
    if (!bl_s3_part_number(c, &number) || !bl_s3_body_end(c, b) || !bl_s3_keep_part(c, b, number))
        return;
    bf_hex_encode(&etag, b->md5_bytes, 16);
    bl_answer_headerf(c, "ETag", "\"%.32s\"", hex);
    bl_answer_header(c, bl_sum_header(b->summer.sum), bf_str_of(b->sum_text));
    c->ans.content_type = NULL;
}

/* Deletes the rows in one transaction and the parts' files after it. */
void bl_s3_abort_multipart(struct bl_call *c)
{
    struct bl_s3_upload u;
    struct bf_err e = {0};
    uint64_t(*gone)[2] = NULL;
    size_t n = 0;
    if (!bl_store_begin_delete(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    gone = bf_arena_alloc(&c->arena, BL_S3_PARTS * sizeof(*gone));
    if (!gone || !bl_s3_find_upload(c, &u)) {
        bl_store_rollback(c->store);
        if (!gone)
            bl_s3_fail(c, BL_S3_InternalError);
        return;
    }
    sqlite3_stmt *q = bl_sql(c->store, "DELETE FROM s3_part WHERE upload = ? RETURNING file, size");
    bl_bind_text(q, 1, u.id);
    for (; bl_step(c->store, q) && n < BL_S3_PARTS; n++) {
        gone[n][0] = (uint64_t)bl_column_i64(q, 0);
        gone[n][1] = (uint64_t)bl_column_i64(q, 1);
    }
    q = bl_sql(c->store, "DELETE FROM s3_upload WHERE id = ?");
    bl_bind_text(q, 1, u.id);
    bl_run(c->store, q);
    if (!bl_store_commit(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    for (size_t i = 0; i < n; i++)
        bl_s3_file_remove(c->local->s3, gone[i][0], gone[i][1]);
    c->ans.status = 204;
}

static void put_part(struct bf_buf *out, sqlite3_stmt *q)
{
    struct bf_str md5 = bl_column_blob(q, 3), bytes = bl_column_blob(q, 5);
    int64_t sum = bl_column_i64(q, 4);
    bf_buf_addf(out, "<Part><PartNumber>%lld</PartNumber>", (long long)bl_column_i64(q, 0));
    bl_xml_time(out, "LastModified", bl_column_i64(q, 2));
    bf_buf_lit(out, "<ETag>&quot;");
    bf_hex_encode(out, md5.p, md5.n);
    bf_buf_addf(out, "&quot;</ETag><Size>%lld</Size>", (long long)bl_column_i64(q, 1));
    if (sum > 0 && sum < BL_SUMS) {
        bf_buf_addf(out, "<Checksum%s>", bl_sum_name((enum bl_sum)sum));
        bf_base64_encode(out, bytes);
        bf_buf_addf(out, "</Checksum%s>", bl_sum_name((enum bl_sum)sum));
    }
    bf_buf_lit(out, "</Part>");
}

static uint64_t number_query(struct bl_call *c, const char *name, uint64_t otherwise)
{
    struct bf_err e;
    uint64_t n;
    return bf_num_u64(bl_query(c, name), &n, &e) ? n : otherwise;
}

void bl_s3_list_parts(struct bl_call *c)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bl_s3_upload u;
    struct bf_buf *out = &c->ans.body, parts;
    uint64_t max = number_query(c, "max-parts", 1000),
             marker = number_query(c, "part-number-marker", 0), n = 0, last = 0;
    bool more = false;
    max = max < 1000 ? max : 1000;
    bl_store_lock(c->store);
    if (!bl_s3_find_upload(c, &u)) {
        bl_store_unlock(c->store);
        return;
    }
    bf_buf_init(&parts, 4 * 1024 * 1024);
    sqlite3_stmt *q = bl_sql(
        c->store,
        "SELECT number, size, modified_ms, md5, sum, sum_bytes FROM s3_part WHERE upload = ? "
        "AND number > ? ORDER BY number");
    bl_bind_text(q, 1, u.id);
    bl_bind_i64(q, 2, marker < BL_S3_PARTS ? (int64_t)marker : BL_S3_PARTS);
    while (bl_step(c->store, q)) {
        if (n == max) {
            more = true;
            bl_done(q);
            break;
        }
        put_part(&parts, q);
        last = (uint64_t)bl_column_i64(q, 0);
        n++;
    }
    if (!bl_s3_end_read(c)) {
        bf_buf_free(&parts);
        return;
    }
    bf_buf_lit(out, BL_XML_HEAD "<ListPartsResult" BL_XML_NS ">");
    bl_xml_element(out, "Bucket", s->bucket);
    bl_xml_element(out, "Key", s->key);
    bl_xml_element(out, "UploadId", u.id);
    bf_buf_lit(out, "<Initiator>" BL_S3_OWNER "</Initiator><Owner>" BL_S3_OWNER "</Owner>");
    bf_buf_addf(out,
                "<StorageClass>STANDARD</StorageClass><PartNumberMarker>%llu</PartNumberMarker>",
                (unsigned long long)marker);
    bf_buf_addf(out, "<NextPartNumberMarker>%llu</NextPartNumberMarker><MaxParts>%llu</MaxParts>",
                (unsigned long long)last, (unsigned long long)max);
    bf_buf_addf(out, "<IsTruncated>%s</IsTruncated>", more ? "true" : "false");
    if (u.declared)
        bf_buf_addf(out, "<ChecksumAlgorithm>%s</ChecksumAlgorithm><ChecksumType>%s</ChecksumType>",
                    bl_sum_name(u.sum), u.composite ? "COMPOSITE" : "FULL_OBJECT");
    bf_buf_adds(out, bf_buf_view(&parts));
    bf_buf_lit(out, "</ListPartsResult>");
    bf_buf_free(&parts);
}

/* The markers and the limit of ListMultipartUploads. */
struct uploads {
    struct bf_str prefix, key, id; /* key-marker, upload-id-marker */
    uint64_t max, n;
    bool more;
    struct bf_str last_key, last_id;
};

/* Lists uploads by key, then by id, which is the order of creation. */
static void put_uploads(struct bl_call *c, struct uploads *l, struct bf_buf *out)
{
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT key, id, created_ms FROM s3_upload WHERE bucket = ?1 "
                         "AND (key > ?2 OR (key = ?2 AND id > ?3)) ORDER BY key, id");
    bl_bind_text(q, 1, bl_s3_of(c)->bucket);
    bl_bind_blob(q, 2, l->key.p ? l->key : BF_STR(""));
    /* without an id marker all uploads of the key are listed already; 'z' is greater than every
     * id */
    bl_bind_text(q, 3, l->id.n ? l->id : BF_STR("z"));
    while (bl_step(c->store, q)) {
        struct bf_str key = bl_column_blob(q, 0), id = bl_column_text(q, 1);
        if (!bf_str_starts(key, l->prefix))
            continue;
        if (l->n == l->max) {
            l->more = true;
            bl_done(q);
            break;
        }
        l->n++;
        if (!bf_arena_copy(&c->arena, key, &l->last_key) ||
            !bf_arena_copy(&c->arena, id, &l->last_id))
            continue;
        bf_buf_lit(out, "<Upload>");
        bl_xml_element(out, "Key", key);
        bl_xml_element(out, "UploadId", id);
        bl_xml_time(out, "Initiated", bl_column_i64(q, 2));
        bf_buf_lit(out, "<StorageClass>STANDARD</StorageClass><Owner>" BL_S3_OWNER
                        "</Owner><Initiator>" BL_S3_OWNER "</Initiator></Upload>");
    }
}

static void put_mark(struct bf_buf *out, const char *name, struct bf_str value)
{
    bl_xml_element(out, name, value.p ? value : BF_STR(""));
}

void bl_s3_list_uploads(struct bl_call *c)
{
    struct bf_buf *out = &c->ans.body, list;
    struct uploads l = {.prefix = bl_query(c, "prefix"),
                        .key = bl_query(c, "key-marker"),
                        .id = bl_query(c, "upload-id-marker"),
                        .max = number_query(c, "max-uploads", 1000)};
    if (l.max > 1000)
        l.max = 1000;
    bf_buf_init(&list, 4 * 1024 * 1024);
    bl_store_lock(c->store);
    put_uploads(c, &l, &list);
    if (!bl_s3_end_read(c)) {
        bf_buf_free(&list);
        return;
    }
    bf_buf_lit(out, BL_XML_HEAD "<ListMultipartUploadsResult" BL_XML_NS ">");
    bl_xml_element(out, "Bucket", bl_s3_of(c)->bucket);
    put_mark(out, "Prefix", l.prefix);
    put_mark(out, "KeyMarker", l.key);
    put_mark(out, "UploadIdMarker", l.id);
    if (l.more) {
        put_mark(out, "NextKeyMarker", l.last_key);
        put_mark(out, "NextUploadIdMarker", l.last_id);
    }
    bf_buf_addf(out, "<MaxUploads>%llu</MaxUploads><IsTruncated>%s</IsTruncated>",
                (unsigned long long)l.max, l.more ? "true" : "false");
    bf_buf_adds(out, bf_buf_view(&list));
    bf_buf_lit(out, "</ListMultipartUploadsResult>");
    if (!bf_buf_ok(&list))
        bl_s3_fail(c, BL_S3_InternalError);
    bf_buf_free(&list);
}
