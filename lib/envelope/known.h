/*
 * What a JSON document about items is, told by its members alone: for a tool
 * that was given another one than it takes, to say so and name the way out.
 */
#ifndef BF_ENVELOPE_KNOWN_H
#define BF_ENVELOPE_KNOWN_H

#include "lib/json/scan.h"

enum bf_known {
    BF_KNOWN_NOT,
    BF_KNOWN_WRITE,  /* {"put":{...}}, {"update":{...},...}, {"delete":{...}} */
    BF_KNOWN_ITEM,   /* {"Item":{...}}: a line of a full export */
    BF_KNOWN_TYPED,  /* {"order_id":{"S":"o-1"},...}: an item with its types */
    BF_KNOWN_EXPORT, /* {"Metadata":{...},"Keys":{...},"NewImage":{...}}: of an incremental export */
    BF_KNOWN_CHANGE, /* {"eventName":"INSERT","dynamodb":{...}} */
    BF_KNOWN_ITEMS   /* {"Items":[...]}: what Scan and Query answer */
};

/* Keys and images of an export line; raw.p NULL: not there. */
struct bf_known_parts {
    struct bf_str keys, new_image, old_image;
};

/* parts may be NULL. A text that is no JSON object is BF_KNOWN_NOT. */
BF_API enum bf_known bf_known_what(struct bf_str text, struct bf_known_parts *parts);

/* For *e of a tool that takes change lines: "; it is a write line, which ddbput takes". Nothing for a document that is
 * not known. */
BF_API void bf_known_not_change(struct bf_str text, struct bf_err *e);

#endif
