#include "cmd/s3put/run_durable.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/s3put/run_resume.h"
#include "cmd/s3put/run.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/io/file.h"

enum { COMMIT_MS = 60 * 1000 };

bool durable_tell(struct bf_err *e)
{
    if (e->code == BF_E_IO && (e->sys == ENOSPC || e->sys == EDQUOT || e->sys == EFBIG))
        e->code = BF_E_TEMPORARY;
    return false;
}

/* Copies the properties of a batch's object for the state; false if memory is exhausted. */
static bool describe(struct durable *d, struct bf_state_batch *b, const char *file,
                     const struct bf_buf *key, const struct bf_buf *partition,
                     const struct bf_buf *content_type, enum bf_compress_kind compress,
                     enum bf_checksum_kind checksum)
{
    b->file = bf_str_dup(bf_str_of(file));
    b->bucket = bf_str_dup(bf_str_of(d->run->config->bucket));
    b->key = bf_str_dup(bf_buf_view(key));
    b->partition = partition->n ? bf_str_dup(bf_buf_view(partition)) : NULL;
    b->content_type = bf_str_dup(bf_buf_view(content_type));
    b->content_encoding = bf_str_dup(bf_str_of(bf_compress_encoding(compress)));
    b->checksum = bf_str_dup(bf_str_of(bf_checksum_name(checksum)));
    return b->file && b->bucket && b->key && (b->partition || !partition->n) && b->content_type &&
           b->content_encoding && b->checksum;
}

static bool add_sealed(struct durable *d, const struct sealed *s, struct bf_err *e)
{
    struct bf_state_batch b = {.records = s->records, .bytes = s->bytes, .raw_bytes = s->raw_bytes};
    bool ok = describe(d, &b, s->file, &s->key, &s->partition, &s->content_type, s->compress,
                       s->checksum);
    b.checksum_value = bf_str_dup(bf_str_of(s->checksum_value));
    if (ok && b.checksum_value ? bf_state_add_sealed(&d->state, &b, e) : bf_err_nomem(e))
        return true;
    bf_state_batch_free(&b);
    return false;
}

static bool add_open(struct durable *d, const struct batch *x, struct bf_err *e)
{
    struct bf_state_batch b = {.records = x->records,
                               .bytes = x->in_file,
                               .raw_bytes = x->bytes,
                               .arrival_ms = x->arrival_ms,
                               .time_ms = x->time_ms};
    bool ok = describe(d, &b, x->file, &x->key, &x->partition, &x->shape->content_type,
                       x->shape->compress, x->shape->checksum);
    b.shape = bf_str_dup(bf_buf_view(&x->shape->text));
    if (ok && b.shape ? bf_state_add_open(&d->state, &b, e) : bf_err_nomem(e))
        return true;
    bf_state_batch_free(&b);
    return false;
}

/* The only function that writes the state. Data that the state no longer has is written out before: the receipts of
 * delivered objects and the rejected rows. */
static bool save(struct durable *d, struct bf_err *e)
{
    return deliver_flush(&d->run->deliver, e) && bf_rejects_sync(&d->run->rejects, e) &&
           bf_state_save(&d->state, d->path, e);
}

/* Seals the batches that are due in the spool. The list has the newest first. */
static bool seal_due(struct durable *d, struct sealed **list, struct bf_err *e)
{
    struct run *r = d->run;
    for (size_t i = 0; i < r->batches.n; i++) {
        struct batch *x = r->batches.all[i];
        if (!x->due)
            continue;
        struct sealed *s = sealed_new(&r->sealer, &r->batches, x, true, e);
        if (!s)
            return false;
        s->next = *list;
        *list = s;
        if (!spool_sync(&r->spool_files, s->file, e))
            return false;
    }
    return true;
}

/* Writes all rows that are not sealed to their files and syncs them. */
static bool save_open(struct durable *d, struct bf_err *e)
{
    struct run *r = d->run;
    for (size_t i = 0; i < r->batches.n; i++) {
        struct batch *x = r->batches.all[i];
        if (x->due)
            continue;
        if (!batches_spill(&r->batches, x, e))
            return false;
        if (x->unsynced && !spool_sync(&r->spool_files, x->file, e))
            return false;
        x->unsynced = false;
    }
    return true;
}

static bool write_state(struct durable *d, const struct sealed *list, struct bf_err *e)
{
    struct run *r = d->run;
    if (!bf_positions_commit(&d->positions, e))
        return false;
    for (const struct sealed *s = list; s; s = s->next)
        if (!add_sealed(d, s, e))
            return false;
    bf_state_clear_open(&d->state);
    for (size_t i = 0; i < r->batches.n; i++)
        if (!r->batches.all[i]->due && !add_open(d, r->batches.all[i], e))
            return false;
    return bf_file_sync_dir(r->spool_files.dir, e) && save(d, e);
}

/* After the commit: closes the sealed batches and delivers their objects. */
static void hand_over(struct durable *d, struct sealed *list)
{
    struct run *r = d->run;
    for (size_t i = r->batches.n; i-- > 0;) {
        struct batch *x = r->batches.all[i];
        if (!x->due)
            continue;
        bool as_body = false;
        for (const struct sealed *s = list; s && !as_body; s = s->next)
            as_body = strcmp(s->file, x->file) == 0;
        if (x->file[0] && !as_body)
            spool_remove(&r->spool_files, x->file);
        batches_close(&r->batches, x);
    }
    while (list) {
        struct sealed *s = list;
        list = s->next;
        s->next = NULL;
        deliver_add(&r->deliver, s);
    }
}

