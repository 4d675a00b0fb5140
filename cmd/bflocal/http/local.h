/*
 * bflocal's process: what was asked for on the command line, the store, the
 * faults, the server's clock, and the state of each service. There is one; main
 * owns it, every call points at it.
 */
#ifndef BL_LOCAL_H
#define BL_LOCAL_H

#include "cmd/bflocal/http/fault.h"
#include "cmd/bflocal/store/transaction.h"

/* What a service keeps in memory; its room defines it. */
struct bl_ddb;
struct bl_kinesis;
struct bl_s3;
struct bl_athena;

struct bl_local {
    const struct bl_service *const *services; /* all there are; NULL at the end */
    const char *region;
    const char *access_key, *secret_key;
    uint64_t ddb_shards; /* --ddb-shards: open shards of a new DynamoDB stream */
    struct bl_store store;
    struct bl_faults faults;
    struct bl_ddb *ddb;
    struct bl_kinesis *kinesis;
    struct bl_s3 *s3;
    struct bl_athena *athena;
};

/* What every ARN of this process names as its account. */
#define BL_ACCOUNT "000000000000"

/* "arn:aws:SERVICE:REGION:ACCOUNT:KIND/NAME...": NAME... when it is in this region and account, else nothing. */
struct bf_str bl_arn_own(const struct bl_local *l, struct bf_str arn, const char *service,
                         const char *kind);

/* The server's clock: wall time, put off by the fault `clock`. Everything a client can see (times in
 * answers, expiry, the Date header, the age of a signature) goes by it. */
int64_t bl_now_ms(struct bl_local *l);

/* Opens the store and every service on it; bl_local_close is right after a failure too. */
bool bl_local_open(struct bl_local *l, const char *dir, struct bf_err *e) BF_MUST;
void bl_local_close(struct bl_local *l);

#endif
