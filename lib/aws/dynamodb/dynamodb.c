#include "lib/aws/dynamodb/dynamodb.h"

#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/json/doc.h"
#include "lib/json/write.h"

enum {
    REQUEST_MAX = 16 * 1024,
    ANSWER_MAX = 4 * 1024 * 1024,
    POLL_FIRST_MS = 100,
    POLL_MAX_MS = 3000
};

/* Request and answer of one control-plane call. */
struct call {
    struct bf_buf request, answer;
    char code[64];
};

static void call_init(struct call *c)
{
    *c = (struct call){0};
    bf_buf_init(&c->request, REQUEST_MAX);
    bf_buf_init(&c->answer, ANSWER_MAX);
}

static void call_free(struct call *c)
{
    bf_buf_free(&c->request);
    bf_buf_free(&c->answer);
}

static bool call_go(struct call *c, struct bf_aws *aws, const struct bf_aws_op *op,
                    struct bf_err *e)
{
    bf_buf_reset(&c->answer);
    return bf_buf_check(&c->request, "the request", e) &&
           bf_aws_call_wait(aws, op, bf_buf_view(&c->request), &c->answer, c->code, e);
}

static bool is_code(const struct call *c, const char *code)
{
    return strcmp(c->code, code) == 0;
}

/* Starts the request with {"name":"value". */
static void put_first(struct call *c, const char *name, struct bf_str value)
{
    bf_buf_reset(&c->request);
    bf_buf_addf(&c->request, "{\"%s\":", name);
    bf_json_put_string(&c->request, value);
}

static bool is_name_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           ch == '-' || ch == '_' || ch == '.';
}

/* The ARN of a part of a table, such as an index or a stream, is not that of the table. */
static bool check_resource(struct bf_str arn, struct bf_err *e)
{
    static const struct bf_str kind = BF_STR(":table/");
    size_t at = 0, end;
    while (at < arn.n && !bf_str_starts(bf_str(arn.p + at, arn.n - at), kind))
        at++;
    for (end = at + kind.n; end < arn.n && arn.p[end] != '/'; end++)
        ;
    if (end >= arn.n)
        return true;
    struct bf_str part = bf_str(arn.p + end + 1, arn.n - end - 1);
    const char *what = bf_str_starts(part, BF_STR("index/"))    ? "an index"
                       : bf_str_starts(part, BF_STR("stream/")) ? "a stream"
                                                                : "a part";
    return bf_err_set(e, BF_E_USAGE, "this is the ARN of %s of a table; the table's is %.*s", what,
                      (int)end, arn.p);
}

bool bf_ddb_check_name(struct bf_str table, struct bf_err *e)
{
    bool arn = bf_str_starts(table, BF_STR("arn:"));
    if (arn && !check_resource(table, e))
        return false;
    bool ok = table.n >= 3 && table.n <= (arn ? BF_DDB_ARN_MAX : BF_DDB_NAME_MAX);
    for (size_t i = 0; ok && i < table.n; i++)
        ok = is_name_char(table.p[i]) || (arn && (table.p[i] == ':' || table.p[i] == '/'));
    return ok || bf_err_set(e, BF_E_USAGE, "'%.*s' is no table name: 3 to 255 of A-Z a-z 0-9 - _ .",
                            BF_SHOWN(table));
}

static bool parse_key(struct bf_str s, struct bf_ddb_key *key)
{
    if (s.n < 3 || s.n - 2 > BF_DDB_NAME_MAX || s.p[s.n - 2] != ':')
        return false;
    key->type = s.p[s.n - 1];
    memcpy(key->name, s.p, s.n - 2);
    key->name[s.n - 2] = '\0';
    return key->type == 'S' || key->type == 'N' || key->type == 'B';
}

bool bf_ddb_parse_keys(struct bf_str s, struct bf_ddb_key key[2], unsigned *n, struct bf_err *e)
{
    struct bf_str rest = s, item;
    bool ok = true;
    *n = 0;
    while (ok && bf_str_split(&rest, ',', &item)) {
        ok = *n < 2 && parse_key(item, &key[*n]);
        if (ok)
            ++*n;
    }
    if (ok && (*n == 1 || strcmp(key[0].name, key[1].name) != 0))
        return true;
    return bf_err_set(e, BF_E_USAGE, "'%.*s' is no key such as order_id:S or order_id:S,line:N",
                      BF_SHOWN(s));
}

