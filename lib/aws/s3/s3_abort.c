#include "lib/aws/s3/s3_common.h"

#include "lib/encoding/enc.h"

static void answered(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_abort *abort = call->arg;
    bf_s3_take_answer(&abort->result, call, a);
    if (a->status == 404)
        abort->result.err.code = BF_E_NOTFOUND;
    abort->done(abort, &abort->result);
}

bool bf_s3_abort(struct bf_aws *aws, struct bf_s3_abort *abort, const struct bf_s3_object *object,
                 const char *upload, struct bf_err *e)
{
    struct bf_buf query;
    bf_buf_init(&query, sizeof abort->query - 1);
    bf_buf_lit(&query, "uploadId=");
    bf_uri_encode(&query, bf_str_of(upload), false);
    bool ok = bf_buf_check(&query, "the upload's id", e);
    if (ok) {
        memcpy(abort->query, query.p, query.n);
        abort->query[query.n] = '\0';
    }
    bf_buf_free(&query);
    abort->result = (struct bf_s3_result){0};
    abort->call = (struct bf_aws_call){.op = &bf_s3_op,
                                       .method = "DELETE",
                                       .bucket = object->bucket,
                                       .key = object->key,
                                       .query = abort->query,
                                       .done = answered,
                                       .arg = abort};
    bf_s3_add_header(&abort->call, "x-amz-request-payer", object->payer);
    return ok && bf_aws_submit(aws, &abort->call, e);
}
