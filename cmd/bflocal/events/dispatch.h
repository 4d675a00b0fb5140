/*
 * The queue of deliveries: rows of the store. A worker takes one, tries it, and puts it back with a later time, or ends
 * it. The kinds of targets are a table (kind.c).
 */
#ifndef BL_DISPATCH_H
#define BL_DISPATCH_H

#include "cmd/bflocal/events/events.h"

struct bl_dispatch {
    struct bl_local *local;
    struct bf_arena arena;
    int64_t n; /* its row */
    int64_t put_ms;
    int64_t attempts; /* that its target has refused */
    int64_t tries;    /* of a function that has failed */
    bool last;        /* it is not tried again */
    bool forwarded;
    struct bf_str rule_arn, rule_name, event;
    json_t *target;
    struct bf_str input; /* what the target gets */
    char code[40],
        text[400]; /* why it was not delivered; the code as a dead-letter queue of the service has it */
};

enum bl_delivered {
    BL_DELIVERED,
    BL_DELIVERY_ENDED,   /* bflocal ends: it is no attempt */
    BL_DELIVERY_RETRY,   /* code and text are set, as for the next two */
    BL_DELIVERY_REFUSED, /* for good */
    BL_DELIVERY_FUNCTION /* the function has the event, and has failed */
};

/* Sets code and text. */
enum bl_delivered bl_dispatch_fail(struct bl_dispatch *d, enum bl_delivered how, const char *code,
                                   const char *fmt, ...) BF_PRINTF(4, 5);

/* A kind of target. */
struct bl_target_kind {
    const char *service, *resource; /* of its ARN: "kinesis", "stream/" */
    const char *title;              /* in messages: "a Kinesis stream" */
    const char *fault_service,
        *fault_op; /* a fault of this operation strikes a delivery, too; NULL: none does */
    bool slow;     /* a delivery may take long */
    bool in_store; /* it is delivered in the transaction that ends the delivery: exactly once */
    bool whole;    /* it takes the event as it is, no other input */
    /* name: the ARN's resource after `resource`. NULL: bflocal has no such service. */
    enum bl_delivered (*deliver)(struct bl_dispatch *d, struct bf_str name);
};

/* The kind of a target's ARN and the name in it. NULL: bflocal has none for it, or it is of another account or region. */
const struct bl_target_kind *bl_target_kind(const struct bl_local *l, struct bf_str arn,
                                            struct bf_str *name);
/* Appends "Lambda functions, Kinesis streams and ..." */
void bl_target_kinds_title(struct bf_buf *out);

/* Takes the next delivery that is due, for a worker. False: there is none; *wait_ms: until one is, -1: there is none in
 * the queue. */
bool bl_dispatch_take(struct bl_events *ev, size_t worker, struct bl_dispatch *d, int64_t *wait_ms);

/* The ends of an attempt: the row goes, in a transaction that is open; the same in one of its own; the row waits. */
void bl_dispatch_remove(struct bl_events *ev, const struct bl_dispatch *d);
bool bl_dispatch_end(struct bl_events *ev, const struct bl_dispatch *d, struct bf_err *e) BF_MUST;
bool bl_dispatch_delay(struct bl_events *ev, const struct bl_dispatch *d, int64_t wait_ms,
                       struct bf_err *e) BF_MUST;

/* It is no worker's any more. */
void bl_dispatch_free(struct bl_events *ev, size_t worker, struct bl_dispatch *d);

/* Tells that it is given up, and why; keeps it in the dead-letter bucket. limit: the limit of the retry policy that
 * it has reached, "function" if the function has failed; NULL: none. */
void bl_dispatch_give_up(struct bl_dispatch *d, const char *limit);

/* In log_group.c: adds a line. */
bool bl_log_group_add(struct bl_events *ev, struct bf_str group, struct bf_str line,
                      struct bf_err *e) BF_MUST;
void bl_log_group_close(struct bl_events *ev);

#endif
