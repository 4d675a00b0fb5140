#include "cmd/bflocal/firehose/transform.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/function/function.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/encoding/base64.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { RECORD_ROOM = 1024, FIRST_WAIT_MS = 100, LONGEST_WAIT_MS = 2000 };

#define PARSE_CODE "Lambda.JsonProcessingException"
#define PARSE_TEXT                                                                                 \
    "There was an error parsing returned records from the Lambda function. Ensure that the "       \
    "returned records follow the status "                                                          \
    "model required by Amazon Data Firehose."

void bl_fh_transform_id(char out[BL_FH_TRANSFORM_ID], const struct bl_fh_record *r, size_t i)
{
    char room[96];
    snprintf(room, sizeof room, "4966%026lld%06lld%020zu", (long long)r->number,
             (long long)(r->part < 0 ? 0 : r->part), i);
    memcpy(out, room, BL_FH_TRANSFORM_ID - 1);
    out[BL_FH_TRANSFORM_ID - 1] = '\0';
}

/* ---- the event ---- */

static void put_record(struct bf_buf *out, const struct bl_fh_record *r, size_t i,
                       const struct bl_stream *s)
{
    char id[BL_FH_TRANSFORM_ID], sequence[BL_SEQUENCE_SIZE];
    bl_fh_transform_id(id, r, i);
    bf_buf_add(out, ",", i > 0);
    bf_buf_addf(out, "{\"recordId\":\"%s\",\"approximateArrivalTimestamp\":%lld,\"data\":\"", id,
                (long long)r->at_ms);
    bf_base64_encode(out, r->data);
    bf_buf_addc(out, '"');
    if (r->cursor && s) {
        bl_sequence_put(sequence, s, r->number);
        bf_buf_addf(out,
                    ",\"kinesisRecordMetadata\":{\"sequenceNumber\":\"%s\",\"subsequenceNumber\":%"
                    "lld,\"shardId\":\"%s\","
                    "\"approximateArrivalTimestamp\":%lld,\"partitionKey\":",
                    sequence, (long long)(r->part < 0 ? 0 : r->part), r->cursor->id,
                    (long long)r->at_ms);
        bf_json_put_string(out, r->key);
        bf_buf_addc(out, '}');
    }
    bf_buf_addc(out, '}');
}

/* Writes an event with as many of the n records as there is room for; returns how many. */
static size_t put_event(const struct bl_fh_transform *t, const struct bl_fh_record *r, size_t n,
                        const char *id, struct bf_buf *out)
{
    const struct bl_delivery *d = t->d;
    const struct bl_stream *s = NULL;
    uint64_t bytes = 0;
    size_t i = 0;
    bf_buf_reset(out);
    bf_buf_addf(out, "{\"invocationId\":\"%s\",", id);
    if (d->source[0]) {
        bl_store_lock(&d->local->store);
        s = bl_stream_find(d->local->kinesis, bf_str_of(d->source));
        bf_buf_addf(out,
                    "\"sourceKinesisStreamArn\":\"arn:aws:kinesis:%s:" BL_ACCOUNT ":stream/%s\",",
                    d->local->region, d->source);
    }
    bf_buf_addf(out,
                "\"deliveryStreamArn\":\"arn:aws:firehose:%s:" BL_ACCOUNT
                ":deliverystream/%s\",\"region\":\"%s\",\"records\":[",
                d->local->region, d->name, d->local->region);
    while (i < n &&
           (!i || (bytes + r[i].data.n <= t->event_bytes &&
                   out->n + r[i].data.n / 3 * 4 + r[i].key.n * 6 + RECORD_ROOM < BL_PAYLOAD_MAX))) {
        put_record(out, &r[i], i, s);
        bytes += r[i++].data.n;
    }
    if (d->source[0])
        bl_store_unlock(&d->local->store);
    bf_buf_lit(out, "]}");
    return i;
}

/* ---- the answer ---- */

enum state { MISSING, OK, DROPPED, FAILED, TWICE };

struct answered {
    enum state state;
    struct bf_str data, keys;
};

struct one {
    struct bf_json_val id, result, data, keys;
};

static bool read_metadata(struct bf_json *j, struct one *o, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_type type;
    enum bf_json_more more;
    if (!bf_json_peek(j, &type, e))
        return false;
    if (type != BF_JSON_OBJECT)
        return bf_json_skip(j, e);
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE)
        if (!(bf_json_key_is(&key, "partitionKeys") ? bf_json_value(j, &o->keys, e)
                                                    : bf_json_skip(j, e)))
            return false;
    return more == BF_JSON_END;
}

