/*
 * A table of the catalog as something that DuckDB can read: which partitions and
 * objects the query needs, and the SQL that reads them from their files.
 */
#ifndef BL_SCAN_H
#define BL_SCAN_H

#include "cmd/bflocal/table/partition.h"

/* The call-backs of struct bl_trino; arg is a struct bl_scan. */
enum bl_trino_kind bl_scan_look_up(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                   const char **database, struct bf_err *e);

/* (SELECT ... WHERE false) with the table's columns: for types. */
bool bl_scan_put_types(void *arg, struct bl_trino_ref *ref, struct bf_buf *out, struct bf_err *e);

/* (SELECT ... FROM its files) */
bool bl_scan_put_rows(void *arg, struct bl_trino_ref *ref, struct bf_buf *out, struct bf_err *e);

void bl_scan_free(struct bl_scan *s);

#endif
