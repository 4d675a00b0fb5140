/*
 * What the parts of bfgen share.
 *
 * A source makes changes: invented orders (shop.c with the two schemas) or the
 * rows of a CSV file (rows.c). emit.c prints a change in one of the formats and
 * asks the source for the pieces: an image, the key, what an update sets and
 * removes. A "thing" is the source's own idea of an order at one moment.
 *
 * Everything that decides what is printed is integer arithmetic on bf_rng, so
 * that a seed gives the same bytes everywhere. Identifiers of events come from
 * a generator of their own: all formats tell the same story for one seed.
 */
#ifndef BFGEN_GEN_H
#define BFGEN_GEN_H

#include "lib/cli/opt.h"
#include "lib/cli/rejects.h"
#include "lib/base/rng.h"

enum format { FORMAT_WRITES, FORMAT_ITEMS, FORMAT_CDC, FORMAT_CSV };
enum schema { SCHEMA_SALES, SCHEMA_ORDER, SCHEMA_UNSET };
enum kind { INSERT, UPDATE, DELETE, KINDS };

/* The statuses of an order; NONE is a CSV row that has not been touched. */
enum status { NONE, PLACED, PAID, SHIPPED, CANCELLED };

struct mix {
    uint64_t share[KINDS], sum;
};

struct config {
    struct bf_common common;
    uint64_t count;                         /* COUNT_UNSET, 0: without end */
    uint64_t duration_ms, rate_micro, seed; /* 0: not given; rate in millionths a second */
    int64_t start_ms;
    struct mix mix; /* sum 0: not given */
    enum format format;
    enum schema schema;
    const char *from, *key, *table, *rejects, *types;
    char separator; /* of --from; '\0': the header tells */
    bool strict;
};

#define COUNT_UNSET UINT64_MAX

struct change {
    enum kind kind;
    const void *before, *after; /* NULL where there is none */
    int64_t time_ms;
};

enum more { MORE, NO_MORE, STOPPED, FAILED };

/* How an image is written. */
enum form { PLAIN, TYPED };

/*
 * Members are written without braces, each with a comma in front. *size grows by
 * what DynamoDB counts for the attributes, in the TYPED form.
 */
struct source {
    void *self;
    /* Makes the next change, of this kind if it can (no live order: an insert). */
    enum more (*next)(void *self, enum kind kind, int64_t time_ms, struct change *c,
                      struct bf_err *e);
    /* The most bytes an image, a key or a row of CSV can take for c. */
    size_t (*bound)(void *self, const struct change *c);
    char *(*key)(void *self, char *p, const void *thing, enum form form, size_t *size);
    char *(*image)(void *self, char *p, const void *thing, enum form form, size_t *size);
    char *(*set)(void *self, char *p, const struct change *c);
    char *(*removed)(void *self, char *p, const struct change *c); /* "name","name" */
    char *(*header)(void *self, char *p);
    char *(*row)(void *self, char *p, const void *thing);
    size_t header_bound;
};

/* How many of n, from 32 random bits. */
static inline uint64_t share_of(uint64_t n, uint32_t bits)
{
    return (n >> 32) * bits + ((n & 0xFFFFFFFFu) * bits >> 32);
}

#endif
