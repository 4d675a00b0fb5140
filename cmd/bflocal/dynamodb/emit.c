/*
 * DynamoDB: a change on its way to the table's stream and to its Kinesis
 * destinations. Both records are JSON text around the images as they lie in the
 * store; a stream's record is complete when it is stored, so that GetRecords only
 * strings them together.
 */
#include "cmd/bflocal/dynamodb/stream.h"
#include "lib/encoding/enc.h"
#include "lib/encoding/md5.h"
#include "lib/json/write.h"

enum { KINESIS_MAX = 1024 * 1024 };

static struct bf_str event_name(const struct bl_write *w)
{
    return !w->old.json.p ? BF_STR("INSERT") : !w->new_item ? BF_STR("REMOVE") : BF_STR("MODIFY");
}

/* "Keys":{...}; the bytes of the keys as DynamoDB counts. */
static size_t put_keys(struct bf_buf *out, const struct bl_write *w)
{
    const struct bl_table *t = w->table;
    size_t bytes = 0;
    bool first = true;
    bf_buf_lit(out, "\"Keys\":{");
    for (unsigned i = 0; i < t->nkeys; i++) {
        struct bf_str name = bf_str_of(t->key[i].name);
        const struct bl_value *v = bl_field_get(w->item, name);
        bf_json_put_key(out, &first, name);
        bl_value_put(out, v);
        bytes += name.n + bl_value_size(v);
    }
    bf_buf_addc(out, '}');
    return bytes;
}

/* The images that the view shows; their bytes. */
static size_t put_images(struct bf_buf *out, enum bl_view view, const struct bl_write *w)
{
    size_t bytes = 0;
    if (w->new_item && (view == BL_VIEW_NEW || view == BL_VIEW_BOTH)) {
        bf_buf_lit(out, ",\"NewImage\":");
        bf_buf_adds(out, w->new.json);
        bytes += w->new.bytes;
    }
    if (w->old.json.p && (view == BL_VIEW_OLD || view == BL_VIEW_BOTH)) {
        bf_buf_lit(out, ",\"OldImage\":");
        bf_buf_adds(out, w->old.json);
        bytes += w->old.bytes;
    }
    return bytes;
}

