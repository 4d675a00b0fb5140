/*
 * Events: those of Firehose are answered, those of Kinesis and DynamoDB are delivered.
 *
 * In an event from a shard, the records before the first failure are delivered and only that failure
 * is reported: Lambda sends the records from there on again, so records delivered after it would be duplicates.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cdclambda/lambda.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/envelope/capture.h"
#include "lib/checkpoint/mark.h"
#include "lib/json/scan.h"

enum {
    ROWS_MAX = 256 * 1024 * 1024,
    DECODED_MAX = 64 * 1024 * 1024,
    TOLD_MAX = 10,
    ABSENT_AT = 100, /* changes without a row */
    BEGINNING = 4096 /* bytes of an event in which its kind is recognized */
};

struct handler {
    const struct config *config;
    struct bf_firehose *firehose;
    struct bf_xform *xform;
    struct bf_rowsink_conf to;
    const struct bf_rowsink_api *api;
    struct bf_rowsink
        *sink; /* NULL until the first row, so that a cold start does not wait for it */
    struct bf_buf decoded;
    struct bf_rowsink_rows rows;
    const struct invocation *inv;
    unsigned told;                    /* failed records of the current event */
    bool absent;                      /* names that no record has were reported */
    uint64_t events, records, failed; /* of all events */

    /* of the current event */
    struct bf_str first;             /* its first record, unparsed */
    size_t record;                   /* the current one, from 1 */
    size_t rows_before, text_before; /* sizes before the current record */
    size_t stopped;                  /* number of the refused record, from 1; 0: none */
    struct bf_err why;
};

static void tell_failed(void *ctx, struct bf_str record, const struct bf_err *why)
{
    struct handler *h = ctx;
    (void)record;
    if (h->told++ < TOLD_MAX || bf_diag_is_verbose())
        bf_diag_warn("%s: %s", h->inv->id, why->text);
}

static void note(const char *text)
{
    bf_diag_note("%s", text);
}

static void warn(const char *text)
{
    bf_diag_warn("%s", text);
}

/* Parses the destination, without loading its library. */
static bool choose_sink(struct handler *h, struct bf_err *e)
{
    static const char *const ends[] = {".ndjson", ".csv", ".tsv", ".json", ".ndjson", ".csv"};
    const struct config *config = h->config;
    h->to = (struct bf_rowsink_conf){.aws = &config->aws,
                                     .extension = ends[config->firehose.xform.row.format],
                                     .gzip = config->gzip,
                                     .note = note,
                                     .warn = warn};
    return !config->to || bf_rowsink_parse(&h->to.to, bf_str_of(config->to), e);
}

struct handler *handler_new(const struct config *config, struct bf_err *e)
{
    struct handler *h = calloc(1, sizeof *h);
    struct bf_firehose_conf firehose = config->firehose;
    if (!h) {
        bf_err_nomem(e);
        return NULL;
    }
    h->config = config;
    bf_buf_init(&h->decoded, DECODED_MAX);
    bf_buf_init(&h->rows.text, ROWS_MAX);
    firehose.failed = tell_failed;
    firehose.failed_ctx = h;
    firehose.xform.filter.explain = false; /* there is no terminal */
    if (firehose.xform.filter.dedupe) {
        bf_err_set(e, BF_E_USAGE,
                   "--dedupe: an event that is sent again after a failure would be dropped");
        handler_destroy(h);
        return NULL;
    }
    h->firehose = bf_firehose_new(&firehose, e);
    firehose.xform.row.header = false;
    h->xform = h->firehose ? bf_xform_new(&firehose.xform, e) : NULL;
    if (h->xform && choose_sink(h, e))
        return h;
    handler_destroy(h);
    return NULL;
}

void handler_destroy(struct handler *h)
{
    if (!h)
        return;
    if (h->sink)
        h->api->destroy(h->sink);
    bf_firehose_destroy(h->firehose);
    bf_xform_destroy(h->xform);
    bf_buf_free(&h->decoded);
    bf_buf_free(&h->rows.text);
    free(h->rows.row);
    free(h);
}

