/*
 * Fits the attributes of a change to types of a schema file (lib/row/schema.h). Nothing is rounded or cut: a value fits
 * whole or not at all.
 */
#ifndef BF_ROW_RESHAPE_TYPE_H
#define BF_ROW_RESHAPE_TYPE_H

#include "lib/ddb/change.h"
#include "lib/row/schema.h"

struct shape_type {
    struct bf_type type;
    bool counted;       /* a time as a number since 1970: milliseconds, a date days */
    struct bf_str text; /* as written */
};

/* What the type holds goes into the arena. */
bool bf_shape_type_parse(struct bf_arena *a, struct bf_str text, struct shape_type *type,
                         struct bf_err *e);

/* Values of these types stay as they are: bf_shape_type_is says whether a is one. */
bool bf_shape_type_keeps(const struct shape_type *type);
bool bf_shape_type_is(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                      struct bf_err *e);

/* text is the value as a person would write it. Appends it as the type wants it; *as is S, N or BOOL. */
bool bf_shape_type_fit(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                       struct bf_buf *out, enum bf_attr_type *as, struct bf_err *e);

/* text is a number that DynamoDB holds and counts seconds, milliseconds or microseconds since 1970, by its size. *more are
 * the digits behind the milliseconds, in room. */
bool bf_shape_number_time(struct bf_str text, int64_t *ms, struct bf_buf *room,
                          struct bf_str *more);

#endif
