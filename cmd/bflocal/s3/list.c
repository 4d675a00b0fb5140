/*
 * ListObjectsV2 and ListObjects: keys in byte order, grouped by a delimiter. A common
 * prefix is skipped with one look-up, so the cost of a listing is proportional to its
 * answer.
 */
#include <stdio.h>

#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

enum { KEYS_MAX = 1000, AFTER_MAX = BL_S3_KEY_MAX + 2 };

struct listing {
    struct bf_str prefix, delimiter;
    bool url;   /* encoding-type=url */
    bool owner; /* fetch-owner=true; always in ListObjects */
    uint64_t max;
    struct bf_buf keys, prefixes; /* XML */
    uint64_t count;
    bool truncated;
    char last[AFTER_MAX]; /* the last listed key or common prefix */
    size_t nlast;
    bool last_is_prefix;
};

static void put_name(const struct listing *l, struct bf_buf *out, const char *name,
                     struct bf_str value)
{
    if (!l->url) {
        bl_xml_element(out, name, value);
        return;
    }
    bf_buf_addf(out, "<%s>", name);
    bf_uri_encode(out, value, true);
    bf_buf_addf(out, "</%s>", name);
}

static void put_contents(struct listing *l, sqlite3_stmt *q, struct bf_str key)
{
    struct bf_buf *out = &l->keys;
    struct bf_date d = bf_clock_date(bl_column_i64(q, 2));
    int64_t sum = bl_column_i64(q, 4);
    bf_buf_lit(out, "<Contents>");
    put_name(l, out, "Key", key);
    bf_buf_addf(out, "<LastModified>%04d-%02d-%02dT%02d:%02d:%02d.000Z</LastModified>", d.year,
                d.month, d.day, d.hour, d.minute, d.second);
    bl_xml_element(out, "ETag", bl_column_text(q, 3));
    if (sum > 0 && sum < BL_SUMS)
        bf_buf_addf(out, "<ChecksumAlgorithm>%s</ChecksumAlgorithm><ChecksumType>%s</ChecksumType>",
                    bl_sum_name((enum bl_sum)sum),
                    bl_column_i64(q, 5) ? "COMPOSITE" : "FULL_OBJECT");
    bf_buf_addf(out, "<Size>%lld</Size>", (long long)bl_column_i64(q, 1));
    if (l->owner)
        bf_buf_lit(out, "<Owner>" BL_S3_OWNER "</Owner>");
    struct bf_str class = bl_s3_kept_header(bl_column_blob(q, 6), "x-amz-storage-class");
    bl_xml_element(out, "StorageClass", class.n ? class : BF_STR("STANDARD"));
    bf_buf_lit(out, "</Contents>");
}

/* The common prefix of a key: up to and with the first delimiter after the listing's prefix. p
 * == NULL: none. */
static struct bf_str folded_prefix(const struct listing *l, struct bf_str key)
{
    size_t n = l->delimiter.n;
    for (size_t i = l->prefix.n; n && i + n <= key.n; i++)
        if (memcmp(key.p + i, l->delimiter.p, n) == 0)
            return bf_str(key.p, i + n);
    return bf_str(NULL, 0);
}

static void remember_last(struct listing *l, struct bf_str name, bool prefix)
{
    l->nlast = name.n < sizeof(l->last) ? name.n : sizeof(l->last);
    memcpy(l->last, name.p, l->nlast);
    l->last_is_prefix = prefix;
}

/* Changes a prefix to the first key after all keys with that prefix: increments its last byte
 * that can be. */
static size_t key_successor(char *key, size_t n)
{
    while (n && (unsigned char)key[n - 1] == 0xff)
        n--;
    if (n)
        key[n - 1] = (char)((unsigned char)key[n - 1] + 1);
    return n;
}

