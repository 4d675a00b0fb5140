/*
 * Partition projection: the partitions of a table by its properties
 * (projection.COL.type and so on) and storage.location.template. The objects that
 * are there are listed, and each key is read by the template: a partition without
 * objects has no rows, so nothing is lost against making all of them.
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
    struct bf_str values;          /* enum: a,b,c */
    int64_t first, last, interval; /* integer; date: milliseconds, and so many units */
    int digits;                    /* integer: leading zeros up to that many; 0: none */
    struct bf_str format;          /* date: Java's letters */
    char unit;                     /* date: s m h d w M Y */
};

struct bl_projection {
    struct bl_projection_column column[BL_PROJECTION_COLUMNS];
    size_t n;
    struct bf_str bucket, location; /* the template after the bucket */
    size_t fixed;                   /* bytes of it in front of the first ${...} */
};

/* Is projection.enabled set? */
bool bl_projection_enabled(const json_t *table);

bool bl_projection_read(const json_t *table, int64_t now_ms, struct bf_arena *arena,
                        struct bl_projection *p, struct bf_err *e) BF_MUST;

/* Does the key lie in a partition? values: one a column, views into the key. */
bool bl_projection_match(const struct bl_projection *p, struct bf_str key, struct bf_str *values);

#endif
