/*
 * The services' models: which members a request has, of which types, lengths, values
 * and patterns. The real services check them before anything else, in one way and in
 * the same words, so bflocal does too; an operation adds what its model does not say.
 *
 * table.inc is generated (`make model`). Members that the model does not have are
 * ignored, as by the services.
 */
#ifndef BL_MODEL_H
#define BL_MODEL_H

#include "lib/base/str.h"

struct bl_model; /* of an operation's input */

/* NULL: the table has no such operation. service: "kinesis". */
const struct bl_model *bl_model_find(const char *service, const char *operation);

enum bl_model_verdict {
    BL_MODEL_FITS,
    BL_MODEL_TYPE,    /* a value of another type: SerializationException */
    BL_MODEL_VIOLATED /* a constraint: ValidationException, or the service's like */
};

/* Checks the body of a request. What is not JSON is left to the operation, which answers
 * that. *text: "1 validation error detected: Value ..."; it may be cut at its maximum. */
enum bl_model_verdict bl_model_check(const struct bl_model *m, struct bf_str body,
                                     struct bf_buf *text);

#endif
