#include "cmd/s3put/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/s3put/receipt.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

enum { SINGLE_MAX = 16 << 20, PART = 8 << 20, PARTS_AT_ONCE = 3, HELD_MAX = 16 << 20 };
enum { ASIDE_IN_ROW = 10, UPLOADS_OF_ONE = 3 };

static void start_some(struct deliver *d);
static void feed_parts(struct sealed *s);
static bool start_parts(struct deliver *d, struct sealed *s, struct bf_err *e);

static void remember(struct deliver *d, const struct bf_err *e)
{
    if (d->failed.code == BF_OK)
        d->failed = *e;
}

/* Out of the books; the struct is gone afterwards. */
static void forget(struct deliver *d, struct sealed *s)
{
    d->pending--;
    d->held -= s->body.n;
    d->waiting -= s->bytes;
    sealed_destroy(s);
}

static void write_receipt(struct deliver *d, const struct sealed *s)
{
    struct receipt r = {.bucket = d->config->bucket,
                        .key = bf_buf_view(&s->key),
                        .has_records = true,
                        .records = s->records,
                        .bytes = s->bytes,
                        .etag = s->result.etag,
                        .checksum = s->checksum,
                        .checksum_value =
                            s->result.checksum[0] ? s->result.checksum : s->checksum_value,
                        .partition = bf_buf_view(&s->partition),
                        .dry_run = d->aws == NULL};
    receipt_put(d->receipts, &r);
    d->dirty = true;
    d->objects++;
    d->aside_in_row = 0;
    d->records += s->records;
    d->bytes += s->bytes;
}

static void remove_files(struct deliver *d, const struct sealed *s)
{
    if (s->file[0])
        spool_remove(d->spool, s->file);
    if (s->rows_file[0])
        spool_remove(d->spool, s->rows_file);
}

static void arrived(struct sealed *s)
{
    struct deliver *d = s->deliver;
    write_receipt(d, s);
    if (d->delivered)
        d->delivered(d->arg, s);
    else
        remove_files(d, s);
    forget(d, s);
}

/* The rows of an undelivered object into a file, the same for all of a run. */
static bool keep_in_file(struct deliver *d, struct sealed *s, struct bf_err *e)
{
    const char *tmp = getenv("TMPDIR");
    struct bf_out out;
    bool first = !d->kept_in[0];
    if (first)
        snprintf(d->kept_in, sizeof d->kept_in, "%s/s3put-undelivered-XXXXXX",
                 d->spool      ? d->spool->dir
                 : tmp && *tmp ? tmp
                               : "/tmp");
    int fd = first ? mkstemp(d->kept_in) : open(d->kept_in, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) {
        bf_err_sys(e, errno, "%s", d->kept_in);
        d->kept_in[0] = first ? '\0' : d->kept_in[0];
        return false;
    }
    if (!bf_out_init(&out, fd, d->kept_in, 0, e)) {
        close(fd);
        return false;
    }
    bool ok = sealed_put_rows(s, d->spool, first, &out, e);
    return bf_out_close(&out, e) && ok;
}

/* Nothing is lost; deliver_tell says where the rows are. */
static void keep_rows(struct deliver *d, struct sealed *s, struct bf_err *why)
{
    struct bf_err e = {0};
    bool ok;
    if (d->rejects->path) {
        snprintf(d->kept_in, sizeof d->kept_in, "%s", d->rejects->path);
        bf_rejects_head(d->rejects);
        ok = sealed_put_rows(s, d->spool, false, &d->rejects->out, &e);
        if (ok)
            d->rejects->count += s->records;
    } else
        ok = keep_in_file(d, s, &e);
    if (!ok) {
        bf_err_ctx(&e, "s3://%s/%s: %" PRIu64 " rows cannot be kept and are lost",
                   d->config->bucket, bf_buf_cstr(&s->key), s->records);
        bf_diag_error(&e);
        why->code = e.code; /* another start does not bring them back */
        return;
    }
    d->kept++;
    d->kept_rows += s->records;
}

void deliver_tell(const struct deliver *d)
{
    char objects[48] = "";
    if (d->kept > 1)
        snprintf(objects, sizeof objects, "%" PRIu64 " objects, ", d->kept);
    if (d->kept)
        bf_diag_hint("s3://%s: %s%" PRIu64 " row%s not delivered, kept in %s", d->config->bucket,
                     objects, d->kept_rows, d->kept_rows == 1 ? "" : "s", d->kept_in);
}

/* Does S3 refuse this very object, whenever it comes? Not what is wrong with the credentials (400 ExpiredToken), and
 * not a body that was too slow. */
static bool is_refused(const struct bf_s3_result *r)
{
    return r->status == 400 && strncmp(r->code, "RequestTimeout", 14) != 0 &&
           (r->err.code == BF_E_SERVICE || r->err.code == BF_E_TEMPORARY);
}

