#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/xform/firehose_event_impl.h"
#include "lib/checkpoint/mark.h"
#include "lib/json/extent.h"
#include "lib/json/write.h"

enum { DATA_MAX = 64 * 1024 * 1024, ROWS_MAX = 256 * 1024 * 1024, PAD = 64 };

static bool read_keys(struct bf_firehose *f, const char *list, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(list), item;
    while (bf_str_split(&rest, ',', &item)) {
        struct firehose_key *k = &f->key[f->nkeys];
        const char *eq = item.n ? memchr(item.p, '=', item.n) : NULL;
        if (f->nkeys++ == BF_FIREHOSE_KEYS)
            return bf_err_set(e, BF_E_USAGE, "more than %d partition keys", BF_FIREHOSE_KEYS);
        k->name = k->path = bf_str_trim(item);
        if (eq) {
            k->name = bf_str_trim(bf_str(item.p, (size_t)(eq - item.p)));
            k->path = bf_str_trim(bf_str(eq + 1, (size_t)(item.p + item.n - eq - 1)));
        }
        if (k->name.n == 0 || k->path.n == 0)
            return bf_err_set(e, BF_E_USAGE, "partition keys: an empty name");
        for (const struct firehose_key *other = f->key; other < k; other++)
            if (bf_str_eq(other->name, k->name))
                return bf_err_set(e, BF_E_USAGE, "partition key %.*s appears twice",
                                  BF_SHOWN(k->name));
    }
    return true;
}

/* Firehose data has no header, so the column names must be known in advance. */
static bool check(const struct bf_firehose_conf *conf, struct bf_err *e)
{
    const struct bf_row_conf *row = &conf->xform.row;
    if (conf->partition_keys && row->format != BF_ROW_NDJSON)
        return bf_err_set(e, BF_E_USAGE, "partition keys want rows as ndjson");
    if (bf_row_is_table(row->format) && !row->fields && !conf->xform.sql.select &&
        !conf->xform.sql.query)
        return bf_err_set(e, BF_E_USAGE,
                          "CSV and TSV for Firehose want --fields, --select or --sql");
    return true;
}

/* Nor may the first record decide them for all others. */
static bool check_columns(const struct bf_firehose *f, const struct bf_row_conf *row,
                          struct bf_err *e)
{
    bool table = bf_row_is_table(row->format);
    return !table || bf_xform_columns_known(f->xform) ||
           bf_err_set(e, BF_E_USAGE,
                      "CSV and TSV for Firehose want columns with names: no * in --select and "
                      "--sql, and no --flatten with them");
}

struct bf_firehose *bf_firehose_new(const struct bf_firehose_conf *conf, struct bf_err *e)
{
    struct bf_firehose *f;
    struct bf_xform_conf xform = conf->xform;
    if (!check(conf, e))
        return NULL;
    f = calloc(1, sizeof *f);
    if (!f) {
        bf_err_nomem(e);
        return NULL;
    }
    f->max_answer = conf->max_answer ? conf->max_answer : BF_FIREHOSE_ANSWER_MAX;
    f->failed = conf->failed;
    f->failed_ctx = conf->failed_ctx;
    bf_buf_init(&f->data, DATA_MAX);
    bf_buf_init(&f->plain, DATA_MAX);
    bf_buf_init(&f->rows, ROWS_MAX);
    bf_buf_init(&f->keys, ROWS_MAX);
    bf_buf_init(&f->more, ROWS_MAX);
    xform.row.header = false;
    xform.bad = NULL;
    f->xform = bf_xform_new(&xform, e);
    bool ok = f->xform != NULL;
    if (ok && bf_xform_waits(f->xform))
        ok = bf_err_set(e, BF_E_USAGE,
                        "--fold and --sql over more than one change have no end in Firehose");
    ok = ok && check_columns(f, &xform.row, e);
    if (ok && conf->partition_keys) {
        f->key_text = bf_str_dup(bf_str_of(conf->partition_keys));
        ok = f->key_text ? read_keys(f, f->key_text, e) : bf_err_nomem(e);
    }
    if (ok)
        return f;
    bf_firehose_destroy(f);
    return NULL;
}

void bf_firehose_destroy(struct bf_firehose *f)
{
    if (!f)
        return;
    bf_xform_destroy(f->xform);
    bf_buf_free(&f->data);
    bf_buf_free(&f->plain);
    bf_buf_free(&f->rows);
    bf_buf_free(&f->keys);
    bf_buf_free(&f->more);
    free(f->key_text);
    free(f->placed);
    free(f);
}

