#include "cmd/ddbput/ddbput.h"

#include "lib/cli/diag.h"
#include "lib/json/write.h"

/* The key that --create asks for is the one that the table has. */
static bool same_key(const struct ddbput *d, const struct bf_ddb_key *key, unsigned n,
                     struct bf_err *e)
{
    bool same = n == d->table.nkeys;
    for (unsigned i = 0; same && i < n; i++)
        same =
            strcmp(key[i].name, d->table.key[i].name) == 0 && key[i].type == d->table.key[i].type;
    if (same)
        return true;
    const struct bf_ddb_key *k = d->table.key;
    if (d->table.nkeys == 1)
        return bf_err_set(e, BF_E_USAGE,
                          "the table is there with the key %s:%c, not as --create wants it",
                          k[0].name, k[0].type);
    return bf_err_set(e, BF_E_USAGE,
                      "the table is there with the key %s:%c,%s:%c, not as --create wants it",
                      k[0].name, k[0].type, k[1].name, k[1].type);
}

static bool create(struct ddbput *d, struct bf_str name, struct bf_err *e)
{
    struct bf_ddb_key key[2];
    unsigned n;
    if (!bf_ddb_parse_keys(bf_str_of(d->config->create), key, &n, e))
        return false;
    bool there = bf_ddb_describe(d->aws, name, &d->table, e);
    if (!there && e->code != BF_E_NOTFOUND)
        return false;
    bf_err_clear(e);
    if (!there) {
        if (!bf_ddb_create(d->aws, name, key, n, e))
            return false;
        bf_diag_note("table %s: made", d->config->table);
    }
    return bf_ddb_wait(d->aws, name, d->config->wait_ms, &d->table, e) && same_key(d, key, n, e);
}

static bool find(struct ddbput *d, struct bf_str name, struct bf_err *e)
{
    if (bf_ddb_describe(d->aws, name, &d->table, e))
        return strcmp(d->table.status, "CREATING") != 0 ||
               bf_ddb_wait(d->aws, name, d->config->wait_ms, &d->table, e);
    if (e->code == BF_E_NOTFOUND)
        bf_err_set(e, BF_E_NOTFOUND, "no such table in %s; --create KEY:TYPE makes it",
                   bf_aws_region(d->aws));
    return false;
}

static bool is_described(const struct bf_ddb_table *t, struct bf_err *e)
{
    for (unsigned i = 0; i < t->nkeys; i++)
        if (!t->key[i].name[0] || !t->key[i].type)
            return bf_err_set(e, BF_E_SERVICE, "DescribeTable: a table whose key is not described");
    return t->nkeys || bf_err_set(e, BF_E_SERVICE, "DescribeTable: a table without a key");
}

/* A stream that is named is looked up. */
static bool stream_to(struct ddbput *d, struct bf_str table, struct bf_str stream, struct bf_err *e)
{
    const struct bf_feed_stream named = {.name = stream};
    struct bf_kinesis_summary summary;
    if (bf_str_starts(stream, BF_STR("arn:")))
        return bf_ddb_stream_to(d->aws, table, stream, d->config->wait_ms, e);
    return bf_kinesis_describe(d->aws, &named, &summary, e) &&
           bf_ddb_stream_to(d->aws, table, bf_str_of(summary.arn), d->config->wait_ms, e);
}

bool table_open(struct ddbput *d, struct bf_err *e)
{
    struct bf_str name = bf_str_of(d->config->table);
    if (!(d->config->create ? create(d, name, e) : find(d, name, e)) || !is_described(&d->table, e))
        return bf_err_ctx(e, "%s", d->config->table);
    if (d->config->stream_to && !stream_to(d, name, bf_str_of(d->config->stream_to), e)) {
        bf_err_ctx(e, "--stream-to %s", d->config->stream_to);
        return bf_err_ctx(e, "%s", d->config->table);
    }
    d->schema.n = d->table.nkeys;
    for (unsigned i = 0; i < d->schema.n; i++)
        d->schema.key[i] =
            (struct bf_item_attr){bf_str_of(d->table.key[i].name), d->table.key[i].type};
    bf_json_put_string(&d->key_name, d->schema.key[0].name);
    return bf_buf_check(&d->key_name, "the key's name", e);
}
