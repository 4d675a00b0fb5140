#include "lib/aws/rowsink/rowsink.h"

#include <stdlib.h>
#include <time.h>

#include "lib/aws/credentials/check.h"
#include "lib/aws/s3/compress.h"
#include "lib/aws/firehose/firehose.h"
#include "lib/aws/s3/s3.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"

enum {
    REQUEST_MAX = 8 * 1024 * 1024,
    OBJECT_MAX = 512 * 1024 * 1024,
    MARGIN_MS = 1000, /* before the deadline, for reporting failures to Lambda */
    TRY_MS = 60000,   /* the time limit if there is no deadline */
    RETRY_FIRST_MS = 50
};

/* The unit that Firehose stores atomically, a record: consecutive rows. */
struct entry {
    size_t row; /* index of the first row */
    struct bf_str text;
};

struct bf_rowsink {
    const struct bf_rowsink_conf *conf;
    struct bf_aws *aws; /* NULL until the first row, so that a cold start does not wait for it */
    struct bf_rng rng;
    char *bucket; /* NULL: a Firehose stream */
    struct bf_buf request, key;
    int64_t until_ms; /* the deadline of the current batch; wall time */

    /* the entries of a request; after its answer, those that failed */
    struct entry entry[BF_FIREHOSE_PUT_RECORDS];
    size_t n, left;
    struct bf_err why; /* the error of the first failed entry of the last such answer */
    bool answered;
    struct bf_err outcome;
};

static void note(void *arg, const char *text)
{
    const struct bf_rowsink *s = arg;
    if (s->conf->note)
        s->conf->note(text);
}

static void warn(void *arg, const char *text)
{
    const struct bf_rowsink *s = arg;
    if (s->conf->warn)
        s->conf->warn(text);
}

static bool connect_aws(struct bf_rowsink *s, struct bf_err *e)
{
    if (!s->aws) {
        s->aws = bf_aws_new(s->conf->aws, e);
        if (s->aws) {
            bf_aws_on_note(s->aws, note, s);
            bf_aws_on_warning(s->aws, warn, s);
        }
    }
    return s->aws != NULL;
}

static void sink_destroy(struct bf_rowsink *s)
{
    if (!s)
        return;
    if (s->aws)
        bf_aws_destroy(s->aws);
    bf_buf_free(&s->request);
    bf_buf_free(&s->key);
    free(s->bucket);
    free(s);
}

static struct bf_rowsink *sink_new(const struct bf_rowsink_conf *conf, struct bf_err *e)
{
    struct bf_rowsink *s = calloc(1, sizeof *s);
    if (!s) {
        bf_err_nomem(e);
        return NULL;
    }
    s->conf = conf;
    bf_rng_seed(&s->rng, bf_rng_entropy());
    bf_buf_init(&s->request, REQUEST_MAX);
    bf_buf_init(&s->key, 2 * BF_S3_KEY_MAX);
    if (conf->to.stream.p || (s->bucket = bf_str_dup(conf->to.bucket)))
        return s;
    bf_err_nomem(e);
    sink_destroy(s);
    return NULL;
}

/* Runs until *done; cancels the call at the deadline. */
static bool run_until(struct bf_rowsink *s, struct bf_aws_call *call, const bool *done,
                      struct bf_err *e)
{
    while (!*done) {
        int64_t left = s->until_ms - bf_clock_wall_ms();
        if (left > 0 && bf_aws_run(s->aws, left < TRY_MS ? (int)left : TRY_MS, e))
            continue;
        bf_aws_cancel(s->aws, call);
        if (left > 0)
            return false;
        if (s->why.code == BF_OK)
            return bf_err_set(e, BF_E_TEMPORARY, "not done before the function's deadline");
        *e = s->why; /* the service's error says more than the expired time */
        return false;
    }
    return true;
}

/* Keeps the failed entries, in order, for the next request. */
static void take_result(void *arg, size_t i, const struct bf_put_result *result)
{
    struct bf_rowsink *s = arg;
    if (result->code.n == 0)
        return;
    if (s->left == 0)
        bf_err_set(&s->why, BF_E_SERVICE, "%.*s: %.*s", BF_SHOWN_TO(result->code, 80),
                   BF_SHOWN_TO(result->message, 200));
    s->entry[s->left++] = s->entry[i];
}