/* Lists keys from `from` on; after each common prefix it starts a new look-up. */
static bool list_keys(struct bl_call *c, struct listing *l, char *from, size_t nfrom)
{
    static const char sql[] =
        "SELECT key, size, modified_ms, etag, sum, composite, headers FROM s3_object"
        " WHERE bucket = ? AND key >= ? ORDER BY key";
    struct bl_store *st = c->store;
    for (;;) {
        sqlite3_stmt *q = bl_sql(st, sql);
        bool again = false;
        bl_bind_text(q, 1, bl_s3_of(c)->bucket);
        bl_bind_blob(q, 2, bf_str(from, nfrom));
        while (!again && bl_step(st, q)) {
            struct bf_str key = bl_column_blob(q, 0);
            if (!bf_str_starts(key, l->prefix))
                break;
            if (l->count == l->max) {
                l->truncated = true;
                break;
            }
            struct bf_str fold = folded_prefix(l, key);
            l->count++;
            remember_last(l, fold.p ? fold : key, fold.p != NULL);
            if (!fold.p) {
                put_contents(l, q, key);
                continue;
            }
            bf_buf_lit(&l->prefixes, "<CommonPrefixes>");
            put_name(l, &l->prefixes, "Prefix", fold);
            bf_buf_lit(&l->prefixes, "</CommonPrefixes>");
            again = true;
        }
        bl_done(q);
        if (!again)
            return bl_store_ok(st);
        memcpy(from, l->last, l->nlast);
        nfrom = key_successor(from, l->nlast);
        if (nfrom == 0)
            return true;
    }
}

/* The start after `after`: past all keys of a common prefix, or the next possible key. */
static size_t start_after(const struct listing *l, char *from, struct bf_str after, bool prefix)
{
    size_t n = after.n < BL_S3_KEY_MAX ? after.n : BL_S3_KEY_MAX;
    if (n)
        memcpy(from, after.p, n);
    if (prefix)
        n = key_successor(from, n);
    else if (n)
        from[n++] = '\0';
    if (bf_str_cmp(bf_str(from, n), l->prefix) < 0) {
        n = l->prefix.n;
        memcpy(from, l->prefix.p, n);
    }
    return n;
}

static bool begin_listing(struct bl_call *c, struct listing *l)
{
    memset(l, 0, sizeof(*l));
    l->prefix = bl_query(c, "prefix");
    l->delimiter = bl_query(c, "delimiter");
    if (!l->prefix.p)
        l->prefix = BF_STR("");
    struct bf_str max = bl_query(c, "max-keys"), encoding = bl_query(c, "encoding-type");
    struct bf_err e;
    if (l->prefix.n > BL_S3_KEY_MAX || l->delimiter.n > BL_S3_KEY_MAX)
        return bl_s3_fail(c, BL_S3_KeyTooLongError);
    l->url = encoding.p != NULL;
    if (!bf_num_u64(max, &l->max, &e) || l->max > KEYS_MAX)
        l->max = KEYS_MAX;
    bf_buf_init(&l->keys, 8 * 1024 * 1024);
    bf_buf_init(&l->prefixes, 8 * 1024 * 1024);
    return true;
}

static bool collect_keys(struct bl_call *c, struct listing *l, struct bf_str after, bool prefix)
{
    char from[AFTER_MAX];
    struct bf_err e = {0};
    size_t n = start_after(l, from, after, prefix);
    if (l->max == 0 || (prefix && n == 0))
        return true;
    bl_store_lock(c->store);
    bool ok = list_keys(c, l, from, n);
    if (!ok)
        e = c->store->err;
    bl_store_unlock(c->store);
    return ok || bl_s3_fail_err(c, &e);
}

/* Appends the elements that both answers begin with. */
static void put_list_head(struct bl_call *c, const struct listing *l)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_lit(out, BL_XML_HEAD "<ListBucketResult" BL_XML_NS ">");
    bl_xml_element(out, "Name", bl_s3_of(c)->bucket);
    put_name(l, out, "Prefix", l->prefix);
    if (l->delimiter.n)
        put_name(l, out, "Delimiter", l->delimiter);
    if (l->url)
        bf_buf_lit(out, "<EncodingType>url</EncodingType>");
    bf_buf_addf(out, "<MaxKeys>%llu</MaxKeys><IsTruncated>%s</IsTruncated>",
                (unsigned long long)l->max, l->truncated ? "true" : "false");
}

