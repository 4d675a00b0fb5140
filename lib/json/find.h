/* A member of a line, by a name or by a path. */
#ifndef BF_JSON_FIND_H
#define BF_JSON_FIND_H

#include "lib/json/scan.h"

/* The value of the top-level member `path`; where there is none and the path has dots, of the member that it leads to:
 * "dynamodb.Keys.order_id.S". BF_E_INPUT "no member '...'" when there is none. The object is validated. */
BF_API BF_MUST bool bf_json_find_path(struct bf_str object, struct bf_str path,
                                      struct bf_json_val *v, struct bf_err *e);

#endif
