/* EventBridge: the table of its operations. */
#include "cmd/bflocal/events/service.h"

#include "cmd/bflocal/events/events.h"

static const struct bl_control controls[] = {{"GET", "events", bl_events_show}};

static const struct bl_op operations[] = {
    {"CreateEventBus", bl_events_create_bus, 0},
    {"DeleteEventBus", bl_events_delete_bus, 0},
    {"DescribeEventBus", bl_events_describe_bus, 0},
    {"ListEventBuses", bl_events_list_buses, 0},
    {"PutEvents", bl_events_put, BL_CAN_PARTIAL},
    {"TestEventPattern", bl_events_test_pattern, 0},
};

const struct bl_service bl_service_events = {
    .title = "EventBridge",
    .name = "events",
    .variable = "EVENTBRIDGE",
    .signing = "events",
    .target = "AWSEvents.",
    .dialect = &bl_dialect_json11,
    .max_body = 16 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .controls = controls,
    .ncontrols = BF_COUNT(controls),
    .open = bl_events_open,
};
