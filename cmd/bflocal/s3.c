/* S3: which operation a request is, and the frame round each. */
#include "cmd/bflocal/router.h"

const struct bl_service bl_service_s3 = {
    .name = "s3",
    .signing = "s3",
    .target = "",
    .content_type = "application/xml",
    .error_prefix = "",
    .max_body = 2 * 1024 * 1024,
};

static void not_implemented(struct bl_call *c)
{
    c->ans.status = 501;
    c->ans.content_type = "application/xml";
    bf_buf_lit(&c->ans.body,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NotImplemented</Code>"
               "<Message>A header you provided implies functionality that is not "
               "implemented</Message></Error>");
}

bool bl_s3_begin(struct bl_call *c, size_t *max_body)
{
    *max_body = c->service->max_body;
    return true;
}

void bl_s3_finish(struct bl_call *c)
{
    not_implemented(c);
}

void bl_s3_too_large(struct bl_call *c)
{
    not_implemented(c);
}