static bool read_one(struct bf_json *j, struct one *o, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    *o = (struct one){0};
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        bool ok = bf_json_key_is(&key, "recordId")   ? bf_json_value(j, &o->id, e)
                  : bf_json_key_is(&key, "result")   ? bf_json_value(j, &o->result, e)
                  : bf_json_key_is(&key, "data")     ? bf_json_value(j, &o->data, e)
                  : bf_json_key_is(&key, "metadata") ? read_metadata(j, o, e)
                                                     : bf_json_skip(j, e);
        if (!ok)
            return false;
    }
    return more == BF_JSON_END && o->id.type == BF_JSON_STRING && o->result.type == BF_JSON_STRING;
}

/* The record with this id; n: none of ours. */
static size_t index_of(const struct bl_fh_record *sent, size_t n, struct bf_str id)
{
    char want[BL_FH_TRANSFORM_ID];
    size_t i = 0, from = BL_FH_TRANSFORM_ID - 1 - 20;
    for (size_t k = from; k < id.n && id.n == BL_FH_TRANSFORM_ID - 1; k++)
        i = i * 10 + (size_t)(id.p[k] - '0');
    if (id.n != BL_FH_TRANSFORM_ID - 1 || i >= n)
        return n;
    bl_fh_transform_id(want, &sent[i], i);
    return bf_str_eq(id, bf_str_of(want)) ? i : n;
}

/* Decodes the data into the batch's arena. Clients may escape the slashes of base64. */
static bool decode(struct bl_fh_batch *out, const struct bf_json_val *v, struct bf_str *data)
{
    struct bf_buf plain, b = {.p = bf_arena_alloc(&out->arena, v->text.n + 3),
                              .cap = v->text.n + 3,
                              .max = v->text.n + 3};
    if (v->type != BF_JSON_STRING || !b.p)
        return false;
    bf_buf_init(&plain, v->text.n + 1);
    if (v->escaped)
        bf_json_unescape(&plain, v->text);
    bool ok = bf_base64_decode(&b, v->escaped ? bf_buf_view(&plain) : v->text);
    bf_buf_free(&plain);
    *data = bf_buf_view(&b);
    return ok;
}

static bool take_one(const struct one *o, struct answered *a, struct bl_fh_batch *out)
{
    if (a->state != MISSING)
        a->state = TWICE;
    else if (bf_str_is(o->result.text, "Dropped"))
        a->state = DROPPED;
    else if (bf_str_is(o->result.text, "ProcessingFailed"))
        a->state = FAILED;
    else if (bf_str_is(o->result.text, "Ok") && decode(out, &o->data, &a->data)) {
        a->state = OK;
        if (o->keys.type == BF_JSON_OBJECT && !bf_arena_copy(&out->arena, o->keys.raw, &a->keys))
            return false;
    } else
        return false;
    return true;
}

static bool read_records(struct bf_json *j, const struct bl_fh_record *sent, size_t n,
                         struct answered *list, struct bl_fh_batch *out)
{
    struct bf_err e;
    struct one o;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_ARRAY, &e))
        return false;
    while ((more = bf_json_element(j, &e)) == BF_JSON_MORE) {
        if (!read_one(j, &o, &e))
            return false;
        size_t i = index_of(sent, n, o.id.text);
        if (i < n && !take_one(&o, &list[i], out))
            return false;
    }
    return more == BF_JSON_END;
}

static bool read_answer(struct bf_str answer, const struct bl_fh_record *sent, size_t n,
                        struct answered *list, struct bl_fh_batch *out)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err e;
    enum bf_json_more more;
    bool found = false;
    bf_json_init(&j, answer);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &e))
        return false;
    while ((more = bf_json_member(&j, &key, &e)) == BF_JSON_MORE) {
        bool records = bf_json_key_is(&key, "records");
        if (!(records ? read_records(&j, sent, n, list, out) : bf_json_skip(&j, &e)))
            return false;
        found = found || records;
    }
    return found && more == BF_JSON_END && bf_json_end(&j, &e);
}

static bool pass_on(const struct bl_fh_transform *t, const struct bl_fh_record *r,
                    const struct answered *a, struct bl_fh_batch *out, struct bf_err *e)
{
    struct bl_fh_failure why = {.type = BL_FH_PROCESSING, .attempts = 1, .function = t->arn};
    struct bl_fh_record done = *r;
    if (a->state == OK) {
        done.data = a->data;
        done.keys = a->keys;
        return bl_fh_batch_add(out, &done, e);
    }
    if (a->state == DROPPED)
        return true;
    why.code = a->state == FAILED  ? "Lambda.ProcessingFailedStatus"
               : a->state == TWICE ? "Lambda.DuplicatedRecordId"
                                   : "Lambda.MissingRecordId";
    why.message = a->state == FAILED  ? "ProcessingFailed status set for record"
                  : a->state == TWICE ? "Multiple records were returned with the same record Id. "
                                        "Ensure that the Lambda function returns "
                                        "unique record Ids for each record."
                                      : "One or more record Ids were not returned. Ensure that the "
                                        "Lambda function returns all received "
                                        "record Ids.";
    return t->failed(t->arg, r, &why, e);
}

