#include "lib/aws/rowsink/rowsink.h"

#include <ctype.h>

#include "lib/aws/s3/s3.h"

static bool parse_s3(struct bf_rowsink_to *to, struct bf_str text, struct bf_err *e)
{
    struct bf_str rest;
    if (!bf_s3_parse_url(text, &to->bucket, &rest, e) || !bf_s3_check_prefix(rest, e) ||
        !bf_prefix_parse(&to->prefix, rest, BF_PREFIX_OF_DATA, e))
        return false;
    for (size_t i = 0; i < to->prefix.n; i++)
        if (to->prefix.part[i].kind == BF_PREFIX_FIELD ||
            to->prefix.part[i].kind == BF_PREFIX_RANDOM)
            return bf_err_set(e, BF_E_USAGE,
                              "an object holds a whole batch: its prefix can only tell the time");
    return true;
}

/* Up to 64 letters, digits and "_.-" (API reference, CreateDeliveryStream). */
static bool parse_stream(struct bf_rowsink_to *to, struct bf_str name, struct bf_err *e)
{
    bool ok = name.n > 0 && name.n <= 64;
    for (size_t i = 0; ok && i < name.n; i++)
        ok = isalnum((unsigned char)name.p[i]) || (name.p[i] && strchr("_.-", name.p[i]));
    to->stream = name;
    return ok ||
           bf_err_set(e, BF_E_USAGE, "'%.*s' is not the name of a Firehose stream", BF_SHOWN(name));
}

bool bf_rowsink_parse(struct bf_rowsink_to *to, struct bf_str text, struct bf_err *e)
{
    struct bf_str firehose = BF_STR("firehose:");
    *to = (struct bf_rowsink_to){.stream = {NULL, 0}};
    bool ok;
    if (bf_str_starts(text, firehose))
        ok = parse_stream(to, bf_str(text.p + firehose.n, text.n - firehose.n), e);
    else if (bf_str_starts(text, BF_STR("s3://")))
        ok = parse_s3(to, text, e);
    else
        ok = bf_err_set(e, BF_E_USAGE, "'%.*s' is not firehose:STREAM or s3://BUCKET/PREFIX",
                        BF_SHOWN(text));
    return ok || bf_err_ctx(e, "--to");
}
