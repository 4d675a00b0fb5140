#include "lib/aws/s3_common.h"

static void put_done(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_put *p = call->arg;
    bf_s3_take_answer(&p->result, call, a);
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
