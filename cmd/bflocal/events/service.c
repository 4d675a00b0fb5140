/* EventBridge: the table of its operations. */
#include "cmd/bflocal/events/service.h"

#include "cmd/bflocal/events/events.h"

static const struct bl_control controls[] = {{"GET", "events", bl_events_show},
                                             {"GET", "events/failed", bl_events_show_failed}};

static const struct bl_op operations[] = {
    {"CreateEventBus", bl_events_create_bus, 0},
    {"DeleteEventBus", bl_events_delete_bus, 0},
    {"DeleteRule", bl_events_delete_rule, 0},
    {"DescribeEventBus", bl_events_describe_bus, 0},
    {"DescribeRule", bl_events_describe_rule, 0},
    {"DisableRule", bl_events_disable_rule, 0},
    {"EnableRule", bl_events_enable_rule, 0},
    {"ListEventBuses", bl_events_list_buses, 0},
    {"ListRuleNamesByTarget", bl_events_list_rule_names, 0},
    {"ListRules", bl_events_list_rules, 0},
    {"ListTagsForResource", bl_events_list_tags, 0},
    {"ListTargetsByRule", bl_events_list_targets, 0},
    {"PutEvents", bl_events_put, BL_CAN_PARTIAL},
    {"PutRule", bl_events_put_rule, 0},
    {"PutTargets", bl_events_put_targets, BL_CAN_PARTIAL},
    {"RemoveTargets", bl_events_remove_targets, 0},
    {"TagResource", bl_events_tag, 0},
    {"TestEventPattern", bl_events_test_pattern, 0},
    {"UntagResource", bl_events_untag, 0},
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
    .close = bl_events_close,
    .start = bl_events_start,
    .stop = bl_events_stop,
};