/* After a failed commit the state in memory may be incomplete: it is read from the file again, without the
 * objects that have arrived since. If the file cannot be read, the state is not written any more. */
static void read_back(struct durable *d)
{
    struct bf_err ignored = {0};
    bf_state_free(&d->state);
    bf_state_init(&d->state);
    d->broken = !bf_state_load(&d->state, d->path, &ignored);
    for (size_t at = 0; at < d->gone.n; at += strlen(d->gone.p + at) + 1)
        d->settled = !bf_state_drop_sealed(&d->state, d->gone.p + at) && d->settled;
}

bool durable_commit(struct durable *d, struct bf_err *e)
{
    struct sealed *list = NULL;
    if (seal_due(d, &list, e) && save_open(d, e) && write_state(d, list, e)) {
        d->settled = true;
        bf_positions_reset(&d->positions);
        d->committed_ms = bf_clock_mono_ms();
        hand_over(d, list);
        return true;
    }
    while (list) { /* no state names their files: the next start removes them */
        struct sealed *s = list;
        list = s->next;
        sealed_destroy(s);
    }
    read_back(d);
    bf_err_ctx(e, "--state");
    return durable_tell(e);
}

bool durable_mark(struct durable *d, const struct bf_mark *mark, struct bf_str line, bool *covered,
                  struct bf_err *e)
{
    struct bf_positions *p = &d->positions;
    enum bf_positions_got got = bf_positions_take(p, mark, line, d->run->since_mark > 0, e);
    *covered = got == BF_POSITIONS_COVERED;
    d->run->refused = p->refused;
    d->run->due = d->run->due || p->began;
    d->settled = d->settled && !p->forgot;
    p->began = p->forgot = false;
    return got != BF_POSITIONS_ERROR;
}

int64_t durable_wait_ms(const struct durable *d)
{
    int64_t interval = (int64_t)d->run->config->interval_ms;
    int64_t most = interval && interval < COMMIT_MS ? interval : COMMIT_MS;
    int64_t left = d->committed_ms + most - bf_clock_mono_ms();
    return !d->positions.moved ? -1 : left > 0 ? left : 0;
}

static void on_delivered(void *arg, struct sealed *s)
{
    struct durable *d = arg;
    d->settled = !bf_state_drop_sealed(&d->state, s->file) && d->settled;
    bf_buf_add(&d->gone, s->file, strlen(s->file) + 1);
}

/* Keeps an object that S3 refuses permanently in the spool and in the state, without blocking the others. */
static void on_refused(void *arg, const struct sealed *s, const struct bf_err *why)
{
    struct durable *d = arg;
    d->settled = !bf_state_refuse_sealed(&d->state, s->file, why->text) && d->settled;
    bf_diag_hint("s3://%s/%s: %" PRIu64 " row%s set aside, kept in %s/%s and not tried again",
                 d->run->config->bucket, s->key.p, s->records, s->records == 1 ? "" : "s",
                 d->run->spool_files.dir, s->file);
}

bool durable_settle(struct durable *d, struct bf_err *e)
{
    if ((d->settled && d->gone.n == 0) || d->broken)
        return true;
    if (!d->settled && !save(d, e))
        return durable_tell(e);
    d->settled = true;
    for (size_t at = 0; at < d->gone.n; at += strlen(d->gone.p + at) + 1)
        spool_remove(&d->run->spool_files, d->gone.p + at);
    bf_buf_reset(&d->gone);
    return true;
}

/* Records a multipart upload, so that the next run aborts it if this one is killed. */
static void on_upload(void *arg, const struct sealed *s)
{
    struct durable *d = arg;
    struct bf_state_batch *b = bf_state_sealed(&d->state, s->file);
    char *id = b ? bf_str_dup(bf_str_of(s->upload)) : NULL;
    if (!id)
        return; /* then only a rule of the bucket removes the parts after a kill */
    free(b->upload);
    b->upload = id;
    d->settled = false;
}

bool durable_open(struct durable *d, struct run *r, struct bf_err *e)
{
    char path[3200];
    const char *dir = r->config->state;
    *d = (struct durable){.run = r, .lock = -1, .settled = true};
    bf_state_init(&d->state);
    bf_positions_init(&d->positions, &d->state);
    bf_buf_init(&d->gone, 1 << 20);
    if (strlen(dir) > 3000)
        return bf_err_sys(e, ENAMETOOLONG, "--state");
    snprintf(path, sizeof path, "%s/spool", dir);
    if (!spool_init(&r->spool_files, path, &r->rng, e))
        return durable_tell(e);
    snprintf(path, sizeof path, "%s/lock", dir);
    snprintf(d->path, sizeof d->path, "%s/state.json", dir);
    if (!bf_file_lock(path, &d->lock, e) || !bf_state_load(&d->state, d->path, e))
        return durable_tell(e);
    r->deliver.spool = r->sealer.spool = r->batches.spool = &r->spool_files;
    r->deliver.keep = true;
    r->deliver.delivered = on_delivered;
    r->deliver.upload = on_upload;
    r->deliver.refused = on_refused;
    r->deliver.arg = d;
    d->committed_ms = bf_clock_mono_ms();
    return resume(d, e);
}

void durable_close(struct durable *d)
{
    bf_state_free(&d->state);
    bf_positions_free(&d->positions);
    bf_buf_free(&d->gone);
    if (d->lock >= 0)
        close(d->lock);
}
