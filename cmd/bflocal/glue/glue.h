/*
 * Glue inside: its operations over the catalog (catalog.h).
 *
 * An operation reads its request as a tree, holds the store while it asks the
 * catalog, and writes its answer as a tree.
 */
#ifndef BL_GLUE_H
#define BL_GLUE_H

#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"

/* Sets the answer to what the verdict is called; what: the name of what is there already or missing. */
bool bl_glue_fail(struct bl_call *c, enum bl_catalog_verdict v, const char *what);

/* Ends a transaction that came to `v`: commits or rolls back, and answers {} or the failure. */
bool bl_glue_end(struct bl_call *c, enum bl_catalog_verdict v, const char *what);

/* The code of a verdict in a list of errors: "AlreadyExistsException". */
const char *bl_glue_code(enum bl_catalog_verdict v);

/* The string members of the request that an operation needs ("DatabaseName Name"). False: the answer is set. */
bool bl_glue_need(struct bl_call *c, const json_t *body, const char *names);

/* Is it a list of at most max elements? False: the answer is set. */
bool bl_glue_need_list(struct bl_call *c, const json_t *body, const char *name, size_t max);

/* MaxResults, and the row that NextToken names ("" without one), in the arena. False: the answer is set. */
bool bl_glue_page(struct bl_call *c, const json_t *body, int64_t most, int64_t *max,
                  struct bf_str *after);
void bl_glue_token(json_t *answer, struct bf_str last);

/* Partitions by Expression: a condition over the partition keys (GetPartitions in the API reference). */
struct bl_glue_filter {
    const char *text;
    const json_t *keys;   /* the table's PartitionKeys */
    const json_t *values; /* the partition's */
};

/* *yes: does the partition satisfy it? False: *e says what of it is wrong. */
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
