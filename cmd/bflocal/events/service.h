/*
 * EventBridge: event buses, PutEvents, TestEventPattern. The last BL_EVENTS_KEPT events are stored in a log, which
 * GET /_bflocal/events returns. There are no rules yet.
 */
#ifndef BL_EVENTS_SERVICE_H
#define BL_EVENTS_SERVICE_H

#include "cmd/bflocal/http/service.h"

enum { BL_EVENTS_KEPT = 100000 };

extern const struct bl_service bl_service_events;

#endif
