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

/* Where a member is that is not in the body. */
enum bl_place { BL_IN_PATH, BL_IN_QUERY, BL_IN_HEADER };

struct bl_outside {
    const char *name, *wire; /* in the model; in the query, or of the header in lower case */
    uint16_t shape;
    uint8_t place, part; /* enum bl_place; of a path: which of the parts between its slashes */
    bool required;
};

struct bl_model; /* of an operation's input */

/* NULL: the table has no such operation. service: "kinesis". */
const struct bl_model *bl_model_find(const char *service, const char *operation);

enum bl_model_verdict {
    BL_MODEL_FITS,
    BL_MODEL_TYPE,    /* a value of another type: SerializationException */
    BL_MODEL_VIOLATED /* a constraint: ValidationException, or the service's like */
};

struct bl_model_request {
    struct bf_str body; /* JSON, or empty; p == NULL: it is not checked */
    /* A member outside of the body; p == NULL: it is absent. NULL: there are none. */
    struct bf_str (*outside)(void *arg, const struct bl_outside *o);
    void *arg;
};

/* Checks a request. A body that is not JSON is left to the operation, which answers that. *text:
 * "1 validation error detected: Value ..."; it may be cut at its maximum. *wrong: the first member
 * outside of the body that does not fit; NULL: none. */
enum bl_model_verdict bl_model_check(const struct bl_model *m, const struct bl_model_request *r,
                                     struct bf_buf *text, const struct bl_outside **wrong);

/* Is the body, in XML, as the model has it? */
bool bl_model_fits_xml(const struct bl_model *m, struct bf_str document);

#endif
