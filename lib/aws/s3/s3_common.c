#include "lib/aws/s3/s3_common.h"

#include <stdio.h>

#include "lib/aws/http/answer.h"

const struct bf_aws_op bf_s3_op = {BF_AWS_S3, NULL};

void bf_s3_add_header(struct bf_aws_call *call, const char *name, const char *value)
{
    if (value && *value && call->nheaders < BF_AWS_HEADERS_MAX)
        call->headers[call->nheaders++] = (struct bf_aws_header_field){name, value};
}

void bf_s3_object_headers(struct bf_aws_call *call, const struct bf_s3_object *o)
{
    bf_s3_add_header(call, "content-type", o->content_type);
    bf_s3_add_header(call, "content-encoding", o->content_encoding);
    bf_s3_add_header(call, "x-amz-storage-class", o->storage_class);
    bf_s3_add_header(call, "x-amz-server-side-encryption", o->sse);
    bf_s3_add_header(call, "x-amz-server-side-encryption-aws-kms-key-id", o->sse_key);
    bf_s3_add_header(call, "x-amz-tagging", o->tagging);
    bf_s3_add_header(call, "x-amz-acl", o->acl);
}

void bf_s3_set_body(struct bf_aws_call *call, const struct bf_s3_body *body)
{
    call->body = body->data;
    call->body_fd = body->fd;
    call->body_offset = body->offset;
    call->body_length = body->length;
}

bool bf_s3_body_checksum(enum bf_checksum_kind kind, const struct bf_s3_body *body,
                         char out[BF_CHECKSUM_TEXT], struct bf_err *e)
{
    if (body->fd > 0)
        return bf_checksum_of_file(kind, body->fd, body->offset, body->length, out, e);
    return bf_checksum_of(kind, body->data, out, e);
}

void bf_s3_take_answer(struct bf_s3_result *r, const struct bf_aws_call *call,
                       const struct bf_aws_answer *a)
{
    r->status = a->status;
    r->attempts = a->attempts;
    r->err = a->err;
    snprintf(r->code, sizeof r->code, "%s", a->code);
    bf_copy_unquoted(r->etag, sizeof r->etag, bf_aws_header(call, "etag"));
}
