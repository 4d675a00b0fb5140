#include "lib/aws/kinesis/feed.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LIST_REQUEST_MAX = 1 << 20, LIST_ANSWER_MAX = 32 << 20 };

static bool read_page(const struct bf_feed *feed, const json_t *answer, struct bf_lineage *lineage,
                      struct bf_buf *next, struct bf_err *e)
{
    struct bf_str to = {NULL, 0};
    if (!feed->list_page(answer, lineage, &to, e))
        return false;
    if (to.n && bf_str_eq(bf_buf_view(next), to))
        return bf_err_set(e, BF_E_SERVICE, "the next page is the same one again");
    bf_buf_reset(next);
    bf_buf_adds(next, to);
    return bf_buf_check(next, "the next page's name", e);
}

/* One page: asks for it with body, puts where the next one begins into next. */
static bool list_page(const struct bf_feed *feed, struct bf_aws *aws, struct bf_str body,
                      struct bf_lineage *lineage, struct bf_buf *next, struct bf_err *e)
{
    struct bf_buf answer;
    bf_buf_init(&answer, LIST_ANSWER_MAX);
    bool ok = bf_aws_call_wait(aws, &feed->list_op, body, &answer, NULL, e);
    if (ok) {
        json_t *doc = bf_doc_object(bf_buf_view(&answer), BF_DOC_PLAIN, e);
        ok = (doc && read_page(feed, doc, lineage, next, e)) ||
             bf_err_ctx(e, "%s", feed->list_op.target);
        bf_doc_free(doc);
    }
    bf_buf_free(&answer);
    return ok;
}

bool bf_feed_list(const struct bf_feed *feed, struct bf_aws *aws,
                  const struct bf_feed_stream *stream, struct bf_lineage *lineage, struct bf_err *e)
{
    struct bf_buf body, next;
    bool ok;
    bf_buf_init(&body, LIST_REQUEST_MAX);
    bf_buf_init(&next, LIST_REQUEST_MAX / 2);
    do {
        bf_buf_reset(&body);
        feed->list_body(&body, stream, bf_buf_view(&next));
        ok = bf_buf_check(&body, "request", e) &&
             list_page(feed, aws, bf_buf_view(&body), lineage, &next, e);
    } while (ok && next.n);
    bf_buf_free(&body);
    bf_buf_free(&next);
    return ok;
}

bool bf_feed_read_iterator(struct bf_str body, struct bf_str *iterator, struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    if (!bf_json_find(body, BF_STR("ShardIterator"), &v, &found, e))
        return bf_err_ctx(e, "GetShardIterator: answer");
    if (!found || v.type != BF_JSON_STRING || v.text.n == 0)
        return bf_err_set(e, BF_E_SERVICE, "GetShardIterator: answer without an iterator");
    *iterator = v.text;
    return true;
}

void bf_feed_records_body(struct bf_buf *out, struct bf_str iterator, uint64_t limit)
{
    bf_buf_lit(out, "{\"ShardIterator\":\"");
    bf_buf_adds(out, iterator);
    bf_buf_addf(out, "\",\"Limit\":%" PRIu64 "}", limit);
}

/* MillisBehindLatest and ChildShards are Kinesis' alone. */
static bool answer_member(const struct bf_feed *feed, struct bf_json *j,
                          const struct bf_json_key *key, const struct bf_feed_sink *sink,
                          struct bf_feed_answer *answer, struct bf_err *e)
{
    struct bf_json_val v;
    if (bf_json_key_is(key, "Records")) {
        enum bf_json_more more;
        if (!bf_json_enter(j, BF_JSON_ARRAY, e))
            return false;
        for (; (more = bf_json_element(j, e)) == BF_JSON_MORE; answer->records++)
            if (!feed->record(j, sink, e))
                return false;
        return more == BF_JSON_END;
    }
    if (!bf_json_value(j, &v, e))
        return false;
    uint64_t behind = 0;
    if (bf_json_key_is(key, "NextShardIterator") && v.type == BF_JSON_STRING)
        answer->next = v.text;
    else if (bf_json_key_is(key, "ChildShards") && v.type == BF_JSON_ARRAY)
        answer->children = v.raw;
    else if (bf_json_key_is(key, "MillisBehindLatest") && v.type == BF_JSON_NUMBER) {
        for (size_t i = 0; i < v.text.n && i < 18 && v.text.p[i] >= '0' && v.text.p[i] <= '9'; i++)
            behind = behind * 10 + (uint64_t)(v.text.p[i] - '0');
        answer->behind_ms = (int64_t)behind;
    }
    return true;
}

