/*
 * The AWS client: one object per process that holds region, credentials and endpoints, keeps one
 * libcurl multi handle with its connections, signs, sends, retries by the SDKs' rules, and passes
 * each answer to a callback.
 *
 * The caller owns a struct bf_aws_call, and must keep it from bf_aws_submit until its `done` has
 * been called; body, path, query and headers are borrowed for that time. Any number of calls may be
 * in flight; the caller limits them. `done` runs inside bf_aws_run, may submit further calls, and
 * must not destroy the client. The answer's views are valid until `done` returns.
 *
 *     static const struct bf_aws_op batch_write = {BF_AWS_DYNAMODB, "BatchWriteItem"};
 *     call.op = &batch_write; call.body = ...; call.done = on_answer; call.arg = self;
 *     if (!bf_aws_submit(aws, &call, e)) ...
 *     while (in_flight) if (!bf_aws_run(aws, -1, e)) ...
 *
 * HTTP redirects are not followed. Answers are limited to 32 MiB unless call.sink receives them in
 * pieces.
 */
#ifndef BF_AWS_CLIENT_CLIENT_H
#define BF_AWS_CLIENT_CLIENT_H

#include "lib/aws/config/service.h"
#include "lib/aws/config/settings.h"
#include "lib/aws/http/header.h"
#include "lib/base/str.h"

BF_C_BEGIN

struct bf_aws;

/* Reads options, environment and the shared files. Fails without a region, with a malformed profile
 * or a missing CA file. Credentials are searched for at the first call and renewed before they
 * expire. */
BF_API BF_MUST struct bf_aws *bf_aws_new(const struct bf_aws_options *options, struct bf_err *e);
BF_API void bf_aws_destroy(struct bf_aws *aws);

/* *own: is the service used at AWS's own endpoint, not at a configured one? False if the endpoint's
 * URL is invalid. */
BF_API BF_MUST bool bf_aws_is_own_endpoint(struct bf_aws *aws, enum bf_aws_service service,
                                           bool *own, struct bf_err *e);

/* How many ms the service's clock is ahead of ours, by the Date of the last answer (up to 1000 ms
 * too low). 0: no answer yet. */
BF_API int64_t bf_aws_skew_ms(const struct bf_aws *aws);

BF_API const char *bf_aws_region(const struct bf_aws *aws);

/* Are objects to have a checksum only if it is asked for (AWS_REQUEST_CHECKSUM_CALCULATION)? */
BF_API bool bf_aws_few_checksums(const struct bf_aws *aws);

/* Sets the callback for retries and waits, one line each; for --verbose. */
BF_API void bf_aws_on_note(struct bf_aws *aws, void (*note)(void *arg, const char *text),
                           void *arg);

/* Sets the callback for debugging details, such as why a source of credentials was skipped; for
 * -vv. */
BF_API void bf_aws_on_detail(struct bf_aws *aws, void (*detail)(void *arg, const char *text),
                             void *arg);

/* Sets the callback for messages that do not need --verbose, such as what the tool waits for after
 * a signal. */
BF_API void bf_aws_on_warning(struct bf_aws *aws, void (*warn)(void *arg, const char *text),
                              void *arg);

struct bf_aws_op {
    enum bf_aws_service service;
    const char *target; /* the operation of a JSON protocol: "PutRecords"; NULL for S3 */
};

struct bf_aws_answer {
    int status;             /* HTTP status; 0 if there was no answer */
    struct bf_str body;     /* empty if call.sink has received it */
    const char *request_id; /* "" if the answer had none */
    const char *code;       /* the service's error code without prefix, "" on success; made from the
                             * status if the body has none; CRC32CheckFailed: a damaged answer */
    const char *message;    /* its message, "" on success */
    int attempts;           /* number of attempts made, from 1 */
    struct bf_err err;      /* BF_OK on success; else the error to print: "GetRecords: code: message
                        * (HTTP 400, request id)" */
};

struct bf_aws_call;

