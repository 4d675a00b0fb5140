#include "cmd/s3put/durable.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/s3put/run.h"
#include "lib/base/clock.h"
#include "lib/base/diag.h"
#include "lib/base/file.h"

bool durable_tell(struct bf_err *e)
{
    if (e->code == BF_E_IO && (e->sys == ENOSPC || e->sys == EDQUOT))
        e->code = BF_E_TEMPORARY;
    return false;
}

/* Copies for the state; false when memory ran out. */
static bool describe(struct bf_state_batch *b, const char *file, struct bf_str key,
                     struct bf_str partition)
{
    b->file = bf_str_dup(bf_str_of(file));
    b->key = bf_str_dup(key);
    b->partition = partition.n ? bf_str_dup(partition) : NULL;
    return b->file && b->key && (b->partition || !partition.n);
}

static bool add_sealed(struct durable *d, const struct sealed *s, struct bf_err *e)
{
    struct bf_state_batch b = {.records = s->records, .bytes = s->bytes, .raw_bytes = s->raw_bytes};
    bool ok = describe(&b, s->file, bf_buf_view(&s->key), bf_buf_view(&s->partition));
    b.bucket = bf_str_dup(bf_str_of(d->run->config->bucket));
    b.content_type = bf_str_dup(bf_buf_view(&s->content_type));
    b.content_encoding = bf_str_dup(bf_str_of(bf_compress_encoding(s->compress)));
    b.checksum = bf_str_dup(bf_str_of(bf_checksum_name(s->checksum)));
    b.checksum_value = bf_str_dup(bf_str_of(s->checksum_value));
    ok = ok && b.bucket && b.content_type && b.content_encoding && b.checksum && b.checksum_value;
    if (ok ? bf_state_add_sealed(&d->state, &b, e) : bf_err_nomem(e))
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
    struct bf_buf partition;
    bf_buf_init(&partition, 64 * 1024);
    route_partition(&d->run->route, bf_buf_view(&x->id), &partition);
    bool ok = describe(&b, x->file, bf_buf_view(&x->key), bf_buf_view(&partition));
    bf_buf_free(&partition);
    if (ok ? bf_state_add_open(&d->state, &b, e) : bf_err_nomem(e))
        return true;
    bf_state_batch_free(&b);
    return false;
}

/* Makes the batches that are due objects in the spool, newest first in the list. */
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

/* Everything that is not sealed goes to its file, durably. */
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
    for (size_t i = 0; i < d->ahead.nshards; i++) {
        const struct bf_state_shard *s = &d->ahead.shards[i];
        if (!bf_state_set(&d->state, bf_str_of(s->stream), bf_str_of(s->shard),
                          bf_str_of(s->sequence), s->ended, e))
            return false;
    }
    for (const struct sealed *s = list; s; s = s->next)
        if (!add_sealed(d, s, e))
            return false;
    bf_state_clear_open(&d->state);
    for (size_t i = 0; i < r->batches.n; i++)
        if (!r->batches.all[i]->due && !add_open(d, r->batches.all[i], e))
            return false;
    return bf_file_sync_dir(r->spool_files.dir, e) && bf_state_save(&d->state, d->path, e);
}

/* After the commit: sealed batches are no longer open, their objects go up. */
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

bool durable_commit(struct durable *d, struct bf_err *e)
{
    struct sealed *list = NULL;
    if (seal_due(d, &list, e) && save_open(d, e) && write_state(d, list, e)) {
        d->settled = true;
        hand_over(d, list);
        return true;
    }
    while (list) { /* their files are named nowhere: the next start removes them */
        struct sealed *s = list;
        list = s->next;
        sealed_destroy(s);
    }
    bf_err_ctx(e, "--state");
    return durable_tell(e);
}

static void on_delivered(void *arg, struct sealed *s)
{
    struct durable *d = arg;
    d->settled = !bf_state_drop_sealed(&d->state, s->file) && d->settled;
    bf_buf_add(&d->gone, s->file, strlen(s->file) + 1);
}

/* What S3 refuses for good stays in the spool and in the state, and stands in nobody's way. */
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
    if (d->settled && d->gone.n == 0)
        return true;
    if (!d->settled && !bf_state_save(&d->state, d->path, e))
        return durable_tell(e);
    d->settled = true;
    for (size_t at = 0; at < d->gone.n; at += strlen(d->gone.p + at) + 1)
        spool_remove(&d->run->spool_files, d->gone.p + at);
    bf_buf_reset(&d->gone);
    return true;
}

bool durable_mark(struct durable *d, const struct bf_mark *m, struct bf_err *e)
{
    if (m->kind != BF_MARK_START)
        return bf_state_set(&d->ahead, m->stream, m->shard, m->sequence, m->kind == BF_MARK_END, e);
    const struct bf_state_shard *own = bf_state_find(&d->state, m->stream, m->shard);
    if (!own) { /* a start is kept too: at the latest record, or at a time, the next one would be elsewhere */
        d->run->due = true;
        return bf_state_set(&d->ahead, m->stream, m->shard, m->sequence, false, e);
    }
    int order = bf_sequence_cmp(m->sequence, bf_str_of(own->sequence));
    if (order == 0)
        return true;
    /* a reader that began at a time has not seen the state, which another run has made meanwhile */
    if (order < 0 || bf_str_starts(m->sequence, BF_STR("@")))
        return bf_err_set(e, BF_E_TEMPORARY,
                          "%.*s: %.*s: the reader started from an older state; start both again",
                          (int)m->stream.n, m->stream.p, (int)m->shard.n, m->shard.p);
    return bf_err_set(e, BF_E_INPUT,
                      "%.*s: %.*s: the reader started ahead of this state; "
                      "do both use the same --state?",
                      (int)m->stream.n, m->stream.p, (int)m->shard.n, m->shard.p);
}

