/* Tags of objects: they are the header x-amz-tagging, "a=1&b=2", that is kept with the object. */
#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/wire/xml.h"
#include "lib/encoding/enc.h"

enum { TAGS_MAX = 10, TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256, TAGS_BYTES = 64 * 1024 };

static bool decode_form(struct bl_call *c, struct bf_str wire, struct bf_str *out)
{
    return bl_form_decode(c, wire, out) || bl_s3_fail(c, BL_S3_InternalError);
}

static bool check_tag(struct bl_call *c, struct bf_str key, struct bf_str value)
{
    if (key.n == 0 || bl_characters(key) > TAG_KEY_MAX || !bf_utf8_valid(key, NULL))
        return bl_s3_failf(c, BL_S3_InvalidTag, "The TagKey you have provided is invalid");
    if (bl_characters(value) > TAG_VALUE_MAX || !bf_utf8_valid(value, NULL))
        return bl_s3_failf(c, BL_S3_InvalidTag, "The TagValue you have provided is invalid");
    return !bf_str_starts(key, BF_STR("aws:")) ||
           bl_s3_failf(c, BL_S3_InvalidTag, "System tags cannot be added/updated by requester");
}

/* All tags of "a=1&b=2": at most ten, no key twice. */
static bool check_tags(struct bl_call *c, struct bf_str tags)
{
    struct bf_str keys[TAGS_MAX] = {0}, item, value = {0};
    size_t n = 0;
    while (tags.n && bf_str_split(&tags, '&', &item)) {
        struct bf_str rest = item, key;
        if (!item.n)
            continue;
        if (n == TAGS_MAX)
            return bl_s3_failf(c, BL_S3_BadRequest, "Object tags cannot be greater than 10");
        if (!bf_str_split(&rest, '=', &key) || !decode_form(c, key, &keys[n]) ||
            !decode_form(c, rest, &value) || !check_tag(c, keys[n], value))
            return c->failed ? false : bl_s3_fail(c, BL_S3_InvalidArgument);
        for (size_t i = 0; i < n; i++)
            if (bf_str_eq(keys[i], keys[n]))
                return bl_s3_failf(c, BL_S3_InvalidTag,
                                   "Cannot provide multiple Tags with the same key");
        n++;
    }
    return true;
}

bool bl_s3_check_tags(struct bl_call *c)
{
    struct bf_str tags = bl_header(c, "x-amz-tagging");
    return !tags.p || check_tags(c, tags);
}

static void put_tag(struct bl_call *c, struct bf_buf *out, struct bf_str pair)
{
    struct bf_str rest = pair, key = {0}, value = {0};
    if (!pair.n || !bf_str_split(&rest, '=', &key) || !decode_form(c, key, &key) ||
        !decode_form(c, rest, &value))
        return;
    bf_buf_lit(out, "<Tag>");
    bl_xml_element(out, "Key", key);
    bl_xml_element(out, "Value", value);
    bf_buf_lit(out, "</Tag>");
}

/* The object; the store is locked. False: the answer is set. */
static bool find_object(struct bl_call *c, struct bl_s3_object *o)
{
    struct bl_s3_call *s = bl_s3_of(c);
    return bl_s3_find(c, s->bucket, s->key, o) || bl_s3_missing(c, BL_S3_NoSuchKey);
}

void bl_s3_get_tagging(struct bl_call *c)
{
    struct bl_s3_object o;
    struct bf_buf *out = &c->ans.body;
    bl_store_lock(c->store);
    bool found = find_object(c, &o);
    bl_store_unlock(c->store);
    if (!found)
        return;
    bf_buf_lit(out, BL_XML_HEAD "<Tagging" BL_XML_NS "><TagSet>");
    struct bf_str tags = bl_s3_kept_header(o.headers, "x-amz-tagging"), pair;
    while (tags.n && bf_str_split(&tags, '&', &pair))
        put_tag(c, out, pair);
    bf_buf_lit(out, "</TagSet></Tagging>");
}

/* <Tagging><TagSet><Tag><Key/><Value/></Tag>...: as a header's value. */
static bool read_document(struct bl_call *c, struct bf_buf *out)
{
    struct bf_xml x;
    enum bf_xml_token t;
    struct bf_buf text;
    struct bf_str key = {NULL, 0};
    bool ok = true;
    bf_xml_init(&x, c->req.body);
    bf_buf_init(&text, 4096);
    while (ok && (t = bf_xml_next(&x)) != BF_XML_END) {
        if (t == BF_XML_OPEN)
            bf_buf_reset(&text);
        else if (t == BF_XML_TEXT)
            ok = x.depth != 4 || bf_xml_decode(&text, x.text);
        else if (t != BF_XML_CLOSE)
            ok = false;
        else if (x.depth == 3 && bf_str_is(x.name, "Key"))
            ok = bf_arena_copy(&c->arena, bf_buf_view(&text), &key);
        else if (x.depth == 3 && bf_str_is(x.name, "Value") && key.p) {
            bf_buf_adds(out, out->n ? BF_STR("&") : BF_STR(""));
            bf_uri_encode(out, key, false);
            bf_buf_addc(out, '=');
            bf_uri_encode(out, bf_buf_view(&text), false);
            key = bf_str(NULL, 0);
        }
    }
    bf_buf_free(&text);
    return (ok && bf_buf_ok(out)) || bl_s3_fail(c, BL_S3_MalformedXML);
}

/* The object's kept headers with other tags. */
static void put_headers(struct bf_buf *out, struct bf_str headers, struct bf_str tags)
{
    struct bf_str line;
    while (headers.n && bf_str_split(&headers, '\n', &line)) {
        if (!line.n || bf_str_starts(line, BF_STR("x-amz-tagging:")))
            continue;
        bf_buf_adds(out, line);
        bf_buf_addc(out, '\n');
    }
    if (!tags.n)
        return;
    bf_buf_lit(out, "x-amz-tagging:");
    bf_buf_adds(out, tags);
    bf_buf_addc(out, '\n');
}

static bool replace_tags(struct bl_call *c, struct bf_str tags)
{
    struct bl_s3_call *s = bl_s3_of(c);
    struct bl_s3_object o;
    struct bf_buf headers;
    struct bf_err e = {0};
    if (!bl_store_begin(c->store, &e))
        return bl_s3_fail_err(c, &e);
    if (!find_object(c, &o)) {
        bl_store_rollback(c->store);
        return false;
    }
    bf_buf_init(&headers, 2 * TAGS_BYTES);
    put_headers(&headers, o.headers, tags);
    sqlite3_stmt *q =
        bl_sql(c->store, "UPDATE s3_object SET headers = ? WHERE bucket = ? AND key = ?");
    bl_bind_blob(q, 1, bf_buf_view(&headers));
    bl_bind_text(q, 2, s->bucket);
    bl_bind_blob(q, 3, s->key);
    bl_run(c->store, q);
    bool ok = bl_store_commit(c->store, &e) || bl_s3_fail_err(c, &e);
    bf_buf_free(&headers);
    return ok;
}

void bl_s3_put_tagging(struct bl_call *c)
{
    struct bf_buf tags;
    bf_buf_init(&tags, TAGS_BYTES);
    if (read_document(c, &tags) && check_tags(c, bf_buf_view(&tags)))
        (void)!replace_tags(c, bf_buf_view(&tags));
    bf_buf_free(&tags);
}

void bl_s3_delete_tagging(struct bl_call *c)
{
    if (replace_tags(c, bf_str(NULL, 0)))
        c->ans.status = 204;
}
