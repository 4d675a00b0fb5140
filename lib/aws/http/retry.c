#include "lib/aws/http/retry.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"

static const uint64_t max_retry_after_us = 5 * 1000000; /* beyond the computed delay */

static const char *const throttling_codes[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
};

static const char *const transient_codes[] = {
    "RequestTimeout",
    "RequestTimeoutException",
};

/* S3: another request was at the same object or bucket; the same one again may pass (API reference, PutObject,
 * CompleteMultipartUpload; "List of error codes"). */
static const char *const conflict_codes[] = {
    "ConditionalRequestConflict",
    "OperationAborted",
};

static const char *const clock_codes[] = {
    "RequestTimeTooSkewed",
    "RequestExpired",
    "RequestInTheFuture",
};

/* What a signature with a wrong date looks like. */
static const char *const signature_codes[] = {
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
};

static bool one_of(struct bf_str code, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(code, bf_str_of(list[i])))
            return true;
    return false;
}

struct bf_retry_rules bf_retry_rules_of(enum bf_aws_service service, uint64_t max_attempts)
{
    const struct bf_service *s = bf_service_of(service);
    struct bf_retry_rules rules = {
        .max_attempts = s->max_attempts,
        .base_us = s->base_delay_ms * (uint64_t)1000,
        .throttling_base_us = 1000000,
    };
    if (max_attempts)
        rules.max_attempts = max_attempts > 1000 ? 1000 : (unsigned)max_attempts;
    return rules;
}

bool bf_retry_is_throttling(struct bf_str code)
{
    return one_of(code, throttling_codes, BF_COUNT(throttling_codes));
}

enum bf_retry_kind bf_retry_classify(enum bf_aws_service service, int status, struct bf_str code)
{
    if (bf_retry_is_throttling(code))
        return BF_RETRY_THROTTLING;
    if (one_of(code, transient_codes, BF_COUNT(transient_codes)))
        return BF_RETRY_TRANSIENT;
    if (service == BF_AWS_STS && bf_str_is(code, "IDPCommunicationError"))
        return BF_RETRY_TRANSIENT;
    if (service == BF_AWS_S3 && one_of(code, conflict_codes, BF_COUNT(conflict_codes)))
        return BF_RETRY_TRANSIENT;
    switch (status) {
    case 0:
    case 500:
    case 502:
    case 503:
    case 504:
        return BF_RETRY_TRANSIENT;
    case 429: /* a proxy or a compatible service that knows no AWS codes */
        return BF_RETRY_THROTTLING;
    default:
        return BF_RETRY_NOT;
    }
}

static uint64_t backoff_us(uint64_t base_us, unsigned attempt, uint32_t jitter)
{
    return bf_backoff_limit(base_us, attempt, (uint64_t)BF_BACKOFF_MOST_MS * 1000) * jitter /
           BF_RETRY_JITTER_ONE;
}

/* What the service asked for, within the limits of its asking. */
static uint64_t heed(struct bf_str retry_after, uint64_t us)
{
    struct bf_err ignored;
    uint64_t ms;
    if (!bf_num_u64(retry_after, &ms, &ignored))
        return us;
    if (ms > (us + max_retry_after_us) / 1000)
        return us + max_retry_after_us;
    return ms * 1000 < us ? us : ms * 1000;
}

bool bf_retry_again(const struct bf_retry_rules *rules, struct bf_retry_quota *quota,
                    struct bf_retry *r, enum bf_retry_kind kind, uint32_t jitter,
                    struct bf_str retry_after, uint64_t *delay_us)
{
    bool throttled = kind == BF_RETRY_THROTTLING;
    unsigned cost = throttled ? BF_RETRY_COST_THROTTLING : BF_RETRY_COST_OTHER;
    if (kind == BF_RETRY_NOT || r->attempt >= rules->max_attempts || quota->left < cost)
        return false;
    quota->left -= cost;
    r->cost = cost;
    uint64_t base = throttled ? rules->throttling_base_us : rules->base_us;
    *delay_us = heed(retry_after, backoff_us(base, r->attempt, jitter));
    r->attempt++;
    return true;
}

void bf_retry_done(struct bf_retry_quota *quota, const struct bf_retry *r)
{
    quota->left += r->cost ? r->cost : 1;
    if (quota->left > BF_RETRY_QUOTA)
        quota->left = BF_RETRY_QUOTA;
}

void bf_retry_header(const struct bf_retry_rules *rules, const struct bf_retry *r, char out[48])
{
    snprintf(out, 48, "attempt=%u; max=%u", r->attempt, rules->max_attempts);
}

bool bf_retry_is_clock(struct bf_str code)
{
    return one_of(code, clock_codes, BF_COUNT(clock_codes));
}

bool bf_retry_is_skew(struct bf_str code)
{
    return bf_retry_is_clock(code) || one_of(code, signature_codes, BF_COUNT(signature_codes));
}

bool bf_retry_learn_skew(struct bf_str date, int64_t wall_ms, int64_t *skew_ms)
{
    int64_t theirs;
    if (!bf_clock_parse_http(bf_str_trim(date), &theirs))
        return false;
    *skew_ms = theirs - wall_ms;
    return true;
}
