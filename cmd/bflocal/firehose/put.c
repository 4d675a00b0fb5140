/* PutRecord and PutRecordBatch, and the same for the rest of bflocal. */
#include "cmd/bflocal/firehose/put.h"

#include "cmd/bflocal/firehose/firehose.h"
#include "lib/encoding/base64.h"

enum outcome { TAKEN, NO_STREAM, READS_KINESIS, FULL, BROKEN };

/* One record of a request: {"Data":base64}. */
static bool read_record(struct bl_call *c, const struct bl_params *p, struct bf_str *data)
{
    struct bf_str text = {NULL, 0};
    if (!bl_param_string(c, p, "Data", &text))
        return false;
    size_t room = text.n / 4 * 3 + 3;
    struct bf_buf b = {.p = bf_arena_alloc(&c->arena, room), .cap = room, .max = room};
    if (!b.p)
        return bl_fail(c, BL_InternalFailure, "out of memory");
    if (!bf_base64_decode(&b, text))
        return bl_fail(c, BL_SerializationException, "Data is not valid base64");
    *data = bf_buf_view(&b);
    return true;
}

static bool fail_outcome(struct bl_call *c, enum outcome o, struct bf_str name,
                         const struct bf_err *e)
{
    switch (o) {
    case NO_STREAM:
        return bl_firehose_fail_name(c, name);
    case READS_KINESIS:
        return bl_fail(
            c, BL_InvalidArgumentException,
            "This operation is not permitted on KinesisStreamAsSource delivery stream type.");
    case FULL:
        return bl_fail(c, BL_ServiceUnavailableException, "Slow down.");
    default:
        return bl_fail_err(c, e);
    }
}

/* Where records are put: the delivery stream, found and with the store in a transaction. */
struct putting {
    struct bl_firehose *f;
    struct bl_delivery *d;
    struct bl_store *store;
    int64_t now_ms;
    uint64_t room; /* bytes */
};

static enum outcome begin(struct putting *p, struct bl_local *l, struct bf_str name,
                          struct bf_err *e)
{
    *p = (struct putting){.f = l->firehose, .store = &l->store, .now_ms = bl_now_ms(l)};
    pthread_mutex_lock(&p->f->mutex);
    p->d = bl_delivery_find(p->f, name);
    enum outcome o = !p->d ? NO_STREAM : !p->d->own ? READS_KINESIS : TAKEN;
    if (o == TAKEN) {
        /* a full buffer, and as much beside it as a destination that is gone for a while needs */
        uint64_t most = BL_FIREHOSE_BACKLOG + p->d->full;
        p->room = p->d->backlog < most ? most - p->d->backlog : 0;
        if (!p->room)
            o = FULL;
        else if (!bl_store_begin_bulk(p->store, e))
            o = BROKEN;
    }
    if (o != TAKEN)
        pthread_mutex_unlock(&p->f->mutex);
    return o;
}

/* Returns the record's number; -1: the backlog is full. */
static int64_t add(struct putting *p, struct bf_str data)
{
    struct bl_stream *s = p->d->own;
    if (p->room == 0)
        return -1;
    p->room -= data.n < p->room ? data.n : p->room;
    return bl_record_add(p->store, s, &s->shards[0], BF_STR(""), data, p->now_ms);
}

static bool end(struct putting *p, uint64_t bytes, struct bf_err *e)
{
    bool ok = bl_store_commit(p->store, e);
    if (ok) {
        p->d->backlog += bytes;
        p->d->changed = true;
        pthread_cond_broadcast(&p->f->changed);
    }
    pthread_mutex_unlock(&p->f->mutex);
    return ok;
}

static void put_id(struct bf_buf *out, const struct bl_stream *s, int64_t number)
{
    char id[BL_SEQUENCE_SIZE];
    bl_sequence_put(id, s, number);
    bf_buf_addf(out, "\"RecordId\":\"%s\"", id);
}