static bool add_row(struct bf_rowsink_rows *rows, size_t at, size_t record, struct bf_err *e)
{
    if (rows->n == rows->cap) {
        size_t cap = rows->cap ? rows->cap * 2 : 1024;
        struct bf_rowsink_row *more = realloc(rows->row, cap * sizeof *more);
        if (!more)
            return bf_err_nomem(e);
        rows->row = more;
        rows->cap = cap;
    }
    rows->row[rows->n++] = (struct bf_rowsink_row){at, rows->text.n - at, record};
    return true;
}

/* Makes the rows of a record, whose data may have several changes, one per line. */
static bool transform(struct handler *h, struct bf_str data, struct bf_err *e)
{
    uint64_t before = bf_xform_count(h->xform).changes;
    struct bf_str rest = data, line;
    while (bf_str_split(&rest, '\n', &line)) {
        size_t at = h->rows.text.n;
        if (line.n == 0)
            continue;
        bool mark = bf_mark_is(line); /* a mark in data is neither a position nor a change */
        if (!(mark ? bf_xform_document(h->xform, line, &h->rows.text, e)
                   : bf_xform_line(h->xform, line, 0, &h->rows.text, e)) ||
            !bf_buf_check(&h->rows.text, "rows", e))
            return false;
        if (h->rows.text.n > at && !add_row(&h->rows, at, h->record, e))
            return false;
    }
    return bf_xform_count(h->xform).changes > before ||
           bf_err_set(e, BF_E_INPUT, "it has no change record");
}

/* A DynamoDB record may have several lines; the data of Kinesis records are lines. */
static bool one_record(struct handler *h, const struct bf_capture_record *record, struct bf_err *e)
{
    size_t at = h->rows.text.n;
    if (record->change.p != record->raw.p)
        return transform(h, record->change, e);
    return bf_xform_document(h->xform, record->change, &h->rows.text, e) &&
           bf_buf_check(&h->rows.text, "rows", e) &&
           (h->rows.text.n == at || add_row(&h->rows, at, h->record, e));
}

static bool take_record(void *ctx, const struct bf_capture_record *record, const struct bf_err *why,
                        struct bf_err *e)
{
    struct handler *h = ctx;
    struct bf_err bad = {0};
    if (h->stopped)
        return true;
    if (record->index != h->record) { /* the parts of an aggregate have the same index */
        h->record = record->index;
        h->rows_before = h->rows.n;
        h->text_before = h->rows.text.n;
        if (h->record == 1)
            h->first = record->raw;
    }
    if (why)
        bad = *why;
    else {
        bf_xform_carrier(h->xform, record->seq, record->part);
        if (one_record(h, record, &bad))
            return true;
    }
    if (bad.code == BF_E_MEMORY) {
        *e = bad;
        return false;
    }
    if (!h->rows.text.failed)
        h->rows.text.n = h->text_before;
    h->rows.n = h->rows_before;
    h->stopped = h->record;
    bf_err_ctx(&bad, "record %zu", h->record);
    h->why = bad;
    return true;
}

/* A member of a member; empty if it does not exist. */
static struct bf_str inner(struct bf_str object, struct bf_str outer, struct bf_str name)
{
    struct bf_json_val v;
    bool found = false;
    struct bf_err e = {0};
    if (outer.n &&
        (!bf_json_find(object, outer, &v, &found, &e) || !found || v.type != BF_JSON_OBJECT))
        return bf_str(NULL, 0);
    if (!bf_json_find(outer.n ? v.raw : object, name, &v, &found, &e) || !found)
        return bf_str(NULL, 0);
    return v.text;
}

static struct bf_str sequence(struct bf_str record)
{
    struct bf_str s = inner(record, BF_STR("kinesis"), BF_STR("sequenceNumber"));
    return s.n ? s : inner(record, BF_STR("dynamodb"), BF_STR("SequenceNumber"));
}