/* The value of the column with that name; if there is none, of a path with dots. */
static bool look_up(struct bf_str row, struct bf_str path, struct bf_json_val *v, bool *found,
                    struct bf_err *e)
{
    if (!bf_json_find(row, path, v, found, e))
        return false;
    const char *dot = *found ? NULL : memchr(path.p, '.', path.n);
    if (!dot)
        return true;
    struct bf_str head = bf_str(path.p, (size_t)(dot - path.p));
    if (!bf_json_find(row, head, v, found, e))
        return false;
    if (*found && v->type == BF_JSON_OBJECT)
        return look_up(v->raw, bf_str(dot + 1, path.n - head.n - 1), v, found, e);
    *found = false;
    return true;
}

/* Appends {"category":"toys",...} for one row. Firehose requires strings. */
static bool put_keys(const struct bf_firehose *f, struct bf_str row, struct bf_buf *out,
                     struct bf_err *e)
{
    bool first = true;
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < f->nkeys; i++) {
        const struct firehose_key *k = &f->key[i];
        struct bf_json_val v = {0};
        bool found = false;
        if (!look_up(row, k->path, &v, &found, e))
            return false;
        if (!found || v.type == BF_JSON_NULL || v.type == BF_JSON_OBJECT ||
            v.type == BF_JSON_ARRAY || v.text.n == 0)
            return bf_err_set(e, BF_E_INPUT, "partition key %.*s: no such column, or no value",
                              BF_SHOWN(k->path));
        bf_json_put_key(out, &first, k->name);
        bf_buf_addc(out, '"');
        bf_buf_adds(out, v.text);
        bf_buf_addc(out, '"');
    }
    bf_buf_addc(out, '}');
    return bf_buf_check(out, "partition keys", e);
}

/* The partition keys of a record; all of its rows must have the same. */
static bool take_keys(struct bf_firehose *f, struct bf_err *e)
{
    struct bf_str rest = bf_buf_view(&f->rows), row;
    bf_buf_reset(&f->keys);
    while (bf_str_split(&rest, '\n', &row) && row.n) {
        bool first = f->keys.n == 0;
        struct bf_buf *to = first ? &f->keys : &f->more;
        bf_buf_reset(to);
        if (!put_keys(f, row, to, e))
            return false;
        if (!first && !bf_str_eq(bf_buf_view(&f->keys), bf_buf_view(&f->more)))
            return bf_err_set(e, BF_E_INPUT, "its rows differ in their partition keys");
    }
    return true;
}

/* Pads the decoded data, so that its last line is parsed in place. */
static bool pad(struct bf_firehose *f, struct bf_err *e)
{
    char *at = bf_buf_room(&f->data, PAD);
    if (!at)
        return bf_buf_check(&f->data, "data", e);
    memset(at, 0, PAD);
    return true;
}

static bool decode(struct bf_firehose *f, const struct bf_json_val *data, struct bf_err *e)
{
    struct bf_str text = data->text;
    if (data->escaped) { /* some writers escape a slash as "\/" */
        bf_buf_reset(&f->plain);
        bf_json_unescape(&f->plain, text);
        if (!bf_buf_check(&f->plain, "data", e))
            return false;
        text = bf_buf_view(&f->plain);
    }
    bf_buf_reset(&f->data);
    if (!bf_base64_decode(&f->data, text))
        return bf_buf_check(&f->data, "data", e) && bf_err_set(e, BF_E_INPUT, "data is not base64");
    return true;
}

/* Does the text begin with a document of several lines? If so, it becomes *one. False: no, or it is malformed (*e). */
static bool document(struct bf_firehose *f, struct bf_str text, struct bf_str *one,
                     struct bf_err *e)
{
    size_t n = bf_json_extent(text);
    if (n <= one->n || e->code != BF_E_INPUT)
        return false;
    bf_err_clear(e);
    *one = bf_str(text.p, n);
    return bf_xform_document(f->xform, *one, &f->rows, e);
}

/* Transforms the line or document *one at the beginning of text. Data that look like a mark are neither a position nor
 * a change: they fail. */
static bool change(struct bf_firehose *f, struct bf_str text, struct bf_str *one, struct bf_err *e)
{
    if (bf_mark_is(*one))
        return bf_xform_document(f->xform, *one, &f->rows, e);
    return bf_xform_line(f->xform, *one, text.n - one->n + PAD, &f->rows, e) ||
           document(f, text, one, e);
}