bool bl_fh_transform_answer(const struct bl_fh_transform *t, const struct bl_fh_record *sent,
                            size_t n, struct bf_str answer, struct bl_fh_batch *out,
                            struct bl_fh_failure *whole, struct bf_err *e)
{
    struct answered *list = calloc(n, sizeof *list);
    bool ok = list || bf_err_nomem(e);
    whole->code = NULL;
    if (ok && !read_answer(answer, sent, n, list, out)) {
        whole->code = PARSE_CODE;
        whole->message = PARSE_TEXT;
    } else
        for (size_t i = 0; ok && i < n; i++)
            ok = pass_on(t, &sent[i], &list[i], out, e);
    free(list);
    return ok;
}

/* ---- attempts ---- */

static bool wait_between(struct bl_delivery *d, int64_t *ms, struct bf_err *e)
{
    int64_t until = bf_clock_mono_ms() + *ms, now;
    *ms = *ms * 2 < LONGEST_WAIT_MS ? *ms * 2 : LONGEST_WAIT_MS;
    while ((now = bf_clock_mono_ms()) < until)
        if (!bl_delivery_wait(d, until - now))
            return bf_err_set(e, BF_E_STOPPED, "stopped");
    return true;
}

static void name_failure(enum bl_invoked v, struct bl_fh_failure *why)
{
    why->code = v == BL_INVOKE_THROTTLED ? "Lambda.InvokeLimitExceeded"
                : v == BL_INVOKE_UNKNOWN ? "Lambda.ResourceNotFound"
                                         : "Lambda.FunctionError";
    why->message =
        v == BL_INVOKE_THROTTLED ? "The Lambda concurrent execution limit is exceeded. Increase "
                                   "the concurrent execution limit."
        : v == BL_INVOKE_UNKNOWN
            ? "The specified Lambda function does not exist. Use a different function that does "
              "exist."
            : "The Lambda function was successfully invoked but it returned an error result.";
}

/* Is the function throttled by a fault on demand? */
static bool is_struck(struct bl_local *l)
{
    struct bl_fault_hit hit = {0};
    bl_fault_draw(&l->faults, "lambda", "Invoke", &hit);
    return hit.answer == BL_FAULT_THROTTLE;
}

/* Runs the function until it answers, or the attempts are used up. */
static bool invoke(const struct bl_fh_transform *t, struct bf_str event, struct bl_outcome *out,
                   struct bl_fh_failure *why, struct bf_err *e)
{
    struct bl_local *l = t->d->local;
    int64_t wait_ms = FIRST_WAIT_MS;
    for (why->attempts = 1;; why->attempts++) {
        struct bf_err cause = {0};
        char id[37];
        bf_rng_fresh_uuid(id);
        bf_buf_reset(&out->payload);
        out->failed = false;
        enum bl_invoked v =
            is_struck(l) ? BL_INVOKE_THROTTLED
                         : bl_lambda_invoke(l, &t->d->caller, t->function, event, id, out, &cause);
        why->code = NULL;
        if (v == BL_INVOKE_ENDED)
            return bf_err_set(e, BF_E_STOPPED, "stopped");
        if (v == BL_INVOKED && !out->failed)
            return true;
        name_failure(v, why);
        if (why->attempts > t->retries)
            return true;
        if (!wait_between(t->d, &wait_ms, e))
            return false;
    }
}

static bool run_event(const struct bl_fh_transform *t, const struct bl_fh_record *sent, size_t n,
                      struct bf_str event, struct bl_outcome *out, struct bl_fh_batch *done,
                      struct bf_err *e)
{
    struct bl_fh_failure why = {.type = BL_FH_PROCESSING, .function = t->arn};
    if (!invoke(t, event, out, &why, e) ||
        (!why.code &&
         !bl_fh_transform_answer(t, sent, n, bf_buf_view(&out->payload), done, &why, e)))
        return false;
    for (size_t i = 0; why.code && i < n; i++)
        if (!t->failed(t->arg, &sent[i], &why, e))
            return false;
    return true;
}

bool bl_fh_transform(const struct bl_fh_transform *t, const struct bl_fh_batch *in,
                     struct bl_fh_batch *out, struct bf_err *e)
{
    struct bl_outcome *answer = calloc(1, sizeof *answer);
    struct bf_buf event;
    char id[37];
    if (!answer)
        return bf_err_nomem(e);
    bf_buf_init(&event, 2 * BL_PAYLOAD_MAX);
    bf_buf_init(&answer->payload, BL_PAYLOAD_MAX + 1024);
    bool ok = true;
    for (size_t i = 0; ok && i < in->n;) {
        bf_rng_fresh_uuid(id);
        size_t n = put_event(t, in->record + i, in->n - i, id, &event);
        ok = bf_buf_check(&event, "an event", e) &&
             run_event(t, in->record + i, n, bf_buf_view(&event), answer, out, e);
        i += n;
    }
    bf_buf_free(&event);
    bf_buf_free(&answer->payload);
    free(answer);
    return ok;
}
