/*
 * The inside of struct bf_row, shared by row.c (the parts of a row, JSON) and row_table.c (CSV and
 * TSV). Private to its room.
 */
#ifndef BF_ROW_ROW_IMPL_H
#define BF_ROW_ROW_IMPL_H

#include "lib/base/arena.h"
#include "lib/ddb/differ.h"
#include "lib/row/row.h"

/* A column of --fields, or of a table. */
struct row_column {
    struct bf_str name; /* decoded */
    struct bf_str json; /* "name": as in a JSON row */
    bool path;          /* contains a dot */
    bool old;           /* begins with "old." */
    size_t hint;        /* its index in the last image */
    bool looked, seen;  /* was it searched for, and was it ever found */
};

struct row_meta {
    enum bf_row_meta what;
    struct bf_str name; /* _op */
    struct bf_str json; /* "_op": */
};

struct bf_row {
    struct bf_row_conf conf;
    struct row_meta meta[BF_META_N];
    struct row_column *columns;
    size_t ncolumns;
    bool fixed;            /* columns are known */
    bool header_due;       /* the header is still to be written */
    bool reserved[256];    /* first bytes of names that collide */
    unsigned told, untold; /* bits 1 << enum bf_row_meta: some record had a value; some record had
                            * none */
    struct bf_arena names, column_names;
    struct bf_buf cell;
    struct bf_differ differ;
    struct bf_buf changed; /* names, as in the record */
    int64_t minute;        /* the minute since 1970 that is in `stamp` */
    char stamp[17];        /* 2026-11-27T06:30: */
};

/* Do the rows contain DynamoDB's typed values? */
static inline bool bf_row_typed(const struct bf_row *r)
{
    return r->conf.format == BF_ROW_DDB_JSON || r->conf.format == BF_ROW_WRITES;
}

/* An image of attributes that are in no record; raw has only a length, an upper bound of the size
 * of a row. */
static inline struct bf_image bf_row_image_of(const struct bf_attr *attr, size_t n)
{
    size_t room = 64;
    for (size_t i = 0; i < n; i++)
        room += attr[i].name.n + attr[i].av.n + attr[i].val.n + 16;
    return (struct bf_image){.present = true, .raw = {"", room}, .attr = attr, .n = n};
}

/* Writes "2026-11-27T06:30:00.123Z" to o (at most 40 bytes) and returns the end; o itself if the
 * change has no time. */
char *bf_row_write_time(struct bf_row *r, char *o, const struct bf_change *c);

enum { ROW_META_BYTES = 96 };

/* Metadata as text: *text is a view (JSON-escaped if escaped is set), or p NULL for null. room is
 * scratch memory. */
void bf_row_meta_text(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                      char room[ROW_META_BYTES], struct bf_change_text *text);

/* The same in the form that rows use. */
void bf_row_meta_cell(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                      char room[ROW_META_BYTES], struct bf_change_text *text);

/* The value of a column in a record. */
bool bf_row_find(struct row_column *column, const struct bf_change *c, const struct bf_image *image,
                 struct bf_attr *scratch, const struct bf_attr **found);

bool bf_row_add_column(struct bf_row *r, struct bf_str name, struct bf_err *e);

/* Removes all columns. */
void bf_row_no_columns(struct bf_row *r);

/* Is the name a reserved one? If so, fills *e. */
bool bf_row_collides(struct bf_row *r, const struct bf_attr *a, struct bf_err *e);

/* row_item.c: a row in a format with types. */
bool bf_row_put_item(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                     struct bf_buf *out, struct bf_err *e);

/* row_diff.c: the change for people to read. */
bool bf_row_put_diff(struct bf_row *r, const struct bf_change *c, struct bf_buf *out,
                     struct bf_err *e);

/* row_diff.c: the names of the attributes that differ; p NULL if there is nothing to compare. */
void bf_row_changed(struct bf_row *r, const struct bf_change *c, struct bf_change_text *text);

bool bf_row_put_table(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                      struct bf_buf *out, struct bf_err *e);

#endif
