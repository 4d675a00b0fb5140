/*
 * Numbers as DynamoDB holds them: text, never a double. At most 38 significant
 * digits (zeros in front and behind do not count), magnitude 1E-130 to
 * 9.99...E+125 or zero, written [+-] digits [. digits] [E [+-] digits]
 * (Developer Guide, "Naming rules and data types"). The service takes "00042",
 * "+1", ".5" and "5."; JSON does not, so such a text is rewritten, value and
 * significant digits unchanged, when it goes into a JSON text.
 */
#ifndef BF_DDB_NUMBER_H
#define BF_DDB_NUMBER_H

#include "lib/base/str.h"

enum { BF_NUMBER_DIGITS = 38, BF_NUMBER_EXP_MAX = 125, BF_NUMBER_EXP_MIN = -130 };

/* What is wrong with a text as a number of DynamoDB's. */
enum bf_number_verdict {
    BF_NUMBER_FITS,
    BF_NUMBER_NONE,  /* it is no number */
    BF_NUMBER_LONG,  /* more than 38 significant digits */
    BF_NUMBER_LARGE, /* magnitude above the range */
    BF_NUMBER_SMALL  /* magnitude below the range, and not zero */
};

BF_API enum bf_number_verdict bf_number_judge(struct bf_str text);

/* Is text a number that DynamoDB holds? BF_E_INPUT when it is no number, BF_E_LIMIT for too many
 * digits or a magnitude out of range; the error names what was wrong, not where. */
BF_API BF_MUST bool bf_number_check(struct bf_str text, struct bf_err *e);

/* Is a text that bf_number_check took also a JSON number (RFC 8259, section 6) as it stands? */
BF_API bool bf_number_is_json(struct bf_str text);

/* Appends a text that bf_number_check took as a JSON number: as it stands, or mended by the least
 * that JSON wants ("00042" is 42, "+.5" is 0.5, "5." is 5). */
BF_API void bf_number_put_json(struct bf_buf *out, struct bf_str text);

/* Appends the one plain form of the value that a text which bf_number_check took stands for, without
 * exponent, leading or trailing zeros: "1.50E2" is 150, "-0" is 0. Two texts are the same number, and
 * as a key the same key, when these are equal. At most 170 bytes. */
BF_API void bf_number_put_plain(struct bf_buf *out, struct bf_str text);

#endif
