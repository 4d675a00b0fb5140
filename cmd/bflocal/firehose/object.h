/*
 * The objects of one delivery, while they are written. Each has its file from its first record on, and exists in its bucket
 * from bl_objects_end on; a delivery that fails leaves nothing.
 */
#ifndef BL_FIREHOSE_OBJECT_H
#define BL_FIREHOSE_OBJECT_H

#include "cmd/bflocal/http/local.h"
#include "lib/base/rng.h"
#include "lib/objectkey/prefix.h"
#include "lib/objectkey/timezone.h"
#include "lib/parquet/parquet.h"

enum { BL_OBJECTS_MAX = 500 }; /* of one kind: the service's limit of active partitions */

/* The properties that objects share. Kinds are compared by their address. */
struct bl_object_kind {
    struct bf_str bucket;
    const struct bf_prefix *prefix;
    const char *error_type;  /* NULL: they are data */
    struct bf_str extension; /* p NULL: that of their format */
    bool gzip;
    const struct bf_parquet_conf *columns; /* NULL: what is added is written as it is */
};

struct bl_object;

struct bl_objects {
    struct bl_local *local;
    const char *stream; /* its name and version are in the names of the objects */
    int64_t version;
    const struct bf_timezone *zone;
    struct bf_rng rng;
    struct bl_object *list; /* the last used first */
};

/* The object of this kind and group; it is begun if there is none. group: the partition keys, "NAME" NUL "VALUE" NUL ...
 * at_ms: the arrival of the record that it is wanted for. NULL: *e; BF_E_LIMIT: there are
 * too many, or the group makes its name too long. */
struct bl_object *bl_object_for(struct bl_objects *all, const struct bl_object_kind *kind,
                                struct bf_str group, int64_t at_ms, struct bf_err *e);

/* With columns: data is a row; BF_E_INPUT: it does not fit them, and nothing of it is in the object. */
bool bl_object_add(struct bl_object *o, struct bf_str data, struct bf_err *e) BF_MUST;

/* Ends all: they are in their buckets. An object of columns without a row is dropped. */
bool bl_objects_end(struct bl_objects *all, struct bf_err *e) BF_MUST;
void bl_objects_free(struct bl_objects *all);

/* The value of a partition key in a group; false: there is none. group points at a struct bf_str. */
bool bl_object_key(void *group, struct bf_str name, struct bf_str *value);

#endif
