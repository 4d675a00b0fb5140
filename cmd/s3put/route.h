/*
 * The partition of a row. It consists of the values of the fields that
 * the prefix names and, with --time-field, of the times in the prefix for the
 * row's own time. Rows of the same partition may be in the same object.
 *
 * Numbers are written in a canonical form, so that 1, 1.0 and 1e0 are one
 * partition. A field that is missing, null or empty has the value of --partition-default; in
 * --hive, without that option, it has Hive's name for such a partition.
 *
 * The partition's id consists of these values, each after its length, and the times;
 * the prefix can be written from the id alone.
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
    uint64_t defaulted; /* rows that have no value for it */
};

struct route {
    const struct config *config;
    struct bf_buf text; /* the whole prefix, Hive's part included */
    struct bf_prefix prefix;
    struct route_field fields[ROUTE_FIELDS]; /* the last one is the time when timed */
    size_t nfields;                          /* without the time */
    bool timed;
    struct bf_buf id, scratch;
    int64_t time_ms; /* of the last routed row: its own, or its arrival */
};

BF_MUST bool route_init(struct route *r, const struct config *c, struct bf_err *e);
void route_free(struct route *r);

/* Warns of text in the prefix that is easily misunderstood. */
void route_warn(const struct route *r);

/* Reports at the end the fields that no row had. */
void route_tell(const struct route *r, uint64_t rows);

/* Checks a row and sets its partition r->id and its time r->time_ms. */
BF_MUST bool route_row(struct route *r, struct bf_str row, int64_t arrival_ms, struct bf_err *e);

/* Appends the prefix of a partition. */
BF_MUST bool route_prefix(const struct route *r, struct bf_str id, int64_t time_ms,
                          struct bf_rng *rng, struct bf_buf *out, struct bf_err *e);

/* Appends the partition as a JSON object: {"category":"Toys"}. */
void route_partition(const struct route *r, struct bf_str id, struct bf_buf *out);

/* The inverse: makes the id from a partition object and a time. */
BF_MUST bool route_id(struct route *r, struct bf_str partition, int64_t time_ms, struct bf_err *e);

#endif
