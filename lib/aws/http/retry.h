/*
 * Whether to retry, and how long to wait first: the AWS SDKs' rules of 2026.
 *
 * Everything here is arithmetic on parameters: no clock, no random source, no network. One
 * bf_retry_quota belongs to a client and is shared by its calls, so that they do not overload a
 * service in trouble together; one bf_retry belongs to a call.
 *
 *   delay   jitter x min(base x 2^(n-1), 20 s) after attempt n; base is 50 ms
 *           (DynamoDB and Streams 25 ms), 1 s if the service throttles;
 *           x-amz-retry-after (ms) replaces it, limited to delay .. delay + 5 s
 *   quota   500; a retry takes 5 (throttling) or 14; a success gives back the cost
 *           of the last retry, or 1 if there was none
 *   tries   3 (DynamoDB and Streams 4)
 */
#ifndef BF_AWS_HTTP_RETRY_H
#define BF_AWS_HTTP_RETRY_H

#include "lib/aws/config/endpoint.h"

enum bf_retry_kind {
    BF_RETRY_NOT,       /* the same request would fail in the same way */
    BF_RETRY_TRANSIENT, /* 5xx, connections, timeouts, damaged answers */
    BF_RETRY_THROTTLING
};

enum {
    BF_RETRY_QUOTA = 500,
    BF_RETRY_COST_THROTTLING = 5,
    BF_RETRY_COST_OTHER = 14,
    BF_RETRY_JITTER_ONE = 65536,     /* jitter is a fraction of this */
    BF_RETRY_SKEW_MS = 4 * 60 * 1000 /* a larger clock difference explains a refused signature */
};

struct bf_retry_rules {
    unsigned max_attempts;
    uint64_t base_us;
    uint64_t throttling_base_us;
};

/* max_attempts 0: the service's default. */
struct bf_retry_rules bf_retry_rules_of(enum bf_aws_service service, uint64_t max_attempts);

struct bf_retry_quota {
    unsigned left;
};

struct bf_retry {
    unsigned attempt; /* the current one, from 1 */
    unsigned cost;    /* taken from the quota by the last retry; 0: none */
};

/* The kind of retry for an answer with this status and error code. status 0: no answer. */
enum bf_retry_kind bf_retry_classify(enum bf_aws_service service, int status, struct bf_str code);

bool bf_retry_is_throttling(struct bf_str code);

/* After a failed attempt. True: wait *delay_us, then send attempt r->attempt (already incremented).
 * False: no more retries. jitter: 0 .. BF_RETRY_JITTER_ONE. retry_after: the x-amz-retry-after
 * header, empty if it is missing; a value that is not a number is ignored. */
bool bf_retry_again(const struct bf_retry_rules *rules, struct bf_retry_quota *quota,
                    struct bf_retry *r, enum bf_retry_kind kind, uint32_t jitter,
                    struct bf_str retry_after, uint64_t *delay_us);

/* After a success. */
void bf_retry_done(struct bf_retry_quota *quota, const struct bf_retry *r);

/* Writes the amz-sdk-request header: "attempt=1; max=3". */
void bf_retry_header(const struct bf_retry_rules *rules, const struct bf_retry *r, char out[48]);

/* Does this error code say that the request's time was wrong? */
bool bf_retry_is_clock(struct bf_str code);

/* Can a wrong clock be the cause of this error code? That is so for those that say it and those of
 * an invalid signature. */
bool bf_retry_is_skew(struct bf_str code);

/* Computes from the Date header of an answer received at wall_ms how far the service's clock is
 * ahead of ours. False (and *skew_ms unchanged) if the header is missing or not a date. */
bool bf_retry_learn_skew(struct bf_str date, int64_t wall_ms, int64_t *skew_ms);

#endif
