/*
 * Faults on demand. A specification is a list of rules, separated by
 * semicolons or white space:
 *
 *     KIND[:KEY=VALUE[,KEY=VALUE]...]
 *
 *     throttle    ThrottlingException, ProvisionedThroughputExceededException, S3 SlowDown
 *     partial     UnprocessedItems, failed PutRecords entries for a `part` (50%) of the batch
 *     500, 503    InternalServerError, ServiceUnavailable
 *     error200    200 OK with <Error> in the body (CompleteMultipartUpload, CopyObject)
 *     latency     waits `ms` (100) before the answer
 *     cut         closes the connection in mid-answer
 *     crc         a wrong x-amz-crc32 or checksum header
 *     conflict    409 ConditionalRequestConflict (PutObject, CompleteMultipartUpload)
 *     iterator    ExpiredIteratorException
 *     clock       the server's clock is off `by` 10m (or -10m); a state, not a chance
 *     disk        the store is full at `max` bytes; a state, not a chance
 *     seed=N      the seed of all that follow (1)
 *
 * Keys of every chance: p (100%), n (at most so often), after (skips so many
 * calls first), op (an operation's name), service (dynamodb, streams, kinesis, s3).
 *
 * Reproducible: whether a rule strikes its k-th matching call is a function of
 * seed, rule and k alone, so concurrent clients shift who is hit, never how many.
 */
#ifndef BL_FAULT_H
#define BL_FAULT_H

#include <pthread.h>

#include "cmd/bflocal/http/service.h"

enum bl_fault_kind {
    BL_FAULT_NONE,
    BL_FAULT_THROTTLE,
    BL_FAULT_PARTIAL,
    BL_FAULT_500,
    BL_FAULT_503,
    BL_FAULT_ERROR200,
    BL_FAULT_LATENCY,
    BL_FAULT_CUT,
    BL_FAULT_CRC,
    BL_FAULT_ITERATOR,
    BL_FAULT_CONFLICT,
    BL_FAULT_CLOCK,
    BL_FAULT_DISK,
    BL_FAULT_KINDS
};

enum { BL_FAULT_RULES = 32 };

struct bl_fault_rule {
    enum bl_fault_kind kind;
    uint32_t per_million; /* p */
    uint32_t part;        /* partial: of a million */
    uint64_t limit;       /* n; 0: no limit */
    uint64_t after;
    uint64_t ms;        /* latency */
    int64_t by_ms;      /* clock */
    uint64_t max_bytes; /* disk */
    uint64_t seed;
    char op[48], service[16]; /* "": any */
    uint64_t seen, struck;
};

struct bl_faults {
    const struct bl_service *const *services; /* those that a rule can name */
    pthread_mutex_t mutex;
    pthread_cond_t end; /* of all waiting */
    bool ended;
    struct bl_fault_rule rules[BL_FAULT_RULES];
    size_t n;
    int64_t clock_off_ms; /* from the rules */
    uint64_t disk_max;    /* from the rules; 0: no limit */
    unsigned generation;  /* counts bl_fault_set */
};

/* What one call has to suffer. */
struct bl_fault_hit {
    enum bl_fault_kind answer; /* THROTTLE, 500, 503, ERROR200, CONFLICT or ITERATOR, else NONE */
    bool cut, crc;
    uint64_t latency_ms;
    uint32_t part; /* partial: of a million; 0: the batch is left alone */
    uint64_t part_seed;
};

/* services: a list that ends with NULL. */
void bl_fault_init(struct bl_faults *f, const struct bl_service *const *services);

/* Replaces all rules; nothing changes when spec is wrong. */
bool bl_fault_set(struct bl_faults *f, struct bf_str spec, struct bf_err *e) BF_MUST;

/* Asks every rule about one call. */
void bl_fault_draw(struct bl_faults *f, const char *service, const char *op,
                   struct bl_fault_hit *hit);

/* Is entry i of this call's batch one of those to be left unprocessed? Never all of them when the batch
 * has more than one. */
bool bl_fault_entry(const struct bl_fault_hit *hit, size_t i, size_t n);

/* The latency of a hit: waits, but not beyond bl_fault_end, which comes when the server ends. */
void bl_fault_wait(struct bl_faults *f, const struct bl_fault_hit *hit);
void bl_fault_end(struct bl_faults *f);

/* What the rules say of the store: the most bytes, 0: no limit. */
uint64_t bl_fault_disk_max(struct bl_faults *f);

/* Appends {"rules":[{"kind","seen","struck",...}]}. */
void bl_fault_print(struct bl_faults *f, struct bf_buf *out);

#endif
