/*
 * JSON scalars as values of a column: a number, a text or a boolean in the column's type, exactly
 * or not at all. These functions handle all cases; shred_core.h has fast paths for the usual
 * spellings.
 *
 *     integer, decimal   a number, or a text that contains one, if all its digits fit
 *     float, double      the same, rounded by IEEE 754; no infinity
 *     boolean            true, false, 1, 0, and the texts of these
 *     date, timestamp    ISO 8601 text, or a number of seconds, milliseconds or microseconds since 1970, by its magnitude;
 *                        a date is its day in UTC
 */
#ifndef BF_PARQUET_VALUE_H
#define BF_PARQUET_VALUE_H

#include "lib/json/scan.h"
#include "lib/parquet/tree.h"

/* The last date, because the next time usually has the same. */
struct pq_day {
    char text[10]; /* NUL: none yet */
    int64_t ms;
};

/* kind is the JSON type of the value; text is a number as written, or a string's decoded
 * characters. Writes leaf->width bytes. False: it does not fit the type. */
BF_MUST bool bf_pq_value(const struct pq_leaf *leaf, enum bf_json_type kind, struct bf_str text,
                         struct pq_day *day, char *out);

/* The same for a time written 2026-11-27T06:30:00.123456Z, with T or a space, up to nine decimals,
 * Z or nothing. False: use bf_pq_value. */
bool bf_pq_plain_time(const struct bf_type *type, struct bf_str text, struct pq_day *day,
                      char *out);

#endif
