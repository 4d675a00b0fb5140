#include "lib/aws/s3.h"

bool bf_s3_parse_url(struct bf_str url, struct bf_str *bucket, struct bf_str *rest,
                     struct bf_err *e)
{
    if (!bf_str_starts(url, BF_STR("s3://")))
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not of the form s3://BUCKET/PREFIX",
                          (int)(url.n > 100 ? 100 : url.n), url.p ? url.p : "");
    struct bf_str s = bf_str(url.p + 5, url.n - 5);
    const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
    *bucket = bf_str(s.p, slash ? (size_t)(slash - s.p) : s.n);
    *rest = slash ? bf_str(slash + 1, s.n - bucket->n - 1) : bf_str("", 0);
    if (bucket->n < 3 || bucket->n > 63)
        return bf_err_set(e, BF_E_USAGE, "'%.*s': a bucket's name has 3 to 63 characters",
                          (int)(url.n > 100 ? 100 : url.n), url.p);
    return true;
}