static void print_stream_record(struct bl_call *c, const struct bl_write *w, struct bf_buf *out)
{
    const struct bl_table *t = w->table;
    uint64_t id[2] = {bf_rng_next(&c->local->ddb->rng), bf_rng_next(&c->local->ddb->rng)};
    char sequence[BL_STREAM_SEQUENCE];
    bl_stream_sequence_put(sequence, t->stream->next);
    bf_buf_reset(out);
    bf_buf_lit(out, "{\"eventID\":\"");
    bf_hex_encode(out, id, sizeof id);
    bf_buf_lit(out, "\",\"eventName\":\"");
    bf_buf_adds(out, event_name(w));
    bf_buf_lit(out,
               "\",\"eventVersion\":\"1.1\",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"");
    bf_buf_adds(out, bf_str_of(c->local->region));
    bf_buf_lit(out, "\",\"dynamodb\":{\"ApproximateCreationDateTime\":");
    bf_buf_u64(out, (uint64_t)c->now_ms / 1000);
    bf_buf_addc(out, ',');
    size_t bytes = put_keys(out, w);
    bytes += put_images(out, t->view, w);
    bf_buf_lit(out, ",\"SequenceNumber\":\"");
    bf_buf_adds(out, bf_str_of(sequence));
    bf_buf_lit(out, "\",\"SizeBytes\":");
    bf_buf_u64(out, bytes);
    bf_buf_lit(out, ",\"StreamViewType\":\"");
    bf_buf_adds(out, bf_str_of(bl_view_name(t->view)));
    bf_buf_lit(out, "\"}");
    if (w->by_service)
        bf_buf_lit(out, ",\"userIdentity\":{\"PrincipalId\":\"dynamodb.amazonaws.com\","
                        "\"Type\":\"Service\"}");
    bf_buf_addc(out, '}');
}

static bool to_stream(struct bl_call *c, const struct bl_write *w)
{
    struct bl_stream *s = w->table->stream;
    bl_stream_trim(c->store, s, c->now_ms);
    struct bf_buf *record = &c->local->ddb->record;
    struct bl_shard *shard = s->n == 1 ? s->shards : bl_shard_for(s, bl_hash_of(w->key.part[0]));
    print_stream_record(c, w, record);
    if (!shard || !bf_buf_check(record, "change record", &c->store->err))
        return false;
    bl_record_add(c->store, s, shard, bf_str("", 0), bf_buf_view(record), c->now_ms);
    return bl_store_ok(c->store);
}

static void print_kinesis_record(struct bl_call *c, const struct bl_write *w, bool micros,
                                 struct bf_buf *out)
{
    char id[37];
    bf_rng_uuid(&c->local->ddb->rng, id);
    bf_buf_reset(out);
    bf_buf_lit(out, "{\"awsRegion\":\"");
    bf_buf_adds(out, bf_str_of(c->local->region));
    bf_buf_lit(out, "\",\"eventID\":\"");
    bf_buf_add(out, id, sizeof id - 1);
    bf_buf_lit(out, "\",\"eventName\":\"");
    bf_buf_adds(out, event_name(w));
    bf_buf_lit(out, "\",\"userIdentity\":");
    bf_buf_adds(out, w->by_service ? BF_STR("{\"principalId\":\"dynamodb.amazonaws.com\","
                                            "\"type\":\"Service\"}")
                                   : BF_STR("null"));
    bf_buf_lit(out, ",\"recordFormat\":\"application/json\",\"tableName\":");
    bf_json_put_string(out, bf_str_of(w->table->name));
    bf_buf_lit(out, ",\"dynamodb\":{\"ApproximateCreationDateTime\":");
    bf_buf_u64(out, (uint64_t)c->now_ms * (micros ? 1000 : 1));
    bf_buf_addc(out, ',');
    size_t bytes = put_keys(out, w);
    bytes += put_images(out, BL_VIEW_BOTH, w);
    bf_buf_lit(out, ",\"SizeBytes\":");
    bf_buf_u64(out, bytes);
    if (micros)
        bf_buf_lit(out, ",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"");
    bf_buf_lit(out, "},\"eventSource\":\"aws:dynamodb\"}");
}

/* 32 upper-case hex digits, the same for all changes of one item. */
static struct bf_str partition_key(const struct bl_write *w, char out[32])
{
    char key[2 * BL_KEY_ENCODED_MAX];
    struct bf_buf text = {.p = key, .cap = sizeof key, .max = sizeof key};
    bf_buf_adds(&text, w->key.part[0]);
    if (w->table->nkeys > 1) {
        bf_buf_addc(&text, '\0');
        bf_buf_adds(&text, w->key.part[1]);
    }
    bf_md5_hex(bf_buf_view(&text), out);
    return bf_str(out, 32);
}

static bool to_kinesis(struct bl_call *c, const struct bl_write *w, int destination)
{
    const struct bl_table *t = w->table;
    struct bf_buf *record = &c->local->ddb->record;
    char key[32];
    struct bl_stream *s = bl_stream_find(c->local->kinesis, bf_str_of(t->destination[destination]));
    if (!s)
        return true; /* deleted: the service gives up on it as well */
    print_kinesis_record(c, w, t->destination_micros[destination], record);
    if (!bf_buf_check(record, "change record", &c->store->err))
        return false;
    if (record->n > KINESIS_MAX)
        return true; /* too large for Kinesis: DynamoDB leaves it out */
    struct bf_str partition = partition_key(w, key);
    struct bl_shard *shard = bl_shard_for(s, bl_hash_of(partition));
    if (!shard)
        return false;
    bl_stream_trim(c->store, s, c->now_ms);
    bl_record_add(c->store, s, shard, partition, bf_buf_view(record), c->now_ms);
    return bl_store_ok(c->store);
}

static bool item_unchanged(const struct bl_write *w)
{
    if (!w->old.json.p || !w->new_item)
        return !w->old.json.p && !w->new_item;
    return bf_str_eq(w->old.json, w->new.json) ||
           (w->old_item && bl_value_eq(w->old_item, w->new_item));
}

bool bl_ddb_emit(struct bl_call *c, const struct bl_write *w)
{
    const struct bl_table *t = w->table;
    bool any = t->stream != NULL;
    for (int i = 0; i < BL_DESTINATIONS; i++)
        any = any || t->destination[i][0];
    if (!any || item_unchanged(w))
        return true;
    bool ok = !t->stream || to_stream(c, w);
    for (int i = 0; ok && i < BL_DESTINATIONS; i++)
        ok = !t->destination[i][0] || to_kinesis(c, w, i);
    return ok;
}
