#include "cmd/kinread/origin.h"

#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { HEAD = 400 }; /* recordFormat is among the first members */

/* The places in a change: its kinesis member, including the comma, and its closing brace. */
struct place {
    size_t cut_from, cut_to, end;
};

/* Does the text contain the word? The search looks for its letter at `rare`. */
static bool holds(struct bf_str text, struct bf_str word, size_t rare)
{
    const char *p = text.p + rare, *end = text.p + text.n;
    while (p < end && (p = memchr(p, word.p[rare], (size_t)(end - p))) != NULL) {
        if ((size_t)(end - p) >= word.n - rare && memcmp(p - rare, word.p, word.n) == 0)
            return true;
        p++;
    }
    return false;
}

/* Recognizes DynamoDB's exact layout, without parsing the members. */
static bool as_published(struct bf_str text)
{
    static const struct bf_str tail = {",\"eventSource\":\"aws:dynamodb\"}", 30};
    return text.n > HEAD && bf_str_starts(text, BF_STR("{\"awsRegion\":\"")) &&
           memcmp(text.p + text.n - tail.n, tail.p, tail.n) == 0 &&
           holds(bf_str(text.p, HEAD), BF_STR("\"recordFormat\":\""), 7) &&
           !holds(bf_str(text.p, HEAD), BF_STR("\"kinesis\""), 1);
}

/* Does the change lack a sequence number? */
static bool unnumbered(struct bf_str change)
{
    struct bf_err ignored = {0};
    struct bf_json_val v;
    bool found;
    return bf_json_find(change, BF_STR("SequenceNumber"), &v, &found, &ignored) && !found;
}

/* Parses the members. */
static bool read_change(struct bf_str text, struct place *at)
{
    struct bf_err ignored = {0};
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool change = false, source = false;
    bf_json_init(&j, text);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &ignored))
        return false;
    for (const char *before = j.p; (more = bf_json_member(&j, &key, &ignored)) == BF_JSON_MORE;
         before = j.p) {
        if (!bf_json_value(&j, &v, &ignored))
            return false;
        if (bf_json_key_is(&key, "eventSource"))
            source = v.type == BF_JSON_STRING && bf_str_is(v.text, "aws:dynamodb");
        else if (bf_json_key_is(&key, "dynamodb"))
            change = v.type == BF_JSON_OBJECT && unnumbered(v.raw);
        else if (bf_json_key_is(&key, "kinesis")) {
            at->cut_from = (size_t)(before - text.p);
            at->cut_to = (size_t)(j.p - text.p);
        }
    }
    at->end = (size_t)(j.p - text.p) - 1;
    return more == BF_JSON_END && bf_json_end(&j, &ignored) && change && source;
}

/* Is it a change without a sequence number? */
static bool find(struct bf_str text, struct place *at)
{
    *at = (struct place){.end = text.n - 1};
    if (text.n < 2 || text.p[0] != '{')
        return false;
    return as_published(text) ||
           (holds(text, BF_STR("\"aws:dynamodb\""), 2) && read_change(text, at));
}

void origin_add(struct bf_buf *buf, size_t from, const struct item *item)
{
    struct place at;
    if (!bf_buf_ok(buf) || !find(bf_str(buf->p + from, buf->n - from), &at))
        return;
    char *text = buf->p + from;
    if (at.cut_to) {
        if (text[at.cut_from] != ',' && text[at.cut_to] == ',') /* the first member */
            at.cut_to++;
        memmove(text + at.cut_from, text + at.cut_to, buf->n - from - at.cut_to);
        at.end -= at.cut_to - at.cut_from;
    }
    buf->n = from + at.end;
    bf_buf_lit(buf, ",\"kinesis\":{\"shardId\":");
    bf_json_put_string(buf, bf_str_of(item->shard));
    bf_buf_lit(buf, ",\"sequenceNumber\":");
    bf_json_put_string(buf, item->sequence);
    if (item->part) {
        bf_buf_lit(buf, ",\"subSequenceNumber\":");
        bf_buf_u64(buf, item->index);
    }
    bf_buf_lit(buf, "}}");
}
