/* How values are written. No digit of a value is ever lost; only the labels of axes are short. */
#ifndef BFTOP_FORMAT_H
#define BFTOP_FORMAT_H

#include "cmd/bftop/panel.h"

/* A number with commas between its thousands and zeros up to so many decimals, anything else as it is; NULL is a
 * dash. */
void format_value(const struct cell *c, int decimals, struct bf_buf *out);

/* The same without commas. */
void format_cell(const struct cell *c, int decimals, struct bf_buf *out);

/* The decimals that the numbers of a column have, so that 5 and 4.50 are below each other; 0: it is not all numbers, or
 * they have more than four. */
int format_decimals(const struct result *r, size_t rows, size_t col);

/* Has the column nothing but numbers? */
bool format_numbers(const struct result *r, size_t rows, size_t col);

/* 1234567 as 1.2M. */
void format_short(double v, struct bf_buf *out);

/* A time as a label: of 2026-11-27T06:30Z the part that tells it from `other`. */
struct bf_str format_time(struct bf_str t, struct bf_str other);

/* How a number has moved: "+12.3 % to before" beside a second column, else what it gains a second over the earlier
 * looks. Returns -1, 0 or 1; empty: not known. */
int format_trend(const struct panel *p, struct bf_buf *out);

/* The text of a result's end: "no rows", "more rows than 500"; empty: neither. */
const char *format_note(const struct panel *p);

#endif