bool bl_firehose_put_record(struct bl_call *c)
{
    struct bl_params p, record;
    struct putting to;
    struct bf_str name = {NULL, 0}, data = {NULL, 0};
    struct bf_err e = {0};
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "DeliveryStreamName", &name) ||
        !bl_params_read_object(c, bl_param_raw(&p, "Record"), &record) ||
        !read_record(c, &record, &data))
        return false;
    enum outcome o = begin(&to, c->local, name, &e);
    if (o != TAKEN)
        return fail_outcome(c, o, name, &e);
    bf_buf_addc(&c->ans.body, '{');
    put_id(&c->ans.body, to.d->own, add(&to, data));
    bf_buf_lit(&c->ans.body, ",\"Encrypted\":false}");
    return end(&to, data.n, &e) || bl_fail_err(c, &e);
}

struct batch {
    struct bf_str *list; /* BL_FIREHOSE_BATCH */
    size_t n, bytes;
};

static bool take_record(struct bl_call *c, const struct bl_params *p, void *arg)
{
    struct batch *b = arg;
    if (!read_record(c, p, &b->list[b->n]))
        return false;
    b->bytes += b->list[b->n++].n;
    return true;
}

/* Returns the bytes that were taken. */
static uint64_t put_records(struct bl_call *c, struct putting *to, const struct bf_str *list,
                            size_t n)
{
    struct bf_buf *out = &c->ans.body;
    uint64_t bytes = 0;
    size_t failed = 0;
    bf_buf_lit(out, "{\"Encrypted\":false,\"RequestResponses\":[");
    for (size_t i = 0; i < n; i++) {
        int64_t number = bl_fault_entry(&c->fault, i, n) ? -1 : add(to, list[i]);
        bf_buf_add(out, ",", i > 0);
        if (number < 0) {
            bf_buf_lit(
                out,
                "{\"ErrorCode\":\"ServiceUnavailableException\",\"ErrorMessage\":\"Slow down.\"}");
            failed++;
            continue;
        }
        bytes += list[i].n;
        bf_buf_addc(out, '{');
        put_id(out, to->d->own, number);
        bf_buf_addc(out, '}');
    }
    bf_buf_addf(out, "],\"FailedPutCount\":%zu}", failed);
    return bytes;
}

bool bl_firehose_put_batch(struct bl_call *c)
{
    struct bl_params p;
    struct putting to;
    struct bf_str name = {NULL, 0};
    struct bf_err e = {0};
    struct batch b = {.list = bf_arena_alloc(&c->arena, BL_FIREHOSE_BATCH * sizeof *b.list)};
    if (!b.list)
        return bl_fail(c, BL_InternalFailure, "out of memory");
    if (!bl_params_read_list(c, &p, "Records", BL_FIREHOSE_BATCH, take_record, &b) ||
        !bl_param_string(c, &p, "DeliveryStreamName", &name))
        return false;
    if (b.bytes > BL_FIREHOSE_BATCH_BYTES)
        return bl_fail(c, BL_InvalidArgumentException, "Records size exceeds 4 MB limit");
    enum outcome o = begin(&to, c->local, name, &e);
    if (o != TAKEN)
        return fail_outcome(c, o, name, &e);
    uint64_t bytes = put_records(c, &to, b.list, b.n);
    return end(&to, bytes, &e) || bl_fail_err(c, &e);
}

bool bl_firehose_put(struct bl_local *l, struct bf_str arn, struct bf_str data, struct bf_err *e)
{
    struct putting to;
    struct bf_str name = bl_arn_own(l, arn, "firehose", "deliverystream");
    if (data.n > BL_FIREHOSE_RECORD_MAX)
        return bf_err_set(e, BF_E_LIMIT, "a record of %zu bytes is larger than %d", data.n,
                          BL_FIREHOSE_RECORD_MAX);
    enum outcome o = begin(&to, l, name, e);
    if (o == NO_STREAM)
        return bf_err_set(e, BF_E_NOTFOUND, "there is no delivery stream %.*s",
                          BF_SHOWN_TO(arn, 200));
    if (o == READS_KINESIS)
        return bf_err_set(e, BF_E_NOTFOUND, "%.*s reads a Kinesis stream", BF_SHOWN_TO(arn, 200));
    if (o == FULL)
        return bf_err_set(e, BF_E_THROTTLED, "the backlog of %.*s is full", BF_SHOWN_TO(arn, 200));
    if (o != TAKEN)
        return false;
    (void)add(&to, data);
    return end(&to, data.n, e);
}
