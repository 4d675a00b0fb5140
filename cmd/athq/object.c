/* Reads a large object in ranges: several requests are in flight, and their data is passed on in order. */
#include "cmd/athq/athq.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/s3/s3.h"
#include "lib/base/stop.h"

enum { RANGES = 4, RANGE_BYTES = 8 * 1024 * 1024, BODY_MAX = 40 * 1024 * 1024 };

struct range {
    struct bf_s3_get get;
    struct bf_buf body;
    bool busy, full;
};

struct object {
    struct bf_aws *aws;
    char bucket[256];
    struct bf_str key;
    char etag[80];
    uint64_t total; /* known after the first range */
    uint64_t asked; /* offset of the next range to request */
    bool known;
    struct range range[RANGES];
    size_t in, out; /* numbers of the next range to request and of the next to pass on */
    bool given; /* range `out` has been passed on, and its bytes are in use until the next call */
    struct bf_err err;
};

static void on_range(struct bf_s3_get *get, const struct bf_s3_result *result, struct bf_str body)
{
    struct object *o = get->arg;
    struct range *r = (struct range *)(void *)((char *)get - offsetof(struct range, get));
    r->busy = false;
    r->full = true;
    if (result->err.code != BF_OK) {
        if (o->err.code == BF_OK)
            o->err = result->err;
        return;
    }
    bf_buf_adds(&r->body, body);
    if (!o->known) {
        o->known = true;
        o->total = get->whole ? body.n : get->total;
        o->asked = body.n;
        snprintf(o->etag, sizeof o->etag, "%s", result->etag);
    }
    if (!bf_buf_ok(&r->body) && o->err.code == BF_OK)
        bf_err_nomem(&o->err);
}

static bool ask(struct object *o, struct bf_err *e)
{
    struct range *r = &o->range[o->in % RANGES];
    bf_buf_reset(&r->body);
    r->get = (struct bf_s3_get){.bucket = o->bucket,
                                .key = o->key,
                                .offset = o->known ? o->asked : 0,
                                .length = RANGE_BYTES,
                                .done = on_range,
                                .arg = o};
    if (o->known) {
        memcpy(r->get.etag, o->etag, sizeof o->etag);
        o->asked += RANGE_BYTES;
    }
    r->busy = true;
    r->full = false;
    if (!bf_s3_get(o->aws, &r->get, e)) {
        r->busy = false;
        return false;
    }
    o->in++;
    return true;
}

/* The first range is requested alone, because its answer has the object's size. */
static bool fill(struct object *o, struct bf_err *e)
{
    if (!o->known)
        return o->in || ask(o, e);
    while (o->asked < o->total && o->in - o->out < RANGES)
        if (!ask(o, e))
            return false;
    return true;
}

bool object_next(struct object *o, struct bf_str *piece, struct bf_err *e)
{
    *piece = bf_str(NULL, 0);
    if (o->given)
        o->out++;
    o->given = false;
    if (o->known && o->out == o->in && o->asked >= o->total)
        return true;
    struct range *r = &o->range[o->out % RANGES];
    if (!fill(o, e))
        return false;
    while (r->busy)
        if (!bf_aws_run(o->aws, -1, e))
            return false;
    if (o->err.code != BF_OK || bf_stop_asked()) {
        if (o->err.code != BF_OK)
            *e = o->err;
        else
            bf_err_set(e, BF_E_STOPPED, "interrupted");
        return false;
    }
    o->given = fill(o, e);
    *piece = r->body.n ? bf_buf_view(&r->body) : BF_STR("");
    return o->given;
}

struct object *object_open(struct bf_aws *aws, struct bf_str url, struct bf_err *e)
{
    struct bf_str bucket, key;
    if (!bf_s3_parse_url(url, &bucket, &key, e))
        return NULL;
    struct object *o = calloc(1, sizeof *o);
    if (!o) {
        bf_err_nomem(e);
        return NULL;
    }
    o->aws = aws;
    o->key = key;
    snprintf(o->bucket, sizeof o->bucket, "%.*s", (int)bucket.n, bucket.p);
    for (size_t i = 0; i < RANGES; i++)
        bf_buf_init(&o->range[i].body, BODY_MAX);
    return o;
}

void object_close(struct object *o)
{
    for (size_t i = 0; o && i < RANGES; i++) {
        if (o->range[i].busy)
            bf_aws_cancel(o->aws, &o->range[i].get.call);
        bf_buf_free(&o->range[i].body);
    }
    free(o);
}

bool object_read(struct bf_aws *aws, struct bf_str url,
                 bool (*take)(void *arg, struct bf_str piece, struct bf_err *e), void *arg,
                 struct bf_err *e)
{
    struct bf_str piece;
    struct object *o = object_open(aws, url, e);
    bool ok = o != NULL;
    while (ok && (ok = object_next(o, &piece, e)) && piece.p)
        ok = take(arg, piece, e);
    object_close(o);
    return ok || bf_err_ctx(e, "%.*s", (int)(url.n > 200 ? 200 : url.n), url.p);
}
