/* A delivery: what waits becomes objects. */
#include <stdlib.h>

#include "cmd/bflocal/firehose/firehose.h"
#include "cmd/bflocal/firehose/object.h"
#include "cmd/bflocal/firehose/settings.h"
#include "cmd/bflocal/firehose/split.h"
#include "cmd/bflocal/firehose/transform.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/json/scan.h"

enum {
    IDLE_MS = 60000,
    FIRST_WAIT_MS = 100, /* before a delivery that failed is tried again */
    LONGEST_WAIT_MS = 5000,
    READ_BYTES = 3 * 1024 * 1024,
    LINE_MAX_BYTES = 8 * 1024 * 1024
};

struct worker {
    struct bl_delivery *d;
    struct bl_fh_settings settings;
    bool ready; /* the settings are read */
    int64_t version;
    struct bl_object_kind data, backup, failures[BL_FH_FAILED_TYPES];
    struct bl_objects objects;
    struct bl_fh_batch in, parts,
        done; /* as they came; after the de-aggregation; after the function */
    struct bf_kpl kpl;
    struct bf_buf line, group, row;
    uint64_t failed; /* records of the delivery */
};

static bool fail(void *worker, const struct bl_fh_record *r, const struct bl_fh_failure *why,
                 struct bf_err *e)
{
    struct worker *w = worker;
    w->failed++;
    struct bl_object *o =
        bl_object_for(&w->objects, &w->failures[why->type], BF_STR(""), r->at_ms, e);
    bf_buf_reset(&w->line);
    bl_fh_failure_put(&w->line, r, why, bl_now_ms(w->d->local));
    return o && bf_buf_check(&w->line, "an error record", e) &&
           bl_object_add(o, bf_buf_view(&w->line), e);
}

/* ---- partition keys ---- */

/* The function's partition keys, as bl_jq_run appends them. */
static bool add_function_keys(struct worker *w, struct bf_str keys, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bf_json_init(&j, keys);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(&j, &v, e))
            return false;
        bf_json_unescape(&w->group, key.text);
        bf_buf_addc(&w->group, '\0');
        if (v.type == BF_JSON_STRING)
            bf_json_unescape(&w->group, v.text);
        else
            bf_buf_adds(&w->group, v.raw);
        bf_buf_addc(&w->group, '\0');
    }
    return more == BF_JSON_END && bf_buf_check(&w->group, "the partition keys", e);
}

/* The keys of a record. BF_E_INPUT: it lacks one that the prefix has. */
static bool find_keys(struct worker *w, const struct bl_fh_record *r, struct bf_err *e)
{
    const struct bf_prefix *p = &w->settings.prefix;
    struct bf_str value;
    if ((w->settings.process.extract &&
         !bl_jq_run(&w->settings.process.query, r->data, &w->group, e)) ||
        (r->keys.p && !add_function_keys(w, r->keys, e)))
        return false;
    struct bf_str group = bf_buf_view(&w->group);
    for (size_t i = 0; i < p->n; i++)
        if (p->part[i].kind == BF_PREFIX_FIELD &&
            (!bl_object_key(&group, p->part[i].text, &value) || !value.n))
            return bf_err_set(e, BF_E_INPUT, "partitionKeys values must not be null or empty: %.*s",
                              BF_SHOWN(p->part[i].text));
    return true;
}

/* ---- a record's place ---- */

static bool place_row(struct worker *w, struct bl_object *o, const struct bl_fh_record *r,
                      struct bf_err *e)
{
    struct bf_err why = {0};
    struct bf_str row;
    bool json = bl_columns_row(&w->settings.columns, r->data, &w->row, &row, &why);
    if (json && bl_object_add(o, row, &why))
        return true;
    if (why.code != BF_E_INPUT && (json || why.code != BF_E_LIMIT)) { /* not the record's fault */
        *e = why;
        return false;
    }
    struct bl_fh_failure failure = {.type = BL_FH_CONVERSION,
                                    .code = json ? "DataFormatConversion.MalformedData"
                                                 : "DataFormatConversion.ParseError",
                                    .message = why.text,
                                    .attempts = 1,
                                    .table = bf_buf_view(&w->settings.columns.catalog)};
    return fail(w, r, &failure, e);
}

static bool is_objects(struct bf_str text)
{
    struct bf_str object;
    while (text.n && bl_fh_take_object(&text, &object))
        ;
    return text.n == 0;
}

/* A record may have several objects, each of which is a row: {"a":1}{"a":2} (developer guide, "Convert input data
 * format"). Then each that is no row of the table fails alone. */
