/*
 * A table for people: columns as wide as what the first thousand rows hold, two
 * spaces between them, numbers to the right. Rows after those go out as they come.
 */
#ifndef ATHQ_TABLE_H
#define ATHQ_TABLE_H

#include "lib/aws/athena/athena.h"
#include "lib/io/out.h"

struct table;
struct table *table_new(struct bf_out *out, size_t n, bool header, struct bf_err *e);
void table_destroy(struct table *t);

/* name stays the caller's. */
void table_column(struct table *t, size_t i, struct bf_str name, bool number);
bool table_row(struct table *t, const struct bf_athena_cell *cell, struct bf_err *e);
bool table_end(struct table *t, struct bf_err *e);

#endif
