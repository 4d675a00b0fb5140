#include "cmd/kinread/emit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/kinread/origin.h"
#include "lib/base/rng.h"
#include "lib/encoding/enc.h"
#include "lib/json/scan.h"

enum {
    DRAIN = 256 * 1024,
    BUF_MAX = 96 * 1024 * 1024, /* an answer's worth of the largest records, escaped */
    DATA_MAX = 32 * 1024 * 1024
};

bool emit_open(struct emit *em, const struct config *cfg, const char *stream, bool dynamodb,
               struct bf_err *e)
{
    *em = (struct emit){.cfg = cfg, .stream = stream, .dynamodb = dynamodb};
    snprintf(em->run, sizeof em->run, "%016" PRIx64, bf_rng_entropy());
    bf_buf_init(&em->buf, BUF_MAX);
    bf_buf_init(&em->data, DATA_MAX);
    bf_buf_init(&em->key, DATA_MAX);
    bf_kpl_init(&em->kpl);
    return bf_out_init(&em->out, STDOUT_FILENO, "standard output", 4096, e) &&
           bf_rejects_append(&em->rejects, cfg->rejects, cfg->strict, e) &&
           (!cfg->format || format_compile(&em->format, cfg->format, e));
}

bool emit_flush(struct emit *em, struct bf_err *e)
{
    if (!bf_buf_check(&em->buf, "output", e))
        return false;
    if (em->buf.n) {
        em->bytes += em->buf.n;
        bf_out_write(&em->out, em->buf.p, em->buf.n);
        bf_buf_reset(&em->buf);
    }
    return bf_out_flush(&em->out, e);
}

bool emit_close(struct emit *em, struct bf_err *e)
{
    bool ok = true;
    if (em->out.buf) {
        ok = emit_flush(em, e);
        struct bf_err later = {0};
        if (!bf_out_close(&em->out, ok ? e : &later))
            ok = false;
    }
    struct bf_err later = {0};
    if (!bf_rejects_close(&em->rejects, ok ? e : &later))
        ok = false;
    bf_buf_free(&em->buf);
    bf_buf_free(&em->data);
    bf_buf_free(&em->key);
    bf_kpl_free(&em->kpl);
    format_free(&em->format);
    return ok;
}

/* Appends what text (base64, JSON escapes undecoded) stands for. */
static bool decode(struct emit *em, struct bf_buf *out, struct bf_str text, struct bf_err *e)
{
    if (bf_base64_decode(out, text))
        return true;
    bf_buf_reset(&em->key); /* a '/' may travel as "\/" */
    bf_json_unescape(&em->key, text);
    if (bf_buf_ok(out) && bf_buf_ok(&em->key) && bf_base64_decode(out, bf_buf_view(&em->key)))
        return true;
    return bf_buf_check(out, "record", e) && bf_err_set(e, BF_E_SERVICE, "data that is not base64");
}

static struct item make_item(const struct emit *em, const char *shard,
                             const struct bf_feed_record *r)
{
    int64_t lag = r->time_ms && em->now_ms > r->time_ms ? em->now_ms - r->time_ms : 0;
    return (struct item){.stream = em->stream,
                         .shard = shard,
                         .key = r->key,
                         .sequence = r->sequence,
                         .json = em->dynamodb,
                         .time_ms = r->time_ms,
                         .lag_ms = lag};
}

/* The record cannot be written, and what there is of it goes: it is told, and its envelope is kept. */
static bool reject(struct emit *em, size_t at, const struct item *item, const char *what,
                   struct bf_err *e)
{
    struct bf_err why = {0};
    em->buf.n = at;
    envelope_put(&em->buf, item);
    if (!bf_buf_check(&em->buf, "output", e))
        return false;
    bf_err_set(&why, BF_E_INPUT, "%s: %s: record %.*s: %s", em->stream, item->shard,
               (int)item->sequence.n, item->sequence.p, what);
    bool ok = bf_rejects_add(&em->rejects, bf_str(em->buf.p + at, em->buf.n - at), 0, &why, e);
    em->buf.n = at;
    return ok;
}

/* The same for one whose data is in the buffer, undecoded key and all. */
static bool reject_line(struct emit *em, size_t at, struct item *item, const char *what,
                        struct bf_err *e)
{
    bf_buf_reset(&em->data);
    bf_buf_add(&em->data, em->buf.p + at, em->buf.n - at);
    item->data = bf_buf_view(&em->data);
    if (!item->part && !item->json) {
        bf_buf_reset(&em->key);
        bf_json_unescape(&em->key, item->key);
        item->key = bf_buf_view(&em->key);
    }
    return reject(em, at, item, what, e);
}

/* One JSON document: between its tokens any white space will do for a newline, and one more space for a mark. */
static bool as_document(struct emit *em, size_t at, size_t n)
{
    struct bf_err ignored = {0};
    char *p = em->buf.p + at;
    if (!bf_json_check(bf_str(p, n), &ignored))
        return false;
    for (size_t i = 0; i < n; i++)
        if (p[i] == '\n')
            p[i] = ' ';
    bf_mark_avoid(&em->buf, at);
    return true;
}

/* Why the data in the buffer from `at` on, n bytes without their last newline, cannot be a line, or several with --split;
 * NULL: they can, and are. */
