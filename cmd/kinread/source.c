/* What SOURCE names. */
#include "cmd/kinread/kinread.h"
#include "lib/aws/dynamodb/dynamodb.h"

enum { NAME_MAX_BYTES = 2100 };

static bool bad(struct bf_err *e, const char *text)
{
    return bf_err_set(e, BF_E_USAGE, "'%.80s' is no stream name, stream ARN or dynamodb:TABLE",
                      text);
}

/* "table/sales" or "table/sales/stream/2026-...". */
static bool table_arn(struct source *s, struct bf_str text, struct bf_str resource)
{
    struct bf_str rest = resource, word, name, more;
    if (!bf_str_split(&rest, '/', &word) || !bf_str_is(word, "table") ||
        !bf_str_split(&rest, '/', &name) || !bf_feed_name_ok(name))
        return false;
    bf_buf_lit(&s->name, "dynamodb:");
    bf_buf_adds(&s->name, name);
    s->feed = &bf_feed_dynamodb;
    s->stream.name = name;
    if (!bf_str_split(&rest, '/', &more)) {
        s->table = text; /* the account counts, too: another one may have a table of that name */
        return true;
    }
    s->stream.arn = text;
    return bf_str_is(more, "stream") && rest.n > 0;
}

static bool from_arn(struct source *s, struct bf_str text, const struct bf_arn *arn)
{
    if (bf_str_is(arn->service, "dynamodb"))
        return table_arn(s, text, arn->resource);
    struct bf_str rest = arn->resource, word;
    if (!bf_str_is(arn->service, "kinesis") || !bf_str_split(&rest, '/', &word) ||
        !bf_str_is(word, "stream") || !bf_feed_name_ok(rest))
        return false;
    s->feed = &bf_feed_kinesis;
    s->stream = (struct bf_feed_stream){rest, text};
    bf_buf_adds(&s->name, rest);
    return true;
}

bool source_parse(struct source *s, const char *text, struct bf_aws_options *aws, struct bf_err *e)
{
    struct bf_str t = bf_str_of(text);
    struct bf_arn arn;
    *s = (struct source){0};
    bf_buf_init(&s->name, NAME_MAX_BYTES);
    bf_buf_init(&s->arn, NAME_MAX_BYTES);
    bool dynamodb = bf_str_starts(t, BF_STR("dynamodb:"));
    if (dynamodb) {
        t.p += strlen("dynamodb:");
        t.n -= strlen("dynamodb:");
    }
    if (bf_arn_parse(&arn, t)) {
        if (!from_arn(s, t, &arn) || (dynamodb && s->feed != &bf_feed_dynamodb))
            return bad(e, text);
        bf_arn_take(t.p, s->region, aws);
    } else {
        if (!bf_feed_name_ok(t))
            return bad(e, text);
        s->feed = dynamodb ? &bf_feed_dynamodb : &bf_feed_kinesis;
        s->stream.name = t;
        if (dynamodb)
            s->table = t;
        bf_buf_addf(&s->name, "%s", text);
    }
    return bf_buf_check(&s->name, "stream name", e);
}

void source_free(struct source *s)
{
    bf_buf_free(&s->name);
    bf_buf_free(&s->arn);
}

bool source_open(struct source *s, struct bf_aws *aws, struct bf_err *e)
{
    struct bf_ddb_table table;
    if (!s->table.n)
        return true;
    if (!bf_ddb_describe(aws, s->table, &table, e))
        return bf_err_ctx(e, "%s", source_name(s));
    if (!table.stream_arn[0]) {
        bf_err_set(e, BF_E_NOTFOUND, "DescribeTable: the table has no stream");
        return bf_err_ctx(e, "%s", source_name(s));
    }
    bf_buf_adds(&s->arn, bf_str_of(table.stream_arn));
    s->stream.arn = bf_buf_view(&s->arn);
    return bf_buf_check(&s->arn, "stream ARN", e);
}

const char *source_name(struct source *s)
{
    const char *name = bf_buf_cstr(&s->name);
    return name ? name : "";
}
