/*
 * One cell of a line of CSV or TSV.
 *
 * TSV is what Hive's and Athena's LazySimpleSerDe reads with a backslash for its
 * escape: NULL is a literal \N, \n and \r are a line end and a carriage
 * return, and a backslash in front of any other byte is that byte. So a tab in a
 * value is a backslash and a tab, which PostgreSQL's COPY reads too; \t would be
 * a t.
 */
#ifndef BF_IO_CELL_H
#define BF_IO_CELL_H

#include "lib/base/str.h"

BF_C_BEGIN

/* RFC 4180: quoted when it must be; the empty string always, so that NULL (nothing) differs from it. */
void bf_cell_put_csv(struct bf_buf *out, struct bf_str s);

void bf_cell_put_tsv(struct bf_buf *out, struct bf_str s);

/* The next cell of a line, not decoded, removed from *rest. False: there is none. */
bool bf_cell_take_tsv(struct bf_str *rest, struct bf_str *raw);

bool bf_cell_is_null_tsv(struct bf_str raw);

/* Appends the value of a cell that is not NULL. */
void bf_cell_value_tsv(struct bf_buf *out, struct bf_str raw);

BF_C_END

#endif
