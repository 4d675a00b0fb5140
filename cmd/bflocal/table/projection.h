/*
 * Partition projection: the partitions of a table are given by its properties
 * (projection.COL.type and so on) and storage.location.template. bflocal lists the
 * existing objects and reads the values from their keys by the template. That finds
 * all rows, since a partition without objects has none.
 */
#ifndef BL_PROJECTION_H
#define BL_PROJECTION_H

#include <jansson.h>

#include "lib/base/arena.h"

enum { BL_PROJECTION_COLUMNS = 16 };

enum bl_projection_kind {
    BL_PROJECTION_ENUM,
    BL_PROJECTION_INTEGER,
    BL_PROJECTION_DATE,
    BL_PROJECTION_INJECTED
};

struct bl_projection_column {
    const char *name;
    enum bl_projection_kind kind;
    struct bf_str values;          /* of an enum: a,b,c */
    int64_t first, last, interval; /* of an integer; of a date: milliseconds and number of units */
    int digits;                    /* of an integer: minimum width with leading zeros; 0: none */
    struct bf_str format;          /* of a date: Java's letters */
    char unit;                     /* of a date: s m h d w M Y */
};

struct bl_projection {
    struct bl_projection_column column[BL_PROJECTION_COLUMNS];
    size_t n;
    struct bf_str bucket, location; /* location: the template after the bucket */
    size_t fixed;                   /* length of the text before the first ${...} */
};

/* Is projection.enabled set? */
bool bl_projection_enabled(const json_t *table);

bool bl_projection_read(const json_t *table, int64_t now_ms, struct bf_arena *arena,
                        struct bl_projection *p, struct bf_err *e) BF_MUST;

/* Does the key match the template and the ranges? values: one for each column, views into the
 * key. */
bool bl_projection_match(const struct bl_projection *p, struct bf_str key, struct bf_str *values);

#endif
