/* Buckets. */
#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

bool bl_s3_bucket_exists(struct bl_store *s, struct bf_str bucket)
{
    sqlite3_stmt *q = bl_sql(s, "SELECT 1 FROM s3_bucket WHERE name = ?");
    bl_bind_text(q, 1, bucket);
    bool found = bl_step(s, q);
    bl_done(q);
    return found;
}

enum { BUCKETS_MAX = 10000 };

/* The parameters of ListBuckets (API reference: MaxBuckets, Prefix, ContinuationToken,
 * BucketRegion). */
struct buckets {
    struct bf_str prefix, after, region;
    uint64_t max;
    bool paged; /* a paginated answer also contains the regions */
};

static bool read_buckets(struct bl_call *c, struct buckets *b)
{
    struct bf_str max = bl_query(c, "max-buckets"), token = bl_query(c, "continuation-token");
    struct bf_err e;
    *b = (struct buckets){.prefix = bl_query(c, "prefix"), .region = bl_query(c, "bucket-region")};
    b->paged = max.p || token.p || b->prefix.p || b->region.p;
    if (!bf_num_u64(max, &b->max, &e))
        b->max = BUCKETS_MAX;
    if (!token.p)
        return true;
    struct bf_buf name;
    bf_buf_init(&name, 256);
    bool ok = bf_base64_decode(&name, token) && name.n &&
              bf_arena_copy(&c->arena, bf_buf_view(&name), &b->after);
    bf_buf_free(&name);
    return ok ||
           bl_s3_failf(c, BL_S3_InvalidArgument, "The continuation token provided is incorrect");
}

static void put_bucket(struct bl_call *c, const struct buckets *b, sqlite3_stmt *q)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_lit(out, "<Bucket>");
    bl_xml_element(out, "Name", bl_column_text(q, 0));
    bl_xml_time(out, "CreationDate", bl_column_i64(q, 1));
    if (b->paged)
        bl_xml_element(out, "BucketRegion", bf_str_of(c->local->region));
    bf_buf_lit(out, "</Bucket>");
}

/* Appends the buckets after b->after; returns the name of the last one if there are more. */
static struct bf_str put_buckets(struct bl_call *c, const struct buckets *b)
{
    struct bf_str last = {NULL, 0};
    uint64_t n = 0;
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT name, created_ms FROM s3_bucket WHERE name > ? ORDER BY name");
    bl_bind_text(q, 1, b->after);
    while (bl_step(c->store, q)) {
        if (!bf_str_starts(bl_column_text(q, 0), b->prefix))
            continue;
        if (n++ == b->max) {
            bl_done(q);
            return last;
        }
        put_bucket(c, b, q);
        if (!bf_arena_copy(&c->arena, bl_column_text(q, 0), &last))
            break;
    }
    bl_done(q);
    return bf_str(NULL, 0);
}

void bl_s3_list_buckets(struct bl_call *c)
{
    struct bf_buf *out = &c->ans.body;
    struct buckets b;
    struct bf_str last = {NULL, 0};
    if (!read_buckets(c, &b))
        return;
    bf_buf_lit(out, BL_XML_HEAD "<ListAllMyBucketsResult" BL_XML_NS "><Owner>" BL_S3_OWNER
                                "</Owner><Buckets>");
    bl_store_lock(c->store);
    if (!b.region.p || bf_str_eq(b.region, bf_str_of(c->local->region)))
        last = put_buckets(c, &b);
    if (!bl_s3_end_read(c))
        return;
    bf_buf_lit(out, "</Buckets>");
    if (last.p) {
        bf_buf_lit(out, "<ContinuationToken>");
        bf_base64_encode(out, last);
        bf_buf_lit(out, "</ContinuationToken>");
    }
    if (b.prefix.p)
        bl_xml_element(out, "Prefix", b.prefix);
    bf_buf_lit(out, "</ListAllMyBucketsResult>");
}

