/*
 * EventBridge: event buses, PutEvents, TestEventPattern. What is put is kept in a log, the last
 * BL_EVENTS_KEPT events, which GET /_bflocal/events tells. There are no rules yet.
 */
#ifndef BL_EVENTS_SERVICE_H
#define BL_EVENTS_SERVICE_H

#include "cmd/bflocal/http/service.h"

enum { BL_EVENTS_KEPT = 100000 };

extern const struct bl_service bl_service_events;

#endif
