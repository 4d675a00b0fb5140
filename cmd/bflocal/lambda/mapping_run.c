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

/* The record with this sequence number; s.high: there is none. Under the store's lock. */
static size_t find_sequence(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                            const char *id)
{
    size_t low = s.low, high = s.high, n = strlen(id);
    char sequence[64];
    while (low < high) {
        size_t middle = low + (high - low) / 2, length;
        bl_mapping_sequence(lane, b->records[middle].number, sequence);
        length = strlen(sequence);
        int order = length != n ? (length < n ? -1 : 1) : strcmp(sequence, id);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return s.high;
}

/* Finds the first failed record that the function's answer names: high if it names none, low if the answer is malformed
 * or names a record outside the batch ("Configuring partial batch response"). */
static size_t first_failure(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                            struct bf_str answer)
{
    struct bl_store *st = &lane->mapping->local->store;
    struct bf_err e;
    json_t *doc = bf_str_is(answer, "null") ? NULL : bf_doc_object(answer, BF_DOC_PLAIN, &e);
    const json_t *failures = json_object_get(doc, "batchItemFailures");
    size_t first = s.high;
    bool good = !doc || !failures || json_is_null(failures) || json_is_array(failures);
    bl_store_lock(st); /* the shards are looked at */
    for (size_t i = 0; i < json_array_size(failures); i++) {
        size_t at = find_sequence(lane, b, s,
                                  bl_document_text(json_array_get(failures, i), "itemIdentifier"));
        good = good && at < s.high;
        first = at < first ? at : first;
    }
    bl_store_unlock(st);
    json_decref(doc);
    return good ? first : s.low;
}

static struct bf_str describe(enum bl_invoked v, const struct bl_outcome *out,
                              const struct bf_err *e)
{
    return v == BL_INVOKE_UNKNOWN     ? BF_STR("the function is gone")
           : v == BL_INVOKE_THROTTLED ? BF_STR("all workers are busy")
           : v == BL_INVOKE_BROKEN    ? bf_str_of(e->text)
                                      : bf_buf_view(&out->payload);
}

/* Why records are given up, as the destination's document has it. */
struct reason {
    const char *condition; /* "RetryAttemptsExhausted" */
    const char *text;
    int64_t attempts;
};

static void put_batch_info(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                           const char *first, const char *last, struct bf_buf *out)
{
    const struct bl_mapping *m = lane->mapping;
    bf_buf_addf(out,
                "\"%s\":{\"shardId\":\"%s\",\"startSequenceNumber\":\"%s\","
                "\"endSequenceNumber\":\"%s\",\"approximateArrivalOfFirstRecord\":\"",
                m->dynamodb ? "DDBStreamBatchInfo" : "KinesisBatchInfo", lane->shard, first, last);
    bf_clock_iso(out, b->records[s.low].at_ms);
    bf_buf_lit(out, "\",\"approximateArrivalOfLastRecord\":\"");
    bf_clock_iso(out, b->records[s.high - 1].at_ms);
    bf_buf_addf(out, "\",\"batchSize\":%zu,\"streamArn\":\"%s\"}", s.high - s.low, m->source);
}

static void put_letter(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                       const struct reason *why, const char *first, const char *last,
                       struct bf_buf *out)
{
    const struct bl_mapping *m = lane->mapping;
    char request[37];
    bf_rng_fresh_uuid(request);
    bf_buf_addf(
        out,
        "{\"requestContext\":{\"requestId\":\"%s\",\"functionArn\":\"arn:aws:lambda:%s:" BL_ACCOUNT
        ":function:%s\",\"condition\":\"%s\",\"approximateInvokeCount\":%lld},",
        request, m->local->region, m->function, why->condition, (long long)why->attempts);
    if (why->attempts)
        bf_buf_lit(out, "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\","
                        "\"functionError\":\"Unhandled\"},");
    bf_buf_lit(out, "\"version\":\"1.0\",\"timestamp\":\"");
    bf_clock_iso(out, bl_now_ms(m->local));
    bf_buf_lit(out, "\",");
    put_batch_info(lane, b, s, first, last, out);
    bf_buf_lit(out, ",\"payload\":" BL_BATCH_BEGIN);
    bf_buf_add(out, b->text.p + b->records[s.low].from,
               b->records[s.high - 1].to - b->records[s.low].from);
    bf_buf_lit(out, BL_BATCH_END "}");
}

/* Reports records that were given up, and stores them in the bucket of the destination in the service's format. */
static void give_up(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                    const struct reason *why)
{
    struct bl_mapping *m = lane->mapping;
    char first[64], last[64], id[37], key[400];
    struct bf_err e = {0};
    struct bf_buf text;
    struct bf_date d = bf_clock_date(bl_now_ms(m->local));
    bl_store_lock(&m->local->store);
    bl_mapping_sequence(lane, b->records[s.low].number, first);
    bl_mapping_sequence(lane, b->records[s.high - 1].number, last);
    bl_store_unlock(&m->local->store);
    bf_diag_warn("Lambda: %s: %zu record%s of %s from %s on given up: %.300s", m->function,
                 s.high - s.low, s.high - s.low == 1 ? " is" : "s are", lane->shard, first,
                 why->text);
    if (!m->bucket[0])
        return;
    bf_rng_fresh_uuid(id);
    snprintf(key, sizeof key, "aws/lambda/%s/%s/%04d/%02d/%02d/%04d-%02d-%02dT%02d.%02d.%02d-%s",
             m->uuid, lane->shard, (int)d.year, d.month, d.day, (int)d.year, d.month, d.day, d.hour,
             d.minute, d.second, id);
    bf_buf_init(&text, 64 * 1024 * 1024);
    put_letter(lane, b, s, why, first, last, &text);
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
    struct bf_str text =
        ok ? BF_STR("the function names records that failed") : describe(v, &out, &e);
    snprintf(why, 512, "%.*s", BF_SHOWN_TO(text, 500));
    bf_buf_free(&room);
    bf_buf_free(&out.payload);
    return v == BL_INVOKE_ENDED ? CUT_OFF : ok && *low == s.high ? DONE : FAILED;
}

/* Records that are too old are given up without a run; they are the first ones. Returns how far they reach. */
static size_t skip_old(const struct bl_lane *lane, const struct bl_batch *b, struct span s,
                       int64_t attempts)
{
    const struct bl_mapping *m = lane->mapping;
    static const char text[] = "they are older than MaximumRecordAgeInSeconds";
    int64_t now = bl_now_ms(m->local);
    size_t at = s.low;
    while (m->age_ms >= 0 && at < s.high && now - b->records[at].at_ms > m->age_ms)
        at++;
    if (at > s.low)
        give_up(lane, b, (struct span){s.low, at},
                &(struct reason){"RecordAgeExceeded", text, attempts});
    return at;
}

/* Without bisection the whole span is retried; with it, each half is. */
static bool run_span(struct bl_lane *lane, const struct bl_batch *b, struct span s)
{
    struct bl_mapping *m = lane->mapping;
    int64_t wait = FIRST_WAIT_MS;
    char why[512] = "";
    for (int64_t failed = 0;;) {
        s.low = skip_old(lane, b, s, failed);
        if (s.low == s.high)
            return true;
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
        if (m->retries >= 0 && failed > m->retries) {
            give_up(lane, b, s, &(struct reason){"RetryAttemptsExhausted", why, failed});
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