static bool take_keys(struct bf_ddb_table *t, const json_t *schema, struct bf_err *e)
{
    for (size_t i = 0; i < json_array_size(schema); i++) {
        const json_t *key = json_array_get(schema, i);
        unsigned at = bf_str_is(bf_doc_get_text(key, "KeyType"), "RANGE");
        if (t->nkeys < at + 1)
            t->nkeys = at + 1;
        if (!bf_doc_copy_text(key, "AttributeName", t->key[at].name, sizeof t->key[at].name, e))
            return false;
    }
    return true;
}

static bool take_types(struct bf_ddb_table *t, const json_t *definitions, struct bf_err *e)
{
    if (json_array_size(definitions) > BF_DDB_ATTRS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d key attributes", BF_DDB_ATTRS_MAX);
    for (size_t i = 0; i < json_array_size(definitions); i++) {
        const json_t *definition = json_array_get(definitions, i);
        struct bf_ddb_key *attr = &t->attr[t->nattrs++];
        struct bf_str type = bf_doc_get_text(definition, "AttributeType");
        if (!bf_doc_copy_text(definition, "AttributeName", attr->name, sizeof attr->name, e))
            return false;
        attr->type = type.n == 1 ? type.p[0] : '\0';
        for (unsigned k = 0; k < t->nkeys; k++)
            if (strcmp(t->key[k].name, attr->name) == 0)
                t->key[k].type = attr->type;
    }
    return true;
}

static bool read_table(const json_t *answer, struct bf_ddb_table *t, struct bf_err *e)
{
    const json_t *table = bf_doc_get_object(answer, "Table");
    const json_t *spec = bf_doc_get_object(table, "StreamSpecification");
    *t = (struct bf_ddb_table){0};
    if (!table)
        return bf_err_set(e, BF_E_SERVICE, "an answer without a table");
    t->stream_enabled = bf_doc_is_true(spec, "StreamEnabled");
    return bf_doc_copy_text(table, "TableStatus", t->status, sizeof t->status, e) &&
           bf_doc_copy_text(table, "LatestStreamArn", t->stream_arn, sizeof t->stream_arn, e) &&
           bf_doc_copy_text(spec, "StreamViewType", t->stream_view, sizeof t->stream_view, e) &&
           take_keys(t, bf_doc_get_array(table, "KeySchema"), e) &&
           take_types(t, bf_doc_get_array(table, "AttributeDefinitions"), e);
}

bool bf_ddb_describe(struct bf_aws *aws, struct bf_str table, struct bf_ddb_table *t,
                     struct bf_err *e)
{
    static const struct bf_aws_op describe = {BF_AWS_DYNAMODB, "DescribeTable"};
    struct call c;
    call_init(&c);
    put_first(&c, "TableName", table);
    bf_buf_addc(&c.request, '}');
    bool ok = call_go(&c, aws, &describe, e);
    if (!ok && is_code(&c, "ResourceNotFoundException"))
        e->code = BF_E_NOTFOUND;
    json_t *answer = ok ? bf_doc_object(bf_buf_view(&c.answer), BF_DOC_PLAIN, e) : NULL;
    if (ok && (!answer || !read_table(answer, t, e)))
        ok = bf_err_ctx(e, "DescribeTable");
    bf_doc_free(answer);
    call_free(&c);
    return ok;
}

bool bf_ddb_create(struct bf_aws *aws, struct bf_str table, const struct bf_ddb_key *key,
                   unsigned nkeys, struct bf_err *e)
{
    static const struct bf_aws_op create = {BF_AWS_DYNAMODB, "CreateTable"};
    struct call c;
    call_init(&c);
    put_first(&c, "TableName", table);
    bf_buf_lit(&c.request, ",\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":"
                           "{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"},"
                           "\"AttributeDefinitions\":[");
    for (unsigned i = 0; i < nkeys; i++) {
        bf_buf_addf(&c.request, "%s{\"AttributeName\":", i ? "," : "");
        bf_json_put_string(&c.request, bf_str_of(key[i].name));
        bf_buf_addf(&c.request, ",\"AttributeType\":\"%c\"}", key[i].type);
    }
    bf_buf_lit(&c.request, "],\"KeySchema\":[");
    for (unsigned i = 0; i < nkeys; i++) {
        bf_buf_addf(&c.request, "%s{\"AttributeName\":", i ? "," : "");
        bf_json_put_string(&c.request, bf_str_of(key[i].name));
        bf_buf_addf(&c.request, ",\"KeyType\":\"%s\"}", i ? "RANGE" : "HASH");
    }
    bf_buf_lit(&c.request, "]}");
    bool ok = call_go(&c, aws, &create, e) || is_code(&c, "ResourceInUseException");
    if (ok)
        bf_err_clear(e);
    call_free(&c);
    return ok;
}

