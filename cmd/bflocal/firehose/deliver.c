/* A delivery: what waits becomes objects. */
#include <stdlib.h>

#include "cmd/bflocal/firehose/firehose.h"
#include "cmd/bflocal/firehose/object.h"
#include "cmd/bflocal/firehose/settings.h"
#include "cmd/bflocal/s3/own.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"

enum {
    IDLE_MS = 60000,
    FIRST_WAIT_MS = 100, /* before a delivery that failed is tried again */
    LONGEST_WAIT_MS = 5000,
    READ_BYTES = 1024 * 1024
};

struct worker {
    struct bl_delivery *d;
    struct bl_fh_settings settings;
    bool ready; /* the settings are read */
    int64_t version;
    struct bl_object_kind data;
    struct bl_objects objects;
    struct bl_fh_batch in;
};

static bool need_bucket(struct worker *w, struct bf_str bucket, struct bf_err *e)
{
    return bl_s3_own_bucket(w->d->local, bucket) ||
           bf_err_set(e, BF_E_NOTFOUND, "there is no bucket %.*s", BF_SHOWN(bucket));
}

static bool take_batch(struct worker *w, struct bf_err *e)
{
    for (size_t i = 0; i < w->in.n; i++) {
        const struct bl_fh_record *r = &w->in.record[i];
        struct bl_object *o = bl_object_for(&w->objects, &w->data, BF_STR(""), r->at_ms, e);
        if (!o || !bl_object_add(o, r->data, e))
            return false;
    }
    return true;
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

static bool deliver(struct worker *w, struct bf_err *e)
{
    struct bl_delivery *d = w->d;
    w->objects = (struct bl_objects){
        .local = d->local, .stream = d->name, .version = w->version, .zone = &w->settings.zone};
    bf_rng_seed(&w->objects.rng, bf_rng_entropy());
    w->data = (struct bl_object_kind){.bucket = w->settings.bucket,
                                      .prefix = &w->settings.prefix,
                                      .extension = w->settings.extension,
                                      .gzip = w->settings.gzip};
    bool ok = need_bucket(w, w->settings.bucket, e) && take_all(w, e) &&
              bl_objects_end(&w->objects, e) && bl_source_done(d, e);
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
    w->ready = bl_fh_settings_read(&w->settings, destination, e);
    w->version = version;
    json_decref(destination);
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

/* What cannot be delivered is kept and tried again; it is told once. */
static bool wait_after_failure(struct bl_delivery *d, const struct bf_err *e, int64_t *wait_ms)
{
    int64_t until = bf_clock_mono_ms() + *wait_ms, now;
    if (!d->failing)
        bf_diag_warn("Firehose: %s: its records are kept, and tried again: %s", d->name, e->text);
    d->failing = true;
    *wait_ms = *wait_ms * 2 < LONGEST_WAIT_MS ? *wait_ms * 2 : LONGEST_WAIT_MS;
    while ((now = bf_clock_mono_ms()) < until)
        if (!bl_delivery_wait(d, until - now))
            return false;
    return true;
}

static void told_success(struct bl_delivery *d)
{
    if (d->failing)
        bf_diag_warn("Firehose: %s: delivers again", d->name);
    d->failing = false;
}

void *bl_deliver_run(void *delivery)
{
    struct bl_delivery *d = delivery;
    struct worker w = {.d = d};
    int64_t wait_ms = FIRST_WAIT_MS;
    bool on = true;
    bl_fh_batch_init(&w.in);
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
            told_success(d);
            wait_ms = FIRST_WAIT_MS;
            on = bl_delivery_wait(d, 0);
        } else
            on = bl_delivery_wait(d, d->own && !d->oldest_ms ? IDLE_MS : BL_FIREHOSE_POLL_MS);
    }
    bl_fh_batch_free(&w.in);
    bl_fh_settings_free(&w.settings);
    return NULL;
}
