/*
 * Exact numbers in roll-ups: sums of SQLite's values, keys that sort as numbers do, and functions for expressions. No
 * sum is computed with binary fractions: a REAL is accepted only if it is the nearest one to a decimal of 15 digits, and
 * then means that decimal.
 */
#ifndef CDCPROJ_NUMBER_H
#define CDCPROJ_NUMBER_H

#include "lib/ddb/decimal.h"
#include "lib/sqlite/load.h"

enum { NUMBER_SCALE = 9, NUMBER_TEXT = BF_DECIMAL_TEXT };

/* A sum: numbers of up to 18 digits with at most nine decimals are in one integer, the others in `more`. Zeros are 0. */
struct number_sum {
    __int128 units; /* of 10^-9 */
    struct bf_decimal more;
    bool any_more;
};

/* The kind of a value. */
enum number_is { NUMBER_NULL, NUMBER_YES, NUMBER_TEXT_ONLY, NUMBER_BINARY_FRACTION };

/* The text of a value that is a number: in room for REAL and INTEGER, otherwise SQLite's own memory. */
enum number_is number_of(const struct sql_api *api, sqlite3_stmt *row, int column, char room[40],
                         struct bf_str *text);

/* Adds sign times the number. BF_E_LIMIT: it has too many digits. */
BF_MUST bool number_add(struct number_sum *sum, struct bf_str text, int sign, struct bf_err *e);

/* Adds the sum to a decimal text (empty: 0), appended to out in its plain form. */
BF_MUST bool number_put(const struct number_sum *sum, struct bf_str before, struct bf_buf *out,
                        struct bf_err *e);

/* Appends bytes that sort as numbers do, and before all texts; the same for a text. */
BF_MUST bool number_order(struct bf_str text, struct bf_buf *out, struct bf_err *e);
void text_order(struct bf_str text, struct bf_buf *out);

/* bf_num(text): the number as SQLite's own type if that holds all digits; dec_add, dec_sub, dec_mul, dec_cmp. */
BF_MUST bool number_functions(const struct sql_api *api, sqlite3 *db, struct bf_err *e);

#endif
