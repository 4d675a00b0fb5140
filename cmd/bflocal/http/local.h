/*
 * The state of bflocal's process: the options, the store, the faults, the server's
 * clock, and the state of each service. There is one struct bl_local; main owns it,
 * and every call points at it.
 */
#ifndef BL_LOCAL_H
#define BL_LOCAL_H

#include <stdatomic.h>

#include "cmd/bflocal/http/fault.h"
#include "cmd/bflocal/http/tally.h"
#include "cmd/bflocal/store/transaction.h"

/* The state of a service in memory, defined in its room. */
struct bl_ddb;
struct bl_kinesis;
struct bl_s3;
struct bl_athena;
struct bl_lambda;
struct bl_events;
struct bl_local;

/* An event of a service, for EventBridge's default bus. */
struct bl_published {
    const char *source, *detail_type; /* "aws.s3", "Object Created" */
    struct bf_str resource;           /* an ARN; p NULL: none */
    struct bf_str detail;             /* JSON */
};
struct bl_firehose;

struct bl_local {
    const struct bl_service *const *services; /* all services; NULL at the end */
    const char *region;
    const char *access_key, *secret_key;
    bool any_credentials; /* signatures are not verified (wire/auth.h) */
    atomic_bool ready;    /* --init has ended; /health says so */
    const char *endpoint; /* where clients find this process: "http://127.0.0.1:8000" */
    uint64_t ddb_shards;  /* --ddb-shards: open shards of a new DynamoDB stream */
    struct bl_store store;
    struct bl_faults faults;
    struct bl_tally tally;
    struct bl_ddb *ddb;
    struct bl_kinesis *kinesis;
    struct bl_s3 *s3;
    struct bl_athena *athena;
    struct bl_lambda *lambda;
    struct bl_events *events;
    /* EventBridge's, for rooms below it; called in a transaction. NULL: there is no EventBridge. */
    void (*publish)(struct bl_local *l, const struct bl_published *p);
    struct bl_firehose *firehose;
};

/* The account in every ARN of this process. */
#define BL_ACCOUNT "000000000000"

/* The part NAME... of "arn:aws:SERVICE:REGION:ACCOUNT:KIND/NAME..."; empty if region or account
 * are not this process's. */
struct bf_str bl_arn_own(const struct bl_local *l, struct bf_str arn, const char *service,
                         const char *kind);

/* The server's clock: wall time plus the offset of the fault `clock`. All times that a client
 * can see (in answers, expiry, the Date header, the age of a signature) use it. */
int64_t bl_now_ms(struct bl_local *l);

/* Opens the store and every service. Call bl_local_close after a failure too. */
bool bl_local_open(struct bl_local *l, const char *dir, struct bf_err *e) BF_MUST;
/* The socket listens, l->endpoint is set, and no request has been taken yet. */
void bl_local_start(struct bl_local *l);
/* bflocal is to end: what calls wait for ends soon. bl_local_close follows. */
void bl_local_interrupt(struct bl_local *l);
void bl_local_close(struct bl_local *l);

#endif
