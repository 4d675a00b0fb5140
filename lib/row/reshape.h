/*
 * Rows in another shape: the attributes of a change's images renamed, dropped,
 * hashed, flattened or typed, before a row is built of them. In this order:
 * maps are flattened (payment.method is payment_method), and then each attribute
 * is dropped or hashed, checked against its type, renamed; names are those from
 * before the renaming.
 *
 * A type file is a schema (lib/row/schema.h); a date is written 2026-11-27, a timestamp 2026-11-27 06:30:00.000, as Athena
 * reads them. What does not fit refuses the change and is never rounded or cut. Values of json, binary, array, map and
 * struct stay as they are; what they hold is not looked at.
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
    const char *types;         /* type file */
    bool flatten;
    bool counted; /* timestamps and dates as milliseconds and days since 1970 */
};

BF_API bool bf_reshape_wanted(const struct bf_reshape_conf *conf);

struct bf_reshape;

/* NULL: *e says why, with the option's name. */
BF_API BF_MUST struct bf_reshape *bf_reshape_new(const struct bf_reshape_conf *conf,
                                                 struct bf_err *e);
BF_API void bf_reshape_destroy(struct bf_reshape *r);

/* Fills *out with the change in its other shape; it holds until the next call, or as long as in. */
BF_API BF_MUST bool bf_reshape_change(struct bf_reshape *r, const struct bf_change *in,
                                      struct bf_change *out, struct bf_err *e);

/* What the options say of the metadata column of that name: it is no attribute, so the row writes it. *time is set where
 * it is given a type; rename.p NULL: none. BF_E_USAGE where they ask what metadata cannot be. */
struct bf_reshape_meta {
    bool drop;
    struct bf_str rename; /* as long as the object */
};
BF_API BF_MUST bool bf_reshape_meta(struct bf_reshape *r, struct bf_str name, bool is_time,
                                    struct bf_reshape_meta *out, enum bf_row_time *time,
                                    struct bf_err *e);

/* The i-th name of the options that no record had; p NULL: no more. */
BF_API struct bf_str bf_reshape_unseen(const struct bf_reshape *r, size_t i);
BF_API void bf_reshape_merge(struct bf_reshape *r, const struct bf_reshape *other);

BF_C_END

#endif
