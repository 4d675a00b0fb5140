/* A large object in ranges: several are under way, they are handed on in their order. */
#include "cmd/athq/athq.h"

#include <inttypes.h>
#include <stdio.h>

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
    uint64_t total; /* known with the first range */
    uint64_t asked; /* offset of the next range to ask for */
    bool known;
    struct range range[RANGES];
    size_t in, out; /* numbers of the next range to ask for, and to hand on */
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

/* The first range is alone: it tells how long the object is. */
static bool fill(struct object *o, struct bf_err *e)
{
    if (!o->known)
        return o->in || ask(o, e);
    while (o->asked < o->total && o->in - o->out < RANGES)
        if (!ask(o, e))
            return false;
    return true;
}

static bool read_all(struct object *o,
                     bool (*take)(void *arg, struct bf_str piece, struct bf_err *e), void *arg,
                     struct bf_err *e)
{
    while (!o->known || o->out < o->in || o->asked < o->total) {
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
        if (!fill(o, e) || !take(arg, bf_buf_view(&r->body), e))
            return false;
        o->out++;
    }
    return true;
}

bool object_read(struct bf_aws *aws, struct bf_str url,
                 bool (*take)(void *arg, struct bf_str piece, struct bf_err *e), void *arg,
                 struct bf_err *e)
{
    struct object o;
    struct bf_str bucket;
    o = (struct object){.aws = aws};
    if (!bf_s3_parse_url(url, &bucket, &o.key, e))
        return false;
    snprintf(o.bucket, sizeof o.bucket, "%.*s", (int)bucket.n, bucket.p);
    for (size_t i = 0; i < RANGES; i++)
        bf_buf_init(&o.range[i].body, BODY_MAX);
    bool ok = read_all(&o, take, arg, e);
    for (size_t i = 0; i < RANGES; i++) {
        if (o.range[i].busy)
            bf_aws_cancel(aws, &o.range[i].get.call);
        bf_buf_free(&o.range[i].body);
    }
    return ok || bf_err_ctx(e, "%.*s", (int)(url.n > 200 ? 200 : url.n), url.p);
}
