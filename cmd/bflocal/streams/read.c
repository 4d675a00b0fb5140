/* DynamoDB Streams: GetShardIterator and GetRecords. */
#include "cmd/bflocal/streams/streams.h"

enum { READ_MAX = 1000, READ_BYTES = 1024 * 1024 };

/* Appends STREAM-ARN|1|ITERATOR. */
static void put_iterator(struct bl_call *c, struct bf_buf *out, const struct bl_ddb_stream *s,
                         const struct bl_iterator *it)
{
    bl_stream_arn_put(c->local, out, s);
    bf_buf_lit(out, "|1|");
    bl_iterator_put(out, it);
}

static bool read_iterator(struct bf_str text, struct bl_iterator *it)
{
    size_t bar = text.n;
    while (bar > 0 && text.p[bar - 1] != '|')
        bar--;
    return bar > 0 && bl_iterator_read(bf_str(text.p + bar, text.n - bar), it);
}

/*
 * The sequence number of a client is valid if it belongs to a record of this shard,
 * stored or trimmed, or is the shard's first or last. Numbers before the first stored
 * record are trimmed.
 */
static bool check_number(struct bl_call *c, const struct bl_stream *s, const struct bl_shard *shard,
                         int64_t number)
{
    int64_t end = shard->last < 0 ? s->next : shard->last + 1;
    if (number < shard->first || number > end)
        return bl_fail(c, BL_ValidationException,
                       "Invalid SequenceNumber: it does not lie in the range of the shard");
    int64_t kept = bl_log_first(c->store, shard->row, c->now_ms - BL_STREAM_KEEP_MS + 1);
    if (number == shard->first || (kept < 0 ? number >= end - 1 : number >= kept))
        return true;
    return bl_fail(c, BL_TrimmedDataAccessException,
                   "The operation attempted to read past the oldest stream record in a shard. "
                   "Stream records older than 24 hours are gone.");
}

/* Where an iterator of this type starts. */
static bool iterator_start(struct bl_call *c, const struct bl_params *p, const struct bl_stream *s,
                           const struct bl_shard *shard, int64_t *number)
{
    struct bf_str type = {NULL, 0}, sequence = {NULL, 0};
    if (!bl_param_string(c, p, "ShardIteratorType", &type) ||
        !bl_param_string(c, p, "SequenceNumber", &sequence))
        return false;
    bool after = bf_str_is(type, "AFTER_SEQUENCE_NUMBER");
    bool at = bf_str_is(type, "AT_SEQUENCE_NUMBER");
    if (!at && !after) {
        *number = bf_str_is(type, "LATEST") ? s->next : shard->first;
        return !sequence.p || bl_fail(c, BL_ValidationException,
                                      "Invalid ShardIteratorType: a SequenceNumber goes with "
                                      "AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER only");
    }
    if (!sequence.p)
        return bl_fail(c, BL_ValidationException,
                       "Invalid ShardIteratorType: %s needs a SequenceNumber",
                       at ? "AT_SEQUENCE_NUMBER" : "AFTER_SEQUENCE_NUMBER");
    if (!bl_stream_sequence_get(sequence, number))
        return bl_fail(c, BL_ValidationException, "Invalid SequenceNumber: %.*s",
                       BF_SHOWN(sequence));
    if (!check_number(c, s, shard, *number))
        return false;
    *number += after;
    return true;
}

bool bl_streams_iterator(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str id = {NULL, 0};
    struct bl_iterator it = {.created_ms = c->now_ms};
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ShardId", &id))
        return false;
    bl_store_lock(c->store);
    const struct bl_ddb_stream *s = bl_stream_arn_param(c, &p);
    int index = s ? bl_stream_shard_find(s->shards, id) : -1;
    bool ok = index >= 0;
    if (s && !ok)
        bl_fail(c, BL_ResourceNotFoundException,
                "Requested resource not found: Shard does not exist");
    ok = ok && iterator_start(c, &p, s->shards, &s->shards->shards[index], &it.number);
    if (ok) {
        it.row = s->shards->shards[index].row;
        bf_buf_lit(&c->ans.body, "{\"ShardIterator\":\"");
        put_iterator(c, &c->ans.body, s, &it);
        bf_buf_lit(&c->ans.body, "\"}");
    }
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    return e.code == BF_OK ? ok : bl_fail_err(c, &e);
}