/* A response header by its lower-case name; empty if it is missing. Only inside `done`. */
BF_API struct bf_str bf_aws_header(const struct bf_aws_call *call, const char *name);

enum { BF_AWS_HEADERS_MAX = 24 };

struct bf_aws_call {
    const struct bf_aws_op *op;
    struct bf_str body;
    void (*done)(struct bf_aws_call *call, const struct bf_aws_answer *answer);
    void *arg;

    /* REST (S3) only; zero for the JSON protocols */
    const char *method; /* "PUT" */
    const char *bucket; /* put into the host or the path, as the endpoint requires; may be NULL */
    struct bf_str key;  /* raw, not encoded */
    const char *query;  /* encoded, in any order: "partNumber=1&uploadId=x" */
    struct bf_aws_header_field headers[BF_AWS_HEADERS_MAX]; /* further headers, all signed */
    size_t nheaders;
    /* the body from a file instead of `body`: length bytes from offset, with the hash given */
    int body_fd; /* -1 or 0: no file */
    uint64_t body_offset, body_length;
    const char *body_sha256; /* hex; NULL: computed from body, or UNSIGNED-PAYLOAD over https */
    /* Receives a 2xx body in pieces, with `arg`; false cancels the call (BF_E_STOPPED). After the
     * first piece the call is not retried. It must not use the client. */
    bool (*sink)(void *arg, struct bf_str piece);

    /* for one attempt, in ms; 0: 60 s without progress, and, except for S3, also 60 s in total plus
     * 1 s for each 16 KiB of body */
    uint64_t timeout_ms;
    bool no_retry;               /* the caller retries itself */
    struct bf_aws_flight *state; /* the client's, while in flight; NULL again when done is called */
};

/* Starts a call. False if it cannot be built (*e); then `done` is not called. */
BF_API BF_MUST bool bf_aws_submit(struct bf_aws *aws, struct bf_aws_call *call, struct bf_err *e);

/* Makes progress: waits at most timeout_ms (-1: until something happens; with nothing in flight it
 * does not wait) for the network, a due retry, or the first signal (bf_stop_fd), and calls `done`
 * of the finished calls. True also if nothing happened. After a signal, calls without progress for
 * options.grace_ms end with BF_E_NETWORK. */
BF_API BF_MUST bool bf_aws_run(struct bf_aws *aws, int timeout_ms, struct bf_err *e);

/* The same, but also returns if fd (for instance standard input) is readable; *readable says so. */
BF_API BF_MUST bool bf_aws_run_fd(struct bf_aws *aws, int timeout_ms, int fd, bool *readable,
                                  struct bf_err *e);

/* The number of calls between submit and done, including those that wait for a retry. */
BF_API size_t bf_aws_in_flight(const struct bf_aws *aws);

/* How many ms the caller may still retry an operation that has been failing since since_ms
 * (monotonic) and is retried for at most for_ms; after a signal only grace_ms, counted from the
 * signal, remain. 0 or less: no longer. */
BF_API int64_t bf_aws_patience_ms(struct bf_aws *aws, int64_t since_ms, uint64_t for_ms);

/* Cancels a call: its done is not called, and the connection is dropped. */
BF_API void bf_aws_cancel(struct bf_aws *aws, struct bf_aws_call *call);

/* Submits one call and runs until it is done; the answer's body is copied to out (may be NULL). For
 * control-plane calls. False on any error, *e as in the answer; *code (may be NULL) gets the
 * service's error code, "" if there is none. A signal, also an earlier one, ends it with
 * BF_E_STOPPED. */
BF_API BF_MUST bool bf_aws_call_wait(struct bf_aws *aws, const struct bf_aws_op *op,
                                     struct bf_str body, struct bf_buf *out, char code[64],
                                     struct bf_err *e);

/* "libcurl/7.88.1 OpenSSL/3.0.15 ..." for --version. */
BF_API const char *bf_aws_libraries(void);

BF_C_END

#endif
