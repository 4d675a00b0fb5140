/* Runs a batch until it succeeds or is given up: retries, bisection, partial batches, the on-failure destination. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/lambda/mapping.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/base/rng.h"
#include "lib/cli/diag.h"
#include "lib/json/doc.h"

enum { FIRST_WAIT_MS = 100, LONGEST_WAIT_MS = 10000 };

/* Records [low, high) of a batch. */
struct span {
    size_t low, high;
};

/* The event of these records: the batch's text itself, or a part of it, copied into `room`. */
static bool put_event(const struct bl_batch *b, struct span s, struct bf_buf *room,
                      struct bf_str *event)
{
    const struct bl_mapped *first = &b->records[s.low], *last = &b->records[s.high - 1];
    *event = bf_buf_view(&b->text);
    if (s.low == 0 && s.high == b->n)
        return bf_buf_ok(&b->text);
    bf_buf_lit(room, BL_BATCH_BEGIN);
    bf_buf_add(room, b->text.p + first->from, last->to - first->from);
    bf_buf_lit(room, BL_BATCH_END);
    *event = bf_buf_view(room);
    return bf_buf_ok(room);
}

/* Finds the first failed record that the function's answer names: high if it names none, low if the answer is malformed
 * or names a record outside the batch ("Configuring partial batch response"). */
static size_t first_failure(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                            struct bf_str answer)
{
    struct bf_err e;
    json_t *doc = bf_str_is(answer, "null") ? NULL : bf_doc_object(answer, BF_DOC_PLAIN, &e);
    const json_t *failures = json_object_get(doc, "batchItemFailures");
    size_t first = s.high;
    bool good = !doc || !failures || json_is_null(failures) || json_is_array(failures);
    for (size_t i = 0; i < json_array_size(failures); i++) {
        const char *id = bl_document_text(json_array_get(failures, i), "itemIdentifier");
        char sequence[64];
        size_t at = s.low;
        for (; at < s.high; at++) {
            bl_mapping_sequence(lane, b->records[at].number, sequence);
            if (strcmp(sequence, id) == 0)
                break;
        }
        good = good && at < s.high;
        first = at < first ? at : first;
    }
    json_decref(doc);
    return good ? first : s.low;
}

static const char *describe(enum bl_invoked v, const struct bl_outcome *out, const struct bf_err *e)
{
    return v == BL_INVOKE_UNKNOWN     ? "the function is gone"
           : v == BL_INVOKE_THROTTLED ? "all workers are busy"
           : v == BL_INVOKE_BROKEN    ? e->text
           : out->payload.n           ? bf_buf_view(&out->payload).p
                                      : "";
}

/* Reports records that were given up, and stores them in the bucket of the destination in the service's format. */
static void give_up(struct bl_lane *lane, const struct bl_batch *b, struct span s, const char *why)
{
    struct bl_mapping *m = lane->mapping;
    char first[64], last[64], id[37], key[400], request[37];
    struct bf_err e = {0};
    struct bf_buf text;
    int64_t now = bl_now_ms(m->local);
    struct bf_date d = bf_clock_date(now);
    bl_mapping_sequence(lane, b->records[s.low].number, first);
    bl_mapping_sequence(lane, b->records[s.high - 1].number, last);
    bf_diag_warn("Lambda: %s: %zu record%s of %s from %s on given up: %.300s", m->function,
                 s.high - s.low, s.high - s.low == 1 ? " is" : "s are", lane->shard, first, why);
    if (!m->bucket[0])
        return;
    bf_rng_fresh_uuid(id);
    bf_rng_fresh_uuid(request);
    snprintf(key, sizeof key, "aws/lambda/%s/%s/%04d/%02d/%02d/%04d-%02d-%02dT%02d.%02d.%02d-%s",
             m->uuid, lane->shard, (int)d.year, d.month, d.day, (int)d.year, d.month, d.day, d.hour,
             d.minute, d.second, id);
    bf_buf_init(&text, 64 * 1024 * 1024);
    bf_buf_addf(
        &text,
        "{\"requestContext\":{\"requestId\":\"%s\",\"functionArn\":\"arn:aws:lambda:%s:" BL_ACCOUNT
        ":function:%s\",\"condition\":\"RetryAttemptsExhausted\"},\"version\":\"1.0\","
        "\"timestamp\":\"",
        request, m->local->region, m->function);
    bf_clock_iso(&text, now);
    bf_buf_addf(&text,
                "\",\"%s\":{\"shardId\":\"%s\",\"startSequenceNumber\":\"%s\","
                "\"endSequenceNumber\":\"%s\",\"batchSize\":%zu,\"streamArn\":\"%s\"},\"payload\":{"
                "\"Records\":[",
                m->dynamodb ? "DDBStreamBatchInfo" : "KinesisBatchInfo", lane->shard, first, last,
                s.high - s.low, m->source);
    bf_buf_add(&text, b->text.p + b->records[s.low].from,
               b->records[s.high - 1].to - b->records[s.low].from);
    bf_buf_lit(&text, "]}}");
    if (!bf_buf_check(&text, "a batch", &e) ||
        !bl_s3_own_put(m->local, bf_str_of(m->bucket), bf_str_of(key), bf_buf_view(&text),
                       "application/json", &e))
        bf_diag_warn("Lambda: %s: the batch is not in s3://%s: %s", m->function, m->bucket, e.text);
    bf_buf_free(&text);
}

