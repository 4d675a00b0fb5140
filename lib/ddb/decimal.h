/*
 * Exact decimal arithmetic on DynamoDB numbers: compare, add, subtract, multiply. It never rounds:
 * a result that needs more than BF_DECIMAL_DIGITS significant digits, or whose first digit is
 * beyond ten to the power of plus or minus BF_DECIMAL_POWER, is BF_E_LIMIT. Sums of money over a
 * whole stream stay exact, because there are more than twice DynamoDB's 38 digits.
 */
#ifndef BF_DDB_DECIMAL_H
#define BF_DDB_DECIMAL_H

#include "lib/base/str.h"

enum {
    BF_DECIMAL_DIGITS = 96,
    BF_DECIMAL_POWER = 400, /* largest exponent of the first digit, and smallest when negated */
    BF_DECIMAL_TEXT = 512   /* largest size of the plain form, bytes */
};

/* The value is the integer that the digits spell, times ten to the exponent, negated if negative.
 * There are no leading or trailing zero digits; zero has no digits. All bytes zero is the number
 * zero. */
struct bf_decimal {
    bool negative;
    int exponent;
    int n;                                   /* digits used */
    unsigned char digits[BF_DECIMAL_DIGITS]; /* 0 to 9, the most significant first */
};

/* Parses a text that bf_number_check accepts; the same errors. */
BF_API BF_MUST bool bf_decimal_parse(struct bf_str text, struct bf_decimal *out, struct bf_err *e);

/* The same for the output of bf_decimal_put, which may be longer than DynamoDB's numbers. */
BF_API BF_MUST bool bf_decimal_parse_long(struct bf_str text, struct bf_decimal *out,
                                          struct bf_err *e);

/* Negative, 0 or positive, as a is less than, equal to or greater than b. */
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
