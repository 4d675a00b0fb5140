/*
 * Fits the attributes of a change to the types of a schema file (lib/row/schema.h). Nothing is
 * rounded or cut: a value fits exactly or not at all.
 */
#ifndef BF_ROW_RESHAPE_TYPE_H
#define BF_ROW_RESHAPE_TYPE_H

#include "lib/ddb/change.h"
#include "lib/row/schema.h"

struct shape_type {
    struct bf_type type;
    bool counted;       /* times are numbers since 1970: a timestamp in milliseconds, a date in
                         * days */
    struct bf_str text; /* as written */
};

/* The type's contents are allocated in the arena. */
bool bf_shape_type_parse(struct bf_arena *a, struct bf_str text, struct shape_type *type,
                         struct bf_err *e);

/* Values of these types are not changed; bf_shape_type_is checks whether a is one. */
bool bf_shape_type_keeps(const struct shape_type *type);
bool bf_shape_type_is(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                      struct bf_err *e);

/* text is the value as bf_value_put_text writes it. Appends it in the form of the type; *as is S, N
 * or BOOL. */
bool bf_shape_type_fit(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                       struct bf_buf *out, enum bf_attr_type *as, struct bf_err *e);

/* text is a number that DynamoDB can store: seconds, milliseconds or microseconds since 1970, by
 * its magnitude. *more gets the digits after the milliseconds, in room. */
bool bf_shape_number_time(struct bf_str text, int64_t *ms, struct bf_buf *room,
                          struct bf_str *more);

#endif
