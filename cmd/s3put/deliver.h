/*
 * Delivery: sealed batches go up, several at a time, the first sealed first. For
 * each one that has arrived a receipt goes to standard output. What S3 refuses,
 * or what the client gave up after its attempts, is kept: in the spool with
 * --state, else its rows go to --rejects or into a file of their own; the first
 * such failure is remembered and ends the reading. An object that S3 refuses for
 * what it is (400) is kept alike, but set aside: the others go on, until so many
 * in a row are refused that the options must be wrong.
 */
#ifndef S3PUT_DELIVER_H
#define S3PUT_DELIVER_H

#include "cmd/s3put/sealed.h"
#include "lib/cli/rejects.h"

struct deliver {
    const struct config *config;
    struct bf_aws *aws;  /* NULL: a dry run */
    struct spool *spool; /* NULL: none */
    struct bf_out *receipts;
    struct bf_rejects *rejects;
    bool keep; /* --state: a failed upload stays in the spool */
    void (*delivered)(void *arg, struct sealed *s); /* before it is forgotten; may be NULL */
    /* set aside: told and kept in the spool; NULL without `keep` */
    void (*refused)(void *arg, const struct sealed *s, const struct bf_err *why);
    /* an upload in parts has begun, s->upload is its id; NULL without `keep` */
    void (*upload)(void *arg, const struct sealed *s);
    void *arg;

    struct sealed *first, *last; /* not yet started */
    size_t pending;              /* objects waiting or under way */
    size_t flying;
    uint64_t held;                    /* bytes of bodies in memory */
    uint64_t waiting;                 /* bytes of all bodies that are pending */
    uint64_t objects, records, bytes; /* delivered */
    uint64_t aside;                   /* objects that S3 refused */
    unsigned aside_in_row;            /* the last so many of them, none delivered in between */
    uint64_t kept, kept_rows;         /* objects that did not arrive, but are safe; their rows */
    char kept_in[4096];               /* where */
    bool dirty;                       /* receipts not flushed */
    struct bf_err failed;             /* the first failure; code BF_OK: none */
};

/* Takes over a sealed batch and starts what may be started. */
void deliver_add(struct deliver *d, struct sealed *s);

/* May another batch be sealed now? */
bool deliver_has_room(const struct deliver *d);

/* Lets the network work for at most timeout_ms, or until fd (-1: none) is readable. */
BF_MUST bool deliver_run(struct deliver *d, int timeout_ms, int fd, bool *readable,
                         struct bf_err *e);

/* Receipts out of our hands; with --state, where they go to a file, onto the disk. A failure is remembered, too. */
BF_MUST bool deliver_flush(struct deliver *d, struct bf_err *e);

/* At the end: says how much did not arrive and where it is kept. */
void deliver_tell(const struct deliver *d);

/* Waits until nothing is pending. */
BF_MUST bool deliver_drain(struct deliver *d, struct bf_err *e);

#endif
