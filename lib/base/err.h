/*
 * Errors. The caller owns a struct bf_err, usually one per run on the stack of
 * the command; a failing function fills it, callers on the way up put their
 * context in front of it, and main prints it once:
 *
 *     kinread: orders: shardId-000000000003: GetRecords: AccessDenied: ...
 *
 * Texts are cut at 480 bytes, never split inside a UTF-8 character. They never
 * hold a secret and never a whole record.
 */
#ifndef BF_ERR_H
#define BF_ERR_H

#include "lib/base/base.h"

BF_C_BEGIN

enum bf_err_code {
    BF_OK = 0,
    BF_E_USAGE,     /* the caller asked for something that makes no sense */
    BF_E_INPUT,     /* a document or line that cannot be read as what it should be */
    BF_E_LIMIT,     /* a documented limit was passed: size, depth, digits */
    BF_E_MEMORY,    /* allocation failed */
    BF_E_IO,        /* a system call failed; sys holds errno */
    BF_E_CLOSED,    /* the reader of our output went away (EPIPE) */
    BF_E_NETWORK,   /* no answer: connection refused, reset, timed out, TLS */
    BF_E_THROTTLED, /* the service asked for patience and we ran out of it */
    BF_E_DENIED,    /* credentials missing, wrong or not allowed */
    BF_E_NOTFOUND,  /* the named table, stream, bucket, file is not there */
    BF_E_SERVICE,   /* any other error answer of a service */
    BF_E_TEMPORARY, /* start again later: locks, state that moved on, a service in trouble (5xx) */
    BF_E_EXPIRED, /* the credentials have expired and there are no others yet: the next start may find some */
    BF_E_STOPPED /* interrupted by SIGINT or SIGTERM */
};

struct bf_err {
    enum bf_err_code code;
    int sys;        /* errno of a failed system call, else 0 */
    char text[480]; /* one line, no newline, no trailing dot */
};

/* Fills *e and returns false, so that `return bf_err_set(...)` reads well. */
BF_API bool bf_err_set(struct bf_err *e, enum bf_err_code code, const char *fmt, ...)
    BF_PRINTF(3, 4);

/* Like bf_err_set with BF_E_IO (BF_E_CLOSED for EPIPE) and ": strerror(sys)". */
BF_API bool bf_err_sys(struct bf_err *e, int sys, const char *fmt, ...) BF_PRINTF(3, 4);

/* BF_E_MEMORY with its usual text. */
BF_API bool bf_err_nomem(struct bf_err *e);

/* Puts "context: " in front of the text; returns false. */
BF_API bool bf_err_ctx(struct bf_err *e, const char *fmt, ...) BF_PRINTF(2, 3);

/* A failure whose words have been said already: no text, only what it means for the exit status. */
BF_API bool bf_err_told(struct bf_err *e, enum bf_err_code code);

#ifdef __clang_analyzer__ /* it reads one file at a time and could not know that these return false */
#define bf_err_set(...)      ((bf_err_set)(__VA_ARGS__), false)
#define bf_err_sys(...)      ((bf_err_sys)(__VA_ARGS__), false)
#define bf_err_nomem(e)      ((bf_err_nomem)(e), false)
#define bf_err_ctx(...)      ((bf_err_ctx)(__VA_ARGS__), false)
#define bf_err_told(e, code) ((bf_err_told)(e, code), false)
#endif

/* Forgets what was there. */
BF_API void bf_err_clear(struct bf_err *e);

/* Would the same call have a chance a little later? */
BF_API bool bf_err_retryable(enum bf_err_code code);

/* Exit status for main: 0, 1, 2, or 75 (EX_TEMPFAIL) for what is retryable. */
BF_API int bf_err_exit(enum bf_err_code code);

BF_C_END

#endif
