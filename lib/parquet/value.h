/*
 * JSON's scalars as values of a column: what a number, a text or a truth value is in the column's type, exactly or not at
 * all. These are the roads for everything; the short ones for what is written plainly are in shred_core.h.
 *
 *     integer, decimal   a number, or a text that holds one, whose digits all fit
 *     float, double      the same, rounded as IEEE 754 says; no infinity
 *     boolean            true, false, 1, 0, and the texts of these
 *     date, timestamp    ISO 8601 text, or a number of seconds, milliseconds or microseconds since 1970, told by its size;
 *                        a date is the day of it, in UTC
 */
#ifndef BF_PARQUET_VALUE_H
#define BF_PARQUET_VALUE_H

#include "lib/json/scan.h"
#include "lib/parquet/tree.h"

/* A date, since the next time has most often the same. */
struct pq_day {
    char text[10]; /* NUL: none yet */
    int64_t ms;
};

/* kind is the JSON type of the value; text a number as it stands, or a string's decoded characters. Writes leaf->width
 * bytes. False: it is no such value. */
BF_MUST bool bf_pq_value(const struct pq_leaf *leaf, enum bf_json_type kind, struct bf_str text,
                         struct pq_day *day, char *out);

/* The same for a time written 2026-11-27T06:30:00.123456Z, with T or a space, up to nine decimals, Z or nothing. False:
 * look closer. */
bool bf_pq_plain_time(const struct bf_type *type, struct bf_str text, struct pq_day *day,
                      char *out);

#endif
