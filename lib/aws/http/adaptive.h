/*
 * AWS_RETRY_MODE=adaptive: how fast requests may go to a service that throttles (AWS
 * SDKs and Tools Reference Guide, "Retry behavior"; the numbers are those of the
 * SDKs). Nothing is held back until the first throttling answer. Then the rate
 * falls to 0.7 of what was measured, and grows again by the cubic curve of
 * congestion control, never beyond twice of what really went out.
 *
 * Arithmetic on parameters: no clock, no network. Rates are attempts a second.
 */
#ifndef BF_AWS_HTTP_ADAPTIVE_H
#define BF_AWS_HTTP_ADAPTIVE_H

#include <stdbool.h>
#include <stdint.h>

struct bf_adaptive {
    bool limits;                            /* a throttling answer has come */
    double tokens, capacity, rate;          /* rate fills the tokens, up to capacity */
    double filled_s;                        /* when that was counted last */
    double measured, bucket_s, sent;        /* what went out, in halves of seconds */
    double last_max, throttled_s, window_s; /* the cubic curve */
};

/* Starts from zero bytes. How long the attempt that is to go out now has to wait; it takes its turn by this. */
uint64_t bf_adaptive_wait_us(struct bf_adaptive *a, uint64_t now_us);

/* An answer has come. */
void bf_adaptive_answer(struct bf_adaptive *a, uint64_t now_us, bool throttled);

#endif
