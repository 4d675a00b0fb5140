/*
 * Records from a transform event that may still be incomplete.
 *
 * Until all of it is received, only complete records in the service's own spelling are processed.
 * At the first other one the reader waits for the whole event and parses the rest as any other
 * JSON.
 */
#include "lib/encoding/enc.h"
#include "lib/xform/firehose_event_impl.h"

static bool take_literal(const char **p, const char *end, struct bf_str what)
{
    if ((size_t)(end - *p) < what.n || memcmp(*p, what.p, what.n) != 0)
        return false;
    *p += what.n;
    return true;
}

/* The string of n characters at *p, whose opening quote is before *p and whose closing quote
 * follows it. */
static bool take_text(const char **p, size_t n, struct bf_json_val *v)
{
    if (v->raw.p) /* appears twice */
        return false;
    v->raw = bf_str(*p - 1, n + 2);
    v->text = bf_str(*p, n);
    *p += n + 1;
    return true;
}

static bool take_plain(const char **p, const char *end, struct bf_json_val *v)
{
    const char *to = bf_json_plain(*p, end);
    return to && take_text(p, (size_t)(to - *p), v);
}

static bool take_data(struct bf_firehose *f, const char **p, const char *end, struct bf_json_val *v)
{
    size_t n;
    bf_buf_reset(&f->data);
    return bf_base64_decode_quoted(&f->data, bf_str(*p, (size_t)(end - *p)), &n) &&
           take_text(p, n, v);
}

static bool take_digits(const char **p, const char *end)
{
    const char *from = *p, *to = from;
    while (to < end && *to >= '0' && *to <= '9')
        to++;
    *p = to;
    return to > from && *from != '0';
}

/* Takes an object: the origin of the record, if a Kinesis stream is the source of the Firehose. */
static bool take_object(const char **p, const struct bf_json *j, struct bf_str *object)
{
    struct bf_json inner = {.start = j->start, .p = *p, .end = j->end, .depth = j->depth + 1};
    struct bf_err ignored;
    bool ok = inner.p < inner.end && *inner.p == '{' && bf_json_skip(&inner, &ignored);
    *object = bf_str(*p, (size_t)(inner.p - *p));
    *p = inner.p;
    return ok;
}

static bool take_member(struct bf_firehose *f, const char **p, const struct bf_json *j,
                        struct firehose_record *r)
{
    const char *end = j->end;
    if (take_literal(p, end, BF_STR("\"recordId\":\"")))
        return take_plain(p, end, &r->id);
    if (take_literal(p, end, BF_STR("\"data\":\"")))
        return take_data(f, p, end, &r->data);
    if (take_literal(p, end, BF_STR("\"approximateArrivalTimestamp\":")))
        return take_digits(p, end);
    return take_literal(p, end, BF_STR("\"kinesisRecordMetadata\":")) &&
           take_object(p, j, &r->origin);
}

/* Parses a record with the members, and in the spelling, that the service writes, and decodes its
 * data. False: parse it as any other JSON, from its beginning. */
static bool usual_record(struct bf_firehose *f, struct bf_json *j, struct firehose_record *r)
{
    const char *p = j->p, *end = j->end;
    *r = (struct firehose_record){.decoded = true};
    if (!take_literal(&p, end, BF_STR("{")))
        return false;
    do {
        if (!take_member(f, &p, j, r))
            return false;
    } while (take_literal(&p, end, BF_STR(",")));
    if (!take_literal(&p, end, BF_STR("}")) || !r->data.raw.p)
        return false;
    r->raw = bf_str(j->p, (size_t)(p - j->p));
    j->p = p;
    return true;
}

static bool read_record(struct bf_firehose *f, struct bf_json *j, struct bf_buf *out,
                        struct bf_err *e)
{
    struct firehose_record r;
    struct bf_json_key key;
    enum bf_json_more more;
    if (usual_record(f, j, &r))
        return bf_firehose_record(f, &r, out, e);
    r = (struct firehose_record){.decoded = false};
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    const char *from = j->p - 1;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        struct bf_json_val v;
        if (!bf_json_value(j, &v, e))
            return false;
        if (v.type == BF_JSON_STRING && bf_json_key_is(&key, "data"))
            r.data = v;
        else if (v.type == BF_JSON_STRING && bf_json_key_is(&key, "recordId"))
            r.id = v;
        else if (v.type == BF_JSON_OBJECT && bf_json_key_is(&key, "kinesisRecordMetadata"))
            r.origin = v.raw;
    }
    r.raw = bf_str(from, (size_t)(j->p - from));
    return more == BF_JSON_END && bf_firehose_record(f, &r, out, e);
}