static void set_aside(struct deliver *d, struct sealed *s, struct bf_err *why)
{
    d->aside++;
    d->aside_in_row++;
    why->code = BF_E_SERVICE;
    bf_diag_error(why);
    if (d->keep)
        d->refused(d->arg, s, why);
    if (d->aside_in_row == ASIDE_IN_ROW) {
        bf_err_set(why, BF_E_SERVICE, "s3://%s refused %d objects in a row; are the options right?",
                   d->config->bucket, ASIDE_IN_ROW);
        remember(d, why);
    }
}

static void did_not_arrive(struct sealed *s)
{
    struct deliver *d = s->deliver;
    struct bf_err why = s->result.err;
    bool refused = is_refused(&s->result);
    bf_err_ctx(&why, "s3://%s/%s", d->config->bucket, bf_buf_cstr(&s->key));
    if (refused)
        set_aside(d, s, &why);
    else if (d->failed.code != BF_OK && (d->failed.code != why.code || bf_diag_is_verbose()))
        bf_diag_error(&why); /* the first one is told by main, its likes are counted */
    if (d->keep && !refused) {
        d->kept++;
        d->kept_rows += s->records;
        snprintf(d->kept_in, sizeof d->kept_in, "%s", d->spool->dir);
    } else if (!d->keep) {
        keep_rows(d, s, &why);
        remove_files(d, s);
    }
    if (!refused)
        remember(d, &why);
    forget(d, s);
}

static void finished(struct sealed *s, const struct bf_s3_result *r)
{
    struct deliver *d = s->deliver;
    s->result = *r;
    d->flying--;
    if (r->err.code == BF_OK)
        arrived(s);
    else
        did_not_arrive(s);
    start_some(d);
}

static void put_done(struct bf_s3_put *p, const struct bf_s3_result *r)
{
    finished(p->arg, r);
}

static void part_done(void *arg, unsigned slot)
{
    struct sealed *s = arg;
    (void)slot;
    s->parts_in_flight--;
    if (s->multipart)
        feed_parts(s);
}

static void upload_begun(void *arg, const char *id)
{
    struct sealed *s = arg;
    struct deliver *d = s->deliver;
    if (!d->upload)
        return;
    free(s->upload);
    s->upload = bf_str_dup(bf_str_of(id));
    if (s->upload)
        d->upload(d->arg, s);
}

/* After a conflict S3 wants the parts once more, and so does an upload that a rule of the bucket has swept up. */
static bool begin_again(struct sealed *s, const struct bf_s3_result *r)
{
    bool gone =
        strcmp(r->code, "ConditionalRequestConflict") == 0 || strcmp(r->code, "NoSuchUpload") == 0;
    if (!gone || bf_stop_asked() || ++s->begun == UPLOADS_OF_ONE)
        return false;
    bf_s3_multipart_destroy(s->multipart);
    s->multipart = NULL;
    s->sent = 0;
    s->parts_in_flight = 0;
    struct bf_err ignored = {0}; /* the conflict is the news */
    return start_parts(s->deliver, s, &ignored);
}

static void multipart_done(void *arg, const struct bf_s3_result *r)
{
    struct bf_s3_result copy = *r; /* it goes with the upload */
    if (copy.err.code == BF_OK || !begin_again(arg, &copy))
        finished(arg, &copy);
}

static struct bf_s3_body piece_of(const struct sealed *s, uint64_t offset, uint64_t length)
{
    if (s->fd >= 0)
        return (struct bf_s3_body){.fd = s->fd, .offset = offset, .length = length};
    return (struct bf_s3_body){.data = bf_str(s->body.p + offset, (size_t)length)};
}

/* Keeps a few parts under way. A failure outside an answer ends s before this returns. */
static void feed_parts(struct sealed *s)
{
    struct bf_err e = {0};
    while (s->sent < s->bytes && s->parts_in_flight < PARTS_AT_ONCE &&
           bf_s3_multipart_room(s->multipart)) {
        unsigned slot;
        uint64_t left = s->bytes - s->sent, n = left < s->part_bytes ? left : s->part_bytes;
        if (!bf_s3_multipart_part(s->multipart, piece_of(s, s->sent, n), &slot, &e)) {
            bf_s3_multipart_fail(s->multipart, &e);
            return;
        }
        s->parts_in_flight++;
        s->sent += n;
        if (s->sent == s->bytes) {
            bf_s3_multipart_finish(s->multipart);
            return;
        }
    }
}

static void describe(struct deliver *d, struct sealed *s)
{
    const struct config *c = d->config;
    s->object = (struct bf_s3_object){
        .bucket = c->bucket,
        .key = bf_buf_view(&s->key),
        .content_type = bf_buf_cstr(&s->content_type),
        .content_encoding = bf_compress_encoding(s->compress),
        .storage_class = c->storage_class,
        .sse = c->sse,
        .sse_key = c->sse_key,
        .tagging = c->tagging.n ? c->tagging.p : NULL,
        .acl = c->acl,
        .payer = c->request_payer ? "requester" : NULL,
        .if_none_match = c->if_none_match,
        .resumed = s->resumed,
        .checksum = s->checksum,
    };
}

