/*
 * After a signal: what is under way is finished as long as it gets on. A request
 * that stands still for options.grace_ms, and a retry that would have to wait longer than
 * that, is given up, so that no service can hold a tool that was asked to end.
 */
#include <limits.h>
#include <stdio.h>

#include "lib/aws/client/client_impl.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { TELL_MS = 1000 }; /* who waits that long after a signal is told what for */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void bf_aws_notice_stop(struct bf_aws *aws)
{
    if (!aws->stop_ms && bf_stop_asked())
        aws->stop_ms = bf_clock_mono_ms();
}

static bool limited(const struct bf_aws *aws)
{
    return aws->stop_ms && aws->grace_ms;
}

int64_t bf_aws_patience_ms(struct bf_aws *aws, int64_t since_ms, uint64_t for_ms)
{
    int64_t now = bf_clock_mono_ms();
    int64_t left = for_ms < INT64_MAX / 2 ? since_ms + (int64_t)for_ms - now : INT64_MAX;
    bf_aws_notice_stop(aws);
    if (limited(aws)) {
        int64_t grace = later(since_ms, aws->stop_ms) + (int64_t)aws->grace_ms - now;
        left = grace < left ? grace : left;
    }
    return left;
}

int bf_aws_grace_wait_ms(const struct bf_aws *aws, int timeout_ms)
{
    int64_t least = timeout_ms, now;
    if (!limited(aws) || aws->in_flight == 0)
        return timeout_ms;
    now = bf_clock_mono_ms();
    if (!aws->stop_told && aws->stop_ms + TELL_MS - now < least)
        least = aws->stop_ms + TELL_MS - now;
    for (const struct bf_aws_flight *s = aws->all; s; s = s->all) {
        int64_t left = later(s->moved_ms, aws->stop_ms) + (int64_t)aws->grace_ms - now;
        if (s->call && s->running && left < least)
            least = left;
    }
    return least > 0 ? (int)least : 0;
}

/* Who pressed Ctrl-C sees why the prompt does not come back. */
static void tell(struct bf_aws *aws)
{
    char text[120];
    if (aws->stop_told || bf_clock_mono_ms() - aws->stop_ms < TELL_MS)
        return;
    aws->stop_told = true;
    snprintf(text, sizeof text,
             "interrupted: finishing %zu request%s under way; a second signal ends at once",
             aws->in_flight, aws->in_flight == 1 ? "" : "s");
    if (aws->warn)
        aws->warn(aws->warn_arg, text);
}

/* Does the request stand still? */
static bool stands(const struct bf_aws *aws, struct bf_aws_flight *s, int64_t now)
{
    uint64_t moved = bf_http_moved(&s->x);
    if (moved != s->moved) {
        s->moved = moved;
        s->moved_ms = now;
    }
    return now - later(s->moved_ms, aws->stop_ms) >= (int64_t)aws->grace_ms;
}

/* Retries that would come too late end with what the last attempt said. */
static void end_waits(struct bf_aws *aws)
{
    struct bf_aws_flight **at = &aws->waiting;
    int64_t now = bf_clock_mono_ms();
    while (*at) {
        struct bf_aws_flight *s = *at;
        if (s->hashing || s->due_ms - now < bf_aws_patience_ms(aws, s->failing_ms, UINT64_MAX)) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        if (s->failing_ms)
            bf_aws_give_up_retry(aws, s);
        else { /* its first turn was still to come */
            struct bf_err e;
            bf_err_set(&e, BF_E_STOPPED, "interrupted");
            bf_aws_give_up(aws, s, &e);
        }
        at = &aws->waiting; /* the list may be another now */
    }
}

void bf_aws_end_what_stands(struct bf_aws *aws)
{
    struct bf_err e;
    bf_aws_notice_stop(aws);
    if (!limited(aws) || aws->in_flight == 0)
        return;
    tell(aws);
    end_waits(aws);
    int64_t now = bf_clock_mono_ms();
    for (struct bf_aws_flight *s = aws->all; s; s = s->all) {
        if (!s->call || !s->running || !stands(aws, s, now))
            continue;
        bf_http_drop(&aws->http, &s->x);
        s->running = false;
        if (s->failing_ms) {
            bf_aws_give_up_retry(aws, s);
            continue;
        }
        bf_err_set(&e, BF_E_NETWORK, "interrupted, and %s does not answer", s->endpoint->host);
        bf_aws_give_up(aws, s, &e);
    }
}
