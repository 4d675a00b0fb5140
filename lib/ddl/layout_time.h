/* The time patterns of a prefix as columns that Athena can project. Private to its room. */
#ifndef BF_DDL_LAYOUT_TIME_H
#define BF_DDL_LAYOUT_TIME_H

#include "lib/ddl/layout.h"

/* Sets name (unless it is set), type, projection, format, unit, digits and range of p. BF_E_USAGE:
 * the pattern cannot be projected. */
bool bf_layout_time(struct bf_ddl_partition *p, struct bf_str pattern, struct bf_err *e);

/* Appends one end of a date's range in the partition's format to out. */
bool bf_layout_end(const struct bf_ddl_partition *p, struct bf_str text, struct bf_buf *out,
                   struct bf_err *e);

#endif