static bool start_parts(struct deliver *d, struct sealed *s, struct bf_err *e)
{
    struct bf_s3_events events = {
        .part_done = part_done, .done = multipart_done, .begun = upload_begun, .arg = s};
    s->part_bytes = bf_s3_part_size_for(s->bytes, PART);
    s->multipart = bf_s3_multipart_new(d->aws, &s->object, &events, e);
    if (!s->multipart)
        return false;
    feed_parts(s);
    return true;
}

static bool start_body(struct deliver *d, struct sealed *s, struct bf_err *e)
{
    if (s->bytes <= SINGLE_MAX) {
        s->put = (struct bf_s3_put){.object = &s->object,
                                    .body = piece_of(s, 0, s->bytes),
                                    .checksum_value = s->checksum_value,
                                    .done = put_done,
                                    .arg = s};
        return bf_s3_put(d->aws, &s->put, e);
    }
    return start_parts(d, s, e);
}

/* The parts of a run that was killed are gone, or were already; who may not abort leaves them to the bucket's rule. */
static void aborted(struct bf_s3_abort *a, const struct bf_s3_result *r)
{
    struct sealed *s = a->arg;
    struct bf_s3_result failed = *r;
    if (!bf_err_retryable(r->err.code)) {
        if (r->err.code != BF_OK && r->err.code != BF_E_NOTFOUND)
            bf_diag_warn("s3://%s/%s: the upload of an earlier run stays behind: %s",
                         s->deliver->config->bucket, bf_buf_cstr(&s->key), r->err.text);
        bf_err_clear(&failed.err);
        if (start_body(s->deliver, s, &failed.err))
            return;
    }
    finished(s, &failed);
}

static bool start(struct deliver *d, struct sealed *s, struct bf_err *e)
{
    describe(d, s);
    if (s->file[0] && !spool_open(d->spool, s->file, &s->fd, e))
        return false;
    if (!s->upload)
        return start_body(d, s, e);
    s->abort = (struct bf_s3_abort){.done = aborted, .arg = s};
    return bf_s3_abort(d->aws, &s->abort, &s->object, s->upload, e);
}

static void start_some(struct deliver *d)
{
    while (d->first && d->flying < d->config->window) {
        struct sealed *s = d->first;
        d->first = s->next;
        if (!d->first)
            d->last = NULL;
        s->next = NULL;
        d->flying++;
        /* after a signal one that S3 leaves waiting is enough to know of the others */
        bool hopeless = bf_stop_asked() && bf_err_retryable(d->failed.code);
        if (hopeless)
            bf_err_set(&s->result.err, d->failed.code, "not sent: interrupted");
        else if (start(d, s, &s->result.err))
            continue;
        d->flying--;
        did_not_arrive(s);
    }
}

void deliver_add(struct deliver *d, struct sealed *s)
{
    s->deliver = d;
    d->pending++;
    d->held += s->body.n;
    d->waiting += s->bytes;
    if (!d->aws) {
        arrived(s);
        return;
    }
    if (d->last)
        d->last->next = s;
    else
        d->first = s;
    d->last = s;
    start_some(d);
}

bool deliver_has_room(const struct deliver *d)
{
    const struct config *c = d->config;
    if (d->pending == 0)
        return true;
    /* bodies in the spool wait there; those in memory let the reader wait */
    return d->held <= (c->memory < HELD_MAX ? c->memory : HELD_MAX) && d->waiting <= c->spool_max &&
           (d->spool || d->pending <= c->window);
}

bool deliver_flush(struct deliver *d, struct bf_err *e)
{
    if (d->dirty)
        bf_diag_wipe(); /* receipts may go to the same terminal */
    bool ok =
        bf_out_flush(d->receipts, e) && (!d->keep || !d->dirty || bf_out_sync(d->receipts, e));
    d->dirty = false;
    if (ok)
        return true;
    if (d->keep && (e->sys == ENOSPC || e->sys == EDQUOT))
        e->code = BF_E_TEMPORARY; /* their objects go up again, and give them again */
    remember(d, e);
    return false;
}

bool deliver_run(struct deliver *d, int timeout_ms, int fd, bool *readable, struct bf_err *e)
{
    struct bf_err failed = {0};
    bool ok = deliver_flush(d, &failed); /* a failure is remembered, and ends the reading */
    (void)ok;
    return !d->aws || bf_aws_run_fd(d->aws, timeout_ms, fd, readable, e);
}

bool deliver_drain(struct deliver *d, struct bf_err *e)
{
    while (d->pending)
        if (!deliver_run(d, -1, -1, NULL, e))
            return false;
    return deliver_run(d, 0, -1, NULL, e);
}
