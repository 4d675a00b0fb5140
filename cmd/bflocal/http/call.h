/*
 * One request and its answer, as every service sees them.
 *
 * The server makes a struct bl_call when a request line arrives and takes it
 * back when the answer has been sent; between the two it belongs to one thread.
 * Views in the request live as long as the call. `arena` is for whatever the
 * operation needs until then; nothing in it has to be freed.
 *
 * A service (service.h) is a table of operations (JSON protocols), or speaks a
 * protocol of its own. An operation gets the whole body in c->req.body, whose
 * signature has been checked, and either
 *
 *     writes the answer's JSON into c->ans.body and returns true, or
 *     returns bl_fail(c, BL_ResourceNotFoundException, "Requested resource not found").
 *
 * Request ids, content type, checksum and Date are put on behind it. A failure
 * of the machine (memory, disk) is bl_fail_err(c, e).
 */
#ifndef BL_CALL_H
#define BL_CALL_H

#include "cmd/bflocal/wire/auth.h"
#include "cmd/bflocal/http/json_error.h"
#include "cmd/bflocal/http/local.h"
#include "cmd/bflocal/wire/request.h"
#include "lib/base/arena.h"

enum { BL_ANSWER_HEADERS = BL_HEADERS_MAX + 32 /* an object gives back those that it came with */ };

struct bl_answer {
    int status;               /* 200 at birth */
    enum bl_error error;      /* of the last bl_fail */
    const char *content_type; /* NULL: the service's */
    struct bf_sigv4_header
        headers[BL_ANSWER_HEADERS]; /* values live in the arena or are literals */
    size_t nheaders;
    struct bf_buf body;
    int fd; /* -1, or a file that is the body (closed by the server) */
    uint64_t fd_offset, fd_length;
    bool cut;       /* fault: close the connection in mid-answer */
    bool wrong_crc; /* fault: x-amz-crc32 or the checksum header lies */
};

struct bl_call {
    struct bl_local *local;
    struct bl_store *store;           /* local's */
    const struct bl_service *service; /* NULL: a control call, or nobody's */
    const struct bl_op *op;           /* NULL for S3 */
    const char *op_name;              /* also S3's: "PutObject"; faults go by it */
    bool cbor;                        /* request and answer are CBOR (cbor.h) */
    struct bl_request req;
    struct bl_answer ans;
    struct bf_arena arena;
    struct bf_buf body;        /* the request's, while it is collected */
    struct bl_auth auth;       /* what the signature check found */
    int64_t now_ms;            /* the server's clock when the request had arrived */
    struct bl_fault_hit fault; /* what is to go wrong with this call */
    char request_id[53];
    /* Takes the body in pieces instead of c->body; false: the answer is set, the rest is dropped. */
    bool (*sink)(struct bl_call *c, struct bf_str piece);
    void *sink_arg;
    void (*cleanup)(struct bl_call *c); /* runs when the call ends, however it ends; may be NULL */
    bool failed;                        /* the answer is set, ignore the rest of the body */
};

/* A request header by its lower-case name; empty (p == NULL) when it is not there. */
struct bf_str bl_header(const struct bl_call *c, const char *name);

/* A parameter of the query, decoded, in the arena; p == NULL when it is not there. */
struct bf_str bl_query(struct bl_call *c, const char *name);

/* Decodes a value of a form (+ is a blank) into the arena. False: out of memory. */
bool bl_form_decode(struct bl_call *c, struct bf_str wire, struct bf_str *out) BF_MUST;

/* Adds a header to the answer. name is a literal or lives as long as the call. Beyond BL_ANSWER_HEADERS
 * it is dropped. */
void bl_answer_header(struct bl_call *c, const char *name, struct bf_str value);
void bl_answer_headerf(struct bl_call *c, const char *name, const char *fmt, ...) BF_PRINTF(3, 4);

/* The answer has no file after all. */
void bl_answer_drop_file(struct bl_call *c);

/* How many characters (code points) that UTF-8 has; limits of names and tags count them. */
size_t bl_characters(struct bf_str s);

/* printf into the arena; an empty string when it is full. */
struct bf_str bl_arena_printf(struct bf_arena *a, const char *fmt, ...) BF_PRINTF(2, 3);

/* "Fri, 27 Nov 2026 06:30:00 GMT" and a NUL. */
void bl_http_date(int64_t wall_ms, char out[32]);

#endif
