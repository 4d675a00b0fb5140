/* The credentials that a client signs with: the link between the credentials' keeper and the
 * signer. */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "lib/aws/credentials/finder.h"
#include "lib/aws/client/client_impl.h"
#include "lib/base/clock.h"

int64_t bf_aws_now_ms(const struct bf_aws *aws)
{
    return bf_clock_wall_ms() + aws->skew_ms;
}

static void on_note(void *arg, const char *text)
{
    const struct bf_aws *aws = arg;
    if (aws->note)
        aws->note(aws->note_arg, text);
}

static void on_detail(void *arg, const char *text)
{
    const struct bf_aws *aws = arg;
    if (aws->detail)
        aws->detail(aws->detail_arg, text);
}

static void on_warn(void *arg, const char *text)
{
    const struct bf_aws *aws = arg;
    if (aws->warn)
        aws->warn(aws->warn_arg, text);
}

bool bf_aws_identity_init(struct bf_aws *aws, const struct bf_aws_options *options,
                          struct bf_err *e)
{
    aws->finder = calloc(1, sizeof *aws->finder);
    if (!aws->finder)
        return bf_err_nomem(e);
    struct bf_keeper_finder f = {.find = bf_cred_finder_find,
                                 .arg = aws->finder,
                                 .note = on_note,
                                 .detail = on_detail,
                                 .warn = on_warn,
                                 .told_arg = aws};
    if (!bf_cred_finder_init(aws->finder, options, e))
        return false;
    aws->keeper = bf_keeper_new(&f, e);
    return aws->keeper != NULL;
}

void bf_aws_identity_free(struct bf_aws *aws)
{
    bf_keeper_destroy(aws->keeper);
    if (aws->finder)
        bf_cred_finder_free(aws->finder);
    free(aws->finder);
}

/* New credentials that have expired by the clock here: is it the clock that is wrong? */
static bool learn_skew(struct bf_aws *aws, int64_t now_ms)
{
    int64_t seen_ms = bf_keeper_seen_ms(aws->keeper, now_ms);
    if (!seen_ms || llabs((long long)(seen_ms - now_ms)) <= BF_RETRY_SKEW_MS)
        return false;
    aws->skew_ms += seen_ms - now_ms;
    return true;
}

bool bf_aws_identify(struct bf_aws *aws, struct bf_err *e)
{
    uint64_t generation;
    int64_t now_ms = bf_aws_now_ms(aws);
    const struct bf_credentials *c = bf_keeper_get(aws->keeper, now_ms, &generation, e);
    if (!c && learn_skew(aws, now_ms)) {
        bf_err_clear(e);
        c = bf_keeper_get(aws->keeper, bf_aws_now_ms(aws), &generation, e);
    }
    if (!c)
        return false;
    if (generation == aws->generation)
        return true;
    bf_signer_free(&aws->signer);
    if (!bf_credentials_copy(&aws->signer.credentials, c))
        return bf_err_nomem(e);
    aws->generation = generation;
    return true;
}

bool bf_aws_renew(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e)
{
    if (s->renewed)
        return bf_err_set(e, BF_E_EXPIRED, "the renewed ones are refused too");
    s->renewed = true;
    return bf_keeper_refused(aws->keeper, s->generation, bf_aws_now_ms(aws), e);
}
