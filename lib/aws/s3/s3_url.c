#include "lib/aws/s3/s3.h"

#include <ctype.h>

#include "lib/aws/config/arn.h"
#include "lib/encoding/enc.h"

/* Endings that AWS keeps for other kinds of names (User guide, "General purpose buckets naming rules"). */
static const struct {
    char end[12];
    const char *what;
} reserved[] = {
    {"--x-s3", "an S3 Express directory bucket"},     {"--xa-s3", "an access point of S3 Express"},
    {"--op-s3", "an access point of S3 on Outposts"}, {"--ol-s3", "an Object Lambda access point"},
    {"--table-s3", "a bucket of S3 Tables"},          {".mrap", "a multi-region access point"},
};

static bool ends_with(struct bf_str s, struct bf_str end)
{
    return s.n >= end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

/* The kinds of ARNs that name something to put objects into ("Amazon S3 resources", Service Authorization Reference). */
static bool refuse_arn(struct bf_str text, struct bf_err *e)
{
    const char *what = "an ARN";
    struct bf_arn arn;
    if (bf_arn_parse(&arn, text)) {
        bool point = bf_str_starts(arn.resource, BF_STR("accesspoint"));
        if (bf_str_is(arn.service, "s3express"))
            what = "the ARN of an S3 Express directory bucket";
        else if (bf_str_is(arn.service, "s3-outposts"))
            what = "the ARN of S3 on Outposts";
        else if (bf_str_is(arn.service, "s3-object-lambda"))
            what = "the ARN of an Object Lambda access point";
        else if (bf_str_is(arn.service, "s3") && point)
            what = arn.region.n ? "the ARN of an access point"
                                : "the ARN of a multi-region access point";
    }
    return bf_err_set(e, BF_E_USAGE,
                      "'%.*s' is %s: give the bucket's name, or the alias of an access point",
                      (int)(text.n > 100 ? 100 : text.n), text.p, what);
}

static bool check_bucket(struct bf_str name, struct bf_err *e)
{
    if (bf_str_starts(name, BF_STR("arn:")))
        return refuse_arn(name, e);
    if (name.n < 3 || name.n > 63)
        return bf_err_set(e, BF_E_USAGE, "'%.*s': a bucket's name has 3 to 63 characters",
                          BF_SHOWN_TO(name, 100));
    for (size_t i = 0; i < name.n; i++)
        if (!isalnum((unsigned char)name.p[i]) && (!name.p[i] || !strchr("-._", name.p[i])))
            return bf_err_set(e, BF_E_USAGE,
                              "'%.*s': a bucket's name has letters, digits, '-' and '.'",
                              (int)name.n, name.p);
    for (size_t i = 0; i < BF_COUNT(reserved); i++)
        if (ends_with(name, bf_str_of(reserved[i].end)))
            return bf_err_set(e, BF_E_USAGE, "'%.*s' names %s, which is not spoken to here",
                              (int)name.n, name.p, reserved[i].what);
    return true;
}

bool bf_s3_parse_url(struct bf_str url, struct bf_str *bucket, struct bf_str *rest,
                     struct bf_err *e)
{
    if (!bf_str_starts(url, BF_STR("s3://")))
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not of the form s3://BUCKET/PREFIX",
                          BF_SHOWN_TO(url, 100));
    struct bf_str s = bf_str(url.p + 5, url.n - 5);
    const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
    *bucket = bf_str(s.p, slash ? (size_t)(slash - s.p) : s.n);
    *rest = slash ? bf_str(slash + 1, s.n - bucket->n - 1) : bf_str("", 0);
    return check_bucket(*bucket, e);
}

/* Read from the left, ".." may never lead above the bucket. "." and what stands between two slashes lead nowhere. */
bool bf_s3_key_climbs(struct bf_str key)
{
    struct bf_str segment;
    size_t depth = 0;
    while (bf_str_split(&key, '/', &segment))
        if (bf_str_is(segment, "..")) {
            if (depth-- == 0)
                return true;
        } else if (segment.n && !bf_str_is(segment, "."))
            depth++;
    return false;
}

bool bf_s3_check_key(struct bf_str key, struct bf_err *e)
{
    if (key.n > BF_S3_KEY_MAX)
        return bf_err_set(e, BF_E_LIMIT, "the object's key is longer than %d bytes", BF_S3_KEY_MAX);
    if (key.n && memchr(key.p, '\0', key.n))
        return bf_err_set(e, BF_E_INPUT, "the object's key would hold a NUL character");
    if (!bf_utf8_valid(key, NULL))
        return bf_err_set(e, BF_E_INPUT, "the object's key would not be UTF-8");
    if (bf_s3_key_climbs(key))
        return bf_err_set(e, BF_E_INPUT, "'..' in the object's key leads out of the bucket");
    return true;
}

bool bf_s3_check_prefix(struct bf_str prefix, struct bf_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < prefix.n; i++) {
        if (prefix.p[i] == '!' && i + 1 < prefix.n && prefix.p[i + 1] == '{')
            break;
        if (prefix.p[i] == '/')
            n = i + 1;
    }
    if (bf_s3_check_key(bf_str(prefix.p, n), e))
        return true;
    e->code = BF_E_USAGE;
    return false;
}
