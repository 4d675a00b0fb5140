/*
 * Exact decimal arithmetic on DynamoDB numbers: compare, add, subtract,
 * multiply. No rounding, ever: a result that does not fit into
 * BF_DECIMAL_DIGITS significant digits, or whose first one stands beyond ten to
 * plus or minus BF_DECIMAL_POWER, is BF_E_LIMIT. Sums of money over a whole
 * stream stay exact, because the room is more than twice DynamoDB's 38 digits.
 */
#ifndef BF_DDB_DECIMAL_H
#define BF_DDB_DECIMAL_H

#include "lib/base/str.h"

enum {
    BF_DECIMAL_DIGITS = 96,
    BF_DECIMAL_POWER = 400, /* of the first digit, and minus that */
    BF_DECIMAL_TEXT = 512   /* bytes of the plain form, at most */
};

/* Minus one if negative, times the integer that digits spell, times ten to the exponent. No leading and
 * no trailing zero digits; zero has none at all. All bytes zero is zero. */
struct bf_decimal {
    bool negative;
    int exponent;
    int n;                                   /* digits used */
    unsigned char digits[BF_DECIMAL_DIGITS]; /* 0 to 9, the most significant first */
};

/* A text that bf_number_check takes; its errors. */
BF_API BF_MUST bool bf_decimal_parse(struct bf_str text, struct bf_decimal *out, struct bf_err *e);

/* The same for what bf_decimal_put wrote, which may be longer than DynamoDB's numbers. */
BF_API BF_MUST bool bf_decimal_parse_long(struct bf_str text, struct bf_decimal *out,
                                          struct bf_err *e);

/* Below, equal, above: negative, 0, positive. */
BF_API int bf_decimal_cmp(const struct bf_decimal *a, const struct bf_decimal *b);

/* out may be a or b. */
BF_API BF_MUST bool bf_decimal_add(const struct bf_decimal *a, const struct bf_decimal *b,
                                   struct bf_decimal *out, struct bf_err *e);
BF_API BF_MUST bool bf_decimal_sub(const struct bf_decimal *a, const struct bf_decimal *b,
                                   struct bf_decimal *out, struct bf_err *e);
BF_API BF_MUST bool bf_decimal_mul(const struct bf_decimal *a, const struct bf_decimal *b,
                                   struct bf_decimal *out, struct bf_err *e);

/* Appends the plain form: "-12.5", "0.001", "1200". */
BF_API void bf_decimal_put(struct bf_buf *out, const struct bf_decimal *d);

#endif
