/*
 * Partitions that s3put's receipts tell of, as statements that add them to the
 * catalog: ALTER TABLE ... ADD IF NOT EXISTS PARTITION ... LOCATION, or requests of
 * Glue's BatchCreatePartition. Each partition is added once in a run.
 *
 * A receipt's partition is the NAME=value folders of its key, and what the receipt
 * itself says under "partition". Its location is the folder that holds all of them.
 */
#ifndef BF_DDL_RECEIPT_H
#define BF_DDL_RECEIPT_H

#include "lib/base/map.h"
#include "lib/ddl/table.h"

enum { BF_DDL_BATCH = 100 }; /* partitions a statement: as many as BatchCreatePartition takes */

struct bf_ddl_adder {
    const struct bf_ddl_table
        *table; /* the partitions of its layout are the only ones, if it has some */
    bool glue;
    struct bf_arena arena;
    struct bf_map seen; /* values of a partition: its location, a char * */
    struct bf_buf batch;
    size_t n;            /* in the batch */
    struct bf_str names; /* of the columns, of the first receipt; each ends in a NUL */
};

/* The table stays the caller's. */
BF_API void bf_ddl_adder_init(struct bf_ddl_adder *a, const struct bf_ddl_table *table, bool glue);
BF_API void bf_ddl_adder_free(struct bf_ddl_adder *a);

/* Takes a receipt. BF_E_INPUT: it is none, or has no partition, or its partition lies somewhere else already; BF_E_LIMIT:
 * there are too many. */
BF_API BF_MUST bool bf_ddl_adder_take(struct bf_ddl_adder *a, struct bf_str receipt,
                                      struct bf_err *e);

/* Appends the statement for what the batch holds, and begins the next; nothing where it is empty. */
BF_API void bf_ddl_adder_put(struct bf_ddl_adder *a, struct bf_buf *out);

#endif
