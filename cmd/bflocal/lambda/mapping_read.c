/* Reads the records of a lane: they become the JSON of an event; records that match no filter are skipped. */
#include <stdlib.h>

#include "cmd/bflocal/ddbtable/stream.h"
#include "cmd/bflocal/lambda/mapping.h"
#include "lib/base/clock.h"
#include "lib/encoding/base64.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum {
    EVENT_BYTES = BL_PAYLOAD_MAX - 64 * 1024, /* of the records of one event */
    POLL_MS = 10,                             /* between two reads of a shard without new records */
    POLL_IDLE_MS = 100,
    TURN_RECORDS = 2000 /* read at once, under the store's lock */
};

void bl_mapping_sequence(const struct bl_lane *lane, int64_t number, char out[64])
{
    const struct bl_kinesis *k = lane->mapping->local->kinesis;
    out[0] = '\0';
    if (lane->mapping->dynamodb) {
        bl_stream_sequence_put(out, number);
        return;
    }
    for (size_t i = 0; i < k->n; i++)
        for (size_t s = 0; s < k->streams[i]->n; s++)
            if (k->streams[i]->shards[s].row == lane->row)
                bl_sequence_put(out, k->streams[i], number);
}

/* A change record is stored in the form of the event, without the ARN. */
static void put_change(const struct bl_mapping *m, struct bf_buf *out, const struct bl_record *r)
{
    bf_buf_add(out, r->data.p, r->data.n - 1);
    bf_buf_addf(out, ",\"eventSourceARN\":\"%s\"}", m->source);
}

static void put_kinesis(struct bl_lane *lane, struct bf_buf *out, const struct bl_record *r)
{
    const struct bl_mapping *m = lane->mapping;
    char sequence[64];
    bl_mapping_sequence(lane, r->number, sequence);
    bf_buf_lit(out, "{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"partitionKey\":");
    bf_json_put_string(out, r->key);
    bf_buf_lit(out, ",\"sequenceNumber\":\"");
    bf_buf_adds(out, bf_str_of(sequence));
    bf_buf_lit(out, "\",\"data\":\"");
    bf_base64_encode(out, r->data);
    bf_buf_addf(out, "\",\"approximateArrivalTimestamp\":%lld.%03d},\"eventID\":\"",
                (long long)(r->at_ms / 1000), (int)(r->at_ms % 1000));
    bf_buf_adds(out, bf_str_of(lane->shard));
    bf_buf_addc(out, ':');
    bf_buf_adds(out, bf_str_of(sequence));
    if (!lane->rest.n)
        bf_buf_addf(&lane->rest,
                    "\",\"eventSource\":\"aws:kinesis\",\"eventVersion\":\"1.0\",\"eventName\":"
                    "\"aws:kinesis:record\",\"invokeIdentityArn\":\"arn:aws:iam::" BL_ACCOUNT
                    ":role/bflocal\",\"awsRegion\":\"%s\",\"eventSourceARN\":\"%s\"}",
                    m->local->region, m->source);
    bf_buf_adds(out, bf_buf_view(&lane->rest));
}

/* The form of a Kinesis record for filters: its data as JSON (Lambda developer guide, "Using event filtering with a
 * Kinesis event source"). */
static bool matches(struct bl_mapping *m, const struct bl_record *r, struct bf_str record)
{
    struct bf_buf text;
    struct bf_err e;
    struct bf_json j;
    bool match = false;
    if (!m->filters)
        return true;
    bf_buf_init(&text, BL_PAYLOAD_MAX);
    if (m->dynamodb)
        bf_buf_adds(&text, record);
    else {
        bf_json_init(&j, r->data);
        bf_buf_lit(&text, "{\"partitionKey\":");
        bf_json_put_string(&text, r->key);
        if (bf_json_skip(&j, &e) && bf_json_end(&j, &e)) {
            bf_buf_lit(&text, ",\"data\":");
            bf_buf_adds(&text, r->data);
        }
        bf_buf_addc(&text, '}');
    }
    pthread_mutex_lock(&m->filter_mutex); /* a set belongs to one thread */
    if (bf_buf_ok(&text) && !bf_pattern_match_json(m->filters, bf_buf_view(&text), &match, &e))
        match = false;
    pthread_mutex_unlock(&m->filter_mutex);
    bf_buf_free(&text);
    return match;
}

