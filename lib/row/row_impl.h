/*
 * The inside of struct bf_row, shared by row.c (what a row is made of, JSON) and
 * row_table.c (CSV and TSV). Inside its room only.
 */
#ifndef BF_ROW_ROW_IMPL_H
#define BF_ROW_ROW_IMPL_H

#include "lib/base/arena.h"
#include "lib/ddb/differ.h"
#include "lib/row/row.h"

/* A column of --fields, or of a table. */
struct row_column {
    struct bf_str name; /* decoded */
    struct bf_str json; /* "name": as it goes into a JSON row */
    bool path;          /* holds a dot */
    bool old;           /* begins with "old." */
    size_t hint;        /* where in the image it stood last */
    bool looked, seen;  /* was it looked for, and ever found */
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
    bool header_due;       /* and still to be written */
    bool reserved[256];    /* first bytes of names that collide */
    unsigned told, untold; /* bits 1 << enum bf_row_meta: some record had it; some had not */
    struct bf_arena names, column_names;
    struct bf_buf cell;
    struct bf_differ differ;
    struct bf_buf changed; /* names, as they stand in the record */
    int64_t minute;        /* the one that `stamp` spells, since 1970 */
    char stamp[17];        /* 2026-11-27T06:30: */
};

/* Do its rows hold DynamoDB's values, with their types? */
static inline bool bf_row_typed(const struct bf_row *r)
{
    return r->conf.format == BF_ROW_DDB_JSON || r->conf.format == BF_ROW_WRITES;
}

/* An image of attributes that stand in no record; raw has the length alone, an upper bound of what a row
 * needs. */
static inline struct bf_image bf_row_image_of(const struct bf_attr *attr, size_t n)
{
    size_t room = 64;
    for (size_t i = 0; i < n; i++)
        room += attr[i].name.n + attr[i].av.n + attr[i].val.n + 16;
    return (struct bf_image){.present = true, .raw = {"", room}, .attr = attr, .n = n};
}

/* "2026-11-27T06:30:00.123Z" at o (at most 40 bytes), returns the end; o itself when there is no time. */
char *bf_row_write_time(struct bf_row *r, char *o, const struct bf_change *c);

enum { ROW_META_BYTES = 96 };

/* Metadata as text: *text is a view (JSON-escaped when *escaped), or p NULL for null. room is scratch. */
void bf_row_meta_text(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                      char room[ROW_META_BYTES], struct bf_change_text *text);

/* The same in the form that rows want. */
void bf_row_meta_cell(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                      char room[ROW_META_BYTES], struct bf_change_text *text);

/* The value of a column in a record. */
bool bf_row_find(struct row_column *column, const struct bf_change *c, const struct bf_image *image,
                 struct bf_attr *scratch, const struct bf_attr **found);

bool bf_row_add_column(struct bf_row *r, struct bf_str name, struct bf_err *e);

/* Takes them all out again. */
void bf_row_no_columns(struct bf_row *r);

/* Is the name one of the reserved ones? Fills *e. */
bool bf_row_collides(struct bf_row *r, const struct bf_attr *a, struct bf_err *e);

/* row_item.c: a row of a format with types. */
bool bf_row_put_item(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                     struct bf_buf *out, struct bf_err *e);

/* row_diff.c: the change for a person to read. */
bool bf_row_put_diff(struct bf_row *r, const struct bf_change *c, struct bf_buf *out,
                     struct bf_err *e);

/* row_diff.c: which attributes differ; *text has p NULL where there is nothing to compare. */
void bf_row_changed(struct bf_row *r, const struct bf_change *c, struct bf_change_text *text);

bool bf_row_put_table(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                      struct bf_buf *out, struct bf_err *e);

#endif
