/*
 * Types of columns: reads "decimal(10,2)", in any case, and fits values to it.
 * Nothing is rounded or cut: a value fits whole or not at all. Inside its room
 * only.
 */
#ifndef BF_ROW_RESHAPE_TYPE_H
#define BF_ROW_RESHAPE_TYPE_H

#include "lib/ddb/change.h"

enum shape_kind {
    SHAPE_ANY,
    SHAPE_STRING,
    SHAPE_INTEGER,
    SHAPE_DECIMAL,
    SHAPE_BOOLEAN,
    SHAPE_DATE,
    SHAPE_TIMESTAMP
};

struct shape_type {
    enum shape_kind kind;
    int digits, scale;  /* of a decimal */
    int bits;           /* of an integer: 32, 64; 0: any */
    bool counted;       /* a time as a number since 1970: milliseconds, a date days */
    struct bf_str text; /* as written */
};

bool bf_shape_type_parse(struct bf_str text, struct shape_type *type, struct bf_err *e);

/* text is the value as a person would write it. Appends it as the type wants it; *as is S, N or BOOL. */
bool bf_shape_type_fit(const struct shape_type *type, const struct bf_attr *a, struct bf_str text,
                       struct bf_buf *out, enum bf_attr_type *as, struct bf_err *e);

#endif
