/*
 * The columns of a CSV file as attributes of items, for every tool that makes items from CSV: their
 * names, and the single type of each column's values.
 *
 * A type is either given (--types, or a key of the table) or found: the first BF_COLUMNS_SAMPLE
 * records (or BF_CSV_KEEP bytes) are read ahead. A column that contains only numbers there is N,
 * any other is S. If a later value in an N column is not a number, its record is an error, because
 * nobody wants a column of mixed types. The type of a column that is empty in the sample is decided
 * by its first value.
 *
 * A number here is a decimal number that DynamoDB can store and that is valid JSON, without leading
 * zeros, and with a sign in its exponent if it has one, as programs print them: 00042, +1 and codes
 * such as 12E3 are strings.
 *
 * A first column without a name contains row numbers, as R and pandas write them: it is not an
 * attribute (`index`). All other names must be non-empty and different.
 */
#ifndef BF_ROW_COLUMNS_H
#define BF_ROW_COLUMNS_H

#include "lib/io/csv.h"

enum { BF_COLUMNS_SAMPLE = 1000 };

enum bf_column_type {
    BF_COLUMN_AUTO, /* not known yet */
    BF_COLUMN_N,
    BF_COLUMN_S, /* any value is allowed, as far as this module knows */
    BF_COLUMN_B,
    BF_COLUMN_BOOL,
    BF_COLUMN_JSON
};

struct bf_column {
    struct bf_str name; /* decoded */
    enum bf_column_type type;
    bool given;        /* the type was given, not found */
    bool number, text; /* seen in the sample */
};

struct bf_columns {
    struct bf_column *column;
    size_t n;
    bool index;     /* column[0] has no name and is not an attribute */
    bool reading;   /* the sample is being read */
    bool known;     /* all types that can be found are known */
    size_t records; /* number of records in the sample */
    struct bf_buf names;
};

/* Initialises the columns from the record last read from csv. Call bf_columns_free even if it
 * fails. */
BF_API BF_MUST bool bf_columns_init(struct bf_columns *c, const struct bf_csv *csv,
                                    struct bf_err *e);
BF_API void bf_columns_free(struct bf_columns *c);

/* The index of the column with that name, or c->n. */
BF_API size_t bf_columns_find(const struct bf_columns *c, struct bf_str name);

/* types is a list such as "zip:S,total:N". allowed lists the permitted ones of S, N, B, BOOL and
 * JSON, for example "S, N". The first function only checks the list, the second sets the columns'
 * types. BF_E_USAGE. */
BF_API BF_MUST bool bf_columns_types_ok(const char *types, const char *allowed, struct bf_err *e);
BF_API BF_MUST bool bf_columns_types(struct bf_columns *c, const char *types, struct bf_err *e);

/* Finds the types that are not given. Call it before each record until it returns BF_CSV_RECORD;
 * then the first record can be read (again). Else BF_CSV_WAIT (no input within timeout_ms) or
 * BF_CSV_ERROR. */
BF_API BF_MUST enum bf_csv_got bf_columns_guess(struct bf_columns *c, struct bf_csv *csv,
                                                int timeout_ms, struct bf_err *e);

/* Do the values of the record last read, one for each column, fit the types? A column whose type
 * was found accepts numbers as defined above, one given as N those that DynamoDB accepts. The
 * caller checks values of the other types. */
BF_API BF_MUST bool bf_columns_row(struct bf_columns *c, const struct bf_csv *csv,
                                   struct bf_err *e);

/* Is it a number as defined above? */
BF_API bool bf_columns_number(struct bf_str s);

#endif
