/* The partitions of a table that a query reads, and their objects. */
#ifndef BL_PARTITION_H
#define BL_PARTITION_H

#include <jansson.h>

#include "cmd/bflocal/athena/scan.h"
#include "cmd/bflocal/s3/own.h"

struct bl_part {
    struct bf_str *values; /* one a partition key */
    struct bf_str bucket, prefix;
    bool dropped; /* WHERE excludes it */
};

struct bl_part_file {
    struct bl_s3_own object;
    struct bf_str uri; /* s3://... */
    size_t part;
};

struct bl_parts {
    struct bl_part *part;
    size_t n, cap;
    struct bl_part_file *file;
    size_t nfiles, files_cap;
};

/* Lists them; memory is the arena's. */
bool bl_parts_find(struct bl_scan *s, struct bl_trino_ref *ref, const json_t *table,
                   struct bl_parts *out, struct bf_err *e) BF_MUST;

#endif
