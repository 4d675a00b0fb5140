/*
 * Exact numbers in SQLite: sums of SQLite's values, keys that sort as numbers do, and functions for expressions. No sum
 * is computed with binary fractions: a REAL is accepted only if it is the nearest one to a decimal of 15 digits, and then
 * means that decimal.
 */
#ifndef BF_SQL_EXACT_H
#define BF_SQL_EXACT_H

#include "lib/ddb/decimal.h"
#include "lib/sqlite/load.h"

enum { BF_EXACT_SCALE = 9, BF_EXACT_TEXT = BF_DECIMAL_TEXT };

/* A sum: numbers of up to 18 digits with at most nine decimals are in one integer, the others in `more`. Zeros are 0. */
struct bf_exact_sum {
    __int128 units; /* of 10^-9 */
    struct bf_decimal more;
    bool any_more;
};

/* The kind of a value. */
enum bf_exact_is { BF_EXACT_NULL, BF_EXACT_YES, BF_EXACT_TEXT_ONLY, BF_EXACT_BINARY_FRACTION };

/* The text of a value that is a number: in room for REAL and INTEGER, otherwise SQLite's own memory. */
enum bf_exact_is bf_exact_of(const struct sql_api *api, sqlite3_stmt *row, int column,
                             char room[40], struct bf_str *text);

/* Adds sign times the number. BF_E_LIMIT: it has too many digits. */
BF_MUST bool bf_exact_add(struct bf_exact_sum *sum, struct bf_str text, int sign, struct bf_err *e);

/* Adds the sum to a decimal text (empty: 0), appended to out in its plain form. */
BF_MUST bool bf_exact_put(const struct bf_exact_sum *sum, struct bf_str before, struct bf_buf *out,
                          struct bf_err *e);

/* Appends bytes that sort as numbers do, and before all texts; the same for a text. */
BF_MUST bool bf_exact_order(struct bf_str text, struct bf_buf *out, struct bf_err *e);
void bf_exact_order_text(struct bf_str text, struct bf_buf *out);

/* Replaces SQLite's sum(x), also over a window, by an exact one. The result is an INTEGER or, with at most 15 digits, a
 * REAL, which sort as numbers do; otherwise the digits as text. Texts that are not numbers do not count. */
BF_MUST bool bf_exact_sums(const struct sql_api *api, sqlite3 *db, struct bf_err *e);

/* bf_num(text): the number as SQLite's own type if that holds all digits; bf_real(text): always; dec_add, dec_sub, dec_mul, dec_cmp. */
BF_MUST bool bf_exact_functions(const struct sql_api *api, sqlite3 *db, struct bf_err *e);

#endif
