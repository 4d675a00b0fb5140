/*
 * Lambda's functions, their processes, and invocations, for the room lambda/ and all others that call a function.
 *
 * A function is in memory and in the store. Its workers are sandboxes (sandbox/sandbox.h) that are kept for a minute; a
 * change of the function ends those of the old revision. `mutex` protects the list of functions and everything reached
 * from it; it is never held while a function runs. The store may be locked while it is held, never the other way round.
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
    BL_WORKER_IDLE_MS = 60000, /* a worker that is idle for this time is ended */
    BL_EVENT_PAYLOAD_MAX =
        1024 * 1024, /* of an asynchronous invocation (since October 2025; Lambda quotas) */
    BL_EVENT_ATTEMPTS = 3,
    BL_EVENT_THREADS = 4,
    BL_TARGET_SIZE = 65 + 129, /* of NAME:QUALIFIER, with the NUL */
    BL_CANCEL_MS = 1000 /* for the end of an invocation, before its process is asked to end */
};

/* Who invokes functions and can be stopped: an event source mapping, a delivery stream. Under the mutex. */
struct bl_caller {
    bool ended;
};

struct bl_worker {
    struct bl_sandbox *sandbox;
    struct bf_arena arena; /* the texts of its spec */
    uint64_t revision;     /* of the function when it was started */
    bool busy;
    bool cancelled;                 /* its invocation was cut off */
    const struct bl_caller *caller; /* of its invocation; NULL: a call */
    char arn[320];                  /* with the qualifier of its invocation */
    int64_t idle_ms;                /* monotonic: since when */
    struct bl_worker *next;
};

#define BL_LATEST "$LATEST"

/* $LATEST of a function, or one of its versions, which never changes. */
struct bl_function {
    char name[65];
    char version[24];   /* BL_LATEST or a number */
    uint64_t published; /* of BL_LATEST: the last number that was given to a version */
    char arn[192];      /* without a version */
    json_t *config;     /* FunctionConfiguration, as the API returns it */
    json_t *policy;     /* statements of AddPermission */
    char folder[4096];  /* of its code, the working directory */
    char program[4096];
    uint64_t revision; /* no two functions have the same */
    struct bl_function *next;
};

/* A name for a version. */
struct bl_alias {
    struct bl_alias *next;
    char function[65], name[129];
    json_t *config; /* AliasConfiguration */
};

struct bl_mapping;       /* an event source mapping (lambda/mapping.h) */
struct bl_event;         /* an asynchronous invocation (event.c) */
struct bl_async_failure; /* async.h */

struct bl_lambda {
    struct bl_local *local;
    char **
        environment; /* of bflocal at its start, because later changes are not for other threads to see */
    pthread_mutex_t mutex;
    pthread_mutex_t
        changing; /* held from the check for a name until its change is stored; before `mutex` */
    struct bl_function *functions; /* sorted by name; BL_LATEST before its versions */
    struct bl_alias *aliases;      /* sorted by function and name */
    struct bl_worker *workers;     /* of all functions */
    pthread_cond_t given_back;     /* a worker */
    bool ending;                   /* no function runs from now on */
    size_t nworkers;
    uint64_t revisions; /* counts */
    char root[4096];    /* of the code and the logs; "" until first used */
    bool temporary;
    struct bl_mapping *mappings;
    /* Asynchronous invocations. */
    pthread_t event_threads[BL_EVENT_THREADS];
    size_t nevent_threads;
    pthread_cond_t events_changed;
    struct bl_event *events;
    bool closing;
    json_t *async; /* NAME:QUALIFIER to its FunctionEventInvokeConfig (async.h) */
    void (*async_failed)(struct bl_local *l, const char *bucket,
                         const struct bl_async_failure *failure); /* of the room lambda */
};

/* The name in "NAME", "NAME:QUALIFIER", an ARN or a part of one, decoded; empty: invalid. *qualifier is empty if there
 * is none. */
struct bf_str bl_lambda_name(const struct bl_local *l, struct bf_str function,
                             struct bf_str *qualifier);

/* Finds a function by its name, under the mutex; NULL: it does not exist. The version is BL_LATEST; the second one wants
 * a version; for the third a qualifier is "", BL_LATEST, a version or an alias; the target of the fourth is NAME or
 * NAME:QUALIFIER. */
struct bl_function *bl_lambda_find(struct bl_lambda *f, struct bf_str name);
struct bl_function *bl_lambda_version(struct bl_lambda *f, struct bf_str name,
                                      struct bf_str version);
struct bl_function *bl_lambda_resolve(struct bl_lambda *f, struct bf_str name,
                                      struct bf_str qualifier);
struct bl_function *bl_lambda_target(struct bl_lambda *f, struct bf_str target,
                                     struct bf_str *qualifier);
struct bl_alias *bl_lambda_alias(struct bl_lambda *f, struct bf_str name, struct bf_str alias);
bool bl_lambda_is_latest(const struct bl_function *fn);

