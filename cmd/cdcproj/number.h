/*
 * Exact numbers in roll-ups: sums of values as SQLite hands them over, an order of values as bytes, and the functions
 * that expressions may call. No sum ever goes through a binary fraction: a REAL counts only if it is the nearest to a
 * decimal of 15 digits, which is then what it stands for.
 */
#ifndef CDCPROJ_NUMBER_H
#define CDCPROJ_NUMBER_H

#include "lib/ddb/decimal.h"
#include "lib/sqlite/load.h"

enum { NUMBER_SCALE = 9, NUMBER_TEXT = BF_DECIMAL_TEXT };

/* A sum: up to 18 digits with at most nine decimals in one integer, the others in `more`. All zero is 0. */
struct number_sum {
    __int128 units; /* of 10^-9 */
    struct bf_decimal more;
    bool any_more;
};

/* What a value was. */
enum number_is { NUMBER_NULL, NUMBER_YES, NUMBER_TEXT_ONLY, NUMBER_BINARY_FRACTION };

/* The text of a value that is a number, at room for REAL and INTEGER, else where SQLite has it. */
enum number_is number_of(const struct sql_api *api, sqlite3_stmt *row, int column, char room[40],
                         struct bf_str *text);

/* Adds the number times sign. BF_E_LIMIT: it has too many digits. */
BF_MUST bool number_add(struct number_sum *sum, struct bf_str text, int sign, struct bf_err *e);

/* Adds the sum to a decimal text (empty: 0), appended to out in its plain form. */
BF_MUST bool number_put(const struct number_sum *sum, struct bf_str before, struct bf_buf *out,
                        struct bf_err *e);

/* Appends bytes that sort as numbers do, and before all texts; a text. */
BF_MUST bool number_order(struct bf_str text, struct bf_buf *out, struct bf_err *e);
void text_order(struct bf_str text, struct bf_buf *out);

/* bf_num(text): the number as SQLite's own where it holds all digits; dec_add, dec_sub, dec_mul, dec_cmp. */
BF_MUST bool number_functions(const struct sql_api *api, sqlite3 *db, struct bf_err *e);

#endif