static bool place_rows(struct worker *w, struct bl_object *o, const struct bl_fh_record *r,
                       struct bf_err *e)
{
    struct bl_fh_record one = *r;
    struct bf_str rest = bf_str_trim(r->data);
    if (!rest.n || !is_objects(rest))
        return place_row(w, o, r, e);
    while (rest.n && bl_fh_take_object(&rest, &one.data))
        if (!place_row(w, o, &one, e))
            return false;
    return true;
}

static bool place(struct worker *w, const struct bl_fh_record *r, struct bf_err *e)
{
    struct bf_err why = {0};
    struct bl_fh_failure failure = {.type = BL_FH_EXTRACTION,
                                    .code = "DynamicPartitioning.MetadataExtractionFailed",
                                    .message = why.text,
                                    .attempts = 1};
    bf_buf_reset(&w->group);
    if (w->settings.dynamic && !find_keys(w, r, &why))
        return fail(w, r, &failure, e);
    struct bl_object *o =
        bl_object_for(&w->objects, &w->data, bf_buf_view(&w->group), r->at_ms, &why);
    if (!o && why.code == BF_E_LIMIT && w->settings.dynamic) {
        failure.code = "DynamicPartitioning.ActivePartitionLimitExceeded";
        return fail(w, r, &failure, e);
    }
    if (!o) {
        *e = why;
        return false;
    }
    if (w->settings.columns.on)
        return place_rows(w, o, r, e);
    return bl_object_add(o, r->data, e) &&
           (!w->settings.process.append ||
            bl_object_add(o, bf_buf_view(&w->settings.process.append_text), e));
}

/* The records as they came, beside the processed ones. */
static bool back_up(struct worker *w, struct bf_err *e)
{
    for (size_t i = 0; i < w->in.n; i++) {
        const struct bl_fh_record *r = &w->in.record[i];
        struct bl_object *o = bl_object_for(&w->objects, &w->backup, BF_STR(""), r->at_ms, e);
        if (!o || !bl_object_add(o, r->data, e))
            return false;
    }
    return true;
}

static bool take_batch(struct worker *w, struct bf_err *e)
{
    const struct bl_process *p = &w->settings.process;
    const struct bl_fh_batch *last = &w->parts;
    struct bl_fh_transform t = {
        w->d, p->function, p->function_arn, p->event_bytes, p->retries, fail, w};
    bl_fh_batch_reset(&w->parts);
    bl_fh_batch_reset(&w->done);
    if ((w->settings.backup_bucket.n && !back_up(w, e)) ||
        !bl_fh_split(p->split, bf_buf_view(&p->split_by), &w->kpl, &w->in, &w->parts, e))
        return false;
    if (p->function.n) {
        if (!bl_fh_transform(&t, &w->parts, &w->done, e))
            return false;
        last = &w->done;
    }
    for (size_t i = 0; i < last->n; i++)
        if (!place(w, &last->record[i], e))
            return false;
    return true;
}

/* ---- a delivery ---- */

static bool need_bucket(struct worker *w, struct bf_str bucket, struct bf_err *e)
{
    return bl_s3_own_bucket(w->d->local, bucket) ||
           bf_err_set(e, BF_E_NOTFOUND, "there is no bucket %.*s", BF_SHOWN(bucket));
}

static bool take_all(struct worker *w, struct bf_err *e)
{
    struct bl_reading at = {0};
    do {
        bl_fh_batch_reset(&w->in);
        if (!bl_source_read(w->d, &at, READ_BYTES, &w->in, e) || !take_batch(w, e))
            return false;
    } while (w->in.n);
    return true;
}

static void begin(struct worker *w)
{
    const struct bl_fh_settings *s = &w->settings;
    w->failed = 0;
    w->objects = (struct bl_objects){
        .local = w->d->local, .stream = w->d->name, .version = w->version, .zone = &s->zone};
    bf_rng_seed(&w->objects.rng, bf_rng_entropy());
    w->data = (struct bl_object_kind){.bucket = s->bucket,
                                      .prefix = &s->prefix,
                                      .extension = s->extension,
                                      .gzip = s->gzip,
                                      .columns = s->columns.on ? &s->columns.conf : NULL};
    w->backup = (struct bl_object_kind){
        .bucket = s->backup_bucket, .prefix = &s->backup_prefix, .gzip = s->backup_gzip};
    for (size_t i = 0; i < BL_FH_FAILED_TYPES; i++)
        w->failures[i] =
            (struct bl_object_kind){.bucket = s->bucket,
                                    .prefix = &s->errors,
                                    .error_type = bl_fh_failed_name((enum bl_fh_failed)i)};
}

/* Whatever can be missing is asked for before the function runs, so that it does not run again for the same records. */
static bool deliver(struct worker *w, struct bf_err *e)
{
    struct bl_fh_settings *s = &w->settings;
    begin(w);
    bool ok = need_bucket(w, s->bucket, e) &&
              (!s->backup_bucket.n || need_bucket(w, s->backup_bucket, e)) &&
              (!s->columns.on || bl_columns_load(&s->columns, w->d->local, e)) && take_all(w, e) &&
              bl_objects_end(&w->objects, e) && bl_source_done(w->d, e);
    bl_objects_free(&w->objects);
    return ok;
}

