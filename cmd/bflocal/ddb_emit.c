/*
 * DynamoDB: a change on its way to the table's stream and to its Kinesis
 * destinations. Both records are JSON text around the images as they lie in the
 * store; a stream's record is complete when it is stored, so that GetRecords only
 * strings them together.
 */
#include <openssl/evp.h>
#include <stdio.h>

#include "cmd/bflocal/streams.h"
#include "lib/base/enc.h"
#include "lib/json/write.h"

enum { KINESIS_MAX = 1024 * 1024 };

static const char *event_name(const struct bl_change *change)
{
    return !change->old_item ? "INSERT" : !change->new_item ? "REMOVE" : "MODIFY";
}

/* "Keys":{...}; the bytes of the keys as DynamoDB counts. */
static size_t put_keys(struct bf_buf *out, const struct bl_table *t, const struct bl_change *change)
{
    const struct bl_value *item = change->new_item ? change->new_item : change->old_item;
    size_t bytes = 0;
    bool first = true;
    bf_buf_lit(out, "\"Keys\":{");
    for (unsigned i = 0; i < t->nkeys; i++) {
        struct bf_str name = bf_str_of(t->key[i].name);
        const struct bl_value *v = bl_field_get(item, name);
        if (!v)
            continue;
        bf_json_put_key(out, &first, name);
        bl_value_put(out, v);
        bytes += name.n + bl_value_size(v);
    }
    bf_buf_addc(out, '}');
    return bytes;
}

/* The images that the view shows; their bytes. */
static size_t put_images(struct bf_buf *out, enum bl_view view, const struct bl_change *change)
{
    size_t bytes = 0;
    if (change->new_item && (view == BL_VIEW_NEW || view == BL_VIEW_BOTH)) {
        bf_buf_lit(out, ",\"NewImage\":");
        bf_buf_adds(out, change->new_json);
        bytes += bl_item_size(change->new_item);
    }
    if (change->old_item && (view == BL_VIEW_OLD || view == BL_VIEW_BOTH)) {
        bf_buf_lit(out, ",\"OldImage\":");
        bf_buf_adds(out, change->old_json);
        bytes += bl_item_size(change->old_item);
    }
    return bytes;
}

static void print_stream_record(struct bl_call *c, const struct bl_table *t,
                                const struct bl_change *change, struct bf_buf *out)
{
    uint64_t id[2] = {bf_rng_next(&c->local->ddb->rng), bf_rng_next(&c->local->ddb->rng)};
    char sequence[BL_STREAM_SEQUENCE];
    bl_stream_sequence_put(sequence, t->stream->next);
    bf_buf_reset(out);
    bf_buf_lit(out, "{\"eventID\":\"");
    bf_hex_encode(out, id, sizeof id);
    bf_buf_addf(out,
                "\",\"eventName\":\"%s\",\"eventVersion\":\"1.1\",\"eventSource\":\"aws:dynamodb\","
                "\"awsRegion\":\"%s\",\"dynamodb\":{\"ApproximateCreationDateTime\":%lld,",
                event_name(change), c->local->region, (long long)(c->now_ms / 1000));
    size_t bytes = put_keys(out, t, change);
    bytes += put_images(out, t->view, change);
    bf_buf_addf(out, ",\"SequenceNumber\":\"%s\",\"SizeBytes\":%zu,\"StreamViewType\":\"%s\"}}",
                sequence, bytes, bl_view_name(t->view));
}

static bool to_stream(struct bl_call *c, const struct bl_table *t, const struct bl_change *change)
{
    struct bf_buf *record = &c->local->ddb->record;
    struct bl_shard *shard = t->stream->n == 1
                                 ? t->stream->shards
                                 : bl_shard_for(t->stream, bl_hash_of(change->partition));
    print_stream_record(c, t, change, record);
    if (!shard || !bf_buf_check(record, "change record", &c->store->err))
        return false;
    bl_record_add(c->store, t->stream, shard, bf_str("", 0), bf_buf_view(record), c->now_ms);
    return bl_store_ok(c->store);
}

