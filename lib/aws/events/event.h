/*
 * An event of EventBridge, its size as PutEvents counts it, and its form as a
 * rule sees it. Nothing here sends a request.
 *
 * The size of a request is the UTF-8 bytes of Source, DetailType, Detail and
 * each of Resources, and 14 bytes for each Time. The limit is 1 MiB, or 256 KiB
 * in regions with the older limit (user guide, PutEvents). Detail is a JSON object.
 */
#ifndef BF_AWS_EVENTS_EVENT_H
#define BF_AWS_EVENTS_EVENT_H

#include "lib/base/str.h"

enum {
    BF_EVENTS_BYTES = 1024 * 1024,
    BF_EVENTS_BYTES_OLD = 256 * 1024,
    BF_EVENTS_TIME_BYTES = 14,
    BF_EVENTS_TYPE_CHARS = 128,
    BF_EVENTS_RESOURCE_CHARS = 2048
};

/* An event without its detail. Texts are plain, not JSON, and the caller's. */
struct bf_event {
    struct bf_str source, detail_type;
    struct bf_str bus; /* empty: the default bus */
    const struct bf_str *resource;
    size_t nresources;
    bool timed;
    int64_t time_ms; /* the service keeps whole seconds */
};

/* Checks for the mistakes for which the service refuses an entry permanently, or drops it: a source that is empty or
 * reserved (aws.), a detail type that is empty or too long, a resource that is too long. BF_E_INPUT or BF_E_LIMIT. */
BF_API BF_MUST bool bf_event_check(const struct bf_event *ev, struct bf_err *e);

/* The size of the event with its detail, as the service counts it. */
BF_API size_t bf_event_bytes(const struct bf_event *ev, struct bf_str detail);

/* Appends the event as rules see it. time_ms: the time of an event that has none. */
struct bf_event_envelope {
    const char *id, *account, *region;
    int64_t time_ms;
};
BF_API void bf_event_wrap(struct bf_buf *out, const struct bf_event *ev, struct bf_str detail,
                          const struct bf_event_envelope *envelope);

/* Appends its resources as a JSON array. */
BF_API void bf_event_put_resources(struct bf_buf *out, const struct bf_event *ev);

/* Whole seconds, also before 1970. */
BF_API int64_t bf_event_seconds(int64_t ms);

#endif
