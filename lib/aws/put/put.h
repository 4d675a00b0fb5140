/*
 * Lines into requests of many entries, as PutRecords and PutEvents take them:
 * several requests under way at once, entries that the service refuses for now
 * sent again alone, and ever more slowly, entries that it refuses for good
 * rejected. What a service is to this room is a struct bf_put_service: the form
 * of an entry, the limits, and which error codes may pass.
 *
 * Order of a key: at most one entry of a key is on its way at any time, so that
 * an entry that the service refuses for now cannot be overtaken by the next one
 * of its key. Keys are told apart by a slot of a fixed table; two keys in one
 * slot only wait for each other. A line whose slot is busy waits in the slot's
 * queue; lines, queues and requests together are bounded, and a full house stops
 * the reading of input.
 *
 * The whole request fails: what became of it is not known, so all of it goes
 * again (at least once). The service refuses the request for its size: the limit
 * is lowered once, to service->smaller_bytes, and what does not fit goes later.
 *
 * This room speaks for commands, as rejects and progress do (put_run.h is a
 * command's whole run).
 */
#ifndef BF_AWS_PUT_PUT_H
#define BF_AWS_PUT_PUT_H

#include "lib/aws/client/client.h"
#include "lib/aws/put/put_answer.h"
#include "lib/aws/put/put_options.h"
#include "lib/cli/progress.h"
#include "lib/cli/rejects.h"

/* What goes out for a line. Views; the engine copies what it keeps. */
struct bf_put_line {
    struct bf_str data; /* the line itself */
    struct bf_str head; /* what its entry holds besides, as service->entry wants it */
    struct bf_str key;  /* for the order of its key */
    bool ordered;       /* lines of this key keep their order */
    size_t bytes;       /* as the service counts them */
    uint64_t number;    /* the line's, from 1 */
};

enum bf_put_verdict {
    BF_PUT_REFUSED,  /* for good */
    BF_PUT_AGAIN,    /* it may pass later */
    BF_PUT_THROTTLED /* the same, with fewer requests at once */
};

struct bf_put_service {
    const struct bf_aws_op *op;
    struct bf_put_words words;
    const char *one, *many; /* "record", "records" */
    size_t entries_max;     /* of a request */
    /* What a request may count after the service has refused a larger one with the code too_large; 0: no other limit
     * is known. */
    size_t smaller_bytes;
    const char *too_large;
    /* Appends how a request begins, up to the bracket of its entries. The engine ends it with "]}". */
    void (*begin)(struct bf_buf *out, const void *to);
    /* Appends an entry. */
    void (*entry)(struct bf_buf *out, struct bf_str data, struct bf_str head);
    /* Appends the line that an entry was made of. */
    bool (*line)(struct bf_buf *out, struct bf_str entry);
    /* What an entry's error code means. */
    enum bf_put_verdict (*judge)(struct bf_str code);
};

/* Where to. */
struct bf_put_target {
    const struct bf_put_service *service;
    const void *to;   /* for service->begin */
    const char *name; /* in messages */
    size_t max_bytes; /* of a request, as the service counts them */
};

struct bf_put;

/* NULL: *e. What settings, common and target point at has to live as long. */
BF_MUST struct bf_put *bf_put_new(const struct bf_put_settings *settings,
                                  const struct bf_common *common,
                                  const struct bf_put_target *target, struct bf_aws *aws,
                                  struct bf_err *e);
void bf_put_destroy(struct bf_put *p);

/* May another line come? */
bool bf_put_has_room(const struct bf_put *p);

/* Takes a line over, at once into a request or into a queue; rejects one that no request has room for. False only
 * without memory. */
BF_MUST bool bf_put_line(struct bf_put *p, const struct bf_put_line *line, struct bf_err *e);

/* Sends what is to be sent; all: do not wait for more lines. *wait_ms: how long nothing is due. */
BF_MUST bool bf_put_step(struct bf_put *p, bool all, int *wait_ms, struct bf_err *e);

/* Is everything delivered or rejected? */
bool bf_put_idle(const struct bf_put *p);

/* Rejects a line: false when the run has to end. */
bool bf_put_reject(struct bf_put *p, struct bf_str line, uint64_t number, const struct bf_err *why);

/* The same for a line that is longer than any, and for one that a signal has cut off, if there is one. */
bool bf_put_reject_long(struct bf_put *p, struct bf_reader *reader);
bool bf_put_reject_cut(struct bf_put *p, const struct bf_reader *reader);

/* Nothing more can be delivered (*e). */
bool bf_put_failed(const struct bf_put *p, struct bf_err *e);

/* --strict: a line has been rejected. */
bool bf_put_refused(const struct bf_put *p);

void bf_put_tick(struct bf_put *p);

/* After a failure: what was taken in and not delivered goes to --rejects, and is told. */
void bf_put_abandon(struct bf_put *p);

/* Closes --rejects and tells how much was put. ok: the run went well so far. False: *e, unless it did not. */
BF_MUST bool bf_put_end(struct bf_put *p, bool ok, struct bf_err *e);

/* *why for a line that counts more than a request may. */
void bf_put_too_large(struct bf_err *why, size_t bytes, size_t max);

#endif
