#include "lib/aws/s3/s3_common.h"

#include "lib/aws/http/answer.h"
#include "lib/base/num.h"

static void head_done(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_head *h = call->arg;
    struct bf_err ignored;
    bf_s3_take_answer(&h->result, call, a);
    if (!bf_num_u64(bf_aws_header(call, "content-length"), &h->bytes, &ignored))
        h->bytes = 0;
    if (h->checksum != BF_CHECKSUM_NONE)
        bf_copy_unquoted(h->result.checksum, sizeof h->result.checksum,
                         bf_aws_header(call, bf_checksum_header(h->checksum)));
    h->done(h, &h->result);
}

static void init(struct bf_s3_head *h, const char *bucket)
{
    h->result = (struct bf_s3_result){0};
    h->call = (struct bf_aws_call){
        .op = &bf_s3_op, .method = "HEAD", .bucket = bucket, .done = head_done, .arg = h};
}

bool bf_s3_ask_bucket(struct bf_aws *aws, struct bf_s3_head *h, const char *bucket,
                      const char *payer, struct bf_err *e)
{
    init(h, bucket);
    h->call.method = "GET";
    h->call.query = "list-type=2&max-keys=1";
    h->checksum = BF_CHECKSUM_NONE;
    bf_s3_add_header(&h->call, "x-amz-request-payer", payer);
    return bf_aws_submit(aws, &h->call, e);
}

bool bf_s3_head_object(struct bf_aws *aws, struct bf_s3_head *h, const struct bf_s3_object *o,
                       struct bf_err *e)
{
    init(h, o->bucket);
    h->call.key = o->key;
    h->checksum = o->checksum;
    bf_s3_add_header(&h->call, "x-amz-checksum-mode", "ENABLED");
    bf_s3_add_header(&h->call, "x-amz-request-payer", o->payer);
    return bf_aws_submit(aws, &h->call, e);
}

bool bf_s3_may_be_there(const struct bf_s3_object *o, const struct bf_aws_answer *a)
{
    return (a->attempts > 1 || o->resumed) &&
           (a->status == 412 || strcmp(a->code, "NoSuchUpload") == 0);
}

bool bf_s3_is_there(const struct bf_s3_head *h, uint64_t bytes, const char *checksum)
{
    const char *theirs = h->result.checksum;
    return h->result.err.code == BF_OK && h->bytes == bytes &&
           (!theirs[0] || !checksum[0] || strcmp(theirs, checksum) == 0);
}
