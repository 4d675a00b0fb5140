/* Writes rows to objects of a table, for CTAS, INSERT INTO and UNLOAD. */
#ifndef BL_WRITE_H
#define BL_WRITE_H

#include "cmd/bflocal/athena/ddl.h"

enum { BL_WRITE_KEYS = 32, BL_WRITE_PARTITIONS = 100 };

enum bl_write_format { BL_WRITE_PARQUET, BL_WRITE_JSON, BL_WRITE_TEXT };

struct bl_write {
    struct bl_ddl *d;
    enum bl_write_format format;
    char compression[16]; /* "": the default of the format */
    char delimiter[8];
    struct bf_str bucket, prefix; /* of the target; the prefix ends with / or is empty */
    struct bf_str
        keys[BL_WRITE_KEYS]; /* the partition columns, which are the last columns of the rows */
    size_t nkeys;
    json_t *columns; /* {"Name","Type"} of all columns in Hive's notation; partition columns last */
    /* Called for each partition that was written, with its values as texts. May be NULL. */
    bool (*partition)(struct bl_write *w, const struct bf_str *values, struct bf_str location);
    void *arg;
    int64_t rows;
    struct bf_buf manifest;
};

/* Reads the properties of WITH (format = 'PARQUET', partitioned_by = ARRAY['a'], ...). Others go
 * to `other`. */
bool bl_write_properties(struct bl_write *w, json_t *other);

/* Creates the temporary table athena_w with the query's rows, and sets `columns`. */
bool bl_write_collect(struct bl_write *w, struct bf_str sql);

/* The same for an existing table. `before` and `after` enclose the query, which must have n
 * columns; `after` begins with ") SELECT ...". */
bool bl_write_into(struct bl_write *w, struct bf_str before, struct bf_str sql, struct bf_str after,
                   size_t n);

/* Writes all rows of athena_w to objects. */
bool bl_write_objects(struct bl_write *w);

/* Writes the statement's result, the manifest. */
bool bl_write_finish(struct bl_write *w);
void bl_write_free(struct bl_write *w);

#endif