static struct bl_ddb_stream *stream_of_shard(struct bl_call *c, int64_t row,
                                             const struct bl_shard **shard)
{
    struct bl_ddb *d = c->local->ddb;
    for (size_t i = 0; i < d->nstreams; i++)
        for (size_t k = 0; k < d->streams[i].shards->n; k++)
            if (d->streams[i].shards->shards[k].row == row &&
                bl_stream_kept(&d->streams[i], c->now_ms)) {
                *shard = &d->streams[i].shards->shards[k];
                return &d->streams[i];
            }
    return NULL;
}

/* Appends records from it->number on and moves it after the last one. True: there may be more. */
static bool read_records(struct bl_call *c, struct bl_iterator *it, int64_t limit)
{
    struct bf_buf *out = &c->ans.body;
    size_t from = out->n;
    struct bl_log_walk w;
    struct bl_record r;
    bl_log_walk(c->store, it->row, it->number, c->now_ms - BL_STREAM_KEEP_MS + 1, &w);
    while (bl_log_next(&w, &r)) {
        if (limit-- == 0 || (out->n > from && out->n - from + r.data.n > READ_BYTES)) {
            bl_log_leave(&w);
            return true;
        }
        if (out->n > from)
            bf_buf_addc(out, ',');
        bf_buf_adds(out, r.data);
        it->number = r.number + 1;
    }
    return false;
}

static void answer_records(struct bl_call *c, struct bl_ddb_stream *s, const struct bl_shard *shard,
                           struct bl_iterator *it, int64_t limit)
{
    struct bf_buf *out = &c->ans.body;
    bl_stream_trim(c->store, s->shards, c->now_ms);
    bf_err_clear(&c->store->err); /* a full store can still be read */
    bf_buf_lit(out, "{\"Records\":[");
    bool more = read_records(c, it, limit);
    bf_buf_addc(out, ']');
    if (more || shard->last < 0) {
        if (!more && it->number < s->shards->next)
            it->number = s->shards->next; /* this shard has no record before that number */
        it->created_ms = c->now_ms;
        bf_buf_lit(out, ",\"NextShardIterator\":\"");
        put_iterator(c, out, s, it);
        bf_buf_addc(out, '"');
    }
    bf_buf_addc(out, '}');
}

bool bl_streams_get_records(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str text = {NULL, 0};
    struct bl_iterator it;
    const struct bl_shard *shard = NULL;
    int64_t limit = READ_MAX;
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "ShardIterator", &text) ||
        !bl_param_int(c, &p, "Limit", &limit))
        return false;
    if (limit > READ_MAX) /* the model has no maximum */
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                       "constraint: Member must have value less than or equal to %d",
                       (long long)limit, READ_MAX);
    if (!read_iterator(text, &it))
        return bl_fail(c, BL_ValidationException, "Invalid ShardIterator");
    if (c->now_ms - it.created_ms > BL_STREAM_ITERATOR_MS)
        return bl_fail(c, BL_ExpiredIteratorException,
                       "Iterator expired. A shard iterator lives 15 minutes.");
    bl_store_lock(c->store);
    struct bl_ddb_stream *s = stream_of_shard(c, it.row, &shard);
    if (s)
        answer_records(c, s, shard, &it, limit);
    else
        bl_fail(c, BL_ResourceNotFoundException,
                "Requested resource not found: Shard does not exist");
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    return e.code == BF_OK ? s != NULL : bl_fail_err(c, &e);
}
