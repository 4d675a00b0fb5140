/* Rows into objects of a table: what CTAS, INSERT INTO and UNLOAD share. */
#ifndef BL_WRITE_H
#define BL_WRITE_H

#include "cmd/bflocal/athena/ddl.h"

enum { BL_WRITE_KEYS = 32, BL_WRITE_PARTITIONS = 100 };

enum bl_write_format { BL_WRITE_PARQUET, BL_WRITE_JSON, BL_WRITE_TEXT };

struct bl_write {
    struct bl_ddl *d;
    enum bl_write_format format;
    char compression[16]; /* "": the format's default */
    char delimiter[8];
    struct bf_str bucket, prefix;      /* the target; the prefix ends with / or is empty */
    struct bf_str keys[BL_WRITE_KEYS]; /* partition columns, the last ones of the rows */
    size_t nkeys;
    json_t *
        columns; /* of the rows, {"Name","Type"} in Hive's words; partition columns after the others */
    /* A partition that rows went into; its values are texts. May be NULL. */
    bool (*partition)(struct bl_write *w, const struct bf_str *values, struct bf_str location);
    void *arg;
    int64_t rows;
    struct bf_buf manifest;
};

/* Properties: WITH (format = 'PARQUET', partitioned_by = ARRAY['a'], ...). The caller's own are kept in `other`. */
bool bl_write_properties(struct bl_write *w, json_t *other);

/* Makes a temporary table athena_w of the query's rows, and columns of it. */
bool bl_write_collect(struct bl_write *w, struct bf_str sql);

/* The same for a table that is there: before, the query, and after it ") SELECT ..." stand around the query, which
 * must have n columns. */
bool bl_write_into(struct bl_write *w, struct bf_str before, struct bf_str sql, struct bf_str after,
                   size_t n);

/* All rows of athena_w into objects. */
bool bl_write_objects(struct bl_write *w);

/* The statement's own result: the manifest. */
bool bl_write_finish(struct bl_write *w);
void bl_write_free(struct bl_write *w);

#endif
