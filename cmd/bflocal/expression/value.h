/*
 * DynamoDB attribute values as a tree, for expressions: conditions, updates,
 * projections. Everything lies in the arena of the call; nothing is freed. The
 * text that was parsed must live as long as the tree (strings are views of it
 * where they can be).
 *
 * Parsing validates as the service does, with its messages; an error is meant
 * for a ValidationException (BF_E_INPUT), or for a SerializationException when
 * the JSON itself is of the wrong shape (BF_E_USAGE).
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
    struct bf_str text; /* S: characters; N: plain form; B: decoded bytes */
    union {
        struct bl_value **items; /* SS, NS, BS, L */
        struct bl_field *fields; /* M, in the order they came */
    };
    size_t n, cap; /* of items or fields */
    /* The JSON that it was parsed from, when bl_value_put (for an item: bl_item_put) would write just
     * that; so what only passes through is copied as it stands. A container that may change has none. */
    struct bf_str raw;
};

struct bl_field {
    struct bf_str name; /* decoded */
    struct bl_value *value;
};

/* The service's words for a number that is not BF_NUMBER_FITS. */
const char *bl_number_fault(enum bf_number_verdict verdict);

/* "S", "NS", ... */
const char *bl_type_name(enum bl_type type);

/* The type of that name; false when there is none. */
bool bl_type_of(struct bf_str name, enum bl_type *type);

/* The value {"S":"x"} at the cursor. */
bool bl_value_parse(struct bf_arena *a, struct bf_json *j, struct bl_value **out,
                    struct bf_err *e) BF_MUST;

/* The map {"id":{"S":"x"},...} at the cursor, as an M value: an item. */
bool bl_item_parse(struct bf_arena *a, struct bf_json *j, struct bl_value **out,
                   struct bf_err *e) BF_MUST;

/* Appends {"S":"x"}; bl_item_put appends the map alone, without {"M":...}. */
void bl_value_put(struct bf_buf *out, const struct bl_value *v);
void bl_item_put(struct bf_buf *out, const struct bl_value *item);

/* Equal as DynamoDB has it: numbers by value, sets without order. */
bool bl_value_eq(const struct bl_value *a, const struct bl_value *b);

/* Orders two values of one type S, N or B: negative, 0, positive. */
int bl_value_cmp(const struct bl_value *a, const struct bl_value *b);

/* Bytes as DynamoDB counts them (Developer Guide, "DynamoDB item sizes and formats"), without the
 * attribute's name; bl_item_size includes all names. */
size_t bl_value_size(const struct bl_value *v);
size_t bl_item_size(const struct bl_value *item);

/* The field of a map, NULL when it is not there. */
struct bl_value *bl_field_get(const struct bl_value *map, struct bf_str name);

/* Sets, appends or removes; false: out of memory. Removing what is not there is fine. */
bool bl_field_set(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                  struct bl_value *value) BF_MUST;
/* Appends without looking for the name. */
bool bl_field_append(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                     struct bl_value *value) BF_MUST;
void bl_field_remove(struct bl_value *map, struct bf_str name);

/* Appends to a set or list; false: out of memory. */
bool bl_items_add(struct bf_arena *a, struct bl_value *list, struct bl_value *value) BF_MUST;

/* Is that scalar a member of the set (or an element of the list)? */
bool bl_items_has(const struct bl_value *list, const struct bl_value *value);

/* A value of that type in the arena, otherwise empty; NULL: out of memory. */
struct bl_value *bl_value_new(struct bf_arena *a, enum bl_type type);

/* A deep copy of containers (texts are shared), without their raw, so that they can be changed and the change
 * does not reach the original. */
struct bl_value *bl_value_copy(struct bf_arena *a, const struct bl_value *v);

#endif