static const char *unfit(struct emit *em, size_t at, size_t n)
{
    static const char gzip[3] = "\x1f\x8b\x08";
    struct bf_str data = bf_str(em->buf.p + at, n);
    struct bf_mark_watch w = {0};
    if (n >= sizeof gzip && memcmp(data.p, gzip, sizeof gzip) == 0)
        return "its data is compressed with gzip: kinread -f %d and gzip -dc unpack such records";
    bool several = n && memchr(data.p, '\n', n);
    bool mark = several && em->cfg->split ? bf_mark_watch(&w, data) : bf_mark_is(data);
    if (!mark && (!several || em->cfg->split))
        return NULL;
    if (as_document(em, at, n))
        return NULL;
    return mark ? "its data would be taken for a mark"
                : "its data holds newlines and is not one JSON document";
}

/* The buffer holds the data of a record from `at` on: makes it a line. */
static bool end_line(struct emit *em, size_t at, struct item *item, struct bf_err *e)
{
    if (!bf_buf_check(&em->buf, "record", e))
        return false;
    size_t n = em->buf.n - at;
    bool newline = n && em->buf.p[at + n - 1] == '\n'; /* it brings its own */
    const char *why = unfit(em, at, n - newline);
    if (why)
        return reject_line(em, at, item, why, e);
    em->buf.n -= newline;
    if (!em->cfg->raw && !em->dynamodb)
        origin_add(&em->buf, at, item);
    bf_buf_addc(&em->buf, '\n');
    em->records++;
    return true;
}

/* As --format says. Its pieces make lines with those before and after them, which must not be marks. */
static bool put_formatted(struct emit *em, const struct item *item, struct bf_err *e)
{
    size_t at = em->buf.n;
    struct bf_mark_watch watch = em->watch;
    format_put(&em->format, &em->buf, item);
    if (!bf_buf_check(&em->buf, "record", e))
        return false;
    if (bf_mark_watch(&watch, bf_str(em->buf.p + at, em->buf.n - at)))
        return reject(em, at, item, "its line would be taken for a mark", e);
    em->watch = watch;
    em->records++;
    return true;
}

/* Writes one record whose data is decoded, outside of the buffer. */
static bool put_item(struct emit *em, struct item *item, struct bf_err *e)
{
    size_t at = em->buf.n;
    if (em->cfg->format)
        return put_formatted(em, item, e);
    if (em->cfg->json) {
        envelope_put(&em->buf, item);
        for (size_t i = at; i < em->buf.n; i++) /* a DynamoDB record that was laid out on lines */
            if (em->buf.p[i] == '\n')
                em->buf.p[i] = ' ';
        bf_buf_addc(&em->buf, '\n');
        em->records++;
        return true;
    }
    bf_buf_adds(&em->buf, item->data);
    return end_line(em, at, item, e);
}

bool emit_full(struct emit *em)
{
    em->full = em->cfg->count && em->records >= em->cfg->count;
    return em->full;
}

static bool parts(struct emit *em, struct item *item, struct bf_err *e)
{
    struct bf_kpl_part part;
    struct bf_buf aggregate =
        em->data; /* end_line may want the scratch buffer while the parts are views */
    bf_buf_init(&em->data, DATA_MAX);
    bool ok = true;
    item->part = true;
    while (ok && bf_kpl_next(&em->kpl, &part)) {
        if (!em->cfg->state && emit_full(em)) { /* positions know whole records only */
            ok = false;
            break;
        }
        item->data = part.data;
        item->key = part.key;
        item->index = part.index;
        ok = put_item(em, item, e);
    }
    bf_buf_free(&em->data);
    em->data = aggregate;
    return ok;
}

/* An aggregate, or a record that -f or -J wants: decoded aside. */
static bool put_decoded(struct emit *em, struct item *item, const struct bf_feed_record *r,
                        struct bf_err *e)
{
    bf_buf_reset(&em->data);
    if (!decode(em, &em->data, r->data, e))
        return false;
    item->data = bf_buf_view(&em->data);
    if (bf_kpl_open(&em->kpl, item->data))
        return parts(em, item, e);
    bf_buf_reset(&em->key);
    bf_json_unescape(&em->key, r->key);
    item->key = bf_buf_view(&em->key);
    return put_item(em, item, e);
}

static bool put_record(struct emit *em, const char *shard, const struct bf_feed_record *r,
                       struct bf_err *e)
{
    struct item item = make_item(em, shard, r);
    if (em->dynamodb) {
        item.data = r->data;
        return put_item(em, &item, e);
    }
    if (em->cfg->format || em->cfg->json)
        return put_decoded(em, &item, r, e);
    size_t at = em->buf.n;
    if (!decode(em, &em->buf, r->data, e))
        return false;
    if (bf_kpl_maybe(bf_str(em->buf.p + at, em->buf.n - at))) {
        em->buf.n = at;
        return put_decoded(em, &item, r, e);
    }
    return end_line(em, at, &item, e);
}

bool emit_record(struct emit *em, const char *shard, const struct bf_feed_record *r,
                 struct bf_err *e)
{
    if (emit_full(em))
        return false;
    if (em->buf.n >= DRAIN && !emit_flush(em, e))
        return false;
    size_t at = em->buf.n;
    uint64_t records = em->records;
    if (put_record(em, shard, r, e))
        return true;
    if (em->cfg->state) { /* a mark may follow, and it would count a part of this record as read */
        em->buf.n = at;
        em->records = records;
    }
    return false;
}

bool emit_mark(struct emit *em, const struct bf_mark *mark, struct bf_err *e)
{
    struct bf_mark own = *mark;
    own.stream = bf_str_of(em->stream);
    own.run = bf_str_of(em->run);
    bf_mark_put(&em->buf, &own);
    return bf_buf_check(&em->buf, "output", e);
}
