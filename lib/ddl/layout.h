/*
 * How the objects of a table lie in S3: its location, its partition columns, and
 * how Athena finds the partitions. Either somebody adds them to the catalog, or
 * Athena computes them (partition projection) from what this module derives of
 * an s3put prefix or its --hive option.
 *
 *     s3://lake/sales/!{timestamp:yyyy/MM/dd/HH}/
 *     -> location s3://lake/sales/, column datehour, projection.datehour.type date,
 *        .format yyyy/MM/dd/HH, storage.location.template s3://lake/sales/${datehour}/
 *
 * All texts are in the arena, or are the caller's and outlive the layout. Source:
 * Athena's guide, "Set up partition projection" and "Supported types for partition
 * projection".
 */
#ifndef BF_DDL_LAYOUT_H
#define BF_DDL_LAYOUT_H

#include "lib/row/schema.h"

enum { BF_DDL_PARTITIONS = 32 };

enum bf_ddl_projection {
    BF_DDL_PROJECT_DATE,
    BF_DDL_PROJECT_INTEGER,
    BF_DDL_PROJECT_ENUM,
    BF_DDL_PROJECT_INJECTED /* every query names the value */
};

struct bf_ddl_partition {
    struct bf_str name; /* lower case */
    struct bf_type type;
    enum bf_ddl_projection projection;
    struct bf_str format; /* of a date: Java's pattern */
    const char *unit;     /* of a date: the finest field of the pattern, "HOURS" */
    unsigned digits;      /* of an integer with leading zeros; 0: without */
    struct bf_str range;  /* of a date or an integer: "FROM,TO" */
    struct bf_str values; /* of an enum: "A,B" */
};

struct bf_ddl_layout {
    struct bf_arena *arena;
    struct bf_ddl_partition part[BF_DDL_PARTITIONS];
    size_t n;
    struct bf_str location; /* ends in a slash; empty: none was given */
    struct bf_str template; /* with ${NAME} for each partition; ends in a slash */
    bool projected;         /* Athena computes the partitions */
    bool in_catalog;        /* they are added to the catalog */
};

BF_API void bf_ddl_layout_init(struct bf_ddl_layout *l, struct bf_arena *arena);

/* "s3://bucket/prefix", which may hold the expressions of Firehose's prefixes. BF_E_USAGE: what Athena cannot project. */
BF_API BF_MUST bool bf_ddl_layout_location(struct bf_ddl_layout *l, struct bf_str url,
                                           struct bf_err *e);

/* The argument of s3put's --hive: "dt", "year,month", "country=customer.country". To be called after the location. */
BF_API BF_MUST bool bf_ddl_layout_hive(struct bf_ddl_layout *l, struct bf_str fields,
                                       struct bf_err *e);

/* "NAME:TYPE", or "NAME", which is a string: a partition that is added to the catalog, below NAME=value/. */
BF_API BF_MUST bool bf_ddl_layout_partition(struct bf_ddl_layout *l, struct bf_str spec,
                                            struct bf_err *e);

/* "NAME=FROM,TO": the range of a projected date or integer. A date's ends are ISO 8601, or NOW with a distance. */
BF_API BF_MUST bool bf_ddl_layout_range(struct bf_ddl_layout *l, struct bf_str spec,
                                        struct bf_err *e);

/* "NAME=A,B": the values of a projected string. */
BF_API BF_MUST bool bf_ddl_layout_values(struct bf_ddl_layout *l, struct bf_str spec,
                                         struct bf_err *e);

/* The partition of that name in any case, or NULL. */
BF_API const struct bf_ddl_partition *bf_ddl_layout_find(const struct bf_ddl_layout *l,
                                                         struct bf_str name);

/* Calls put for each table property of the projection; an empty name: there was no memory for it. */
BF_API void bf_ddl_layout_properties(const struct bf_ddl_layout *l,
                                     void (*put)(void *arg, struct bf_str name,
                                                 struct bf_str value),
                                     void *arg);

#endif
