#include "lib/aws/s3/s3_common.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/num.h"

/* "bytes 0-99/1234": 1234. */
static bool total_of(struct bf_str range, uint64_t *total)
{
    struct bf_err ignored;
    const char *slash = range.n ? memchr(range.p, '/', range.n) : NULL;
    return slash &&
           bf_num_u64(bf_str(slash + 1, range.n - (size_t)(slash + 1 - range.p)), total, &ignored);
}

/* An answer that is shorter than it ought to be would lose rows. */
static void check_length(struct bf_s3_get *g, const struct bf_aws_answer *a)
{
    uint64_t left = g->offset < g->total ? g->total - g->offset : 0;
    uint64_t want = g->length && g->length < left ? g->length : left;
    if (a->body.n != want)
        bf_err_set(&g->result.err, BF_E_NETWORK, "GetObject: %zu bytes, %" PRIu64 " were asked for",
                   a->body.n, want);
}

static void get_done(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_get *g = call->arg;
    bf_s3_take_answer(&g->result, call, a);
    if (a->status == 416 && g->offset == 0) { /* no byte to begin with */
        bf_err_clear(&g->result.err);
        g->done(g, &g->result, (struct bf_str){0});
        return;
    }
    if (g->result.err.code == BF_OK) {
        if (a->status != 206 || !total_of(bf_aws_header(call, "content-range"), &g->total)) {
            g->total = a->body.n;
            g->whole = true;
        }
        if (!g->whole)
            check_length(g, a);
        else if (g->offset)
            bf_err_set(&g->result.err, BF_E_SERVICE, "GetObject: the whole object came for a part");
    }
    g->done(g, &g->result, a->body);
}

bool bf_s3_get(struct bf_aws *aws, struct bf_s3_get *g, struct bf_err *e)
{
    g->result = (struct bf_s3_result){0};
    g->whole = false;
    g->call = (struct bf_aws_call){.op = &bf_s3_op,
                                   .method = "GET",
                                   .bucket = g->bucket,
                                   .key = g->key,
                                   .done = get_done,
                                   .arg = g};
    if (g->length) {
        snprintf(g->range, sizeof g->range, "bytes=%" PRIu64 "-%" PRIu64, g->offset,
                 g->offset + g->length - 1);
        bf_s3_add_header(&g->call, "range", g->range);
    }
    if (g->etag[0]) {
        snprintf(g->match, sizeof g->match, "\"%s\"", g->etag);
        bf_s3_add_header(&g->call, "if-match", g->match);
    }
    bf_s3_add_header(&g->call, "x-amz-request-payer", g->payer);
    return bf_aws_submit(aws, &g->call, e);
}