/* The rows of a record with decoded data, into f->rows. */
static bool transform(struct bf_firehose *f, struct bf_err *e)
{
    if (!pad(f, e))
        return false;
    uint64_t before = bf_xform_count(f->xform).changes;
    struct bf_str text = bf_buf_view(&f->data);
    size_t line = 0;
    bf_buf_reset(&f->rows);
    while (text.n) {
        const char *nl = memchr(text.p, '\n', text.n);
        struct bf_str one = bf_str(text.p, nl ? (size_t)(nl - text.p) : text.n);
        line++;
        if (!change(f, text, &one, e))
            return line > 1 ? bf_err_ctx(e, "line %zu", line) : false;
        size_t took = one.n + (one.n < text.n && one.p[one.n] == '\n');
        text = bf_str(text.p + took, text.n - took);
    }
    if (!f->rows.n && bf_xform_count(f->xform).changes == before)
        return bf_err_set(e, BF_E_INPUT, "no change record in it");
    return bf_buf_check(&f->rows, "rows", e) && (f->nkeys == 0 || take_keys(f, e));
}

static void put_failed(struct bf_buf *out, struct bf_str id, struct bf_str data)
{
    bf_buf_lit(out, "{\"recordId\":");
    bf_buf_adds(out, id);
    bf_buf_lit(out, ",\"result\":\"ProcessingFailed\",\"data\":");
    bf_buf_adds(out, data);
    bf_buf_addc(out, '}');
}

static size_t failed_size(const struct firehose_placed *p)
{
    return p->id.n + p->data.n +
           sizeof "{\"recordId\":,\"result\":\"ProcessingFailed\",\"data\":}" - 1;
}

/* Copies a literal, or a view, to o, where there is room; returns the end. */
#define PUT(o, lit) ((char *)memcpy((o), "" lit, sizeof(lit) - 1) + sizeof(lit) - 1)

static void put_done(struct bf_firehose *f, struct bf_buf *out, struct bf_str id)
{
    char *o = bf_buf_room(out, id.n + 64);
    if (!o)
        return;
    o = PUT(o, "{\"recordId\":");
    memcpy(o, id.p, id.n);
    o += id.n;
    o = f->rows.n ? PUT(o, ",\"result\":\"Ok\",\"data\":\"")
                  : PUT(o, ",\"result\":\"Dropped\",\"data\":\"");
    out->n = (size_t)(o - out->p);
    if (f->rows.n)
        bf_base64_encode(out, bf_buf_view(&f->rows));
    if (f->rows.n && f->nkeys) {
        bf_buf_lit(out, "\",\"metadata\":{\"partitionKeys\":");
        bf_buf_adds(out, bf_buf_view(&f->keys));
        bf_buf_lit(out, "}}");
    } else
        bf_buf_lit(out, "\"}");
}

static struct firehose_placed *place(struct bf_firehose *f, struct bf_err *e)
{
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 512;
        struct firehose_placed *more = realloc(f->placed, cap * sizeof *more);
        if (!more) {
            bf_err_nomem(e);
            return NULL;
        }
        f->placed = more;
        f->cap = cap;
    }
    return &f->placed[f->n++];
}

static void report_failed(const struct bf_firehose *f, const struct firehose_placed *p,
                          struct bf_err *why)
{
    struct bf_str id = bf_str(p->id.p + 1, p->id.n - 2);
    if (!f->failed)
        return;
    bf_err_ctx(why, "record %zu (%.*s)", (size_t)(p - f->placed) + 1, BF_SHOWN_TO(id, 80));
    f->failed(f->failed_ctx, p->raw, why);
}

/* The Kinesis record of the change: "sequenceNumber", and "subsequenceNumber" for a record after the
 * first of those that the KPL packed together (a number or a text; 0 or empty for others). */
static void carrier(struct bf_firehose *f, struct bf_str origin)
{
    struct bf_json_val seq = {0}, part = {0};
    struct bf_err ignored = {0};
    bool found = false, packed = false;
    if (origin.p && bf_json_find(origin, BF_STR("sequenceNumber"), &seq, &found, &ignored) &&
        found && bf_json_find(origin, BF_STR("subsequenceNumber"), &part, &packed, &ignored))
        packed = packed && part.text.n && !bf_str_eq(part.text, BF_STR("0"));
    found = found && seq.type == BF_JSON_STRING;
    bf_xform_carrier(f->xform, found ? seq.text : bf_str(NULL, 0),
                     packed ? part.text : bf_str(NULL, 0));
}

