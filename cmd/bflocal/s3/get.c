/* GetObject, HeadObject, GetObjectAttributes. */
#include <errno.h>
#include <stdio.h>

#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

/* Finds the object and opens its file under the lock, so that a replacement cannot delete the
 * file in between. */
static bool find_and_open(struct bl_call *c, struct bl_s3_object *o)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bf_err e = {0};
    bl_store_lock(c->store);
    bool found = bl_s3_find(c, s->bucket, s->key, o);
    bool ok = bl_store_ok(c->store);
    if (!ok)
        e = c->store->err;
    if (found && o->file) {
        c->ans.fd = bl_s3_file_open(c->local->s3, o->file);
        if (c->ans.fd < 0)
            ok = bf_err_sys(&e, errno, "object file %016llx", (unsigned long long)o->file);
    }
    bl_store_unlock(c->store);
    if (!ok)
        return bl_s3_fail_err(c, &e);
    if (found)
        return true;
    struct bf_buf x;
    bf_buf_init(&x, 64 * 1024);
    bl_xml_element(&x, "Key", s->key);
    bl_s3_fail_with(c, BL_S3_NoSuchKey, bf_buf_view(&x), NULL);
    bf_buf_free(&x);
    return false;
}

/* Is the ETag in the list? The list is * or like "abc", "def" (quotes are optional). */
static bool in_list(struct bf_str list, struct bf_str etag)
{
    struct bf_str item, bare = bf_str(etag.p + 1, etag.n - 2);
    while (list.p && bf_str_split(&list, ',', &item)) {
        item = bf_str_trim(item);
        if (bf_str_is(item, "*") || bf_str_eq(item, etag) || bf_str_eq(item, bare))
            return true;
    }
    return false;
}

/* Evaluates the conditions in the order of RFC 9110, 13.2.2. */
static bool check_conditions(struct bl_call *c, const struct bl_s3_object *o)
{
    struct bf_str match = bl_header(c, "if-match"), none = bl_header(c, "if-none-match");
    struct bf_str since = bl_header(c, "if-modified-since"),
                  until = bl_header(c, "if-unmodified-since");
    int64_t t = 0;
    bool fails = match.p ? !in_list(match, o->etag)
                         : until.p && bf_clock_parse_http(until, &t) && o->modified_ms > t;
    if (fails)
        return bl_s3_fail_with(c, BL_S3_PreconditionFailed,
                               bl_arena_printf(&c->arena, "<Condition>%s</Condition>",
                                               match.p ? "If-Match" : "If-Unmodified-Since"),
                               NULL);
    bool same = none.p ? in_list(none, o->etag)
                       : since.p && bf_clock_parse_http(since, &t) && o->modified_ms <= t;
    if (!same)
        return true;
    bl_answer_drop_file(c);
    c->ans.status = 304;
    c->ans.content_type = NULL;
    bl_answer_header(c, "ETag", o->etag);
    return false;
}

/* Reads one range "bytes=a-b", "a-" or "-n"; anything else counts as no range (RFC 9110, 14.2). */
static bool read_range(struct bf_str text, uint64_t size, uint64_t *from, uint64_t *length,
                       bool *bad)
{
    struct bf_err e;
    uint64_t a = 0, b = 0;
    *bad = false;
    if (!bf_str_starts(text, BF_STR("bytes=")))
        return false;
    struct bf_str rest = bf_str(text.p + 6, text.n - 6), first;
    if (!bf_str_split(&rest, '-', &first) || !rest.p || (first.n && !bf_num_u64(first, &a, &e)) ||
        (rest.n && !bf_num_u64(rest, &b, &e)) || (!first.n && !rest.n))
        return false;
    if (first.n && rest.n && b < a)
        return false;
    *bad = first.n ? a >= size : b == 0 || size == 0;
    if (*bad)
        return true;
    if (!first.n) {
        a = b < size ? size - b : 0;
        b = size - 1;
    } else if (!rest.n || b >= size)
        b = size - 1;
    *from = a;
    *length = b - a + 1;
    return true;
}

static bool apply_range(struct bl_call *c, const struct bl_s3_object *o, bool *partial)
{
    struct bf_str text = bl_header(c, "range");
    bool bad;
    c->ans.fd_offset = 0;
    c->ans.fd_length = o->size;
    *partial = text.p && read_range(text, o->size, &c->ans.fd_offset, &c->ans.fd_length, &bad);
    if (!*partial)
        return true;
    if (bad)
        return bl_s3_fail_with(c, BL_S3_InvalidRange,
                               bl_arena_printf(&c->arena,
                                               "<ActualObjectSize>%llu</ActualObjectSize>",
                                               (unsigned long long)o->size),
                               NULL);
    c->ans.status = 206;
    bl_answer_headerf(
        c, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)c->ans.fd_offset,
        (unsigned long long)(c->ans.fd_offset + c->ans.fd_length - 1), (unsigned long long)o->size);
    return true;
}

