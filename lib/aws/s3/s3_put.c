#include "lib/aws/s3/s3_common.h"

static void looked(struct bf_s3_head *h, const struct bf_s3_result *r)
{
    struct bf_s3_put *p = h->arg;
    uint64_t bytes = p->body.fd > 0 ? p->body.length : p->body.data.n;
    if (bf_s3_is_there(h, bytes, p->result.checksum)) {
        bf_err_clear(&p->result.err);
        memcpy(p->result.etag, r->etag, sizeof p->result.etag);
    }
    p->done(p, &p->result);
}

static void put_done(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_put *p = call->arg;
    const struct bf_s3_object *o = p->object;
    struct bf_err ignored = {0};
    bf_s3_take_answer(&p->result, call, a);
    p->head = (struct bf_s3_head){.done = looked, .arg = p};
    if (bf_s3_may_be_there(o, a) && bf_s3_head_object(p->aws, &p->head, o, &ignored))
        return;
    p->done(p, &p->result);
}

bool bf_s3_put(struct bf_aws *aws, struct bf_s3_put *p, struct bf_err *e)
{
    const struct bf_s3_object *o = p->object;
    p->aws = aws;
    p->result = (struct bf_s3_result){0};
    p->call = (struct bf_aws_call){.op = &bf_s3_op,
                                   .method = "PUT",
                                   .bucket = o->bucket,
                                   .key = o->key,
                                   .done = put_done,
                                   .arg = p};
    bf_s3_object_headers(&p->call, o);
    bf_s3_add_header(&p->call, "x-amz-request-payer", o->payer);
    if (o->if_none_match)
        bf_s3_add_header(&p->call, "if-none-match", "*");
    bf_s3_set_body(&p->call, &p->body);
    if (p->checksum_value)
        memcpy(p->result.checksum, p->checksum_value, strlen(p->checksum_value) + 1);
    else if (!bf_s3_body_checksum(o->checksum, &p->body, p->result.checksum, e))
        return false;
    if (o->checksum != BF_CHECKSUM_NONE)
        bf_s3_add_header(&p->call, bf_checksum_header(o->checksum), p->result.checksum);
    return bf_aws_submit(aws, &p->call, e);
}