bool bf_feed_records(const struct bf_feed *feed, struct bf_str body,
                     const struct bf_feed_sink *sink, struct bf_feed_answer *answer,
                     struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    enum bf_json_more more;
    *answer = (struct bf_feed_answer){.behind_ms = -1};
    bf_json_init(&j, body);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE)
        if (!answer_member(feed, &j, &key, sink, answer, e))
            return false;
    return more == BF_JSON_END && bf_json_end(&j, e);
}

/* "1795759200.123": up to 11 digits, and a fraction of which three count. */
static bool plain_time(struct bf_str s, int64_t *ms)
{
    int64_t v = 0;
    size_t i = 0;
    for (; i < s.n && i < 11 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        v = v * 10 + (s.p[i] - '0');
    if (i == 0)
        return false;
    size_t places = 0;
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            if (places < 3) {
                v = v * 10 + (s.p[i] - '0');
                places++;
            }
    }
    for (; places < 3; places++)
        v *= 10;
    *ms = v;
    return i == s.n;
}

bool bf_feed_read_time(struct bf_str number, int64_t *ms)
{
    char text[40];
    if (plain_time(number, ms))
        return true;
    if (number.n == 0 || number.n >= sizeof text)
        return false;
    memcpy(text, number.p, number.n);
    text[number.n] = '\0';
    char *end;
    double seconds = strtod(text, &end);
    if (*end || !(seconds >= 0 && seconds < 1e11))
        return false;
    *ms = (int64_t)(seconds * 1000 + 0.5);
    return true;
}

static bool take_text(const json_t *object, const char *name, char *field, size_t size,
                      struct bf_err *e)
{
    struct bf_str text = bf_doc_get_text(object, name);
    return !text.p || bf_shard_set(field, size, text, name, e);
}

/* ["parent"] or ["parent","adjacent"], as ChildShards has them. */
static bool take_parents(const json_t *parents, struct bf_shard *s, struct bf_err *e)
{
    char *fields[2] = {s->parent, s->adjacent};
    if (json_array_size(parents) > BF_COUNT(fields))
        return bf_err_set(e, BF_E_SERVICE, "a shard with more than two parents");
    for (size_t i = 0; i < json_array_size(parents) && i < BF_COUNT(fields); i++) {
        const json_t *v = json_array_get(parents, i);
        if (json_is_string(v) &&
            !bf_shard_set(fields[i], sizeof s->parent,
                          bf_str(json_string_value(v), json_string_length(v)), "ParentShards", e))
            return false;
    }
    return true;
}

static bool take_shard(const json_t *v, struct bf_lineage *lineage, bool listed, struct bf_err *e)
{
    struct bf_shard s = {.listed = listed};
    const json_t *hash = bf_doc_get_object(v, "HashKeyRange");
    const json_t *sequence = bf_doc_get_object(v, "SequenceNumberRange");
    if (!take_text(v, "ShardId", s.id, sizeof s.id, e) ||
        !take_text(v, "ParentShardId", s.parent, sizeof s.parent, e) ||
        !take_text(v, "AdjacentParentShardId", s.adjacent, sizeof s.adjacent, e) ||
        !take_parents(bf_doc_get_array(v, "ParentShards"), &s, e) ||
        !take_text(hash, "StartingHashKey", s.hash_from, sizeof s.hash_from, e) ||
        !take_text(hash, "EndingHashKey", s.hash_to, sizeof s.hash_to, e) ||
        !take_text(sequence, "StartingSequenceNumber", s.seq_from, sizeof s.seq_from, e) ||
        !take_text(sequence, "EndingSequenceNumber", s.seq_to, sizeof s.seq_to, e))
        return false;
    return s.id[0] ? bf_lineage_add(lineage, &s, e) != NULL
                   : bf_err_set(e, BF_E_SERVICE, "a shard without an id");
}

bool bf_feed_take_shards(const json_t *array, struct bf_lineage *lineage, bool listed,
                         struct bf_err *e)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!take_shard(json_array_get(array, i), lineage, listed, e))
            return false;
    return true;
}

bool bf_feed_name_ok(struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
        if (!ok)
            return false;
    }
    return name.n > 0 && name.n <= 255;
}
