/*
 * EventBridge: putting events. 10 entries a request (PutEvents, API reference);
 * what each counts: event.h. A bus that does not exist takes events without a word
 * (aws/aws-cli#9186), so bf_events_find_bus asks.
 */
#ifndef BF_AWS_EVENTS_EVENTS_H
#define BF_AWS_EVENTS_EVENTS_H

#include "lib/aws/events/event.h"
#include "lib/aws/put/put.h"

enum { BF_EVENTS_PUT = 10 };

/* PutEvents. The head of a line is what bf_event_head appends. */
BF_API extern const struct bf_put_service bf_events_put;
BF_API void bf_event_head(struct bf_buf *out, const struct bf_event *ev);

/* Is there such a bus (a name or an ARN)? Waits for the answer. BF_E_NOTFOUND: there is none. *allowed: false when the
 * caller may not ask; then nothing is known, and that is no error. */
BF_API BF_MUST bool bf_events_find_bus(struct bf_aws *aws, struct bf_str bus, bool *allowed,
                                       struct bf_err *e);

#endif
