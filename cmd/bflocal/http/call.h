/*
 * One request and its answer, as every service sees them.
 *
 * The server creates a struct bl_call when a request line arrives and recycles it
 * after the answer has been sent. Until then it belongs to one thread. Views in the
 * request live as long as the call. Memory from `arena` lives as long and is not freed
 * by the operation.
 *
 * A service (service.h) is a table of operations (JSON protocols) or has its own
 * protocol. An operation finds the whole body in c->req.body; its signature has been
 * checked. The operation either
 *
 *     writes the answer's JSON into c->ans.body and returns true, or
 *     returns bl_fail(c, BL_ResourceNotFoundException, "Requested resource not found").
 *
 * The request id, content type, checksum and Date are added afterwards. For a failure
 * of the machine (memory, disk) it returns bl_fail_err(c, e).
 */
#ifndef BL_CALL_H
#define BL_CALL_H

#include "cmd/bflocal/wire/auth.h"
#include "cmd/bflocal/http/json_error.h"
#include "cmd/bflocal/http/local.h"
#include "cmd/bflocal/wire/request.h"
#include "lib/base/arena.h"

enum {
    BL_ANSWER_HEADERS = BL_HEADERS_MAX + 32 /* an object's answer has the headers of its upload */
};

struct bl_answer {
    int status;               /* initially 200 */
    enum bl_error error;      /* of the last bl_fail */
    const char *content_type; /* NULL: that of the service's dialect */
    struct bf_sigv4_header
        headers[BL_ANSWER_HEADERS]; /* names are literals; values are literals or in the arena */
    size_t nheaders;
    struct bf_buf body;
    int fd; /* -1, or an open file that is the body; the server closes it */
    uint64_t fd_offset, fd_length;
    bool cut;       /* fault: close the connection in the middle of the answer */
    bool wrong_crc; /* fault: a wrong x-amz-crc32 or checksum header */
};

struct bl_call {
    struct bl_local *local;
    struct bl_store *store;           /* local's store */
    const struct bl_service *service; /* NULL: a control call, or no service */
    const struct bl_op *op;           /* NULL for S3 */
    const char *op_name;              /* for S3 too: "PutObject"; faults are chosen by it */
    bool cbor;                        /* request and answer are CBOR (cbor.h) */
    struct bl_request req;
    struct bl_answer ans;
    struct bf_arena arena;
    struct bf_buf body;        /* collects the request's body */
    struct bl_auth auth;       /* the result of the signature check */
    int64_t now_ms;            /* the server's clock when the request was complete */
    struct bl_fault_hit fault; /* the faults of this call */
    char request_id[53];
    /* Receives the body in pieces, which are then not collected in c->body. False: the answer is
     * set, and the rest of the body is dropped. */
    bool (*sink)(struct bl_call *c, struct bf_str piece);
    void *sink_arg;
    void (*cleanup)(struct bl_call *c); /* runs at the end of the call in every case; may be NULL */
    bool failed;                        /* the answer is set; ignore the rest of the body */
};

/* A request header by its lower-case name; p == NULL if it is absent. */
struct bf_str bl_header(const struct bl_call *c, const char *name);

/* A parameter of the query, decoded, in the arena; p == NULL if it is absent. */
struct bf_str bl_query(struct bl_call *c, const char *name);

/* Decodes a form's value (+ is a space) into the arena. False: out of memory. */
bool bl_form_decode(struct bl_call *c, struct bf_str wire, struct bf_str *out) BF_MUST;

/* Decodes a page's token, which is a text in base64, into the arena. False: it is none of ours, or out of memory. */
bool bl_token_decode(struct bl_call *c, struct bf_str token, struct bf_str *text) BF_MUST;

/* Checks the signature for the call's service in that region, against now_ms; the result is in c->auth. */
void bl_call_authenticate(struct bl_call *c, const char *region);

/* Adds a header to the answer. name is a literal or lives as long as the call. A header beyond
 * BL_ANSWER_HEADERS is dropped. */
void bl_answer_header(struct bl_call *c, const char *name, struct bf_str value);
void bl_answer_headerf(struct bl_call *c, const char *name, const char *fmt, ...) BF_PRINTF(3, 4);

/* Closes the answer's file; the answer has no body from a file then. */
void bl_answer_drop_file(struct bl_call *c);

/* The number of characters (code points) in UTF-8 text. Limits of names and tags count them. */
size_t bl_characters(struct bf_str s);

/* printf into the arena; an empty string if the arena is full. */
struct bf_str bl_arena_printf(struct bf_arena *a, const char *fmt, ...) BF_PRINTF(2, 3);

/* Writes "Fri, 27 Nov 2026 06:30:00 GMT" and a NUL. */
void bl_http_date(int64_t wall_ms, char out[32]);

#endif
