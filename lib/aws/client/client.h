/*
 * The AWS client: one process-wide object that knows region, credentials and
 * endpoints, keeps one libcurl multi handle with its connections, signs, sends,
 * retries by the SDKs' rules, and hands each answer to a callback.
 *
 * A call is a struct bf_aws_call that the caller owns from bf_aws_submit until
 * its `done` has been called; body, path, query and headers are borrowed for
 * that time. Any number may be in flight; the caller keeps its window. `done`
 * runs inside bf_aws_run, may submit further calls, and must not destroy the
 * client. The answer's views hold until `done` returns.
 *
 *     static const struct bf_aws_op batch_write = {BF_AWS_DYNAMODB, "BatchWriteItem"};
 *     call.op = &batch_write; call.body = ...; call.done = on_answer; call.arg = self;
 *     if (!bf_aws_submit(aws, &call, e)) ...
 *     while (in_flight) if (!bf_aws_run(aws, -1, e)) ...
 *
 * Redirects are never followed with a signature. Answers are limited to
 * max_answer bytes (default 32 MiB) unless call.sink takes them in pieces.
 */
#ifndef BF_AWS_CLIENT_CLIENT_H
#define BF_AWS_CLIENT_CLIENT_H

#include "lib/aws/config/service.h"
#include "lib/aws/config/settings.h"
#include "lib/aws/http/header.h"
#include "lib/base/str.h"

BF_C_BEGIN

struct bf_aws;

/* Reads options, environment and the shared files. Fails without a region, with a broken profile or a
 * missing CA file. Credentials are looked for at the first call, and renewed before they expire. */
BF_API BF_MUST struct bf_aws *bf_aws_new(const struct bf_aws_options *options, struct bf_err *e);
BF_API void bf_aws_destroy(struct bf_aws *aws);

/* *own: is the service spoken to at AWS's own endpoint, not at a configured one? False for an endpoint's URL that is
 * none. */
BF_API BF_MUST bool bf_aws_is_own_endpoint(struct bf_aws *aws, enum bf_aws_service service,
                                           bool *own, struct bf_err *e);

/* How far the services' clock is ahead of ours, by the Date of the last answer; at most a second too little. 0: there was
 * none yet. */
BF_API int64_t bf_aws_skew_ms(const struct bf_aws *aws);

BF_API const char *bf_aws_region(const struct bf_aws *aws);

/* Retries and waits, one line each, for --verbose. */
BF_API void bf_aws_on_note(struct bf_aws *aws, void (*note)(void *arg, const char *text),
                           void *arg);

/* What only who looks for a fault wants to know, for -vv: why a source of credentials was passed over. */
BF_API void bf_aws_on_detail(struct bf_aws *aws, void (*detail)(void *arg, const char *text),
                             void *arg);

/* What a user who waits wants to know without --verbose too: what is waited for after a signal. */
BF_API void bf_aws_on_warning(struct bf_aws *aws, void (*warn)(void *arg, const char *text),
                              void *arg);

struct bf_aws_op {
    enum bf_aws_service service;
    const char *target; /* the operation of a JSON protocol: "PutRecords"; NULL for S3 */
};

struct bf_aws_answer {
    int status;             /* HTTP status; 0 when there was no answer */
    struct bf_str body;     /* empty when a sink took it */
    const char *request_id; /* "" when the answer had none */
    const char *code;       /* the service's error code without prefix, "" on success; made from the
                               status when the body has none; CRC32CheckFailed: a damaged answer */
    const char *message;    /* its message, "" on success */
    int attempts;           /* 1 when the first try did it */
    struct bf_err err; /* BF_OK on success; else what to print: "GetRecords: code: message (HTTP
                              400, request id)" */
};

struct bf_aws_call;

/* A response header by its lower-case name; empty when it is not there. Inside `done` only. */
BF_API struct bf_str bf_aws_header(const struct bf_aws_call *call, const char *name);

enum { BF_AWS_HEADERS_MAX = 24 };

struct bf_aws_call {
    const struct bf_aws_op *op;
    struct bf_str body;
    void (*done)(struct bf_aws_call *call, const struct bf_aws_answer *answer);
    void *arg;

    /* REST (S3) only; zero for the JSON protocols */
    const char *method; /* "PUT" */
    const char *bucket; /* goes into the host or the path, as the endpoint wants; may be NULL */
    struct bf_str key;  /* raw, not encoded */
    const char *query;  /* canonical order not needed; already encoded "partNumber=1&uploadId=x" */
    struct bf_aws_header_field headers[BF_AWS_HEADERS_MAX]; /* further headers, all signed */
    size_t nheaders;
    /* the body from a file instead of `body`; sent from offset, length bytes, hash given */
    int body_fd; /* -1 or 0: not used */
    uint64_t body_offset, body_length;
    const char *body_sha256; /* hex; NULL: computed from body, or UNSIGNED-PAYLOAD over https */
    /* Takes a 2xx body in pieces, with `arg`; false cancels (BF_E_STOPPED). Once it has taken one the
     * call is not tried again. It must not touch the client. */
    bool (*sink)(void *arg, struct bf_str piece);

    /* one attempt; 0: 60 s in which nothing moves, and for what is not S3 also 60 s in all, a second
     * more for each 16 KiB of body */
    uint64_t timeout_ms;
    bool no_retry;               /* the caller does its own */
    struct bf_aws_flight *state; /* the client's, while in flight; NULL again when done is called */
};

/* Starts a call. False when it cannot even be built (*e), and then `done` is not called. */
BF_API BF_MUST bool bf_aws_submit(struct bf_aws *aws, struct bf_aws_call *call, struct bf_err *e);

/* Makes progress: waits at most timeout_ms (-1: until something happens; with nothing in flight, not at
 * all) for the network, a retry that falls due, or the first signal (bf_stop_fd), and calls what is
 * done. True also when nothing happened. After a signal it ends, as BF_E_NETWORK, what stands still for
 * options.grace_ms. */
BF_API BF_MUST bool bf_aws_run(struct bf_aws *aws, int timeout_ms, struct bf_err *e);

/* The same, and returns too when fd (for instance standard input) is readable; *readable says so. */
BF_API BF_MUST bool bf_aws_run_fd(struct bf_aws *aws, int timeout_ms, int fd, bool *readable,
                                  struct bf_err *e);

/* Calls between submit and done, those that wait for a retry included. */
BF_API size_t bf_aws_in_flight(const struct bf_aws *aws);

/* How many milliseconds a caller may still try again what has failed since since_ms (monotonic), and is tried for
 * for_ms at most: less after a signal, from which on grace_ms counts. 0 or less: no longer. */
BF_API int64_t bf_aws_patience_ms(struct bf_aws *aws, int64_t since_ms, uint64_t for_ms);

/* Takes back a call: its done is not called, the connection is dropped. */
BF_API void bf_aws_cancel(struct bf_aws *aws, struct bf_aws_call *call);

/* Submits one call and runs until it is done; the answer's body is copied to out (may be NULL). For
 * control-plane calls. False on any error, *e as in the answer; *code (may be NULL) gets the service's
 * error code, "" if none. A signal ends it with BF_E_STOPPED, also one that came before. */
BF_API BF_MUST bool bf_aws_call_wait(struct bf_aws *aws, const struct bf_aws_op *op,
                                     struct bf_str body, struct bf_buf *out, char code[64],
                                     struct bf_err *e);

/* "libcurl/7.88.1 OpenSSL/3.0.15 ..." for --version. */
BF_API const char *bf_aws_libraries(void);

BF_C_END

#endif
