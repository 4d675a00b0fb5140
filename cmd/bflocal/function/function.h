/*
 * Lambda's functions, their processes, and invocations, for the room lambda/ and all others that call a function.
 *
 * A function lives in memory and in the store. Its workers are sandboxes (sandbox/sandbox.h) that stay warm for a
 * minute; a change of the function ends those of the old revision. `mutex` holds the list of functions and all that
 * hangs on it; it is never held while a function runs. The store may be locked under it, never the other way round.
 */
#ifndef BL_FUNCTION_H
#define BL_FUNCTION_H

#include <jansson.h>

#include "cmd/bflocal/http/document.h"
#include "cmd/bflocal/sandbox/sandbox.h"
#include "lib/base/arena.h"

enum {
    BL_WORKERS_MAX =
        32, /* of all functions together; a call beyond gets TooManyRequestsException */
    BL_WORKER_IDLE_MS = 60000, /* a worker without a call for so long is ended */
    BL_EVENT_PAYLOAD_MAX =
        1024 * 1024, /* of an asynchronous invocation (since October 2025; Lambda quotas) */
    BL_EVENT_ATTEMPTS = 3,
    BL_EVENT_THREADS = 4
};

struct bl_worker {
    struct bl_sandbox *sandbox;
    struct bf_arena arena; /* the texts of its spec */
    uint64_t revision;     /* of the function when it was started */
    bool busy;
    int64_t idle_ms; /* monotonic: since when */
    struct bl_worker *next;
};

struct bl_function {
    char name[65];
    char arn[192];
    json_t *config;    /* FunctionConfiguration, as the API answers it */
    json_t *policy;    /* statements of AddPermission */
    char folder[4096]; /* of its code, the working directory */
    char program[4096];
    uint64_t revision; /* no two functions have the same */
    struct bl_function *next;
};

struct bl_mapping; /* an event source mapping (lambda/mapping.h) */
struct bl_event;   /* an asynchronous invocation (event.c) */

struct bl_lambda {
    struct bl_local *local;
    pthread_mutex_t mutex;
    struct bl_function *functions; /* in the order of their names */
    struct bl_worker *workers;     /* of all functions */
    size_t nworkers;
    uint64_t revisions; /* counts */
    char root[4096];    /* of the code and the logs; "" until it is needed */
    bool temporary;
    struct bl_mapping *mappings;
    /* Asynchronous invocations. */
    pthread_t event_threads[BL_EVENT_THREADS];
    size_t nevent_threads;
    pthread_cond_t events_changed;
    struct bl_event *events;
    bool closing;
};

/* "NAME", "NAME:QUALIFIER", an ARN or a part of one, decoded: the name; empty: it is none. *qualifier is empty without
 * one. */
struct bf_str bl_lambda_name(const struct bl_local *l, struct bf_str function,
                             struct bf_str *qualifier);

/* By its name, under the mutex; NULL: there is none. */
struct bl_function *bl_lambda_find(struct bl_lambda *f, struct bf_str name);

/* Puts a function in its place among the others, or takes it out of them; under the mutex. */
void bl_lambda_add(struct bl_lambda *f, struct bl_function *fn);
void bl_lambda_remove(struct bl_lambda *f, struct bl_function *fn);
void bl_lambda_free(struct bl_function *fn);

/* Writes the function into the store, or deletes it there; outside the mutex. */
bool bl_lambda_store(struct bl_local *l, const struct bl_function *fn, struct bf_err *e) BF_MUST;
bool bl_lambda_erase(struct bl_local *l, const char *name, struct bf_err *e) BF_MUST;
bool bl_lambda_load(struct bl_lambda *f, struct bf_err *e) BF_MUST;

/* The folder below which code and logs are; made at the first call. NULL: *e. */
const char *bl_lambda_root(struct bl_lambda *f, struct bf_err *e);
void bl_lambda_remove_tree(const char *path);

/* Unpacks a zip archive into a new folder of the function and names both in *fn. BF_E_INPUT: it is none. */
bool bl_lambda_unpack(struct bl_lambda *f, struct bl_function *fn, struct bf_str zip,
                      struct bf_err *e) BF_MUST;

enum bl_invoked {
    BL_INVOKED,          /* the outcome is set; it may be the function's error */
    BL_INVOKE_UNKNOWN,   /* no such function */
    BL_INVOKE_THROTTLED, /* all workers are busy */
    BL_INVOKE_BROKEN     /* *e */
};

/* Runs the function to its end on the calling thread. out->payload is initialised by the caller. */
enum bl_invoked bl_lambda_invoke(struct bl_local *l, struct bf_str name, struct bf_str payload,
                                 const char *request_id, struct bl_outcome *out, struct bf_err *e);

/* The same later, by itself, up to BL_EVENT_ATTEMPTS times while it fails. False: out of memory. */
bool bl_lambda_event(struct bl_local *l, struct bf_str name, struct bf_str payload) BF_MUST;
void bl_lambda_events_end(struct bl_lambda *f);

/* Ends the idle workers that have had no call for idle_ms, and those of functions that are gone or changed; under the
 * mutex. */
void bl_lambda_reap(struct bl_lambda *f, int64_t idle_ms);

#endif
