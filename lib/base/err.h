/*
 * Errors. The caller owns a struct bf_err, usually one per run on the stack of the command. A
 * failing function fills it, its callers prepend their context, and main prints it once:
 *
 *     kinread: orders: shardId-000000000003: GetRecords: AccessDenied: ...
 *
 * Texts are cut to fit text[480], never inside a UTF-8 character. They never contain a secret or a
 * whole record.
 */
#ifndef BF_ERR_H
#define BF_ERR_H

#include "lib/base/base.h"

BF_C_BEGIN

enum bf_err_code {
    BF_OK = 0,
    BF_E_USAGE,     /* the caller asked for something invalid: options, arguments */
    BF_E_INPUT,     /* a document or line that cannot be parsed as what it should be */
    BF_E_LIMIT,     /* a documented limit was exceeded: size, depth, digits */
    BF_E_MEMORY,    /* allocation failed */
    BF_E_IO,        /* a system call failed; sys holds errno */
    BF_E_CLOSED,    /* the reader of our output closed it (EPIPE) */
    BF_E_NETWORK,   /* no answer: connection refused, reset, timed out, TLS */
    BF_E_THROTTLED, /* the service throttled us until the retries were used up */
    BF_E_DENIED,    /* credentials missing, wrong or not allowed */
    BF_E_NOTFOUND,  /* the named table, stream, bucket or file does not exist */
    BF_E_SERVICE,   /* any other error response of a service */
    BF_E_TEMPORARY, /* try again later: a lock is held, the state has changed, the service has
                     * trouble (5xx) */
    BF_E_EXPIRED,   /* the credentials have expired and no others were found yet; the next start may
                   * find some */
    BF_E_STOPPED    /* interrupted by SIGINT or SIGTERM */
};

struct bf_err {
    enum bf_err_code code;
    int sys;        /* errno of a failed system call, else 0 */
    char text[480]; /* one line, no newline, no trailing dot */
};

/* Fills *e and returns false, so that `return bf_err_set(...)` works. */
BF_API bool bf_err_set(struct bf_err *e, enum bf_err_code code, const char *fmt, ...)
    BF_PRINTF(3, 4);

/* Like bf_err_set with BF_E_IO (BF_E_CLOSED for EPIPE) and ": strerror(sys)". */
BF_API bool bf_err_sys(struct bf_err *e, int sys, const char *fmt, ...) BF_PRINTF(3, 4);

/* BF_E_MEMORY with its usual text. */
BF_API bool bf_err_nomem(struct bf_err *e);

/* Puts "context: " in front of the text; returns false. */
BF_API bool bf_err_ctx(struct bf_err *e, const char *fmt, ...) BF_PRINTF(2, 3);

/* Marks a failure that has already been reported: no text, only the code for the exit status. */
BF_API bool bf_err_told(struct bf_err *e, enum bf_err_code code);

#ifdef __clang_analyzer__ /* the analyzer reads one file at a time and cannot know that these return
                           * false */
#define bf_err_set(...)      ((bf_err_set)(__VA_ARGS__), false)
#define bf_err_sys(...)      ((bf_err_sys)(__VA_ARGS__), false)
#define bf_err_nomem(e)      ((bf_err_nomem)(e), false)
#define bf_err_ctx(...)      ((bf_err_ctx)(__VA_ARGS__), false)
#define bf_err_told(e, code) ((bf_err_told)(e, code), false)
#endif

/* Sets *e to BF_OK with an empty text. */
BF_API void bf_err_clear(struct bf_err *e);

/* Can the same call succeed a little later? */
BF_API bool bf_err_retryable(enum bf_err_code code);

/* The exit status for main: 0, 1, 2, or 75 (EX_TEMPFAIL) for a retryable error. */
BF_API int bf_err_exit(enum bf_err_code code);

BF_C_END

#endif
