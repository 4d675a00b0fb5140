/*
 * Numbers as DynamoDB stores them: text, never a double. At most 38 significant digits (leading and
 * trailing zeros do not count), magnitude 1E-130 to 9.99...E+125 or zero, written [+-] digits [.
 * digits] [E [+-] digits] (Developer Guide, "Naming rules and data types"). The service accepts
 * "00042", "+1", ".5" and "5."; JSON does not, so such a text is rewritten in JSON output, with the
 * same value and significant digits.
 */
#ifndef BF_DDB_NUMBER_H
#define BF_DDB_NUMBER_H

#include "lib/base/str.h"

enum { BF_NUMBER_DIGITS = 38, BF_NUMBER_EXP_MAX = 125, BF_NUMBER_EXP_MIN = -130 };

/* The reason why a text is not a number of DynamoDB. */
enum bf_number_verdict {
    BF_NUMBER_FITS,
    BF_NUMBER_NONE,  /* not a number */
    BF_NUMBER_LONG,  /* more than 38 significant digits */
    BF_NUMBER_LARGE, /* magnitude above the range */
    BF_NUMBER_SMALL  /* magnitude below the range, but not zero */
};

BF_API enum bf_number_verdict bf_number_judge(struct bf_str text);

/* Is text a number that DynamoDB can store? BF_E_INPUT if it is not a number, BF_E_LIMIT for too
 * many digits or a magnitude out of range. The error names the reason, not the place. */
BF_API BF_MUST bool bf_number_check(struct bf_str text, struct bf_err *e);

/* Is a text that bf_number_check accepts also a JSON number (RFC 8259, section 6)? */
BF_API bool bf_number_is_json(struct bf_str text);

/* Appends a text that bf_number_check accepts as a JSON number, with the fewest changes that JSON
 * requires ("00042" is 42, "+.5" is 0.5, "5." is 5). */
BF_API void bf_number_put_json(struct bf_buf *out, struct bf_str text);

/* Appends the value of a text that bf_number_check accepts in its plain form, without exponent and
 * without leading or trailing zeros: "1.50E2" is 150, "-0" is 0. Two texts are the same number, and
 * the same key, if and only if their plain forms are equal. At most 170 bytes. */
BF_API void bf_number_put_plain(struct bf_buf *out, struct bf_str text);

#endif
