/*
 * Recognises the kind of a JSON document about items by its members, so that a tool that gets the
 * wrong kind can say so and name the right tool.
 */
#ifndef BF_ENVELOPE_KNOWN_H
#define BF_ENVELOPE_KNOWN_H

#include "lib/json/scan.h"

enum bf_known {
    BF_KNOWN_NOT,
    BF_KNOWN_WRITE,  /* {"put":{...}}, {"update":{...},...}, {"delete":{...}} */
    BF_KNOWN_ITEM,   /* {"Item":{...}}: a line of a full export */
    BF_KNOWN_TYPED,  /* {"order_id":{"S":"o-1"},...}: an item in DynamoDB JSON */
    BF_KNOWN_EXPORT, /* {"Metadata":{...},"Keys":{...},"NewImage":{...}}: a line of an incremental
                      * export */
    BF_KNOWN_CHANGE, /* {"eventName":"INSERT","dynamodb":{...}} */
    BF_KNOWN_ITEMS   /* {"Items":[...]}: a response of Scan or Query */
};

/* The keys and images of an export line; raw.p NULL: missing. */
struct bf_known_parts {
    struct bf_str keys, new_image, old_image;
};

/* parts may be NULL. A text that is not a JSON object is BF_KNOWN_NOT. */
BF_API enum bf_known bf_known_what(struct bf_str text, struct bf_known_parts *parts);

/* For tools that read change lines: appends to *e, for example, "; it is a write line, which ddbput
 * takes". Appends nothing if the document is not recognised. */
BF_API void bf_known_not_change(struct bf_str text, struct bf_err *e);

#endif