static void take_answer(struct bf_aws_call *call, const struct bf_aws_answer *answer)
{
    struct bf_rowsink *s = call->arg;
    s->answered = true;
    s->outcome = answer->err;
    if (answer->err.code != BF_OK)
        return;
    s->left = 0;
    if (bf_firehose_put_answer(answer->body, s->n, take_result, s, &s->outcome))
        s->n = s->left;
}

/* Sends one request with the entries; those that failed stay in s->entry. */
static bool send_entries(struct bf_rowsink *s, struct bf_err *e)
{
    bf_buf_reset(&s->request);
    bf_firehose_put_begin(&s->request, s->conf->to.stream);
    for (size_t i = 0; i < s->n; i++) {
        if (i)
            bf_buf_addc(&s->request, ',');
        bf_firehose_put_entry(&s->request, s->entry[i].text);
    }
    bf_firehose_put_end(&s->request);
    if (!bf_buf_check(&s->request, "request", e))
        return false;
    struct bf_aws_call call = {.op = &bf_firehose_put_record_batch,
                               .body = bf_buf_view(&s->request),
                               .done = take_answer,
                               .arg = s};
    s->answered = false;
    if (!bf_aws_submit(s->aws, &call, e))
        return false;
    if (!run_until(s, &call, &s->answered, e))
        return bf_err_ctx(e, "PutRecordBatch");
    if (s->outcome.code == BF_OK)
        return true;
    *e = s->outcome;
    return false;
}

static void pause_ms(int64_t ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&t, NULL);
}

/* Sends the entries until all are stored, or the time is over. */
static bool put_entries(struct bf_rowsink *s, struct bf_err *e)
{
    for (unsigned failures = 1;; failures++) {
        if (!send_entries(s, e))
            return false;
        if (s->n == 0)
            return true;
        int64_t wait = bf_backoff_ms(RETRY_FIRST_MS, failures, &s->rng);
        if (bf_clock_wall_ms() + wait >= s->until_ms) {
            *e = s->why;
            return bf_err_ctx(e, "PutRecordBatch");
        }
        pause_ms(wait);
    }
}

/* As many rows of one record, from row i on, as fit into an entry. */
static struct entry entry_at(const struct bf_rowsink_rows *rows, size_t i, size_t *next)
{
    const struct bf_rowsink_row *row = &rows->row[i];
    size_t n = row->n;
    for (*next = i + 1; *next < rows->n && rows->row[*next].record == row->record &&
                        n + rows->row[*next].n <= BF_FIREHOSE_RECORD_BYTES;
         ++*next)
        n += rows->row[*next].n;
    return (struct entry){i, bf_str(rows->text.p + row->at, n)};
}

/* The first row of the first record that has a row too large for Firehose; rows->n: none. */
static size_t first_oversize(const struct bf_rowsink_rows *rows, struct bf_err *e)
{
    size_t first = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->row[i].record != rows->row[first].record)
            first = i;
        if (rows->row[i].n > BF_FIREHOSE_RECORD_BYTES) {
            bf_err_set(e, BF_E_LIMIT,
                       "record %zu: a row of %zu bytes, more than a Firehose record holds",
                       rows->row[i].record, rows->row[i].n);
            return first;
        }
    }
    return rows->n;
}

static bool put_firehose(struct bf_rowsink *s, const struct bf_rowsink_rows *rows, size_t *failed,
                         struct bf_err *e)
{
    struct bf_err oversize;
    size_t end = first_oversize(rows, &oversize), next;
    for (size_t i = 0; i < end;) {
        size_t bytes = 0;
        for (s->n = 0; i < end && s->n < BF_FIREHOSE_PUT_RECORDS; i = next) {
            struct entry entry = entry_at(rows, i, &next);
            if (bytes + entry.text.n > BF_FIREHOSE_PUT_BYTES)
                break;
            bytes += entry.text.n;
            s->entry[s->n++] = entry;
        }
        if (!put_entries(s, e)) {
            *failed = s->entry[0].row;
            return false;
        }
    }
    if (end == rows->n)
        return true;
    *failed = end;
    *e = oversize;
    return false;
}

