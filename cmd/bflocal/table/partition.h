/* The partitions of a table that a query reads, and their objects. */
#ifndef BL_PARTITION_H
#define BL_PARTITION_H

#include <jansson.h>

#include "cmd/bflocal/trino/trino.h"
#include "cmd/bflocal/s3/own.h"

enum { BL_SCAN_TABLES = 128 };

/* What one statement works with; the tables that it has looked up are given back at its end. */
struct bl_scan {
    struct bl_local *local;
    struct bf_arena *arena;
    duckdb_connection con; /* chooses partitions */
    bool path;             /* "$path" is wanted */
    uint64_t bytes;        /* of all objects that are read */
    void *tables[BL_SCAN_TABLES];
    size_t ntables;
};

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

/* Is an object of that name passed over? Only the part after the prefix counts. */
bool bl_scan_hidden(struct bf_str rest);

/* Lists them; memory is the arena's. */
bool bl_parts_find(struct bl_scan *s, struct bl_trino_ref *ref, const json_t *table,
                   struct bl_parts *out, struct bf_err *e) BF_MUST;

#endif
