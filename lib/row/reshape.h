/*
 * Rows in another shape: the attributes of a change's images are renamed, dropped, hashed,
 * flattened or typed, before a row is made of them. The order is: maps are flattened
 * (payment.method becomes payment_method), then each attribute is dropped or hashed, checked
 * against its type, and renamed. All options use the names from before the renaming.
 *
 * A type file is a schema (lib/row/schema.h). A date is written 2026-11-27, a timestamp 2026-11-27
 * 06:30:00.000, as Athena parses them. A value that does not fit is an error of the change; it is
 * never rounded or cut. Values of json, binary, array, map and struct are unchanged, and their
 * content is not checked.
 */
#ifndef BF_ROW_RESHAPE_H
#define BF_ROW_RESHAPE_H

#include "lib/cli/opt_list.h"
#include "lib/row/row.h"

BF_C_BEGIN

struct bf_reshape_conf {
    struct bf_opt_list rename; /* "a=b,c=d" */
    struct bf_opt_list drop;   /* "a,b" */
    struct bf_opt_list hash;   /* "a,b": HMAC-SHA-256 of the text, in hex */
    const char *hash_key;      /* file that holds the key */
    const char *types;         /* file of types */
    bool flatten;
    bool counted; /* timestamps and dates as milliseconds and days since 1970 */
};

BF_API bool bf_reshape_wanted(const struct bf_reshape_conf *conf);

struct bf_reshape;

/* NULL: see *e, which names the option. */
BF_API BF_MUST struct bf_reshape *bf_reshape_new(const struct bf_reshape_conf *conf,
                                                 struct bf_err *e);
BF_API void bf_reshape_destroy(struct bf_reshape *r);

/* Fills *out with the reshaped change; valid until the next call, and as long as `in` is. */
BF_API BF_MUST bool bf_reshape_change(struct bf_reshape *r, const struct bf_change *in,
                                      struct bf_change *out, struct bf_err *e);

/* The options for the metadata column of that name, which the row writes because it is not an
 * attribute. *time is set if the column has a type. BF_E_USAGE for options that metadata does not
 * support. */
struct bf_reshape_meta {
    bool drop;
    struct bf_str rename; /* p NULL: not renamed; valid as long as the object */
};
BF_API BF_MUST bool bf_reshape_meta(struct bf_reshape *r, struct bf_str name, bool is_time,
                                    struct bf_reshape_meta *out, enum bf_row_time *time,
                                    struct bf_err *e);

/* The i-th name in the options that no record had; p NULL: no more. */
BF_API struct bf_str bf_reshape_unseen(const struct bf_reshape *r, size_t i);
BF_API void bf_reshape_merge(struct bf_reshape *r, const struct bf_reshape *other);

BF_C_END

#endif
