/*
 * A computer that has slept: the servers have given up by now, and devices on the way (NAT, load
 * balancers) have dropped the connections without notice. Waiting for those answers would take a
 * time-out each; so all connections are closed, and the calls in flight are sent again at once.
 */
#include <stdio.h>

#include "lib/aws/client/client_impl.h"
#include "lib/base/clock.h"

enum { LEAST_MS = 20000 }; /* less than services keep an idle connection open */

static void note_sleep(const struct bf_aws *aws, int64_t ms)
{
    char text[120];
    snprintf(text, sizeof text, "this computer has slept for %lld s: connecting anew",
             (long long)((ms + 500) / 1000));
    if (aws->note)
        aws->note(aws->note_arg, text);
}

/* A call whose sink has received a piece cannot start again: its connection ends in its own
 * time. */
static bool break_off(struct bf_aws *aws)
{
    bool all = true;
    for (struct bf_aws_flight *s = aws->all; s; s = s->all) {
        if (!s->call || !s->running)
            continue;
        if (s->x.sunk) {
            all = false;
            continue;
        }
        bf_http_drop(&aws->http, &s->x);
        s->running = false;
        bf_aws_send_later(aws, s, 0);
    }
    return all;
}

bool bf_aws_notice_sleep(struct bf_aws *aws, struct bf_err *e)
{
    int64_t slept = bf_clock_slept_ms(), since = slept - aws->slept_ms;
    if (since < LEAST_MS)
        return true;
    aws->slept_ms = slept;
    note_sleep(aws, since);
    return !break_off(aws) || bf_http_reconnect(&aws->http, e);
}
