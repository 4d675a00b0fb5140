/*
 * Where a row goes. A row's partition is told by the values of the fields that
 * the prefix names and, with --time-field, by what the prefix makes of the
 * row's own time. Two rows of one partition may share an object.
 *
 * Numbers are written in one plain form, so that 1, 1.0 and 1e0 are one
 * partition. A field that is missing, null or empty takes --partition-default; in
 * --hive, without that option, the name that Hive gives such a partition.
 *
 * The partition's id is those values, each behind its length, then the times;
 * it is all that is needed to write the prefix later.
 */
#ifndef S3PUT_ROUTE_H
#define S3PUT_ROUTE_H

#include "cmd/s3put/config.h"
#include "lib/objectkey/prefix.h"
#include "lib/json/scan.h"

enum { ROUTE_FIELDS = 32 };

struct route_field {
    struct bf_str name; /* in the prefix and in receipts */
    struct bf_str path; /* in the row: a key, or keys joined by dots */
    struct bf_json_val value;
    bool found, nested;
    bool hive;          /* named by --hive */
    uint64_t defaulted; /* rows that had no value for it */
};

struct route {
    const struct config *config;
    struct bf_buf text; /* the whole prefix, Hive's part included */
    struct bf_prefix prefix;
    struct route_field fields[ROUTE_FIELDS]; /* the last one is the time when timed */
    size_t nfields;                          /* without the time */
    bool timed;
    struct bf_buf id, scratch;
    int64_t time_ms; /* of the row last routed: its own, or its arrival */
};

BF_MUST bool route_init(struct route *r, const struct config *c, struct bf_err *e);
void route_free(struct route *r);

/* Says what in the prefix may not mean what it looks like. */
void route_warn(const struct route *r);

/* At the end: the fields that no row of so many had. */
void route_tell(const struct route *r, uint64_t rows);

/* Checks a row and leaves its partition in r->id and its time in r->time_ms. */
BF_MUST bool route_row(struct route *r, struct bf_str row, int64_t arrival_ms, struct bf_err *e);

/* Appends the prefix of a partition. */
BF_MUST bool route_prefix(const struct route *r, struct bf_str id, int64_t time_ms,
                          struct bf_rng *rng, struct bf_buf *out, struct bf_err *e);

/* Appends the partition as a JSON object: {"category":"Toys"}. */
void route_partition(const struct route *r, struct bf_str id, struct bf_buf *out);

/* The way back: the id of a partition object and a time. */
BF_MUST bool route_id(struct route *r, struct bf_str partition, int64_t time_ms, struct bf_err *e);

#endif
