/*
 * EventBridge: event buses, rules with their targets and schedules, PutEvents, TestEventPattern. A log keeps
 * the last BL_EVENTS_KEPT events; GET /_bflocal/events lists them. There are no archives, connections and API
 * destinations; Pipes and Scheduler are services of their own, which bflocal does not have.
 */
#ifndef BL_EVENTS_SERVICE_H
#define BL_EVENTS_SERVICE_H

#include "cmd/bflocal/http/service.h"

enum { BL_EVENTS_KEPT = 100000 };

extern const struct bl_service bl_service_events;

#endif