/* The name of the stream or table in "arn:aws:kinesis:...:stream/NAME" or "arn:...:table/NAME/stream/TIME". */
static struct bf_str source_name(struct bf_str arn)
{
    const char *slash = arn.n ? memchr(arn.p, '/', arn.n) : NULL;
    if (!slash)
        return arn;
    struct bf_str rest = bf_str(slash + 1, (size_t)(arn.p + arn.n - slash - 1)), name;
    return bf_str_split(&rest, '/', &name) ? name : arn;
}

static struct bf_rowsink_origin origin_of(struct bf_str record)
{
    struct bf_rowsink_origin o = {
        source_name(inner(record, bf_str(NULL, 0), BF_STR("eventSourceARN"))),
        {NULL, 0},
        bf_clock_wall_ms()};
    struct bf_str at = inner(record, BF_STR("kinesis"), BF_STR("approximateArrivalTimestamp"));
    if (at.n)
        o.first = inner(record, bf_str(NULL, 0), BF_STR("eventID"));
    else
        at = inner(record, BF_STR("dynamodb"), BF_STR("ApproximateCreationDateTime"));
    if (!o.first.n)
        o.first = sequence(record);
    double seconds = at.n ? strtod(at.p, NULL) : 0; /* the JSON text continues after the number */
    if (seconds > 0 && seconds < 253402300799.0)
        o.wall_ms = (int64_t)(seconds * 1000);
    return o;
}

struct nth {
    size_t wanted;
    struct bf_str raw;
};

static bool find_nth(void *ctx, const struct bf_capture_record *record, const struct bf_err *why,
                     struct bf_err *e)
{
    struct nth *n = ctx;
    (void)why, (void)e;
    if (record->index == n->wanted)
        n->raw = record->raw;
    return true;
}

/* {"batchItemFailures":[{"itemIdentifier":"the sequence number"}]} */
static bool report(struct handler *h, size_t failed, struct bf_buf *answer, struct bf_err *e)
{
    struct nth nth = {.wanted = failed};
    if (failed) {
        bf_diag_warn("%s: %s", h->inv->id, h->why.text);
        if (!bf_capture_each(h->inv->event->have, &h->decoded, find_nth, &nth, e))
            return false;
        nth.raw = sequence(nth.raw);
        if (h->config->fail_batch || nth.raw.n == 0) {
            *e = h->why;
            return false;
        }
    }
    bf_buf_lit(answer, "{\"batchItemFailures\":[");
    if (failed) {
        bf_buf_lit(answer, "{\"itemIdentifier\":\"");
        bf_buf_adds(answer, nth.raw);
        bf_buf_lit(answer, "\"}");
    }
    bf_buf_lit(answer, "]}");
    return true;
}

/* Delivers the rows of the current event. The first rows open the destination. */
static bool deliver(struct handler *h, size_t *failed, struct bf_err *e)
{
    struct bf_rowsink_origin origin = origin_of(h->first);
    *failed = 0;
    if (!h->api && !(h->api = sink_load(e)))
        return false;
    if (!h->sink && !(h->sink = h->api->new (&h->to, e)))
        return false;
    return h->api->put(h->sink, &h->rows, &origin, h->inv->deadline_ms, failed, e);
}

/* Reports once the names that no record has, which may be the reason why there are no rows: a function has no end at which to report them. */
static void tell_absent(struct handler *h, const struct bf_xform *x)
{
    struct bf_xform_count n = bf_xform_count(x);
    struct bf_buf text;
    enum bf_xform_seeker seeker;
    if (h->absent || n.rows || n.changes < ABSENT_AT)
        return;
    h->absent = true;
    bf_buf_init(&text, 4096);
    for (size_t i = 0; bf_xform_absent(x, i, &text, &seeker); i++, bf_buf_reset(&text))
        bf_diag_hint("%llu change%s without a row: %.*s", (unsigned long long)n.changes,
                     BF_S(n.changes), (int)text.n, text.p);
    bf_buf_free(&text);
}

