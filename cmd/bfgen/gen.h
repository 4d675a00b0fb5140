/*
 * The types that the parts of bfgen share.
 *
 * A source makes changes: generated orders (shop.c with the two schemas) or the
 * rows of a CSV file (rows.c). emit.c prints a change in one of the formats. It
 * requests the parts from the source: an image, the key, the attributes that an
 * update sets and removes. before and after are the source's own representation
 * of an order.
 *
 * All decisions about the output are integer arithmetic on bf_rng, so that a
 * seed gives the same bytes everywhere. Event identifiers have a generator of
 * their own, so that all formats have the same changes for one seed.
 */
#ifndef BFGEN_GEN_H
#define BFGEN_GEN_H

#include "lib/cli/opt.h"
#include "lib/cli/rejects.h"
#include "lib/base/rng.h"

enum format { FORMAT_WRITES, FORMAT_ITEMS, FORMAT_CDC, FORMAT_CSV };
enum schema { SCHEMA_SALES, SCHEMA_ORDER, SCHEMA_UNSET };
enum kind { INSERT, UPDATE, DELETE, KINDS };

/* The statuses of an order; NONE is a CSV row that was not changed yet. */
enum status { NONE, PLACED, PAID, SHIPPED, CANCELLED };

struct mix {
    uint64_t share[KINDS], sum;
};

struct config {
    struct bf_common common;
    uint64_t count;                         /* 0: no end; may be COUNT_UNSET */
    uint64_t duration_ms, rate_micro, seed; /* 0: not given; rate in millionths per second */
    int64_t start_ms;
    struct mix mix; /* sum 0: not given */
    enum format format;
    enum schema schema;
    const char *from, *key, *table, *rejects, *types;
    char separator; /* of --csv; '\0': derived from the header */
    bool strict;
};

#define COUNT_UNSET UINT64_MAX

struct change {
    enum kind kind;
    const void *before, *after; /* NULL if it does not exist */
    int64_t time_ms;
};

enum more { MORE, NO_MORE, STOPPED, FAILED };

/* The forms of an image. */
enum form { PLAIN, TYPED };

/*
 * Members are written without braces, each with a comma before it. In the TYPED form,
 * *size grows by the size of the attributes in DynamoDB.
 */
struct source {
    void *self;
    /* Makes the next change, of this kind if possible; an insert if there is no live order. */
    enum more (*next)(void *self, enum kind kind, int64_t time_ms, struct change *c,
                      struct bf_err *e);
    /* The maximum size in bytes of an image, a key or a CSV row for c. */
    size_t (*bound)(void *self, const struct change *c);
    char *(*key)(void *self, char *p, const void *thing, enum form form, size_t *size);
    char *(*image)(void *self, char *p, const void *thing, enum form form, size_t *size);
    char *(*set)(void *self, char *p, const struct change *c);
    char *(*removed)(void *self, char *p, const struct change *c); /* "name","name" */
    char *(*header)(void *self, char *p);
    char *(*row)(void *self, char *p, const void *thing);
    size_t header_bound;
};

/* A number below n, from 32 random bits. */
static inline uint64_t share_of(uint64_t n, uint32_t bits)
{
    return (n >> 32) * bits + ((n & 0xFFFFFFFFu) * bits >> 32);
}

#endif
