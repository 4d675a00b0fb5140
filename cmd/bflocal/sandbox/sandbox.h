/*
 * An execution environment of Lambda: one process that gets its invocations by the runtime API (Lambda developer guide,
 * "Using the Lambda runtime API"), one at a time, on a port of its own.
 *
 * A keeper thread starts the process, collects its output, and notices its end. The invoking thread waits for the
 * answer, the end of the process, or the function's time limit. A process that has ended or exceeded its time is never
 * used again.
 */
#ifndef BL_SANDBOX_H
#define BL_SANDBOX_H

#include "lib/base/str.h"

enum {
    BL_PAYLOAD_MAX = 6 * 1024 * 1024, /* of a synchronous invocation (Lambda quotas) */
    BL_ANSWER_MAX = 6291556,          /* of its answer, as the service's error names it */
    BL_LOG_TAIL = 4096,               /* bytes of X-Amz-Log-Result before base64 */
    BL_INIT_MS = 10000 /* for the time before the process asks for its first invocation */
};

/* The program to run. All texts must outlive the sandbox. */
struct bl_sandbox_spec {
    const char *version;  /* of the function */
    const char *program;  /* its path */
    const char *folder;   /* the working directory */
    const char *log_path; /* START, END and REPORT lines and all output are appended to this file */
    const char *const *env; /* "NAME=VALUE"..., NULL; AWS_LAMBDA_RUNTIME_API is added */
    uint64_t timeout_ms, memory_mb;
};

/* The end of an invocation. */
struct bl_outcome {
    bool failed;           /* the payload is an error (errorType, errorMessage) */
    struct bf_buf payload; /* initialised by the caller, with a maximum above BL_ANSWER_MAX */
    char version[24];      /* that has run */
    char tail[BL_LOG_TAIL];
    size_t ntail;
};

struct bl_sandbox;

/* Starts the process. NULL: *e. */
struct bl_sandbox *bl_sandbox_start(const struct bl_sandbox_spec *spec, struct bf_err *e);

/* Runs one invocation to its end. The caller ensures that the sandbox runs no other one. arn: as it was invoked. */
void bl_sandbox_invoke(struct bl_sandbox *s, const char *request_id, const char *arn,
                       struct bf_str payload, struct bl_outcome *out);

/* Can it run another invocation? */
bool bl_sandbox_alive(struct bl_sandbox *s);

/* Asks the process to end, as Lambda does before it ends an execution environment; soon after it is killed. Does not
 * wait: an invocation that runs may still be answered. It is not used again. */
void bl_sandbox_terminate(struct bl_sandbox *s);

/* Kills the process, unless it was terminated and ends by itself, and frees everything. */
void bl_sandbox_end(struct bl_sandbox *s);

#endif
