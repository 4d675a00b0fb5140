#include "cmd/s3put/run_resume.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/s3put/run.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"

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

/* The client of this run speaks to one bucket. */
static bool check_bucket(struct durable *d, const struct bf_state_batch *b, struct bf_err *e)
{
    if (!b->bucket || strcmp(b->bucket, d->run->config->bucket) == 0)
        return true;
    return bf_err_set(e, BF_E_USAGE,
                      "the state has rows for s3://%s that are not delivered; "
                      "deliver them first: s3put --state %.200s s3://%s/ </dev/null",
                      b->bucket, d->run->config->state, b->bucket);
}

static enum bf_compress_kind compress_of(const struct bf_state_batch *b)
{
    enum bf_compress_kind kind;
    struct bf_err ignored;
    return b->content_encoding && bf_compress_parse(bf_str_of(b->content_encoding), &kind, &ignored)
               ? kind
               : BF_COMPRESS_NONE;
}

static enum bf_checksum_kind checksum_of(const struct bf_state_batch *b)
{
    enum bf_checksum_kind kind;
    struct bf_err ignored;
    return b->checksum && bf_checksum_parse(bf_str_of(b->checksum), &kind, &ignored)
               ? kind
               : BF_CHECKSUM_NONE;
}

/* A sealed object of an earlier run, on its way again. */
static bool resume_sealed(struct durable *d, const struct bf_state_batch *b, struct bf_err *e)
{
    if (b->refused)
        return check_file(d, b, e); /* it has been told */
    if (!check_bucket(d, b, e) || !check_file(d, b, e))
        return false;
    struct sealed *s = calloc(1, sizeof *s);
    if (!s)
        return bf_err_nomem(e);
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
    s->upload = b->upload ? bf_str_dup(bf_str_of(b->upload)) : NULL;
    s->compress = compress_of(b);
    s->checksum = checksum_of(b);
    deliver_add(&d->run->deliver, s);
    return true;
}

/* The shape of a batch that other options opened. States of before shapes were kept have none: such a batch is
 * finished by the options of now. */
static bool own_shape(struct durable *d, struct batch *x, const struct bf_state_batch *b,
                      struct bf_err *e)
{
    struct run *r = d->run;
    x->old = calloc(1, sizeof *x->old);
    if (!x->old || !shape_init(x->old, r->config, &r->route, &r->columns, e))
        return x->old ? false : bf_err_nomem(e);
    x->shape = x->old;
    shape_read_format(x->old, bf_str_of(b->shape));
    if (!b->shape)
        return true;
    x->old->compress = compress_of(b);
    x->old->checksum = checksum_of(b);
    bf_buf_reset(&x->old->text);
    bf_buf_adds(&x->old->text, bf_str_of(b->shape));
    bf_buf_reset(&x->old->content_type);
    bf_buf_adds(&x->old->content_type, bf_str_of(b->content_type));
    return bf_buf_check(&x->old->text, "the options", e) &&
           bf_buf_check(&x->old->content_type, "the content type", e);
}

/* Can rows of this run join the batch? Then its id is in route.id. */
static bool still_ours(struct durable *d, const struct bf_state_batch *b)
{
    struct run *r = d->run;
    struct bf_err ignored = {0};
    return b->shape && bf_str_eq(bf_str_of(b->shape), bf_buf_view(&r->shape.text)) &&
           route_id(&r->route, b->partition ? bf_str_of(b->partition) : BF_STR("{}"), b->time_ms,
                    &ignored) &&
           !batches_find(&r->batches, bf_buf_view(&r->route.id));
}

/* An open batch of an earlier run; its key stays, and its rows are covered by the positions of the state. */
static bool resume_open(struct durable *d, const struct bf_state_batch *b, size_t *old,
                        struct bf_err *e)
{
    struct run *r = d->run;
    if (!check_bucket(d, b, e) || !check_file(d, b, e))
        return false;
    if (!b->key || !*b->key)
        return bf_err_set(e, BF_E_INPUT, "an open batch without a key");
    bool ours = still_ours(d, b);
    int64_t age = bf_clock_wall_ms() - b->arrival_ms;
    struct bf_str id =
        ours ? bf_buf_view(&r->route.id) : bf_str_of(b->file); /* a name no row has */
    struct batch *x = batches_open(&r->batches, id, b->arrival_ms,
                                   bf_clock_mono_ms() - (age > 0 ? age : 0), b->time_ms, e);
    if (!x || (!ours && !own_shape(d, x, b, e)))
        return false;
    snprintf(x->file, sizeof x->file, "%s", b->file);
    bf_buf_adds(&x->key, bf_str_of(b->key));
    bf_buf_adds(&x->partition, bf_str_of(b->partition));
    x->in_file = x->bytes = b->bytes;
    x->records = b->records;
    batches_cover(&r->batches, x);
    *old += !ours;
    r->due = true;
    return bf_buf_check(&x->key, "the key", e) && bf_buf_check(&x->partition, "the partition", e);
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
        bool known = ours && bf_state_sealed(&d->state, entry->d_name);
        for (size_t i = 0; ours && !known && i < d->state.nopen; i++)
            known = bf_str_eq(name, bf_str_of(d->state.open[i].file));
        if (ours && !known)
            spool_remove(&d->run->spool_files, entry->d_name);
    }
    closedir(dir);
    return true;
}

bool resume(struct durable *d, struct bf_err *e)
{
    size_t old = 0;
    if (!sweep(d, e))
        return false;
    for (size_t i = 0; i < d->state.nopen; i++)
        if (!resume_open(d, &d->state.open[i], &old, e))
            return bf_err_ctx(e, "--state");
    /* delivering changes the list: from the end */
    for (size_t i = d->state.nsealed; i-- > 0;)
        if (!resume_sealed(d, &d->state.sealed[i], e))
            return bf_err_ctx(e, "--state");
    if (old)
        bf_diag_warn("--state: %zu batch%s of other options %s delivered as %s opened", old,
                     old == 1 ? "" : "es", old == 1 ? "is" : "are",
                     old == 1 ? "it was" : "they were");
    return true;
}
