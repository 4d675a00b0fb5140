/*
 * Puts lines by requests of many entries, as PutRecords and PutEvents accept
 * them. Several requests are in flight at once. Entries that fail temporarily
 * are retried alone, with growing delays; entries that fail permanently are
 * rejected. A struct bf_put_service describes a service: the form of an entry,
 * the limits, and which error codes are temporary.
 *
 * Order of a key: at most one entry of a key is in flight, so that the next
 * entry of the key cannot overtake one that is retried. Keys are distinguished
 * by a slot of a fixed table; two keys in one slot only wait for each other. A
 * line whose slot is busy waits in the slot's queue. The memory of lines, queues
 * and requests is bounded: if it is full, no more input is read.
 *
 * If a whole request fails, its result is unknown and all of it is sent again
 * (at least once). If the service refuses a request for its size, the limit is
 * lowered once, to service->smaller_bytes, and the rest is sent later.
 *
 * Like rejects and progress, this room prints messages and is called by commands
 * only; put_run.h is the whole run of a command.
 */
#ifndef BF_AWS_PUT_PUT_H
#define BF_AWS_PUT_PUT_H

#include "lib/aws/client/client.h"
#include "lib/aws/put/put_answer.h"
#include "lib/aws/put/put_options.h"
#include "lib/cli/progress.h"
#include "lib/cli/rejects.h"

/* The entry of a line. Views; the engine copies what it keeps. */
struct bf_put_line {
    struct bf_str data; /* the line itself */
    struct bf_str head; /* the rest of its entry, as service->entry expects it */
    struct bf_str key;  /* for the order of its key */
    bool ordered;       /* lines of this key keep their order */
    size_t bytes;       /* as the service counts them */
    uint64_t number;    /* the line's, from 1 */
};

enum bf_put_verdict {
    BF_PUT_REFUSED,  /* permanent */
    BF_PUT_AGAIN,    /* temporary */
    BF_PUT_THROTTLED /* the same, with fewer requests at once */
};

struct bf_put_service {
    const struct bf_aws_op *op;
    struct bf_put_words words;
    const char *one, *many; /* "record", "records" */
    size_t entries_max;     /* of a request */
    /* The maximum size of a request after the service has refused a larger one with the code too_large; 0: there is no
     * second limit. */
    size_t smaller_bytes;
    const char *too_large;
    /* Appends the beginning of a request, up to the bracket of its entries. The engine ends it with "]}". */
    void (*begin)(struct bf_buf *out, const void *to);
    /* Appends an entry. */
    void (*entry)(struct bf_buf *out, struct bf_str data, struct bf_str head);
    /* Appends the line from which an entry was made. */
    bool (*line)(struct bf_buf *out, struct bf_str entry);
    /* Classifies an entry's error code. */
    enum bf_put_verdict (*judge)(struct bf_str code);
};

/* The destination. */
struct bf_put_target {
    const struct bf_put_service *service;
    const void *to;   /* for service->begin */
    const char *name; /* in messages */
    size_t max_bytes; /* of a request, as the service counts them */
};

struct bf_put;

/* NULL: see *e. The memory that settings, common and target point to must outlive the result. */
BF_MUST struct bf_put *bf_put_new(const struct bf_put_settings *settings,
                                  const struct bf_common *common,
                                  const struct bf_put_target *target, struct bf_aws *aws,
                                  struct bf_err *e);
void bf_put_destroy(struct bf_put *p);

/* Is there room for another line? */
bool bf_put_has_room(const struct bf_put *p);

/* Adds a line to a request or to a queue; rejects a line that is too large for any request. False only if memory is
 * out. */
BF_MUST bool bf_put_line(struct bf_put *p, const struct bf_put_line *line, struct bf_err *e);

/* Sends the requests that are due; all: does not wait for more lines. *wait_ms: the time until the next one is due. */
BF_MUST bool bf_put_step(struct bf_put *p, bool all, int *wait_ms, struct bf_err *e);

/* Is everything delivered or rejected? */
bool bf_put_idle(const struct bf_put *p);

/* Rejects a line; false if the run has to end. */
bool bf_put_reject(struct bf_put *p, struct bf_str line, uint64_t number, const struct bf_err *why);

/* The same for a line longer than the maximum, and for a line that was cut off by a signal, if there is one. */
bool bf_put_reject_long(struct bf_put *p, struct bf_reader *reader);
bool bf_put_reject_cut(struct bf_put *p, const struct bf_reader *reader);

/* Nothing more can be delivered (*e). */
bool bf_put_failed(const struct bf_put *p, struct bf_err *e);

/* Was a line rejected with --strict? */
bool bf_put_refused(const struct bf_put *p);

void bf_put_tick(struct bf_put *p);

/* After a failure: writes the lines that were read and not delivered to --rejects and reports them. */
void bf_put_abandon(struct bf_put *p);

/* Closes --rejects and reports how much was put. ok: the run has succeeded so far. False: see *e, unless ok was false. */
BF_MUST bool bf_put_end(struct bf_put *p, bool ok, struct bf_err *e);

/* Sets *why for a line that is larger than a request may be. */
void bf_put_too_large(struct bf_err *why, size_t bytes, size_t max);

#endif
