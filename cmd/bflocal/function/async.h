/*
 * What a function's settings say of asynchronous invocations (FunctionEventInvokeConfig): how often, for how long, and
 * where those go that fail. Settings belong to NAME:QUALIFIER, with $LATEST if there is no qualifier.
 */
#ifndef BL_ASYNC_H
#define BL_ASYNC_H

#include "cmd/bflocal/function/function.h"

struct bl_async {
    int attempts;
    int64_t age_ms;
    char bucket[64]; /* "": failures are only reported */
};

/* An event that is given up. */
struct bl_async_failure {
    struct bf_str function; /* NAME or NAME:QUALIFIER */
    struct bf_str payload, answer;
    const char *request_id, *version;
    bool too_old;
    int64_t attempts;
};

/* The settings for NAME or NAME:QUALIFIER. Takes the mutex. */
void bl_async_find(struct bl_lambda *f, struct bf_str target, struct bl_async *a);

/* Is this attempt, the nth, the last one of an event that was put then? */
bool bl_async_is_last(struct bl_local *l, const struct bl_async *a, int64_t n, int64_t put_ms,
                      bool *too_old);

/* Stores the document of a failure in the bucket, if there is one. */
void bl_async_give_up(struct bl_lambda *f, const struct bl_async *a,
                      const struct bl_async_failure *failure);

/* config NULL: deletes. Under `changing`, outside the mutex. */
bool bl_async_store(struct bl_local *l, const char *target, json_t *config,
                    struct bf_err *e) BF_MUST;
/* In a transaction: the rows of a function. Under the mutex: what is in memory. */
void bl_async_erase(struct bl_store *st, const char *function);
void bl_async_drop(struct bl_lambda *f, const char *function);
bool bl_async_load(struct bl_lambda *f, struct bf_err *e) BF_MUST;

#endif
