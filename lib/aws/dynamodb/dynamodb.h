/*
 * DynamoDB's control plane for the tools: describe a table, create it with its stream, wait for it,
 * send its changes to a Kinesis stream. Each function blocks (with retries, until a signal) and is
 * called a few times per run; the tools implement the data plane.
 *
 * A table is identified by its name or its ARN.
 */
#ifndef BF_AWS_DYNAMODB_DYNAMODB_H
#define BF_AWS_DYNAMODB_DYNAMODB_H

#include "lib/aws/client/client.h"

/* Key attributes of a table and its indexes: at most 4 partition and 4 sort key attributes for each
 * of 20 indexes. */
enum { BF_DDB_NAME_MAX = 255, BF_DDB_ARN_MAX = 1024, BF_DDB_ATTRS_MAX = 192 };

struct bf_ddb_key {
    char name[BF_DDB_NAME_MAX + 1];
    char type; /* 'S', 'N' or 'B' */
};

struct bf_ddb_table {
    struct bf_ddb_key key[2]; /* the partition key, then the sort key */
    unsigned nkeys;
    struct bf_ddb_key
        attr[BF_DDB_ATTRS_MAX]; /* AttributeDefinitions: key attributes of the table and its
                                 * indexes */
    unsigned nattrs;
    char status[24];                     /* "ACTIVE", "CREATING", ... */
    char stream_arn[BF_DDB_ARN_MAX + 1]; /* of its latest stream, "" if it never had one */
    bool stream_enabled;                 /* changes are recorded */
    char stream_view[24];                /* "NEW_AND_OLD_IMAGES", ...; "" if no stream is enabled */
};

/* Parses "order_id:S" or "order_id:S,sk:N". */
BF_API BF_MUST bool bf_ddb_parse_keys(struct bf_str s, struct bf_ddb_key key[2], unsigned *n,
                                      struct bf_err *e);

/* Does it have the form of a table's name (3 to 255 of A-Z a-z 0-9 - _ .) or of an ARN? */
BF_API BF_MUST bool bf_ddb_check_name(struct bf_str table, struct bf_err *e);

/* DescribeTable. BF_E_NOTFOUND if the table does not exist. */
BF_API BF_MUST bool bf_ddb_describe(struct bf_aws *aws, struct bf_str table, struct bf_ddb_table *t,
                                    struct bf_err *e);

/* CreateTable: on-demand, stream with NEW_AND_OLD_IMAGES. True also if the table was created by
 * somebody else meanwhile. Does not wait. */
BF_API BF_MUST bool bf_ddb_create(struct bf_aws *aws, struct bf_str table,
                                  const struct bf_ddb_key *key, unsigned nkeys, struct bf_err *e);

/* Polls the table until it can be written to; BF_E_TEMPORARY after timeout_ms. */
BF_API BF_MUST bool bf_ddb_wait(struct bf_aws *aws, struct bf_str table, uint64_t timeout_ms,
                                struct bf_ddb_table *t, struct bf_err *e);

/* Makes the table send its changes to the Kinesis stream with that ARN, and waits until that is
 * ACTIVE. */
BF_API BF_MUST bool bf_ddb_stream_to(struct bf_aws *aws, struct bf_str table, struct bf_str arn,
                                     uint64_t timeout_ms, struct bf_err *e);

#endif
