/* The tables of the models, for the model's own files. */
#ifndef BL_MODEL_IMPL_H
#define BL_MODEL_IMPL_H

#include "cmd/bflocal/model/model.h"
#include "cmd/bflocal/model/pattern.h"

enum bl_shape_kind {
    BL_SHAPE_STRUCTURE,
    BL_SHAPE_LIST,
    BL_SHAPE_MAP,
    BL_SHAPE_STRING,
    BL_SHAPE_BLOB,
    BL_SHAPE_BOOLEAN,
    BL_SHAPE_TIME,
    BL_SHAPE_INTEGER,
    BL_SHAPE_NUMBER
};

#define BL_NO_MIN INT64_MIN
#define BL_NO_MAX INT64_MAX

struct bl_shape {
    enum bl_shape_kind kind;
    bool sensitive;   /* messages do not show its value */
    uint16_t pattern; /* 0: none */
    /* Structure: its members. String: the values of its enumeration (n == 0: none). List: `first` is
     * the shape of its elements. Map: `first` is that of its keys, n that of its values. */
    uint16_t first, n;
    int64_t min, max; /* of a value, or of a length in code points, bytes (blob) or elements */
};

struct bl_shape_member {
    const char *name;
    uint16_t shape;
    bool required;
};

const struct bl_shape *bl_model_shape(size_t number);
const struct bl_shape_member *bl_model_members(const struct bl_shape *s);
const char *const *bl_model_values(const struct bl_shape *s);

/* The shape of the operation's body, and its n members outside of the body. */
const struct bl_shape *bl_model_body(const struct bl_model *m);
const struct bl_outside *bl_model_outside(const struct bl_model *m, size_t *n);

/* Is the text a number or a boolean, if the shape is one? */
bool bl_text_has_type(const struct bl_shape *s, struct bf_str text);

int64_t bl_text_length(struct bf_str s); /* in code points */

/* Is it in the enumeration, if there is one? Does it meet all constraints of a string? */
bool bl_text_is_value(const struct bl_shape *s, struct bf_str text);
bool bl_text_fits(const struct bl_shape *s, struct bf_str text);

/* The expression, as messages show it, and whether the text matches it. */
const char *bl_model_pattern(const struct bl_shape *s);
bool bl_model_matches(const struct bl_shape *s, struct bf_str text);

#endif
