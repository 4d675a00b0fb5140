/*
 * Delivery: sealed batches are uploaded, several at a time, in the order of sealing. For
 * each object that has arrived, a receipt is written to standard output. If S3 refuses an object,
 * or if all attempts fail, it is kept: in the spool with
 * --state, otherwise its rows are written to --rejects or to a separate file. The first
 * such failure is stored and ends the reading. An object that S3 refuses for its content
 * (400) is kept in the same way, but set aside: the others are still delivered, until so many
 * in a row are refused that the options must be wrong.
 */
#ifndef S3PUT_DELIVER_H
#define S3PUT_DELIVER_H

#include "cmd/s3put/sealed.h"
#include "lib/cli/rejects.h"

struct deliver {
    const struct config *config;
    struct bf_aws *aws;  /* NULL: --dry-run */
    struct spool *spool; /* NULL: none */
    struct bf_out *receipts;
    struct bf_rejects *rejects;
    bool keep; /* --state: a failed upload stays in the spool */
    void (*delivered)(void *arg, struct sealed *s); /* before it is freed; may be NULL */
    /* set aside: reported and kept in the spool; NULL without `keep` */
    void (*refused)(void *arg, const struct sealed *s, const struct bf_err *why);
    /* an upload in parts has begun, s->upload is its id; NULL without `keep` */
    void (*upload)(void *arg, const struct sealed *s);
    void *arg;

    struct sealed *first, *last; /* not yet started */
    size_t pending;              /* objects that wait or are in flight */
    size_t flying;
    uint64_t held;                    /* bytes of bodies in memory */
    uint64_t waiting;                 /* bytes of all bodies that are pending */
    uint64_t objects, records, bytes; /* delivered */
    uint64_t aside;                   /* objects that S3 refused */
    unsigned aside_in_row;            /* number of these since the last delivered object */
    uint64_t kept, kept_rows; /* objects that were not delivered, but are kept; their rows */
    char kept_in[4096];       /* location of the kept rows */
    bool dirty;               /* receipts not flushed */
    struct bf_err failed;     /* the first failure; code BF_OK: none */
};

/* Takes ownership of a sealed batch and starts uploads as far as possible. */
void deliver_add(struct deliver *d, struct sealed *s);

/* Can another batch be sealed now? */
bool deliver_has_room(const struct deliver *d);

/* Runs the network engine for at most timeout_ms, or until fd (-1: none) is readable. */
BF_MUST bool deliver_run(struct deliver *d, int timeout_ms, int fd, bool *readable,
                         struct bf_err *e);

/* Flushes the receipts, with --state to the disk if they are written to a file. A failure is stored. */
BF_MUST bool deliver_flush(struct deliver *d, struct bf_err *e);

/* Reports at the end how much was not delivered and where it is kept. */
void deliver_tell(const struct deliver *d);

/* Waits until nothing is pending. */
BF_MUST bool deliver_drain(struct deliver *d, struct bf_err *e);

#endif
