#include "cmd/s3put/one.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/s3put/receipt.h"
#include "lib/aws/s3/s3.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

enum { PARTS = 3, STEP = 256 * 1024, MEMORY_PART = 16 << 20 };

/* A part while it fills and while it flies. */
struct part {
    struct bf_buf data; /* all of it, or what is not yet in the file */
    FILE *file;         /* unlinked; NULL: none */
    uint64_t in_file;
    bool flying;
    unsigned slot;
};

struct one {
    const struct config *config;
    struct bf_aws *aws;
    struct bf_compress *compress;
    struct bf_s3_object object;
    struct bf_s3_multipart *multipart;
    struct bf_s3_put put;
    struct part parts[PARTS];
    struct part *filling; /* NULL: none is free */
    unsigned number;      /* of the part that fills, from 1 */
    uint64_t bytes;
    char *input;
    bool ended, done;
    struct bf_s3_result result;
};

static void done(void *arg, const struct bf_s3_result *r)
{
    struct one *o = arg;
    o->result = *r;
    o->done = true;
}

static void put_done(struct bf_s3_put *p, const struct bf_s3_result *r)
{
    done(p->arg, r);
}

static void empty(struct part *p)
{
    if (p->file)
        fclose(p->file);
    p->file = NULL;
    p->in_file = 0;
    p->flying = false;
    bf_buf_reset(&p->data);
}

static void part_done(void *arg, unsigned slot)
{
    struct one *o = arg;
    for (int i = 0; i < PARTS; i++)
        if (o->parts[i].flying && o->parts[i].slot == slot)
            empty(&o->parts[i]);
}

static uint64_t length(const struct part *p)
{
    return p->in_file + p->data.n;
}

/* Large parts lie on disk. */
static bool part_to_file(struct part *p, struct bf_err *e)
{
    if (!p->file && !(p->file = tmpfile()))
        return bf_err_sys(e, errno, "temporary file");
    if (fwrite(p->data.p, 1, p->data.n, p->file) != p->data.n || fflush(p->file) != 0)
        return bf_err_sys(e, errno, "temporary file");
    p->in_file += p->data.n;
    bf_buf_reset(&p->data);
    return true;
}

static struct bf_s3_body body_of(const struct part *p)
{
    if (p->file)
        return (struct bf_s3_body){.fd = fileno(p->file), .length = p->in_file};
    return (struct bf_s3_body){.data = bf_buf_view(&p->data)};
}

static bool send_part(struct one *o, struct bf_err *e)
{
    struct part *p = o->filling;
    struct bf_s3_events events = {.part_done = part_done, .done = done, .arg = o};
    if (p->file && p->data.n && !part_to_file(p, e))
        return false;
    if (!o->multipart && !(o->multipart = bf_s3_multipart_new(o->aws, &o->object, &events, e)))
        return false;
    p->flying = true;
    if (!bf_s3_multipart_part(o->multipart, body_of(p), &p->slot, e)) {
        p->flying = false;
        return false;
    }
    o->filling = NULL;
    o->number++;
    return true;
}

/* A free part to fill, or none. */
static void take_free(struct one *o)
{
    for (int i = 0; i < PARTS && !o->filling; i++)
        if (!o->parts[i].flying)
            o->filling = &o->parts[i];
}

/* Waits for the network until there is a part to fill; false also when the upload has failed. */
static bool want_part(struct one *o, struct bf_err *e)
{
    take_free(o);
    while (!o->filling && !o->done) {
        if (!bf_aws_run(o->aws, -1, e))
            return false;
        take_free(o);
    }
    if (o->done)
        *e = o->result.err;
    return !o->done;
}

/* Takes bytes of the object's body. */
static bool take_piece(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct one *o = arg;
    o->bytes += piece.n;
    while (piece.n) {
        if (!want_part(o, e))
            return false;
        struct part *p = o->filling;
        uint64_t left = bf_s3_part_size(o->number) - length(p);
        size_t n = piece.n < left ? piece.n : (size_t)left;
        bf_buf_add(&p->data, piece.p, n);
        piece.p += n, piece.n -= n;
        if (!bf_buf_check(&p->data, "a part", e))
            return false;
        bool large = bf_s3_part_size(o->number) > MEMORY_PART;
        if (large && p->data.n >= STEP && !part_to_file(p, e))
            return false;
        if (length(p) == bf_s3_part_size(o->number) && !send_part(o, e))
            return false;
    }
    return true;
}

/* One read(2), straight into the part where nothing is to be compressed. */
static bool read_some(struct one *o, struct bf_err *e)
{
    if (!want_part(o, e))
        return false;
    struct part *p = o->filling;
    uint64_t left = bf_s3_part_size(o->number) - length(p);
    bool direct = o->config->compress == BF_COMPRESS_NONE && !p->file &&
                  bf_s3_part_size(o->number) <= MEMORY_PART;
    size_t want = direct && left < STEP ? (size_t)left : STEP;
    char *into = direct ? bf_buf_room(&p->data, want) : o->input;
    if (!into)
        return bf_buf_check(&p->data, "a part", e);
    ssize_t n = read(STDIN_FILENO, into, want);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n < 0)
        return bf_err_sys(e, errno, "standard input");
    o->ended = n == 0;
    if (!direct)
        return bf_compress_add(o->compress, bf_str(into, (size_t)n), take_piece, o, e);
    p->data.n += (size_t)n;
    o->bytes += (uint64_t)n;
    return length(p) < bf_s3_part_size(o->number) || send_part(o, e);
}