static bool check_file(struct durable *d, const struct bf_state_batch *b, struct bf_err *e)
{
    char path[8192];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", d->run->spool_files.dir, b->file);
    if (stat(path, &st) != 0)
        return bf_err_sys(e, errno, "%.300s", path);
    if ((uint64_t)st.st_size >= b->bytes)
        return true;
    return bf_err_set(e, BF_E_INPUT, "%.300s: %lld bytes where the state counts %" PRIu64, path,
                      (long long)st.st_size, b->bytes);
}

/* A sealed object of an earlier run, on its way again. */
static bool resume_sealed(struct durable *d, const struct bf_state_batch *b, struct bf_err *e)
{
    struct bf_err ignored;
    if (b->refused)
        return check_file(d, b, e); /* it has been told */
    if (strcmp(b->bucket, d->run->config->bucket) != 0)
        return bf_err_set(e, BF_E_USAGE, "the state has objects for s3://%s that are not delivered",
                          b->bucket);
    struct sealed *s = check_file(d, b, e) ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return e->code == BF_OK ? bf_err_nomem(e) : false;
    bf_buf_init(&s->key, 4096);
    bf_buf_init(&s->partition, 64 * 1024);
    bf_buf_init(&s->content_type, 1024);
    bf_buf_init(&s->body, 1);
    bf_buf_adds(&s->key, bf_str_of(b->key));
    bf_buf_adds(&s->partition, bf_str_of(b->partition));
    bf_buf_adds(&s->content_type, bf_str_of(b->content_type));
    snprintf(s->file, sizeof s->file, "%s", b->file);
    snprintf(s->checksum_value, sizeof s->checksum_value, "%s",
             b->checksum_value ? b->checksum_value : "");
    s->records = b->records;
    s->bytes = b->bytes;
    s->raw_bytes = b->raw_bytes;
    s->fd = -1;
    s->resumed = true;
    if (!b->content_encoding ||
        !bf_compress_parse(bf_str_of(b->content_encoding), &s->compress, &ignored))
        s->compress = BF_COMPRESS_NONE;
    if (!b->checksum || !bf_checksum_parse(bf_str_of(b->checksum), &s->checksum, &ignored))
        s->checksum = BF_CHECKSUM_NONE;
    deliver_add(&d->run->deliver, s);
    return true;
}

/* An open batch of an earlier run goes on where the state says; its key stays. */
static bool resume_open(struct durable *d, const struct bf_state_batch *b, struct bf_err *e)
{
    struct run *r = d->run;
    if (!check_file(d, b, e))
        return false;
    if (!route_id(&r->route, b->partition ? bf_str_of(b->partition) : BF_STR("{}"), b->time_ms, e))
        return bf_err_ctx(e,
                          "an open batch of other partitions; finish it with the options it had");
    int64_t age = bf_clock_wall_ms() - b->arrival_ms;
    struct batch *x = batches_open(&r->batches, bf_buf_view(&r->route.id), b->arrival_ms,
                                   bf_clock_mono_ms() - (age > 0 ? age : 0), b->time_ms, e);
    if (!x)
        return false;
    snprintf(x->file, sizeof x->file, "%s", b->file);
    bf_buf_adds(&x->key, bf_str_of(b->key));
    x->in_file = x->bytes = b->bytes;
    x->records = b->records;
    r->due = true;
    return true;
}

/* Removes what a crash has left in the spool. */
static bool sweep(struct durable *d, struct bf_err *e)
{
    DIR *dir = opendir(d->run->spool_files.dir);
    if (!dir)
        return bf_err_sys(e, errno, "%.300s", d->run->spool_files.dir);
    const struct dirent *entry;
    while ((entry = readdir(dir))) {
        struct bf_str name = bf_str_of(entry->d_name);
        bool ours = name.n == 41 && (bf_str_eq(bf_str(name.p + 36, 5), BF_STR(".rows")) ||
                                     bf_str_eq(bf_str(name.p + 36, 5), BF_STR(".body")));
        bool known = false;
        for (size_t i = 0; ours && !known && i < d->state.nsealed; i++)
            known = bf_str_eq(name, bf_str_of(d->state.sealed[i].file));
        for (size_t i = 0; ours && !known && i < d->state.nopen; i++)
            known = bf_str_eq(name, bf_str_of(d->state.open[i].file));
        if (ours && !known)
            spool_remove(&d->run->spool_files, entry->d_name);
    }
    closedir(dir);
    return true;
}

static bool take_up(struct durable *d, struct bf_err *e)
{
    for (size_t i = 0; i < d->state.nopen; i++)
        if (!resume_open(d, &d->state.open[i], e))
            return false;
    /* delivering changes the list: from the end, with a copy of what stands there */
    for (size_t i = d->state.nsealed; i-- > 0;)
        if (!resume_sealed(d, &d->state.sealed[i], e))
            return false;
    return true;
}

bool durable_open(struct durable *d, struct run *r, struct bf_err *e)
{
    char path[3200];
    const char *dir = r->config->state;
    *d = (struct durable){.run = r, .lock = -1, .settled = true};
    bf_state_init(&d->state);
    bf_state_init(&d->ahead);
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
    r->deliver.refused = on_refused;
    r->deliver.arg = d;
    return sweep(d, e) && take_up(d, e);
}

void durable_close(struct durable *d)
{
    bf_state_free(&d->state);
    bf_state_free(&d->ahead);
    bf_buf_free(&d->gone);
    if (d->lock >= 0)
        close(d->lock);
}
