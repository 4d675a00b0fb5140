/* The time patterns of a prefix as columns that Athena can project. Inside its room only. */
#ifndef BF_DDL_LAYOUT_TIME_H
#define BF_DDL_LAYOUT_TIME_H

#include "lib/ddl/layout.h"

/* Fills name (unless it has one), type, projection, format, unit, digits and range of p. BF_E_USAGE: no projection
 * makes such a pattern. */
bool bf_layout_time(struct bf_ddl_partition *p, struct bf_str pattern, struct bf_err *e);

/* One end of a date's range as the partition's format has it, appended to out. */
bool bf_layout_end(const struct bf_ddl_partition *p, struct bf_str text, struct bf_buf *out,
                   struct bf_err *e);

#endif