static bool read_all(struct one *o, struct bf_err *e)
{
    while (!o->ended && !o->done) {
        bool readable = false;
        /* part of an object is worse than none: a signal gives it up */
        if (bf_stop_asked())
            return bf_err_set(e, BF_E_STOPPED, "interrupted, nothing was written");
        if (!bf_aws_run_fd(o->aws, -1, STDIN_FILENO, &readable, e))
            return false;
        if (readable && !o->done && !read_some(o, e))
            return false;
    }
    if (o->done)
        *e = o->result.err;
    return !o->done;
}

/* The last part, or all of a small object. */
static bool finish_object(struct one *o, struct bf_err *e)
{
    if (!bf_compress_end(o->compress, take_piece, o, e) || !want_part(o, e))
        return false;
    struct part *p = o->filling;
    if (!o->multipart) {
        o->put = (struct bf_s3_put){
            .object = &o->object, .body = body_of(p), .done = put_done, .arg = o};
        return bf_s3_put(o->aws, &o->put, e);
    }
    if (length(p) && !send_part(o, e))
        return false;
    bf_s3_multipart_finish(o->multipart);
    return true;
}

static bool upload(struct one *o, struct bf_err *e)
{
    bool ok = read_all(o, e) && finish_object(o, e);
    if (!ok && o->multipart)
        bf_s3_multipart_fail(o->multipart, e);
    struct bf_err second = {0};
    bool flying = ok || o->multipart;
    while (flying && !o->done)
        if (!bf_aws_run(o->aws, -1, &second))
            break;
    if (o->done && o->result.err.code != BF_OK)
        *e = o->result.err; /* the first reason, also when something else has noticed it */
    return ok && o->done && o->result.err.code == BF_OK;
}

static bool write_receipt(const struct one *o, bool dry_run, struct bf_err *e)
{
    struct bf_out out;
    struct receipt r = {.bucket = o->config->bucket,
                        .key = o->config->prefix,
                        .bytes = o->bytes,
                        .etag = o->result.etag,
                        .checksum = dry_run ? BF_CHECKSUM_NONE : o->config->checksum,
                        .checksum_value = o->result.checksum,
                        .dry_run = dry_run};
    if (!bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e))
        return false;
    receipt_put(&out, &r);
    return bf_out_close(&out, e);
}

static bool discard(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct one *o = arg;
    (void)e;
    o->bytes += piece.n;
    return true;
}

/* --dry-run: counts the bytes. */
static bool count(struct one *o, struct bf_err *e)
{
    while (!o->ended) {
        struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = bf_stop_fd(), .events = POLLIN}};
        (void)poll(fds, 2, -1);
        if (bf_stop_asked())
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        ssize_t n = read(STDIN_FILENO, o->input, STEP);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return bf_err_sys(e, errno, "standard input");
        o->ended = n == 0;
        if (n > 0 && !bf_compress_add(o->compress, bf_str(o->input, (size_t)n), discard, o, e))
            return false;
    }
    return bf_compress_end(o->compress, discard, o, e) && write_receipt(o, true, e);
}

static bool open_all(struct one *o, const struct config *c, struct bf_err *e)
{
    o->config = c;
    o->number = 1;
    o->object = (struct bf_s3_object){
        .bucket = c->bucket,
        .key = c->prefix,
        .content_type = c->type,
        .content_encoding = bf_compress_encoding(c->compress),
        .storage_class = c->storage_class,
        .sse = c->sse,
        .sse_key = c->sse_key,
        .tagging = c->tagging.n ? c->tagging.p : NULL,
        .acl = c->acl,
        .payer = c->request_payer ? "requester" : NULL,
        .if_none_match = c->if_none_match,
        .checksum = c->checksum,
    };
    for (int i = 0; i < PARTS; i++)
        bf_buf_init(&o->parts[i].data, MEMORY_PART + STEP);
    o->input = malloc(STEP);
    if (!o->input)
        return bf_err_nomem(e);
    o->compress = bf_compress_new(c->compress, (int)c->level, e);
    if (!o->compress)
        return false;
    return config_open_client(c, &o->aws, e) && config_ask_bucket(c, o->aws, e);
}

bool run_one(const struct config *c, struct bf_err *e)
{
    struct one *o = calloc(1, sizeof *o);
    if (!o)
        return bf_err_nomem(e);
    bool ok = open_all(o, c, e);
    if (ok && c->dry_run)
        ok = count(o, e);
    else if (ok) {
        ok = upload(o, e) || bf_err_ctx(e, "s3://%s/%.*s", c->bucket, BF_SHOWN_TO(c->prefix, 200));
        ok = ok && write_receipt(o, false, e);
    }
    bf_aws_destroy(o->aws); /* first: it drops the calls that the upload owns */
    bf_s3_multipart_destroy(o->multipart);
    bf_compress_destroy(o->compress);
    for (int i = 0; i < PARTS; i++) {
        empty(&o->parts[i]);
        bf_buf_free(&o->parts[i].data);
    }
    free(o->input);
    free(o);
    return ok;
}