enum attempt {
    DONE,
    FAILED,
    CUT_OFF /* the mapping stops: it is no attempt */
};

/* One attempt. The records below *low have succeeded. */
static enum attempt attempt(struct bl_lane *lane, const struct bl_batch *b, struct span s,
                            size_t *low, char why[512])
{
    struct bl_mapping *m = lane->mapping;
    struct bl_outcome out;
    struct bf_buf room;
    struct bf_str event;
    struct bf_err e = {0};
    char id[37];
    memset(&out, 0, sizeof out);
    bf_buf_init(&room, 64 * 1024 * 1024);
    bf_buf_init(&out.payload, BL_PAYLOAD_MAX + 1024);
    bf_rng_fresh_uuid(id);
    enum bl_invoked v = BL_INVOKE_BROKEN;
    if (put_event(b, s, &room, &event))
        v = bl_lambda_invoke(m->local, &m->caller, bf_str_of(m->function), event, id, &out, &e);
    else
        bf_err_nomem(&e);
    bool ok = v == BL_INVOKED && !out.failed;
    if (ok)
        *low = m->report ? first_failure(lane, b, s, bf_buf_view(&out.payload)) : s.high;
    snprintf(why, 512, "%.500s",
             ok ? "the function names records that failed" : describe(v, &out, &e));
    bf_buf_free(&room);
    bf_buf_free(&out.payload);
    return v == BL_INVOKE_ENDED ? CUT_OFF : ok && *low == s.high ? DONE : FAILED;
}

static bool too_old(const struct bl_mapping *m, const struct bl_mapped *r)
{
    return m->age_ms >= 0 && bl_now_ms(m->local) - r->at_ms > m->age_ms;
}

/* Without bisection the whole span is retried; with it, each half is. */
static bool run_span(struct bl_lane *lane, const struct bl_batch *b, struct span s)
{
    struct bl_mapping *m = lane->mapping;
    int64_t wait = FIRST_WAIT_MS;
    char why[512] = "";
    for (int64_t failed = 0;;) {
        size_t low = s.low;
        enum attempt how = attempt(lane, b, s, &low, why);
        if (how != FAILED)
            return how == DONE;
        failed = low > s.low ? 1 : failed + 1;
        s.low = low;
        if (m->bisect && s.high - s.low > 1) {
            size_t middle = s.low + (s.high - s.low) / 2;
            return run_span(lane, b, (struct span){s.low, middle}) &&
                   run_span(lane, b, (struct span){middle, s.high});
        }
        if ((m->retries >= 0 && failed > m->retries) || too_old(m, &b->records[s.low])) {
            give_up(lane, b, s, why);
            return true;
        }
        if (!bl_mapping_pause(m, wait))
            return false;
        wait = wait * 2 < LONGEST_WAIT_MS ? wait * 2 : LONGEST_WAIT_MS;
    }
}

bool bl_mapping_run(struct bl_lane *lane, struct bl_batch *batch)
{
    bf_buf_lit(&batch->text, BL_BATCH_END);
    return batch->n == 0 || run_span(lane, batch, (struct span){0, batch->n});
}