static void put_done(struct bf_s3_put *put, const struct bf_s3_result *result)
{
    struct bf_rowsink *s = put->arg;
    s->answered = true;
    s->outcome = result->err;
}

/* prefix + source-first.ndjson, with characters that are safe in a key. */
static bool object_key(struct bf_rowsink *s, const struct bf_rowsink_origin *o, struct bf_err *e)
{
    const struct bf_prefix_values values = {.wall_ms = o->wall_ms, .rng = &s->rng};
    bf_buf_reset(&s->key);
    if (!bf_prefix_put(&s->conf->to.prefix, &values, &s->key, e))
        return false;
    size_t from = s->key.n;
    bf_buf_adds(&s->key, o->source);
    bf_buf_addc(&s->key, '-');
    bf_buf_adds(&s->key, o->first);
    for (size_t i = from; i < s->key.n; i++) {
        char c = s->key.p[i];
        bool safe = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '.' || c == '_';
        s->key.p[i] = safe ? c : '-';
    }
    bf_buf_adds(&s->key, bf_str_of(s->conf->extension));
    if (s->conf->gzip)
        bf_buf_lit(&s->key, ".gz");
    return bf_buf_check(&s->key, "object key", e);
}

static bool add_piece(void *arg, struct bf_str piece, struct bf_err *e)
{
    bf_buf_adds(arg, piece);
    return bf_buf_check(arg, "object", e);
}

static bool compress(struct bf_buf *out, struct bf_str text, struct bf_err *e)
{
    struct bf_compress *c = bf_compress_new(BF_COMPRESS_GZIP, 0, e);
    if (!c)
        return false;
    bool ok = bf_compress_add(c, text, add_piece, out, e) && bf_compress_end(c, add_piece, out, e);
    bf_compress_destroy(c);
    return ok;
}

static bool put_s3(struct bf_rowsink *s, const struct bf_rowsink_rows *rows,
                   const struct bf_rowsink_origin *origin, struct bf_err *e)
{
    struct bf_buf zipped;
    struct bf_str body = bf_buf_view(&rows->text);
    bf_buf_init(&zipped, OBJECT_MAX);
    bool ok = object_key(s, origin, e) && (!s->conf->gzip || compress(&zipped, body, e));
    bool sum = !bf_aws_few_checksums(s->aws);
    struct bf_s3_object object = {.bucket = s->bucket,
                                  .key = bf_buf_view(&s->key),
                                  .content_encoding = s->conf->gzip ? "gzip" : NULL,
                                  .checksum = sum ? BF_CHECKSUM_CRC32 : BF_CHECKSUM_NONE};
    struct bf_s3_put put = {.object = &object,
                            .body = {.data = s->conf->gzip ? bf_buf_view(&zipped) : body},
                            .done = put_done,
                            .arg = s};
    s->answered = false;
    ok = ok && bf_s3_put(s->aws, &put, e) && run_until(s, &put.call, &s->answered, e);
    if (ok && s->outcome.code != BF_OK) {
        *e = s->outcome;
        ok = false;
    }
    bf_buf_free(&zipped);
    return ok || bf_err_ctx(e, "s3://%s", s->bucket);
}

/* Leaves some time for reporting: a second, or a quarter of a short time. */
static int64_t until(int64_t deadline_ms)
{
    int64_t now = bf_clock_wall_ms(), left = deadline_ms - now;
    if (!deadline_ms)
        return now + TRY_MS;
    return deadline_ms - (left / 4 < MARGIN_MS ? left / 4 : MARGIN_MS);
}

static bool sink_put(struct bf_rowsink *s, const struct bf_rowsink_rows *rows,
                     const struct bf_rowsink_origin *origin, int64_t deadline_ms, size_t *failed,
                     struct bf_err *e)
{
    s->until_ms = until(deadline_ms);
    s->why = (struct bf_err){0};
    *failed = 0;
    if (!connect_aws(s, e))
        return false;
    return s->bucket ? put_s3(s, rows, origin, e) : put_firehose(s, rows, failed, e);
}

const struct bf_rowsink_api bf_rowsink = {sink_new, sink_destroy, sink_put, bf_cred_report,
                                          bf_aws_libraries};
