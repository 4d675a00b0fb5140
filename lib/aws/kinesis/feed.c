#include "lib/aws/kinesis/feed.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LIST_REQUEST_MAX = 1 << 20, LIST_ANSWER_MAX = 32 << 20 };

/* One page: asks for it with body, puts where the next one begins into next. */
static bool list_page(const struct bf_feed *feed, struct bf_aws *aws, struct bf_str body,
                      struct bf_lineage *lineage, struct bf_buf *next, struct bf_err *e)
{
    struct bf_buf answer;
    struct bf_str from = bf_buf_view(next), to = {NULL, 0};
    bf_buf_init(&answer, LIST_ANSWER_MAX);
    bool ok = bf_aws_call_wait(aws, &feed->list_op, body, &answer, NULL, e);
    if (ok) {
        ok = feed->list_page(bf_buf_view(&answer), lineage, &to, e);
        if (ok && to.n && bf_str_eq(from, to))
            ok = bf_err_set(e, BF_E_SERVICE, "the next page is the same one again");
        bf_buf_reset(next);
        bf_buf_adds(next, to);
        ok = (ok && bf_buf_check(next, "the next page's name", e)) ||
             bf_err_ctx(e, "%s", feed->list_op.target);
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

bool bf_feed_take_text(struct bf_json *j, char *field, size_t size, const char *what,
                       struct bf_err *e)
{
    struct bf_json_val v;
    if (!bf_json_value(j, &v, e))
        return false;
    return v.type != BF_JSON_STRING || bf_shard_set(field, size, v.text, what, e);
}

bool bf_feed_take_range(struct bf_json *j, const struct bf_feed_range *r, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        bool ok;
        if (bf_json_key_eq(&key, bf_str_of(r->from_name)))
            ok = bf_feed_take_text(j, r->from, r->size, r->from_name, e);
        else if (bf_json_key_eq(&key, bf_str_of(r->to_name)))
            ok = bf_feed_take_text(j, r->to, r->size, r->to_name, e);
        else
            ok = bf_json_skip(j, e);
        if (!ok)
            return false;
    }
    return more == BF_JSON_END;
}

bool bf_feed_take_sequences(struct bf_json *j, struct bf_shard *s, struct bf_err *e)
{
    struct bf_feed_range r = {"StartingSequenceNumber", "EndingSequenceNumber", s->seq_from,
                              s->seq_to, sizeof s->seq_from};
    return bf_feed_take_range(j, &r, e);
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
