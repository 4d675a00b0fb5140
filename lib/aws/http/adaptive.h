/*
 * AWS_RETRY_MODE=adaptive: limits the rate of requests to a service that throttles (AWS SDKs and
 * Tools Reference Guide, "Retry behavior"; the constants are those of the SDKs). There is no limit
 * until the first throttling answer. Then the rate falls to 0.7 of the measured rate, and grows
 * again by the cubic curve of congestion control, never beyond twice the rate actually sent.
 *
 * Arithmetic on parameters: no clock, no network. Rates are attempts per second.
 */
#ifndef BF_AWS_HTTP_ADAPTIVE_H
#define BF_AWS_HTTP_ADAPTIVE_H

#include <stdbool.h>
#include <stdint.h>

struct bf_adaptive {
    bool limits;                            /* a throttling answer has been received */
    double tokens, capacity, rate;          /* tokens accumulate at rate, up to capacity */
    double filled_s;                        /* the time at which tokens were updated */
    double measured, bucket_s, sent;        /* the measured rate, in half seconds */
    double last_max, throttled_s, window_s; /* the cubic curve */
};

/* Initialise with zeros. Returns how long the next attempt must wait, in microseconds, and takes
 * its token. */
uint64_t bf_adaptive_wait_us(struct bf_adaptive *a, uint64_t now_us);

/* Records an answer. */
void bf_adaptive_answer(struct bf_adaptive *a, uint64_t now_us, bool throttled);

#endif
