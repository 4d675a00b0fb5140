/*
 * The JSON paths that EventBridge takes for InputPath, InputPathsMap and PartitionKeyPath: $, then .name, ['name'], [0]
 * and [*] in any number.
 */
#ifndef BL_JSON_PATH_H
#define BL_JSON_PATH_H

#include "lib/base/str.h"

/* Is it such a path? */
bool bl_json_path_check(struct bf_str path);

/* Appends the JSON text of what the path names in a document; the elements that [*] names, as an array. False: it names
 * nothing there. */
bool bl_json_path_get(struct bf_str document, struct bf_str path, struct bf_buf *out);

#endif