static void print_kinesis_record(struct bl_call *c, const struct bl_table *t,
                                 const struct bl_change *change, bool micros, struct bf_buf *out)
{
    char id[37];
    bf_rng_uuid(&c->local->ddb->rng, id);
    bf_buf_reset(out);
    bf_buf_addf(out, "{\"awsRegion\":\"%s\",\"eventID\":\"%s\",\"eventName\":\"%s\"",
                c->local->region, id, event_name(change));
    bf_buf_lit(out, ",\"userIdentity\":null,\"recordFormat\":\"application/json\",\"tableName\":");
    bf_json_put_string(out, bf_str_of(t->name));
    bf_buf_addf(out, ",\"dynamodb\":{\"ApproximateCreationDateTime\":%lld,",
                (long long)(micros ? c->now_ms * 1000 : c->now_ms));
    size_t bytes = put_keys(out, t, change);
    bytes += put_images(out, BL_VIEW_BOTH, change);
    bf_buf_addf(out, ",\"SizeBytes\":%zu", bytes);
    if (micros)
        bf_buf_lit(out, ",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"");
    bf_buf_lit(out, "},\"eventSource\":\"aws:dynamodb\"}");
}

/* 32 upper-case hex digits, the same for all changes of one item. */
static struct bf_str partition_key(const struct bl_table *t, const struct bl_change *change,
                                   char out[32])
{
    static const char digits[] = "0123456789ABCDEF";
    const struct bl_value *item = change->new_item ? change->new_item : change->old_item;
    unsigned char digest[EVP_MAX_MD_SIZE] = {0}, sort[BL_KEY_ENCODED_MAX];
    unsigned char key[2 * BL_KEY_ENCODED_MAX];
    size_t n = change->partition.n;
    memcpy(key, change->partition.p, n);
    const struct bl_value *v = t->nkeys > 1 ? bl_field_get(item, bf_str_of(t->key[1].name)) : NULL;
    if (v) {
        size_t more = bl_key_encode(v, sort);
        key[n++] = 0;
        memcpy(key + n, sort, more);
        n += more;
    }
    EVP_Digest(key, n, digest, NULL, EVP_md5(), NULL);
    for (size_t i = 0; i < 16; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    return bf_str(out, 32);
}

static bool to_kinesis(struct bl_call *c, const struct bl_table *t, const struct bl_change *change,
                       int destination)
{
    struct bl_ddb *d = c->local->ddb;
    char key[32];
    struct bl_stream *s = bl_stream_find(c->local->kinesis, bf_str_of(t->destination[destination]));
    if (!s)
        return true; /* deleted: the service gives up on it as well */
    print_kinesis_record(c, t, change, t->destination_micros[destination], &d->record);
    if (!bf_buf_check(&d->record, "change record", &c->store->err))
        return false;
    if (d->record.n > KINESIS_MAX)
        return true; /* too large for Kinesis: DynamoDB leaves it out */
    struct bf_str partition = partition_key(t, change, key);
    struct bl_shard *shard = bl_shard_for(s, bl_hash_of(partition));
    if (!shard)
        return false;
    bl_record_add(c->store, s, shard, partition, bf_buf_view(&d->record), c->now_ms);
    return bl_store_ok(c->store);
}

static bool unchanged(const struct bl_change *change)
{
    if (!change->old_item || !change->new_item)
        return change->old_item == change->new_item;
    return bf_str_eq(change->old_json, change->new_json) ||
           bl_value_eq(change->old_item, change->new_item);
}

bool bl_ddb_emit(struct bl_call *c, struct bl_table *t, const struct bl_change *change)
{
    bool any = t->stream != NULL;
    for (int i = 0; i < BL_DESTINATIONS; i++)
        any = any || t->destination[i][0];
    if (!any || unchanged(change))
        return true;
    bool ok = !t->stream || to_stream(c, t, change);
    for (int i = 0; ok && i < BL_DESTINATIONS; i++)
        ok = !t->destination[i][0] || to_kinesis(c, t, change, i);
    return ok;
}