static bool add(struct bl_lane *lane, struct bl_batch *b, const struct bl_record *r)
{
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        struct bl_mapped *more = realloc(b->records, cap * sizeof *more);
        if (!more)
            return false;
        b->records = more;
        b->cap = cap;
    }
    if (!b->text.n)
        bf_buf_lit(&b->text, BL_BATCH_BEGIN);
    size_t whole = b->text.n;
    if (b->n)
        bf_buf_addc(&b->text, ',');
    size_t from = b->text.n;
    if (lane->mapping->dynamodb)
        put_change(lane->mapping, &b->text, r);
    else
        put_kinesis(lane, &b->text, r);
    if (!bf_buf_ok(&b->text))
        return false;
    if (!matches(lane->mapping, r, bf_str(b->text.p + from, b->text.n - from)))
        b->text.n = whole;
    else
        b->records[b->n++] = (struct bl_mapped){from, b->text.n, r->number, r->at_ms};
    return true;
}

/* The end of a closed shard; -1: it is open, -2: it was deleted. Under the store's lock. */
static int64_t last_number(const struct bl_lane *lane)
{
    const struct bl_local *l = lane->mapping->local;
    for (size_t i = 0; !lane->mapping->dynamodb && i < l->kinesis->n; i++)
        for (size_t s = 0; s < l->kinesis->streams[i]->n; s++)
            if (l->kinesis->streams[i]->shards[s].row == lane->row)
                return l->kinesis->streams[i]->shards[s].last;
    for (size_t i = 0; lane->mapping->dynamodb && i < l->ddb->nstreams; i++)
        for (size_t s = 0; s < l->ddb->streams[i].shards->n; s++)
            if (l->ddb->streams[i].shards->shards[s].row == lane->row)
                return l->ddb->streams[i].shards->shards[s].last;
    return -2;
}

/* Reads the records of one turn. *full: a batch has reached its limit; *end as above. */
static void read_turn(struct bl_lane *lane, struct bl_batch *batches, int64_t *next, bool *full,
                      bool *end)
{
    struct bl_mapping *m = lane->mapping;
    struct bl_store *st = &m->local->store;
    struct bl_log_walk w;
    struct bl_record r;
    size_t n = 0;
    bl_store_lock(st);
    int64_t last = last_number(lane);
    bl_log_walk(st, lane->row, *next, 0, &w);
    bool more = last != -2 && bl_log_next(&w, &r);
    while (more) {
        size_t lane_of = m->factor > 1 ? (size_t)(bl_hash_of(r.key) % m->factor) : 0;
        struct bl_batch *b = &batches[lane_of];
        *full = b->n >= m->batch || (b->n && b->text.n + r.data.n * 4 / 3 + 1024 > EVENT_BYTES);
        *full = *full || (n < TURN_RECORDS && !add(lane, b, &r));
        if (*full || n++ == TURN_RECORDS) {
            bl_log_leave(&w);
            break;
        }
        *next = r.number + 1;
        more = bl_log_next(&w, &r);
    }
    *end = !more && last != -1;
    bl_store_unlock(st);
}

static bool has_any(const struct bl_mapping *m, const struct bl_batch *batches)
{
    bool any = false;
    for (size_t i = 0; i < m->factor; i++)
        any = any || batches[i].n > 0;
    return any;
}

bool bl_mapping_read(struct bl_lane *lane, struct bl_batch *batches, int64_t *next, bool *end)
{
    struct bl_mapping *m = lane->mapping;
    int64_t pause = POLL_MS, since = 0;
    bool full = false;
    *next = lane->number;
    *end = false;
    for (;;) {
        int64_t before = *next;
        read_turn(lane, batches, next, &full, end);
        int64_t now = bf_clock_mono_ms();
        if (has_any(m, batches) && !since)
            since = now;
        if (full || *end || (since && *next == before && now - since >= m->window_ms))
            return true;
        if (*next != before) {
            pause = POLL_MS;
            continue;
        }
        if (!since &&
            *next != lane->number) /* no record matched a filter: the position is stored */
            return true;
        if (!bl_mapping_pause(m, pause))
            return false;
        pause = pause * 2 < POLL_IDLE_MS ? pause * 2 : POLL_IDLE_MS;
    }
}
