#include "lib/aws/feed.h"

#include <stdlib.h>

#include "lib/json/scan.h"

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

bool bf_arn_parse(struct bf_arn *arn, struct bf_str text)
{
    struct bf_str part[5];
    struct bf_str rest = text;
    for (size_t i = 0; i < BF_COUNT(part); i++)
        if (!bf_str_split(&rest, ':', &part[i]) || rest.p == NULL)
            return false;
    if (!bf_str_is(part[0], "arn") || rest.n == 0)
        return false;
    *arn = (struct bf_arn){part[2], part[3], part[4], rest};
    return true;
}