/* Lets time pass; false after a signal. */
static bool nap(struct bf_aws *aws, int64_t ms, struct bf_err *e)
{
    int64_t until = bf_clock_mono_ms() + ms, left;
    while ((left = until - bf_clock_mono_ms()) > 0) {
        if (bf_stop_asked())
            return bf_err_set(e, BF_E_STOPPED, "interrupted while waiting");
        if (!bf_aws_run(aws, (int)left, e))
            return false;
    }
    return true;
}

/* One step of a wait loop: false when time is over or a signal came. */
static bool next_poll(struct bf_aws *aws, int64_t deadline_ms, unsigned *polls, const char *what,
                      struct bf_err *e)
{
    int64_t pause = (int64_t)bf_backoff_limit(POLL_FIRST_MS, ++*polls, POLL_MAX_MS);
    if (bf_clock_mono_ms() + pause > deadline_ms)
        return bf_err_set(e, BF_E_TEMPORARY, "still %s", what);
    return nap(aws, pause, e);
}

bool bf_ddb_wait(struct bf_aws *aws, struct bf_str table, uint64_t timeout_ms,
                 struct bf_ddb_table *t, struct bf_err *e)
{
    int64_t deadline = bf_clock_mono_ms() + (int64_t)timeout_ms;
    unsigned polls = 0;
    for (;;) {
        /* a table just made may not be known everywhere yet */
        bool ok = bf_ddb_describe(aws, table, t, e);
        if (!ok && e->code != BF_E_NOTFOUND)
            return false;
        if (ok && (strcmp(t->status, "ACTIVE") == 0 || strcmp(t->status, "UPDATING") == 0))
            return true;
        if (ok && strcmp(t->status, "CREATING") != 0)
            return bf_err_set(e, BF_E_SERVICE, "the table is %s", t->status);
        if (!next_poll(aws, deadline, &polls, ok ? t->status : "not there", e))
            return false;
    }
}

struct destination {
    struct bf_str arn;
    char status[32];
};

static bool destination_status(struct call *c, struct bf_aws *aws, struct bf_str table,
                               struct destination *d, struct bf_err *e)
{
    static const struct bf_aws_op describe = {BF_AWS_DYNAMODB,
                                              "DescribeKinesisStreamingDestination"};
    d->status[0] = '\0';
    put_first(c, "TableName", table);
    bf_buf_addc(&c->request, '}');
    if (!call_go(c, aws, &describe, e))
        return false;
    json_t *answer = bf_doc_object(bf_buf_view(&c->answer), BF_DOC_PLAIN, e);
    const json_t *list = bf_doc_get_array(answer, "KinesisDataStreamDestinations");
    bool ok = answer != NULL;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const json_t *to = json_array_get(list, i);
        if (bf_str_eq(bf_doc_get_text(to, "StreamArn"), d->arn))
            ok = bf_doc_copy_text(to, "DestinationStatus", d->status, sizeof d->status, e);
    }
    bf_doc_free(answer);
    return ok || bf_err_ctx(e, "%s", describe.target);
}

static bool destination_enable(struct call *c, struct bf_aws *aws, struct bf_str table,
                               const struct destination *d, struct bf_err *e)
{
    static const struct bf_aws_op enable = {BF_AWS_DYNAMODB, "EnableKinesisStreamingDestination"};
    put_first(c, "TableName", table);
    bf_buf_lit(&c->request, ",\"StreamArn\":");
    bf_json_put_string(&c->request, d->arn);
    bf_buf_addc(&c->request, '}');
    return call_go(c, aws, &enable, e);
}

bool bf_ddb_stream_to(struct bf_aws *aws, struct bf_str table, struct bf_str arn,
                      uint64_t timeout_ms, struct bf_err *e)
{
    struct destination d = {.arn = arn};
    int64_t deadline = bf_clock_mono_ms() + (int64_t)timeout_ms;
    unsigned polls = 0;
    struct call c;
    call_init(&c);
    bool ok = destination_status(&c, aws, table, &d, e), enabled = false;
    while (ok && strcmp(d.status, "ACTIVE") != 0) {
        if (strcmp(d.status, "ENABLE_FAILED") == 0 && enabled)
            ok = bf_err_set(e, BF_E_SERVICE, "the streaming destination is ENABLE_FAILED");
        else if (!enabled && strcmp(d.status, "ENABLING") != 0 &&
                 strcmp(d.status, "DISABLING") != 0)
            ok = enabled = destination_enable(&c, aws, table, &d, e);
        ok = ok && next_poll(aws, deadline, &polls, d.status[0] ? d.status : "not enabled", e) &&
             destination_status(&c, aws, table, &d, e);
    }
    call_free(&c);
    return ok;
}
