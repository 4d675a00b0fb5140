/*
 * The input transformer of a target: variables by JSON paths, and a template with <variables> (EventBridge user guide,
 * "Amazon EventBridge input transformation"). Where a value stands, a variable becomes its JSON; inside a string it
 * becomes the text of a string or number, and the JSON of an object or array without its quotes. A path that names
 * nothing gives an empty string. A template is JSON, or lines of text, each in quotes ("For Strings, quotes are
 * required").
 *
 * Reserved are <aws.events.rule-arn>, .rule-name, .event.ingestion-time, .event (without detail) and .event.json; the
 * last two cannot stand inside a string.
 */
#ifndef BL_TRANSFORM_H
#define BL_TRANSFORM_H

#include <jansson.h>

#include "lib/base/str.h"

enum { BL_TEMPLATE_MAX = 8192, BL_TRANSFORM_PATHS = 100 };

/* The values of the reserved variables. */
struct bl_transform_event {
    struct bf_str event; /* JSON */
    const char *rule_arn, *rule_name;
    int64_t put_ms;
};

/* Is it a good InputTransformer ({"InputPathsMap":...,"InputTemplate":...})? False: *e says what is wrong. */
bool bl_transform_check(const json_t *transformer, struct bf_err *e) BF_MUST;

/* Appends the target's input. False: the result is no JSON. */
bool bl_transform(const json_t *transformer, const struct bl_transform_event *ev,
                  struct bf_buf *out, struct bf_err *e) BF_MUST;

#endif
