/*
 * Glue's operations on the catalog (catalog.h).
 *
 * An operation reads its request as a tree, holds the store during its calls of the
 * catalog, and writes its answer as a tree.
 */
#ifndef BL_GLUE_H
#define BL_GLUE_H

#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"

/* Answers the error of the verdict. what: the name that exists already or is missing. */
bool bl_glue_fail(struct bl_call *c, enum bl_catalog_verdict v, const char *what);

/* Commits the transaction if the verdict is success, else rolls back. Answers {} or the error. */
bool bl_glue_end(struct bl_call *c, enum bl_catalog_verdict v, const char *what);

/* The error code of a verdict, for a list of errors: "AlreadyExistsException". */
const char *bl_glue_code(enum bl_catalog_verdict v);

/* Reads MaxResults, and the row in NextToken ("" without one) into the arena. False: the answer
 * is set. */
bool bl_glue_page(struct bl_call *c, const json_t *body, int64_t most, int64_t *max,
                  struct bf_str *after);
void bl_glue_token(json_t *answer, struct bf_str last);

/* The Expression of GetPartitions: a condition on partition keys (API reference). */
struct bl_glue_filter {
    const char *text;
    const json_t *keys;   /* PartitionKeys of the table */
    const json_t *values; /* of the partition */
};

/* *yes: the partition satisfies the expression. False: *e is the error in the expression. */
bool bl_glue_matches(const struct bl_glue_filter *f, bool *yes, struct bf_err *e) BF_MUST;

bool bl_glue_create_database(struct bl_call *c);
bool bl_glue_get_database(struct bl_call *c);
bool bl_glue_get_databases(struct bl_call *c);
bool bl_glue_update_database(struct bl_call *c);
bool bl_glue_delete_database(struct bl_call *c);
bool bl_glue_create_table(struct bl_call *c);
bool bl_glue_get_table(struct bl_call *c);
bool bl_glue_get_tables(struct bl_call *c);
bool bl_glue_update_table(struct bl_call *c);
bool bl_glue_delete_table(struct bl_call *c);
bool bl_glue_batch_delete_table(struct bl_call *c);
bool bl_glue_get_table_version(struct bl_call *c);
bool bl_glue_get_table_versions(struct bl_call *c);
bool bl_glue_delete_table_version(struct bl_call *c);
bool bl_glue_create_partition(struct bl_call *c);
bool bl_glue_get_partition(struct bl_call *c);
bool bl_glue_get_partitions(struct bl_call *c);
bool bl_glue_update_partition(struct bl_call *c);
bool bl_glue_delete_partition(struct bl_call *c);
bool bl_glue_batch_create_partition(struct bl_call *c);
bool bl_glue_batch_delete_partition(struct bl_call *c);
bool bl_glue_batch_get_partition(struct bl_call *c);
bool bl_glue_batch_update_partition(struct bl_call *c);

#endif
