/*
 * EventBridge: putting events, and the event that a rule sees of one.
 *
 * Limits (PutEvents, API reference and user guide): 10 entries a request. A
 * request counts 14 bytes for each Time that is given, and the UTF-8 bytes of
 * Source, DetailType, Detail and each of Resources: 1 MiB, 256 KiB in regions
 * that have the older limit, which is learned from the refusal. Detail is a JSON
 * object. A bus that does not exist takes events without a word
 * (aws/aws-cli#9186), so bf_events_find_bus asks.
 */
#ifndef BF_AWS_EVENTS_EVENTS_H
#define BF_AWS_EVENTS_EVENTS_H

#include "lib/aws/put/put.h"

enum {
    BF_EVENTS_PUT = 10,
    BF_EVENTS_BYTES = 1024 * 1024,
    BF_EVENTS_BYTES_OLD = 256 * 1024,
    BF_EVENTS_TIME_BYTES = 14,
    BF_EVENTS_TYPE_CHARS = 128,
    BF_EVENTS_RESOURCE_CHARS = 2048,
    BF_EVENTS_RESOURCES = 64
};

/* An event without its detail. Texts are plain, not JSON. */
struct bf_event {
    struct bf_str source, detail_type;
    struct bf_str bus; /* empty: the default one */
    struct bf_str resource[BF_EVENTS_RESOURCES];
    size_t nresources;
    bool timed;
    int64_t time_ms; /* the service keeps its seconds */
};

/* The service refuses an entry for good, or drops it, for these: a source that is empty or the services' own (aws.), a
 * detail type that is empty or too long, a resource that is too long. BF_E_INPUT or BF_E_LIMIT. */
BF_API BF_MUST bool bf_event_check(const struct bf_event *ev, struct bf_err *e);

/* How much the event counts, with its detail. */
BF_API size_t bf_event_bytes(const struct bf_event *ev, struct bf_str detail);

/* PutEvents. The head of a line is what bf_event_head appends. */
BF_API extern const struct bf_put_service bf_events_put;
BF_API void bf_event_head(struct bf_buf *out, const struct bf_event *ev);

/* Appends the event as rules see it. time_ms: when an event without a time is put. */
struct bf_event_envelope {
    const char *id, *account, *region;
    int64_t time_ms;
};
BF_API void bf_event_wrap(struct bf_buf *out, const struct bf_event *ev, struct bf_str detail,
                          const struct bf_event_envelope *envelope);

/* Is there such a bus (a name or an ARN)? Waits for the answer. BF_E_NOTFOUND: there is none. *allowed: false when the
 * caller may not ask; then nothing is known, and that is no error. */
BF_API BF_MUST bool bf_events_find_bus(struct bf_aws *aws, struct bf_str bus, bool *allowed,
                                       struct bf_err *e);

#endif
