/*
 * The columns of a CSV file as attributes of items, for every tool that makes
 * items of CSV: their names, and for each the one type that its values have.
 *
 * A type is given by name (--types, a key of the table), or found: the first
 * BF_COLUMNS_SAMPLE records (or BF_CSV_KEEP bytes) are read ahead, and a column
 * in which they hold nothing but numbers is N, any other is S. A value after
 * them that is no number in such a column makes its record bad: half a column
 * of each type is what nobody wants. A column that is empty so far is decided
 * by its first value.
 *
 * A number is here a decimal number that DynamoDB holds and JSON takes as it
 * stands, without leading zeros, and with a sign in its exponent if it has one,
 * as programs print them: 00042, +1 and codes such as 12E3 are texts.
 *
 * A first column without a name is the row's number, as R and pandas write it:
 * it is no attribute (`index`). Any other name may not be empty, nor stand twice.
 */
#ifndef BF_ROW_COLUMNS_H
#define BF_ROW_COLUMNS_H

#include "lib/io/csv.h"

enum { BF_COLUMNS_SAMPLE = 1000 };

enum bf_column_type {
    BF_COLUMN_AUTO, /* not known yet */
    BF_COLUMN_N,
    BF_COLUMN_S, /* from here on any field may stand in it, as far as this module knows */
    BF_COLUMN_B,
    BF_COLUMN_BOOL,
    BF_COLUMN_JSON
};

struct bf_column {
    struct bf_str name; /* decoded */
    enum bf_column_type type;
    bool given;        /* the type was told, not found */
    bool number, text; /* seen in the sample */
};

struct bf_columns {
    struct bf_column *column;
    size_t n;
    bool index;     /* column[0] has no name and is no attribute */
    bool reading;   /* ahead */
    bool known;     /* all types are, as far as they can be */
    size_t records; /* read ahead */
    struct bf_buf names;
};

/* The columns that the record last read of csv names. To be freed in any case. */
BF_API BF_MUST bool bf_columns_init(struct bf_columns *c, const struct bf_csv *csv,
                                    struct bf_err *e);
BF_API void bf_columns_free(struct bf_columns *c);

/* The column of that name, or c->n. */
BF_API size_t bf_columns_find(const struct bf_columns *c, struct bf_str name);

/* "zip:S,total:N" (S, N, B, BOOL, JSON, those of the names in allowed, such as "S, N"): is it such a list? And: gives
 * the columns their types. BF_E_USAGE. */
BF_API BF_MUST bool bf_columns_types_ok(const char *types, const char *allowed, struct bf_err *e);
BF_API BF_MUST bool bf_columns_types(struct bf_columns *c, const char *types, struct bf_err *e);

/* Finds the other types. To be called before each record until it gives BF_CSV_RECORD: then the first record can be
 * read, or read again. Else BF_CSV_WAIT (nothing within timeout_ms) or BF_CSV_ERROR. */
BF_API BF_MUST enum bf_csv_got bf_columns_guess(struct bf_columns *c, struct bf_csv *csv,
                                                int timeout_ms, struct bf_err *e);

/* Can the record last read, with a field for each column, stand in them? A column whose type was found takes numbers as
 * said above, one that was told to be N those that DynamoDB takes; values of the other types are for the caller to
 * check. */
BF_API BF_MUST bool bf_columns_row(struct bf_columns *c, const struct bf_csv *csv,
                                   struct bf_err *e);

/* Is it a number, as said above? */
BF_API bool bf_columns_number(struct bf_str s);

#endif
