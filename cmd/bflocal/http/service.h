/*
 * A service as the rest of bflocal sees it: one constant in the service.c of its room,
 * listed in cmd/bflocal/services.c. The room http/ knows services only through it.
 *
 * A JSON service has a target and a table of operations. A service with another
 * protocol (S3, STS) has a struct bl_protocol.
 */
#ifndef BL_SERVICE_H
#define BL_SERVICE_H

#include "cmd/bflocal/http/json_error.h"
#include "cmd/bflocal/model/model.h"
#include "lib/base/str.h"

struct bl_call;
struct bl_local;

/* Faults (fault.h) that are possible for some operations only. */
enum bl_can {
    BL_CAN_PARTIAL = 1,  /* a batch, whose entries can fail one by one */
    BL_CAN_ITERATOR = 2, /* reads an iterator, which can expire */
    BL_CAN_CONFLICT = 4,
    BL_CAN_ERROR200 = 8
};

struct bl_op {
    const char *name; /* "PutItem" */
    bool (*run)(struct bl_call *c);
    unsigned faults; /* of enum bl_can */
};

/* A control call: METHOD /_bflocal/NAME (control.h). */
struct bl_control {
    const char *method, *name;
    void (*run)(struct bl_call *c);
};

/* How the router handles a service that does not use JSON and X-Amz-Target. Only `finish` is
 * required. */
struct bl_protocol {
    bool rest; /* it gets every request that names no other service */

    /* After the headers. False: the answer is set already, and the body is not wanted. */
    bool (*begin)(struct bl_call *c, size_t *max_body);

    /* After the body: sets the answer, headers included. */
    void (*finish)(struct bl_call *c);

    /* The answer to a body beyond its limit, and to too many headers. */
    void (*too_large)(struct bl_call *c);
    void (*head_too_large)(struct bl_call *c);

    /* Is there such an operation, and which of the faults in enum bl_can are possible for it?
     * NULL: this service has no faults. */
    bool (*knows)(const char *op, unsigned *faults);

    /* A member of a form, which is what others have in the query. NULL: the query. */
    struct bf_str (*member)(struct bl_call *c, const char *name);

    /* Answers a request against the model in a form of its own; wrong as in model.h. NULL: as JSON. */
    void (*refuse)(struct bl_call *c, const struct bl_outside *wrong, struct bf_str text);
};

/* The form of a JSON service's answers. Services with the same form share one. */
struct bl_dialect {
    const char *content_type; /* "application/x-amz-json-1.0" */
    const char *cbor_type;    /* "application/x-amz-cbor-1.1"; NULL: only JSON */
    const char
        *error_prefix; /* before the code in __type: "com.amazonaws.dynamodb.v20120810#", or "" */
    bool coral; /* errors of the framework have "com.amazon.coral.service#" before the code */
    bool crc32; /* answers have an x-amz-crc32 header */
    bool rest; /* the code of an error is in x-amzn-ErrorType, and its statuses are those of REST */
    /* The answer to the fault `throttle`. */
    enum bl_error throttled_error;
    const char *throttled;
    /* The answer to a request against the model (model.h); 0 is ValidationException. */
    enum bl_error violated_error;
    const char *violated_members; /* further members of it: `,"AthenaErrorCode":"INVALID_INPUT"` */
};

/* Glue, EventBridge: JSON 1.1. */
extern const struct bl_dialect bl_dialect_json11;

struct bl_service {
    const char *title;                /* in messages: "DynamoDB Streams" */
    const char *name;                 /* in fault specifications: "streams" */
    const char *variable;             /* suffix of AWS_ENDPOINT_URL_...: "DYNAMODB_STREAMS" */
    const char *signing;              /* the service in the credential scope */
    const char *target;               /* "DynamoDB_20120810."; NULL: none */
    const struct bl_dialect *dialect; /* NULL: not a JSON service */
    size_t max_body;                  /* of a request, in bytes */
    const struct bl_op *ops;
    size_t nops;
    const struct bl_protocol *protocol; /* NULL: JSON */
    const struct bl_control *controls;
    size_t ncontrols;
    /* Creates tables and state at the start of the process (the store is open, and the only other
     * threads are those of services before it in the list), and frees the state at its end. stop ends
     * the service's own threads; it is called for all services before the first close, because a
     * thread may use other services. Each may be NULL. stop and close are also called after a failed
     * open. */
    bool (*open)(struct bl_local *l, struct bf_err *e);
    void (*stop)(struct bl_local *l);
    void (*close)(struct bl_local *l);
    /* Before the server stops: ends soon what calls may wait for. May be NULL. */
    void (*interrupt)(struct bl_local *l);
    /* Starts threads, before the first request is taken; the endpoint is known. May be NULL. */
    void (*start)(struct bl_local *l);
};

/* NULL: no such operation in its table. */
const struct bl_op *bl_service_op(const struct bl_service *s, struct bf_str name);

/* The functions below take a list of services that ends with NULL. This one: the faults (enum
 * bl_can) that are possible for an operation. */
unsigned bl_services_can(const struct bl_service *const *list, const char *service, const char *op);

/* Is there a service of this name ("": any) with an operation of this name ("": any) that faults
 * can strike? */
bool bl_services_know(const struct bl_service *const *list, const char *service, const char *op);

/* Appends the names of the services that faults can strike: "dynamodb, streams, s3". */
void bl_services_name(const struct bl_service *const *list, struct bf_buf *out);

/* Appends the titles of all: "DynamoDB, DynamoDB Streams and S3". */
void bl_services_title(const struct bl_service *const *list, struct bf_buf *out);

/* Has one of them this name in the credential scope ("sts")? */
bool bl_services_sign(const struct bl_service *const *list, struct bf_str scope);

#endif