static void put_tail(struct bl_call *c, struct listing *l)
{
    struct bf_buf *out = &c->ans.body;
    bool ok = bf_buf_ok(&l->keys) && bf_buf_ok(&l->prefixes);
    bf_buf_adds(out, bf_buf_view(&l->keys));
    bf_buf_adds(out, bf_buf_view(&l->prefixes));
    bf_buf_lit(out, "</ListBucketResult>");
    if (!ok)
        bl_s3_fail(c, BL_S3_InternalError);
}

static void end_listing(struct listing *l)
{
    bf_buf_free(&l->keys);
    bf_buf_free(&l->prefixes);
}

/* Reads a continuation token: the last name, and whether it was a common prefix, in base64. */
static bool read_continuation(struct bl_call *c, struct bf_str token, struct bf_str *after,
                              bool *prefix)
{
    struct bf_buf raw;
    bf_buf_init(&raw, BL_S3_KEY_MAX + 8);
    bool ok = bf_base64_decode(&raw, token) && raw.n > 1 && (raw.p[0] == 'k' || raw.p[0] == 'p') &&
              bf_arena_copy(&c->arena, bf_buf_view(&raw), after);
    bf_buf_free(&raw);
    if (!ok)
        return bl_s3_failf(c, BL_S3_InvalidArgument,
                           "The continuation token provided is incorrect");
    *prefix = after->p[0] == 'p';
    *after = bf_str(after->p + 1, after->n - 1);
    return true;
}

static void put_continuation(struct bf_buf *out, const struct listing *l)
{
    char room[AFTER_MAX + 1];
    room[0] = l->last_is_prefix ? 'p' : 'k';
    memcpy(room + 1, l->last, l->nlast);
    bf_buf_lit(out, "<NextContinuationToken>");
    bf_base64_encode(out, bf_str(room, l->nlast + 1));
    bf_buf_lit(out, "</NextContinuationToken>");
}

void bl_s3_list_objects_v2(struct bl_call *c)
{
    struct listing l;
    struct bf_buf *out = &c->ans.body;
    struct bf_str token = bl_query(c, "continuation-token"), start = bl_query(c, "start-after"),
                  after = start;
    bool prefix = false;
    if (!bf_str_is(bl_query(c, "list-type"), "2")) {
        bl_s3_failf(c, BL_S3_InvalidArgument, "Invalid List Type specified in Request");
        return;
    }
    if ((token.p && !read_continuation(c, token, &after, &prefix)) || !begin_listing(c, &l))
        return;
    l.owner = bf_str_is(bl_query(c, "fetch-owner"), "true");
    if (collect_keys(c, &l, after, prefix)) {
        put_list_head(c, &l);
        bf_buf_addf(out, "<KeyCount>%llu</KeyCount>", (unsigned long long)l.count);
        if (token.p)
            bl_xml_element(out, "ContinuationToken", token);
        if (start.p)
            put_name(&l, out, "StartAfter", start);
        if (l.truncated)
            put_continuation(out, &l);
        put_tail(c, &l);
    }
    end_listing(&l);
}

void bl_s3_list_objects(struct bl_call *c)
{
    struct listing l;
    struct bf_buf *out = &c->ans.body;
    struct bf_str marker = bl_query(c, "marker");
    if (!begin_listing(c, &l))
        return;
    l.owner = true;
    struct bf_str fold = marker.n ? folded_prefix(&l, marker) : bf_str(NULL, 0);
    bool prefix = fold.p && fold.n == marker.n && bf_str_starts(marker, l.prefix);
    if (collect_keys(c, &l, marker, prefix)) {
        put_list_head(c, &l);
        put_name(&l, out, "Marker", marker);
        if (l.truncated && l.delimiter.n)
            put_name(&l, out, "NextMarker", bf_str(l.last, l.nlast));
        put_tail(c, &l);
    }
    end_listing(&l);
}
