/*
 * The control plane of DynamoDB that the tools need: describe a table, make it
 * with its stream, wait for it, send its changes to a Kinesis stream. Each call
 * here blocks (with retries, and until a signal) and is made a few times in a
 * run; the data plane belongs to the tools.
 *
 * A table is named by its name or its ARN.
 */
#ifndef BF_AWS_DYNAMODB_DYNAMODB_H
#define BF_AWS_DYNAMODB_DYNAMODB_H

#include "lib/aws/client/client.h"

/* Keys of a table and of its indexes: at most 4 for a partition and 4 for a sort key of each of 20 indexes. */
enum { BF_DDB_NAME_MAX = 255, BF_DDB_ARN_MAX = 1024, BF_DDB_ATTRS_MAX = 192 };

struct bf_ddb_key {
    char name[BF_DDB_NAME_MAX + 1];
    char type; /* 'S', 'N' or 'B' */
};

struct bf_ddb_table {
    struct bf_ddb_key key[2]; /* the partition key, then the sort key */
    unsigned nkeys;
    struct bf_ddb_key
        attr[BF_DDB_ATTRS_MAX]; /* AttributeDefinitions: keys of the table and of indexes */
    unsigned nattrs;
    char status[24];                     /* "ACTIVE", "CREATING", ... */
    char stream_arn[BF_DDB_ARN_MAX + 1]; /* of its latest stream, "" if it never had one */
    bool stream_enabled;                 /* it takes changes */
    char stream_view[24]; /* "NEW_AND_OLD_IMAGES", ...; "" when no stream is enabled */
};

/* "order_id:S" or "order_id:S,sk:N". */
BF_API BF_MUST bool bf_ddb_parse_keys(struct bf_str s, struct bf_ddb_key key[2], unsigned *n,
                                      struct bf_err *e);

/* Is it the form of a table's name (3 to 255 of A-Z a-z 0-9 - _ .) or of an ARN? */
BF_API BF_MUST bool bf_ddb_check_name(struct bf_str table, struct bf_err *e);

/* DescribeTable. A table that is not there is BF_E_NOTFOUND. */
BF_API BF_MUST bool bf_ddb_describe(struct bf_aws *aws, struct bf_str table, struct bf_ddb_table *t,
                                    struct bf_err *e);

/* CreateTable: on-demand, stream with NEW_AND_OLD_IMAGES. True too when somebody else was faster. Does
 * not wait. */
BF_API BF_MUST bool bf_ddb_create(struct bf_aws *aws, struct bf_str table,
                                  const struct bf_ddb_key *key, unsigned nkeys, struct bf_err *e);

/* Describes the table until it can be written to; BF_E_TEMPORARY after timeout_ms. */
BF_API BF_MUST bool bf_ddb_wait(struct bf_aws *aws, struct bf_str table, uint64_t timeout_ms,
                                struct bf_ddb_table *t, struct bf_err *e);

/* Makes sure that the changes of the table go to the Kinesis stream of that ARN, and waits until that is ACTIVE. */
BF_API BF_MUST bool bf_ddb_stream_to(struct bf_aws *aws, struct bf_str table, struct bf_str arn,
                                     uint64_t timeout_ms, struct bf_err *e);

#endif
