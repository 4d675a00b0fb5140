/*
 * DynamoDB attribute values as trees, for conditions, updates and projections. All
 * memory is in the call's arena, and nothing is freed. The parsed text must live as
 * long as the tree, because strings are views of it where possible.
 *
 * The parser validates like the service, with the service's messages. The error codes
 * are BF_E_INPUT for a ValidationException, and BF_E_USAGE for a
 * SerializationException (JSON of the wrong shape).
 */
#ifndef BL_VALUE_H
#define BL_VALUE_H

#include "lib/base/arena.h"
#include "lib/ddb/number.h"
#include "lib/json/scan.h"

enum bl_type { BL_S, BL_N, BL_B, BL_SS, BL_NS, BL_BS, BL_BOOL, BL_NULL, BL_L, BL_M, BL_TYPES };

enum { BL_NEST_MAX = 32 };

struct bl_value {
    enum bl_type type;
    bool boolean;
    struct bf_str text; /* S: decoded characters; N: plain form; B: decoded bytes */
    union {
        struct bl_value **items; /* SS, NS, BS, L */
        struct bl_field *fields; /* M, in the order of the text */
    };
    size_t n, cap; /* of items or fields */
    /* The JSON of the value if bl_value_put (for an item: bl_item_put) would write exactly that,
     * so that unchanged values are copied. A container that may be changed has none. */
    struct bf_str raw;
};

struct bl_field {
    struct bf_str name; /* decoded */
    struct bl_value *value;
};

/* The service's message for a number whose verdict is not BF_NUMBER_FITS. */
const char *bl_number_fault(enum bf_number_verdict verdict);

/* The service's words for a name that no attribute can have; NULL: it can be one. */
const char *bl_attribute_fault(struct bf_str name);

/* "S", "NS", ... */
const char *bl_type_name(enum bl_type type);

/* Finds the type with that name; false: there is none. */
bool bl_type_of(struct bf_str name, enum bl_type *type);

/* Parses the value {"S":"x"} at the cursor. */
bool bl_value_parse(struct bf_arena *a, struct bf_json *j, struct bl_value **out,
                    struct bf_err *e) BF_MUST;

/* Parses the item {"id":{"S":"x"},...} at the cursor as a value of type M. */
bool bl_item_parse(struct bf_arena *a, struct bf_json *j, struct bl_value **out,
                   struct bf_err *e) BF_MUST;

/* Appends {"S":"x"}. bl_item_put appends only the map's members, without {"M":...}. */
void bl_value_put(struct bf_buf *out, const struct bl_value *v);
void bl_item_put(struct bf_buf *out, const struct bl_value *item);

/* Equality as in DynamoDB: numbers by value, sets in any order. */
bool bl_value_eq(const struct bl_value *a, const struct bl_value *b);

/* Compares two values of the same type S, N or B: negative, 0 or positive. */
int bl_value_cmp(const struct bl_value *a, const struct bl_value *b);

/* The size in bytes as DynamoDB counts it (Developer Guide, "DynamoDB item sizes and formats"),
 * without the attribute's name. bl_item_size includes all names. */
size_t bl_value_size(const struct bl_value *v);
size_t bl_item_size(const struct bl_value *item);

/* The field of a map; NULL if it is absent. */
struct bl_value *bl_field_get(const struct bl_value *map, struct bf_str name);

/* Set or append a field, or remove it; false: out of memory. Removing an absent field succeeds. */
bool bl_field_set(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                  struct bl_value *value) BF_MUST;
/* Appends a field without looking for the name first. */
bool bl_field_append(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                     struct bl_value *value) BF_MUST;
void bl_field_remove(struct bl_value *map, struct bf_str name);

/* Appends to a set or list; false: out of memory. */
bool bl_items_add(struct bf_arena *a, struct bl_value *list, struct bl_value *value) BF_MUST;

/* Does the set or list contain this scalar? */
bool bl_items_has(const struct bl_value *list, const struct bl_value *value);

/* A new value in the arena, empty except for its type; NULL: out of memory. */
struct bl_value *bl_value_new(struct bf_arena *a, enum bl_type type);

/* Copies containers deeply (texts are shared) and drops `raw`, so that the copy can be changed
 * without changing the original. */
struct bl_value *bl_value_copy(struct bf_arena *a, const struct bl_value *v);

#endif