bool bf_firehose_record(struct bf_firehose *f, const struct firehose_record *r, struct bf_buf *out,
                        struct bf_err *e)
{
    struct bf_err why;
    bf_err_clear(&why);
    if (!r->id.raw.p)
        return bf_err_set(e, BF_E_INPUT, "record %zu: has no recordId", f->n + 1);
    struct firehose_placed *p = place(f, e);
    if (!p)
        return false;
    if (f->n > 1)
        bf_buf_addc(out, ',');
    *p = (struct firehose_placed){r->raw, r->id.raw, r->data.raw.p ? r->data.raw : BF_STR("\"\""),
                                  out->n, 0,         false};
    if (!r->data.raw.p)
        bf_err_set(&why, BF_E_INPUT, "has no data");
    carrier(f, r->origin);
    if (r->data.raw.p && (r->decoded || decode(f, &r->data, &why)) && transform(f, &why)) {
        put_done(f, out, p->id);
        p->ok = f->rows.n > 0;
        f->count.ok += p->ok;
        f->count.dropped += !p->ok;
    } else {
        if (why.code == BF_E_MEMORY) {
            *e = why;
            return false;
        }
        put_failed(out, p->id, p->data);
        f->count.failed++;
        report_failed(f, p, &why);
    }
    f->count.records++;
    p->n = out->n - p->at;
    return true;
}

/* Makes records ProcessingFailed, from the last one on, until the answer that begins at start fits; room is the size of
 * the text after the records. */
static bool shrink(struct bf_firehose *f, struct bf_buf *out, size_t start, size_t room,
                   struct bf_err *e)
{
    size_t size = out->n - start + room, first = f->n;
    while (size > f->max_answer && first > 0) {
        const struct firehose_placed *p = &f->placed[--first];
        if (p->ok && failed_size(p) < p->n)
            size -= p->n - failed_size(p);
    }
    if (size > f->max_answer)
        return bf_err_set(e, BF_E_LIMIT, "an answer of %zu bytes, more than Lambda takes (%llu)",
                          size, (unsigned long long)f->max_answer);
    if (first == f->n)
        return true;
    size_t to = f->placed[first].at;
    for (size_t i = first; i < f->n; i++) {
        struct firehose_placed *p = &f->placed[i];
        size_t from = p->at;
        p->at = to;
        if (p->ok && failed_size(p) < p->n) {
            struct bf_buf at = {.p = out->p + to, .cap = p->n, .max = p->n};
            put_failed(&at, p->id,
                       p->data); /* smaller than the result that it replaces: fits in place */
            p->n = at.n;
            f->count.ok--;
            f->count.failed++;
            f->count.oversize++;
            struct bf_err why = {0};
            bf_err_set(&why, BF_E_LIMIT, "no room for it in an answer of %llu bytes",
                       (unsigned long long)f->max_answer);
            report_failed(f, p, &why);
        } else
            memmove(out->p + to, out->p + from, p->n);
        to += p->n;
        if (i + 1 < f->n)
            out->p[to++] = ',';
    }
    out->n = to;
    return true;
}

bool bf_firehose_event_in(struct bf_firehose *f, struct bf_firehose_in *in, struct bf_buf *answer,
                          struct bf_err *e)
{
    size_t start = answer->n;
    struct bf_firehose_count before = f->count;
    f->n = 0;
    bf_buf_lit(answer, "{\"records\":[");
    if (bf_firehose_read(f, in, answer, e) && bf_buf_check(answer, "the answer", e) &&
        shrink(f, answer, start, 2, e)) {
        bf_buf_lit(answer, "]}");
        if (bf_buf_check(answer, "the answer", e))
            return true;
    }
    f->count = before;
    if (!answer->failed)
        answer->n = start;
    return false;
}

bool bf_firehose_event(struct bf_firehose *f, struct bf_str event, struct bf_buf *answer,
                       struct bf_err *e)
{
    struct bf_firehose_in in = {.have = event, .whole = event.n};
    return bf_firehose_event_in(f, &in, answer, e);
}

const struct bf_xform *bf_firehose_xform(const struct bf_firehose *f)
{
    return f->xform;
}

struct bf_firehose_count bf_firehose_count(const struct bf_firehose *f)
{
    return f->count;
}
