/*
 * Partitions from s3put's receipts, as statements that add them to the catalog: ALTER TABLE ... ADD
 * IF NOT EXISTS PARTITION ... LOCATION, or requests of Glue's BatchCreatePartition. Each partition
 * is added once per run.
 *
 * A receipt's partition is the NAME=value folders of its key, and the members of its "partition".
 * Its location is the folder that contains all of them.
 */
#ifndef BF_DDL_RECEIPT_H
#define BF_DDL_RECEIPT_H

#include "lib/base/map.h"
#include "lib/ddl/table.h"

enum { BF_DDL_BATCH = 100 }; /* partitions per statement: the limit of BatchCreatePartition */

struct bf_ddl_adder {
    const struct bf_ddl_table *table; /* if its layout has partitions, no others are allowed */
    bool glue;
    struct bf_arena arena;
    struct bf_map seen; /* key: the values of a partition; value: its location, a char * */
    struct bf_buf batch;
    size_t n;            /* number of partitions in the batch */
    struct bf_str names; /* the column names of the first receipt; each ends with a NUL */
};

/* The table belongs to the caller. */
BF_API void bf_ddl_adder_init(struct bf_ddl_adder *a, const struct bf_ddl_table *table, bool glue);
BF_API void bf_ddl_adder_free(struct bf_ddl_adder *a);

/* Adds the partition of a receipt. BF_E_INPUT: it is not a receipt, has no partition, or its
 * partition has another location already; BF_E_LIMIT: too many. */
BF_API BF_MUST bool bf_ddl_adder_take(struct bf_ddl_adder *a, struct bf_str receipt,
                                      struct bf_err *e);

/* Appends the statement for the batch and begins the next one; appends nothing if the batch is
 * empty. */
BF_API void bf_ddl_adder_put(struct bf_ddl_adder *a, struct bf_buf *out);

#endif
