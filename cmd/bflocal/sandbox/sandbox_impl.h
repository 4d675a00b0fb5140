/* The parts of a sandbox: the keeper thread (sandbox.c) and the runtime API (sandbox_api.c). */
#ifndef BL_SANDBOX_IMPL_H
#define BL_SANDBOX_IMPL_H

#include <pthread.h>

#include "cmd/bflocal/sandbox/child.h"
#include "cmd/bflocal/sandbox/sandbox.h"

struct MHD_Daemon;

enum bl_job_state {
    BL_JOB_NONE,
    BL_JOB_OFFERED, /* the process has not asked for it yet */
    BL_JOB_RUNNING,
    BL_JOB_ANSWERED /* answer holds the payload */
};

struct bl_sandbox {
    struct bl_sandbox_spec spec;
    pthread_mutex_t mutex; /* protects all members below */
    pthread_cond_t changed;
    pthread_t keeper;
    struct bl_child child;
    int wake[2]; /* a byte wakes the keeper */
    bool started, ended, closing, terminated;
    int status;       /* of a process that has ended */
    bool overdrawn;   /* it was killed because it used too much memory */
    uint64_t peak_kb; /* resident, the maximum that the keeper has seen */
    struct bf_err start_error;
    /* The invocation. */
    enum bl_job_state job;
    char request_id[40];
    const char *arn;       /* the invoker's, as the next one */
    struct bf_str payload; /* the invoker's */
    int64_t deadline_ms;   /* wall clock */
    struct bf_buf answer;
    bool answer_failed;
    bool answer_too_large;
    bool
        init_failed; /* answer is the error that the process reported before its first invocation */
    char tail[BL_LOG_TAIL]; /* the end of the output of this invocation */
    size_t ntail;
    int log_fd;
    /* The runtime API. */
    struct MHD_Daemon *api;
    unsigned port;
};

/* Listens on a free port of the loopback address. */
bool bl_sandbox_api_start(struct bl_sandbox *s, struct bf_err *e) BF_MUST;

/* The caller has set `closing` and woken all waiting threads. */
void bl_sandbox_api_stop(struct bl_sandbox *s);

#endif