static bool is_whole(const struct bf_firehose_in *in)
{
    return in->have.n == in->whole;
}

static bool fetch(struct bf_firehose_in *in, struct bf_json *j, struct bf_err *e)
{
    bool ok = in->more(in, e);
    j->end = in->have.p + in->have.n;
    return ok;
}

static bool fetch_all(struct bf_firehose_in *in, struct bf_json *j, struct bf_err *e)
{
    while (!is_whole(in))
        if (!fetch(in, j, e))
            return false;
    return true;
}

/* The record at `at` is incomplete: waits for as many bytes again as it has so far. */
static bool fetch_rest(struct bf_firehose_in *in, struct bf_json *j, const char *at,
                       struct bf_err *e)
{
    size_t n = in->have.n, part = (size_t)(in->have.p + n - at);
    do
        if (!fetch(in, j, e))
            return false;
    while (!is_whole(in) && in->have.n - n < part);
    return true;
}

/* Processes records in the usual spelling, as far as they go; on return the whole event is
 * received. */
static bool read_as_it_comes(struct bf_firehose *f, struct bf_firehose_in *in, struct bf_json *j,
                             struct bf_buf *out, struct bf_err *e)
{
    struct firehose_record r;
    while (!is_whole(in)) {
        struct bf_json next = *j;
        struct bf_err ignored;
        if (bf_json_element(&next, &ignored) != BF_JSON_MORE || !usual_record(f, &next, &r)) {
            if (!fetch_rest(in, j, next.p, e))
                return false;
            continue;
        }
        *j = next;
        if (!bf_firehose_record(f, &r, out, e))
            return false;
    }
    return true;
}

static bool read_records(struct bf_firehose *f, struct bf_firehose_in *in, struct bf_json *j,
                         struct bf_buf *out, struct bf_err *e)
{
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_ARRAY, e))
        return bf_err_ctx(e, "records");
    if (!read_as_it_comes(f, in, j, out, e))
        return false;
    while ((more = bf_json_element(j, e)) == BF_JSON_MORE)
        if (!read_record(f, j, out, e))
            return false;
    return more == BF_JSON_END;
}

/* Is the event received up to its records? */
static bool begins(const struct bf_firehose_in *in)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err ignored;
    bf_json_init(&j, in->have);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &ignored))
        return false;
    while (bf_json_member(&j, &key, &ignored) == BF_JSON_MORE) {
        if (bf_json_key_is(&key, "records"))
            return bf_json_enter(&j, BF_JSON_ARRAY, &ignored);
        if (!bf_json_skip(&j, &ignored))
            return false;
    }
    return false;
}

bool bf_firehose_read(struct bf_firehose *f, struct bf_firehose_in *in, struct bf_buf *out,
                      struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    enum bf_json_more more;
    bool found = false;
    bf_json_init(&j, in->have);
    if (!is_whole(in) && !begins(in) && !fetch_all(in, &j, e))
        return false;
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_key_is(&key, "records")) {
            if (!bf_json_skip(&j, e))
                return false;
            continue;
        }
        if (found)
            return bf_err_set(e, BF_E_INPUT, "records appears twice");
        found = true;
        if (!read_records(f, in, &j, out, e))
            return false;
    }
    if (more != BF_JSON_END || !bf_json_end(&j, e))
        return false;
    return found || bf_err_set(e, BF_E_INPUT, "not a transform event: it has no records");
}

bool bf_firehose_is(struct bf_str document)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err e = {0};
    bf_json_init(&j, document);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &e))
        return false;
    while (bf_json_member(&j, &key, &e) == BF_JSON_MORE) {
        if (bf_json_key_is(&key, "records") || bf_json_key_is(&key, "deliveryStreamArn"))
            return true;
        if (bf_json_key_is(&key, "Records") || !bf_json_skip(&j, &e))
            return false;
    }
    return false;
}