static void answer_tagging_count(struct bl_call *c, struct bf_str tags)
{
    unsigned n = tags.n ? 1 : 0;
    for (size_t i = 0; i < tags.n; i++)
        n += tags.p[i] == '&';
    if (n)
        bl_answer_headerf(c, "x-amz-tagging-count", "%u", n);
}

/* Answers the headers stored with the object; response-content-type=... in the query overrides
 * one. */
static void answer_kept(struct bl_call *c, const struct bl_s3_object *o)
{
    struct bf_str rest = o->headers, line, type = bl_query(c, "response-content-type");
    c->ans.content_type = type.p ? type.p : "binary/octet-stream";
    while (rest.n && bf_str_split(&rest, '\n', &line)) {
        struct bf_str value = line, name;
        char query[64];
        if (!bf_str_split(&value, ':', &name) || !value.p)
            continue;
        struct bf_str copy = bl_arena_printf(&c->arena, "%.*s", (int)value.n, value.p);
        struct bf_str field = bl_arena_printf(&c->arena, "%.*s", (int)name.n, name.p);
        snprintf(query, sizeof(query), "response-%.*s", (int)name.n, name.p);
        if (bf_str_is(name, "content-type")) {
            if (!type.p)
                c->ans.content_type = copy.p;
        } else if (bf_str_is(name, "x-amz-tagging"))
            answer_tagging_count(c, value);
        else if (!bf_str_is(name, "x-amz-server-side-encryption") && !bl_query(c, query).p)
            bl_answer_header(c, field.p, copy);
    }
    bl_s3_answer_encryption(c, o->headers);
    static const char *const overrides[] = {"cache-control", "content-disposition",
                                            "content-encoding", "content-language", "expires"};
    for (size_t i = 0; i < BF_COUNT(overrides); i++) {
        char query[64];
        snprintf(query, sizeof(query), "response-%s", overrides[i]);
        bl_answer_header(c, overrides[i], bl_query(c, query));
    }
}

void bl_s3_get_object(struct bl_call *c)
{
    struct bl_s3_object o;
    bool partial;
    if (!find_and_open(c, &o) || !check_conditions(c, &o) || !apply_range(c, &o, &partial))
        return;
    char date[32];
    bl_http_date(o.modified_ms, date);
    answer_kept(c, &o);
    bl_answer_header(c, "ETag", o.etag);
    bl_answer_headerf(c, "Last-Modified", "%s", date);
    bl_answer_header(c, "Accept-Ranges", BF_STR("bytes"));
    if (!partial && bf_str_is(bl_header(c, "x-amz-checksum-mode"), "ENABLED"))
        bl_s3_answer_sum(c, o.sum, o.composite, o.sum_text);
}

/* Is this attribute in the request's list? */
static bool wants_attribute(const struct bl_call *c, const char *name)
{
    for (size_t i = 0; i < c->req.nheaders; i++) { /* SDKs send one header for each */
        struct bf_str list = c->req.headers[i].value, item;
        if (!bf_str_is(c->req.headers[i].name, "x-amz-object-attributes"))
            continue;
        while (list.p && bf_str_split(&list, ',', &item))
            if (bf_str_eq(bf_str_trim(item), bf_str_of(name)))
                return true;
    }
    return false;
}

static void put_attributes(struct bl_call *c, const struct bl_s3_object *o)
{
    struct bf_buf *out = &c->ans.body;
    struct bf_str class = bl_s3_kept_header(o->headers, "x-amz-storage-class");
    bf_buf_lit(out, BL_XML_HEAD "<GetObjectAttributesResponse" BL_XML_NS ">");
    if (wants_attribute(c, "ETag"))
        bl_xml_element(out, "ETag", bf_str(o->etag.p + 1, o->etag.n - 2));
    if (wants_attribute(c, "Checksum") && o->sum != BL_SUM_NONE) {
        bf_buf_addf(out, "<Checksum><Checksum%s>", bl_sum_name(o->sum));
        bl_xml_put(out, o->sum_text);
        bf_buf_addf(out, "</Checksum%s><ChecksumType>%s</ChecksumType></Checksum>",
                    bl_sum_name(o->sum), o->composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    if (wants_attribute(c, "ObjectParts") && o->parts)
        bf_buf_addf(out, "<ObjectParts><PartsCount>%llu</PartsCount></ObjectParts>",
                    (unsigned long long)o->parts);
    if (wants_attribute(c, "StorageClass"))
        bl_xml_element(out, "StorageClass", class.n ? class : BF_STR("STANDARD"));
    if (wants_attribute(c, "ObjectSize"))
        bf_buf_addf(out, "<ObjectSize>%llu</ObjectSize>", (unsigned long long)o->size);
    bf_buf_lit(out, "</GetObjectAttributesResponse>");
}

void bl_s3_get_attributes(struct bl_call *c)
{
    struct bl_s3_object o;
    char date[32];
    if (!find_and_open(c, &o) || !check_conditions(c, &o))
        return;
    bl_answer_drop_file(c);
    bl_http_date(o.modified_ms, date);
    bl_answer_headerf(c, "Last-Modified", "%s", date);
    put_attributes(c, &o);
}
