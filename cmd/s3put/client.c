/* The client of a run, and the words that only AWS's own S3 is asked to know. */
#include <stdio.h>

#include "cmd/s3put/config.h"
#include "lib/aws/s3/s3.h"
#include "lib/cli/diag.h"

/* API reference, PutObject: x-amz-storage-class, x-amz-server-side-encryption. */
static const char *const storage_classes[] = {
    "STANDARD", "STANDARD_IA",  "ONEZONE_IA",         "INTELLIGENT_TIERING", "GLACIER_IR",
    "GLACIER",  "DEEP_ARCHIVE", "REDUCED_REDUNDANCY", "EXPRESS_ONEZONE",     "OUTPOSTS",
    "SNOW",     "FSX_OPENZFS",  "FSX_ONTAP",
};

static const char *const encryptions[] = {"AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"};

static bool check_word(const char *option, const char *word, const char *const *known, size_t n,
                       struct bf_err *e)
{
    struct bf_buf list;
    if (!word)
        return true;
    bf_buf_init(&list, 400);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, known[i]) == 0) {
            bf_buf_free(&list);
            return true;
        }
        bf_buf_addf(&list, "%s%s", i ? ", " : "", known[i]);
    }
    bf_err_set(e, BF_E_USAGE,
               "option '%s': '%.60s' is none of %.*s (AWS; with --endpoint-url any word goes)",
               option, word, (int)list.n, list.p ? list.p : "");
    bf_buf_free(&list);
    return false;
}

/* A service of another kind may have words of its own. */
static bool check_words(const struct config *c, struct bf_aws *aws, struct bf_err *e)
{
    bool own;
    return bf_aws_is_own_endpoint(aws, BF_AWS_S3, &own, e) &&
           (!own || (check_word("--storage-class", c->storage_class, storage_classes,
                                BF_COUNT(storage_classes), e) &&
                     check_word("--sse", c->sse, encryptions, BF_COUNT(encryptions), e)));
}

bool config_open_client(const struct config *c, struct bf_aws **aws, struct bf_err *e)
{
    *aws = NULL;
    if (c->dry_run)
        return true;
    *aws = bf_aws_new(&c->aws, e);
    if (!*aws)
        return false;
    bf_aws_on_note(*aws, bf_diag_take_note, NULL);
    bf_aws_on_detail(*aws, bf_diag_take_detail, NULL);
    bf_aws_on_warning(*aws, bf_diag_take_warning, NULL);
    return check_words(c, *aws, e);
}

struct asking {
    bool done;
    struct bf_s3_result result;
};

static void answered(struct bf_s3_head *h, const struct bf_s3_result *r)
{
    struct asking *a = h->arg;
    a->done = true;
    a->result = *r;
}

/* Does the answer foretell every upload's? Who may write need not be allowed to list (AccessDenied), and a service in
 * trouble may be well again at the first upload. */
static bool is_final(const struct bf_s3_result *r)
{
    switch (r->err.code) {
    case BF_E_DENIED:
        return strncmp(r->code, "AccessDenied", 12) != 0 &&
               strcmp(r->code, "AllAccessDisabled") != 0;
    case BF_E_NOTFOUND:
    case BF_E_NETWORK:
        return true;
    default:
        return false;
    }
}

bool config_ask_bucket(const struct config *c, struct bf_aws *aws, struct bf_err *e)
{
    struct asking a = {0};
    struct bf_s3_head head = {.done = answered, .arg = &a};
    if (!aws)
        return true;
    if (!bf_s3_ask_bucket(aws, &head, c->bucket, c->request_payer ? "requester" : NULL, e))
        return bf_err_ctx(e, "s3://%s", c->bucket);
    while (!a.done)
        if (!bf_aws_run(aws, -1, e)) {
            bf_aws_cancel(aws, &head.call);
            return false;
        }
    if (!is_final(&a.result))
        return true;
    *e = a.result.err;
    if (e->code == BF_E_NOTFOUND)
        return bf_err_set(e, BF_E_NOTFOUND, "s3://%s: there is no such bucket", c->bucket);
    return bf_err_ctx(e, "s3://%s", c->bucket);
}