static bool handle_shard(struct handler *h, struct bf_buf *answer, const char **type,
                         struct bf_err *e)
{
    size_t failed_row;
    if (!h->config->to) {
        *type = "Runtime.NoDestination";
        return bf_err_set(
            e, BF_E_USAGE,
            "an event of Kinesis or DynamoDB needs a destination for its rows: --to (BF_TO)");
    }
    bf_buf_reset(&h->rows.text);
    h->rows.n = h->record = h->stopped = 0;
    if (!bf_capture_each(h->inv->event->have, &h->decoded, take_record, h, e)) {
        *type = "Runtime.BadEvent";
        return false;
    }
    tell_absent(h, h->xform);
    size_t failed = h->stopped;
    struct bf_err why = {0};
    if (h->rows.n && !deliver(h, &failed_row, &why)) {
        failed = h->rows.row[failed_row].record;
        h->why = why;
    }
    h->records += h->record;
    h->failed += failed ? h->record - failed + 1 : 0;
    bf_diag_note("%s: %zu %s, %zu %s%s", h->inv->id, h->record,
                 h->record == 1 ? "record" : "records", h->rows.n, h->rows.n == 1 ? "row" : "rows",
                 failed ? ", not all delivered" : "");
    *type = "Runtime.Undelivered";
    return report(h, failed, answer, e);
}

/* The first record shows the kind of the event; an event without records needs no work. */
static bool is_of_shard(struct bf_str event)
{
    struct bf_json_val v;
    struct bf_json j;
    bool found = false;
    struct bf_err e = {0};
    if (!bf_json_find(event, BF_STR("Records"), &v, &found, &e) || !found ||
        v.type != BF_JSON_ARRAY)
        return false;
    bf_json_init(&j, v.raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return false;
    if (bf_json_element(&j, &e) != BF_JSON_MORE)
        return true;
    return bf_json_value(&j, &v, &e) && (inner(v.raw, bf_str(NULL, 0), BF_STR("kinesis")).n ||
                                         inner(v.raw, bf_str(NULL, 0), BF_STR("dynamodb")).n);
}

static bool handle_firehose(struct handler *h, struct bf_buf *answer, const char **type,
                            struct bf_err *e)
{
    struct bf_firehose_count before = bf_firehose_count(h->firehose);
    if (!bf_firehose_event_in(h->firehose, h->inv->event, answer, e)) {
        *type = e->code == BF_E_LIMIT ? "Runtime.AnswerTooLarge" : "Runtime.BadEvent";
        return false;
    }
    if (h->told > TOLD_MAX && !bf_diag_is_verbose())
        bf_diag_warn("%s: %u record%s failed", h->inv->id, h->told, BF_S(h->told));
    struct bf_firehose_count n = bf_firehose_count(h->firehose);
    h->records += n.records - before.records;
    h->failed += n.failed - before.failed;
    bf_diag_note("%s: %" PRIu64 " %s, %" PRIu64 " dropped, %" PRIu64 " failed", h->inv->id,
                 n.records - before.records, n.records - before.records == 1 ? "record" : "records",
                 n.dropped - before.dropped, n.failed - before.failed);
    tell_absent(h, bf_firehose_xform(h->firehose));
    return true;
}

void handler_tell(const struct handler *h)
{
    bf_diag_note("%" PRIu64 " event%s, %" PRIu64 " record%s, %" PRIu64 " failed", h->events,
                 BF_S(h->events), h->records, BF_S(h->records), h->failed);
}

/* Firehose's events are large and are processed while they are received; the others are received completely first. */
bool handle(struct handler *h, const struct invocation *inv, struct bf_buf *answer,
            const char **type, struct bf_err *e)
{
    h->inv = inv;
    h->told = 0;
    h->events++;
    if (!api_event(inv->event, BEGINNING, e))
        return false;
    if (bf_firehose_is(inv->event->have))
        return handle_firehose(h, answer, type, e);
    if (!api_event(inv->event, SIZE_MAX, e))
        return false;
    if (bf_firehose_is(inv->event->have))
        return handle_firehose(h, answer, type, e);
    if (is_of_shard(inv->event->have))
        return handle_shard(h, answer, type, e);
    *type = "Runtime.BadEvent";
    if (!bf_json_check(inv->event->have, e))
        return bf_err_ctx(e, "the event");
    return bf_err_set(e, BF_E_INPUT, "an event of neither Firehose, Kinesis nor DynamoDB");
}