/* The settings, when they have changed. */
static bool refresh(struct worker *w, struct bf_err *e)
{
    struct bl_firehose *f = w->d->local->firehose;
    json_t *destination = NULL;
    pthread_mutex_lock(&f->mutex);
    int64_t version = bl_document_int(w->d->config, "VersionId", 1);
    if (!w->ready || version != w->version)
        destination = json_deep_copy(json_object_get(w->d->config, "Destination"));
    pthread_mutex_unlock(&f->mutex);
    if (!destination)
        return w->ready || bf_err_nomem(e);
    bl_fh_settings_free(&w->settings);
    w->ready = bl_fh_settings_read(&w->settings, w->d->local, destination, e);
    w->version = version;
    json_decref(destination);
    pthread_mutex_lock(&f->mutex);
    w->d->full = w->settings.size;
    pthread_mutex_unlock(&f->mutex);
    return w->ready;
}

static bool is_due(struct worker *w)
{
    struct bl_delivery *d = w->d;
    int64_t now = bl_now_ms(d->local);
    if (d->oldest_ms > now) /* the clock has been set back */
        d->oldest_ms = now;
    return d->oldest_ms &&
           (d->bytes >= w->settings.size || now - d->oldest_ms >= w->settings.interval_ms);
}

/* Records that cannot be delivered are kept and tried again. The failure is printed once. */
static bool wait_after_failure(struct bl_delivery *d, const struct bf_err *e, int64_t *wait_ms)
{
    int64_t until = bf_clock_mono_ms() + *wait_ms, now;
    if (!d->failing && e->code != BF_E_STOPPED)
        bf_diag_warn("Firehose: %s: its records are kept, and tried again: %s", d->name, e->text);
    d->failing = d->failing || e->code != BF_E_STOPPED;
    *wait_ms = *wait_ms * 2 < LONGEST_WAIT_MS ? *wait_ms * 2 : LONGEST_WAIT_MS;
    while ((now = bf_clock_mono_ms()) < until)
        if (!bl_delivery_wait(d, until - now))
            return false;
    return true;
}

static void tell_success(const struct worker *w)
{
    struct bl_delivery *d = w->d;
    struct bf_str bucket = w->settings.bucket;
    if (d->failing)
        bf_diag_warn("Firehose: %s: delivers again", d->name);
    d->failing = false;
    if (w->failed)
        bf_diag_warn(
            "Firehose: %s: %llu record%s failed, and %s below the error prefix of s3://%.*s",
            d->name, (unsigned long long)w->failed, BF_S(w->failed), w->failed == 1 ? "is" : "are",
            BF_SHOWN(bucket));
}

static void start(struct worker *w)
{
    struct bl_fh_batch *const batches[] = {&w->in, &w->parts, &w->done};
    for (size_t i = 0; i < BF_COUNT(batches); i++)
        bl_fh_batch_init(batches[i]);
    bf_kpl_init(&w->kpl);
    bf_buf_init(&w->line, LINE_MAX_BYTES);
    bf_buf_init(&w->group, LINE_MAX_BYTES);
    bf_buf_init(&w->row, LINE_MAX_BYTES);
}

static void end(struct worker *w)
{
    struct bl_fh_batch *const batches[] = {&w->in, &w->parts, &w->done};
    for (size_t i = 0; i < BF_COUNT(batches); i++)
        bl_fh_batch_free(batches[i]);
    bf_kpl_free(&w->kpl);
    bf_buf_free(&w->line);
    bf_buf_free(&w->group);
    bf_buf_free(&w->row);
    bl_fh_settings_free(&w->settings);
}

void *bl_deliver_run(void *delivery)
{
    struct bl_delivery *d = delivery;
    struct worker w = {.d = d};
    int64_t wait_ms = FIRST_WAIT_MS;
    bool on = true;
    start(&w);
    while (on) {
        struct bf_err e = {0};
        bool ok = refresh(&w, &e), due = false;
        if (ok) {
            bl_source_count(d, w.settings.size);
            due = is_due(&w);
            ok = !due || deliver(&w, &e);
        }
        if (!ok)
            on = wait_after_failure(d, &e, &wait_ms);
        else if (due) {
            tell_success(&w);
            wait_ms = FIRST_WAIT_MS;
            on = bl_delivery_wait(d, 0);
        } else
            on = bl_delivery_wait(d, d->own && !d->oldest_ms ? IDLE_MS : BL_FIREHOSE_POLL_MS);
    }
    end(&w);
    return NULL;
}