/* Prefixes and suffixes that AWS reserves: access point aliases, S3 Express, ... */
static bool reserved_name(struct bf_str s)
{
    static const char *const starts[] = {"xn--", "sthree-", "amzn-s3-demo-"};
    static const char *const ends[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
    bool found = false;
    for (size_t i = 0; i < BF_COUNT(starts); i++)
        found = found || bf_str_starts(s, bf_str_of(starts[i]));
    for (size_t i = 0; i < BF_COUNT(ends); i++) {
        struct bf_str end = bf_str_of(ends[i]);
        found = found || (s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0);
    }
    return found;
}

/* Checks a name: 3 to 63 of a-z 0-9 . -, a letter or digit at both ends, no "..", not an IP
 * address (S3 user guide, "Bucket naming rules"). */
static bool good_name(struct bf_str s)
{
    size_t dots = 0, digits = 0;
    if (s.n < 3 || s.n > 63 || s.p[0] == '-' || s.p[0] == '.' || s.p[s.n - 1] == '-' ||
        s.p[s.n - 1] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool digit = ch >= '0' && ch <= '9';
        if (!digit && !(ch >= 'a' && ch <= 'z') && ch != '-' && ch != '.')
            return false;
        if (ch == '.' && s.p[i - 1] == '.')
            return false;
        dots += ch == '.';
        digits += digit;
    }
    return !(dots == 3 && digits + dots == s.n) && !reserved_name(s);
}

/* The text of <LocationConstraint>; *bad: the document is malformed. */
static struct bf_str location(struct bf_str body, bool *bad)
{
    struct bf_xml x;
    enum bf_xml_token t;
    struct bf_str found = {NULL, 0};
    bool inside = false;
    *bad = false;
    if (bf_str_trim(body).n == 0)
        return found;
    bf_xml_init(&x, body);
    while ((t = bf_xml_next(&x)) != BF_XML_END && t != BF_XML_ERROR) {
        if (t == BF_XML_TEXT && inside)
            found = bf_str_trim(x.text);
        inside = t == BF_XML_OPEN && bf_str_is(x.name, "LocationConstraint");
    }
    *bad = t == BF_XML_ERROR;
    return found;
}

static bool check_location(struct bl_call *c)
{
    bool bad;
    struct bf_str want = location(c->req.body, &bad);
    if (bad)
        return bl_s3_fail(c, BL_S3_MalformedXML);
    bool us_east_1 = strcmp(c->local->region, "us-east-1") == 0;
    if (want.n ? bf_str_eq(want, bf_str_of(c->local->region)) && !us_east_1 : us_east_1)
        return true;
    return bl_s3_failf(
        c, BL_S3_IllegalLocationConstraintException,
        "The %.*s location constraint is incompatible for the region specific endpoint this "
        "request was sent to.",
        want.n ? (int)want.n : 11, want.n ? want.p : "unspecified");
}

void bl_s3_create_bucket(struct bl_call *c)
{
    struct bf_str bucket = bl_s3_of(c)->bucket;
    struct bf_err e = {0};
    if (!good_name(bucket)) {
        bl_s3_fail(c, BL_S3_InvalidBucketName);
        return;
    }
    if (!check_location(c))
        return;
    if (!bl_store_begin(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    bool there = bl_s3_bucket_exists(c->store, bucket);
    sqlite3_stmt *q = bl_sql(c->store, "INSERT OR IGNORE INTO s3_bucket VALUES (?, ?)");
    bl_bind_text(q, 1, bucket);
    bl_bind_i64(q, 2, c->now_ms);
    bl_run(c->store, q);
    if (!bl_store_commit(c->store, &e))
        bl_s3_fail_err(c, &e);
    else if (there && strcmp(c->local->region, "us-east-1") !=
                          0) /* in us-east-1 creating one's own bucket again is not an error */
        bl_s3_fail(c, BL_S3_BucketAlreadyOwnedByYou);
    else
        bl_answer_headerf(c, "Location", "/%.*s", (int)bucket.n, bucket.p);
}

void bl_s3_head_bucket(struct bl_call *c)
{
    bl_answer_header(c, "x-amz-bucket-region", bf_str_of(c->local->region));
}

/* Deletes the unfinished uploads of a bucket. Appends file and size of each part to *gone. */
static void drop_uploads(struct bl_call *c, struct bf_str bucket, struct bf_buf *gone)
{
    sqlite3_stmt *q =
        bl_sql(c->store, "DELETE FROM s3_part WHERE upload IN (SELECT id FROM s3_upload"
                         " WHERE bucket = ?) RETURNING file, size");
    bl_bind_text(q, 1, bucket);
    while (bl_step(c->store, q)) {
        uint64_t part[2] = {(uint64_t)bl_column_i64(q, 0), (uint64_t)bl_column_i64(q, 1)};
        bf_buf_add(gone, part, sizeof(part));
    }
    q = bl_sql(c->store, "DELETE FROM s3_upload WHERE bucket = ?");
    bl_bind_text(q, 1, bucket);
    bl_run(c->store, q);
    q = bl_sql(c->store, "DELETE FROM s3_done WHERE bucket = ?");
    bl_bind_text(q, 1, bucket);
    bl_run(c->store, q);
}

static void remove_parts(struct bl_s3 *s3, const struct bf_buf *gone)
{
    uint64_t part[2];
    for (size_t i = 0; i + sizeof(part) <= gone->n; i += sizeof(part)) {
        memcpy(part, gone->p + i, sizeof(part));
        bl_s3_file_remove(s3, part[0], part[1]);
    }
}

void bl_s3_delete_bucket(struct bl_call *c)
{
    struct bf_str bucket = bl_s3_of(c)->bucket;
    struct bf_err e = {0};
    if (!bl_store_begin_delete(c->store, &e)) {
        bl_s3_fail_err(c, &e);
        return;
    }
    sqlite3_stmt *q = bl_sql(c->store, "SELECT 1 FROM s3_object WHERE bucket = ? LIMIT 1");
    bl_bind_text(q, 1, bucket);
    bool full = bl_step(c->store, q);
    bl_done(q);
    if (full) {
        bl_store_rollback(c->store);
        bl_s3_fail(c, BL_S3_BucketNotEmpty);
        return;
    }
    struct bf_buf gone;
    bf_buf_init(&gone, 16 * 1024 * 1024);
    drop_uploads(c, bucket, &gone);
    q = bl_sql(c->store, "DELETE FROM s3_notify WHERE bucket = ?");
    bl_bind_text(q, 1, bucket);
    bl_run(c->store, q);
    q = bl_sql(c->store, "DELETE FROM s3_kept WHERE bucket = ?");
    bl_bind_text(q, 1, bucket);
    bl_run(c->store, q);
    q = bl_sql(c->store, "DELETE FROM s3_bucket WHERE name = ?");
    bl_bind_text(q, 1, bucket);
    bl_run(c->store, q);
    if (!bl_store_commit(c->store, &e))
        bl_s3_fail_err(c, &e);
    else {
        remove_parts(c->local->s3, &gone);
        c->ans.status = 204;
    }
    bf_buf_free(&gone);
}

void bl_s3_bucket_location(struct bl_call *c)
{
    bool us_east_1 = strcmp(c->local->region, "us-east-1") ==
                     0; /* its LocationConstraint is empty for historical reasons */
    bf_buf_addf(&c->ans.body,
                BL_XML_HEAD "<LocationConstraint" BL_XML_NS ">%s</LocationConstraint>",
                us_east_1 ? "" : c->local->region);
}

void bl_s3_bucket_versioning(struct bl_call *c)
{
    bf_buf_lit(&c->ans.body, BL_XML_HEAD "<VersioningConfiguration" BL_XML_NS "/>");
}

/* Nobody can set tags of a bucket here, so there are none. */
void bl_s3_no_tagging(struct bl_call *c)
{
    bl_s3_fail(c, BL_S3_NoSuchTagSet);
}

void bl_s3_no_policy(struct bl_call *c)
{
    bl_s3_fail(c, BL_S3_NoSuchBucketPolicy);
}

void bl_s3_no_cors(struct bl_call *c)
{
    bl_s3_fail(c, BL_S3_NoSuchCORSConfiguration);
}
