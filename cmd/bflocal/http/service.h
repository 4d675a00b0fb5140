/*
 * A service as the rest of bflocal sees it: one constant in the service.c of its
 * room, named in cmd/bflocal/services.c. http/ knows services by this alone.
 *
 * The JSON protocols need a target and a table of operations. A service with
 * another protocol (S3, STS) says how its calls are answered.
 */
#ifndef BL_SERVICE_H
#define BL_SERVICE_H

#include "cmd/bflocal/http/json_error.h"
#include "lib/base/str.h"

struct bl_call;
struct bl_local;

/* The faults (fault.h) that only some operations know. */
enum bl_can {
    BL_CAN_PARTIAL = 1,  /* a batch, of which a part can be left undone */
    BL_CAN_ITERATOR = 2, /* it takes an iterator, which can expire */
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

/* What the router does for a service that is not a table of JSON operations. Only `finish` is required. */
struct bl_protocol {
    bool rest; /* it gets every request that no other service is named by */

    /* The headers are there. False: the answer is set already, the body is not wanted. */
    bool (*begin)(struct bl_call *c, size_t *max_body);

    /* The body is there too: sets the answer, headers included. */
    void (*finish)(struct bl_call *c);

    /* The body passed its limit; there are more headers than are taken. */
    void (*too_large)(struct bl_call *c);
    void (*head_too_large)(struct bl_call *c);

    /* Is there such an operation, and which faults of enum bl_can does it know? NULL: faults do not strike this
     * service. */
    bool (*knows)(const char *op, unsigned *faults);
};

struct bl_service {
    const char *title;        /* in messages: "DynamoDB Streams" */
    const char *name;         /* in fault specs: "streams" */
    const char *variable;     /* of AWS_ENDPOINT_URL_...: "DYNAMODB_STREAMS" */
    const char *signing;      /* the service of the credential scope */
    const char *target;       /* "DynamoDB_20120810."; NULL: it has none */
    const char *content_type; /* "application/x-amz-json-1.0" */
    const char *error_prefix; /* "com.amazonaws.dynamodb.v20120810#", or "" */
    bool coral;               /* framework errors carry "com.amazon.coral.service#" */
    bool crc32;               /* answers carry x-amz-crc32 */
    const char *cbor_type;    /* "application/x-amz-cbor-1.1"; NULL: JSON alone */
    /* What the fault `throttle` answers. JSON alone. */
    enum bl_error throttled_error;
    const char *throttled;
    size_t max_body; /* bytes of a request body */
    const struct bl_op *ops;
    size_t nops;
    const struct bl_protocol *protocol; /* NULL: JSON */
    const struct bl_control *controls;
    size_t ncontrols;
    /* Makes tables and state when the process starts (store open, no other thread); takes them down.
     * Either may be NULL; close is called after a failed open too. */
    bool (*open)(struct bl_local *l, struct bf_err *e);
    void (*close)(struct bl_local *l);
};

/* NULL: it has no such operation in its table. */
const struct bl_op *bl_service_op(const struct bl_service *s, struct bf_str name);

/* Of enum bl_can, for an operation of a service in a list that ends with NULL. */
unsigned bl_services_can(const struct bl_service *const *list, const char *service, const char *op);

/* Of such a list: is there such a service ("": any) with such an operation ("": any) that faults can strike? */
bool bl_services_know(const struct bl_service *const *list, const char *service, const char *op);

/* Appends the names of those that faults can strike: "dynamodb, streams, s3". */
void bl_services_name(const struct bl_service *const *list, struct bf_buf *out);

/* Appends the titles of all: "DynamoDB, DynamoDB Streams and S3". */
void bl_services_title(const struct bl_service *const *list, struct bf_buf *out);

/* Is one of them that of the credential scope ("sts")? */
bool bl_services_sign(const struct bl_service *const *list, struct bf_str scope);

#endif