/* Calls take for each row of the statement. False: *e, of take or of the store. */
bool bl_lambda_each_row(struct bl_lambda *f, const char *sql,
                        bool (*take)(struct bl_lambda *f, sqlite3_stmt *row, struct bf_err *e),
                        struct bf_err *e) BF_MUST;

/* Inserts an alias into the list, or removes one, with "" all of the function; under the mutex. */
void bl_lambda_alias_add(struct bl_lambda *f, struct bl_alias *alias);
void bl_lambda_alias_drop(struct bl_lambda *f, struct bf_str name, struct bf_str alias);

/* Inserts a function into the list, or removes it; under the mutex. */
void bl_lambda_add(struct bl_lambda *f, struct bl_function *fn);
void bl_lambda_remove(struct bl_lambda *f, struct bl_function *fn);
void bl_lambda_free(struct bl_function *fn);

/* In function/version.c. In a transaction: the row of a version, and the end of all versions and aliases. */
void bl_lambda_version_put(struct bl_store *st, const struct bl_function *fn, struct bf_str config);
void bl_lambda_versions_erase(struct bl_store *st, const char *name);
/* Outside the mutex; config NULL: deletes the alias. */
bool bl_lambda_version_erase(struct bl_local *l, const struct bl_function *fn,
                             struct bf_err *e) BF_MUST;
bool bl_lambda_alias_store(struct bl_local *l, const char *function, const char *name,
                           const json_t *config, struct bf_err *e) BF_MUST;
bool bl_lambda_versions_load(struct bl_lambda *f, struct bf_err *e) BF_MUST;

/* Writes the function or version into the store, or deletes it with all versions; outside the mutex. */
bool bl_lambda_store(struct bl_local *l, const struct bl_function *fn, struct bf_err *e) BF_MUST;
bool bl_lambda_erase(struct bl_local *l, const char *name, struct bf_err *e) BF_MUST;
bool bl_lambda_load(struct bl_lambda *f, struct bf_err *e) BF_MUST;

/* The folder of code and logs; created by the first call. NULL: see *e. */
const char *bl_lambda_root(struct bl_lambda *f, struct bf_err *e);
void bl_lambda_remove_tree(const char *path);
/* Moves paths below the folder of code to where this folder is now, because the directory of the data can be moved. */
void bl_lambda_place(struct bl_lambda *f, struct bl_function *fn);
/* Removes all code of a function, also that of earlier updates; NULL: all code that no function has. */
void bl_lambda_remove_code(struct bl_lambda *f, const char *name);

/* Unpacks a zip archive into a new folder of the function and sets both in *fn. BF_E_INPUT: not a zip archive. */
bool bl_lambda_unpack(struct bl_lambda *f, struct bl_function *fn, struct bf_str zip,
                      struct bf_err *e) BF_MUST;

/* Keeps the environment; before there is another thread. */
bool bl_lambda_inherit(struct bl_lambda *f, struct bf_err *e) BF_MUST;

enum bl_invoked {
    BL_INVOKED,          /* the outcome is set, possibly to the function's error */
    BL_INVOKE_UNKNOWN,   /* no such function */
    BL_INVOKE_THROTTLED, /* all workers are busy */
    BL_INVOKE_ENDED, /* bflocal, or the caller, ends: the invocation did not run, or was cut off */
    BL_INVOKE_BROKEN /* *e */
};

/* Runs the function NAME or NAME:QUALIFIER on the calling thread and waits for its result. The caller initialises out->payload. caller NULL:
 * only the end of bflocal cuts it off. */
enum bl_invoked bl_lambda_invoke(struct bl_local *l, const struct bl_caller *caller,
                                 struct bf_str target, struct bf_str payload,
                                 const char *request_id, struct bl_outcome *out, struct bf_err *e);

/* The caller, or with NULL bflocal, is to end: it invokes nothing from now on. What runs for it has BL_CANCEL_MS to
 * end by itself; then its process is asked to end, and killed. Returns before that. */
void bl_lambda_cancel(struct bl_lambda *f, struct bl_caller *caller);
/* A caller that has been stopped starts again. */
void bl_lambda_resume(struct bl_lambda *f, struct bl_caller *caller);

/* The same asynchronously, with as many attempts as its settings allow (async.h). It is in the store until it is finished. */
bool bl_lambda_event(struct bl_local *l, struct bf_str target, struct bf_str payload,
                     struct bf_err *e) BF_MUST;
/* What an earlier bflocal has not finished. */
bool bl_lambda_events_load(struct bl_lambda *f, struct bf_err *e) BF_MUST;
void bl_lambda_events_start(struct bl_lambda *f);
void bl_lambda_events_end(struct bl_lambda *f);

/* Ends workers that have been idle for idle_ms, and idle workers of deleted or changed functions; under the mutex. */
void bl_lambda_reap(struct bl_lambda *f, int64_t idle_ms);

#endif
