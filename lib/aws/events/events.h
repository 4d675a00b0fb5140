/*
 * Puts events to EventBridge, 10 entries in a request (PutEvents, API reference);
 * event.h has their sizes. PutEvents reports no error for a bus that does not exist
 * (aws/aws-cli#9186), so bf_events_find_bus checks it.
 */
#ifndef BF_AWS_EVENTS_EVENTS_H
#define BF_AWS_EVENTS_EVENTS_H

#include "lib/aws/events/event.h"
#include "lib/aws/put/put.h"

enum { BF_EVENTS_PUT = 10 };

/* PutEvents. The head of a line is what bf_event_head appends. */
BF_API extern const struct bf_put_service bf_events_put;
BF_API void bf_event_head(struct bf_buf *out, const struct bf_event *ev);

/* Does the bus (a name or an ARN) exist? Waits for the answer. BF_E_NOTFOUND: it does not exist. *allowed is false if
 * the caller has no permission to ask; this is not an error. */
BF_API BF_MUST bool bf_events_find_bus(struct bf_aws *aws, struct bf_str bus, bool *allowed,
                                       struct bf_err *e);

#endif
