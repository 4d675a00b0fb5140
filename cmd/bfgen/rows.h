/*
 * --csv: rows of a CSV file instead of generated orders. Each valid row is one
 * insert with unchanged values; updates set the attribute `status` of an earlier
 * row to PAID, SHIPPED or CANCELLED, and deletes remove a row. For that, at most
 * ROWS_LIVE rows of up to ROW_KEEP bytes are kept; longer rows are only inserted.
 *
 * Each column has numbers or strings (lib/row/columns.h). Numbers keep their
 * digits. Empty values are left out.
 */
#ifndef BFGEN_ROWS_H
#define BFGEN_ROWS_H

#include "cmd/bfgen/gen.h"
#include "lib/row/columns.h"

enum { ROWS_LIVE = 2048, ROW_KEEP = 2048, ROW_COLUMNS = 1024, ROW_MAX = 1024 * 1024 };

struct row {
    uint8_t status;
    size_t bytes; /* of its text */
};

struct kept {
    uint8_t status;
    uint16_t n;
    char text[ROW_KEEP];
};

struct rows {
    struct bf_reader reader;
    struct bf_csv csv;
    struct bf_columns cols;
    struct bf_buf header; /* as it was read */
    struct bf_buf text;   /* of the current kept row */
    struct bf_rejects rejects;
    struct bf_rng rng;
    const char *path;
    size_t columns, key, status;     /* status: its column, or `columns` if there is none */
    bool status_in_csv;              /* CSV output has a last column for it */
    struct bf_buf names;             /* escaped for JSON, concatenated */
    struct bf_str name[ROW_COLUMNS]; /* views into names */
    size_t name_size[ROW_COLUMNS];   /* bytes before escaping */
    struct bf_buf escaped;
    struct row before, after; /* of the change last made; their fields are csv's */
    size_t live;
    struct kept kept[ROWS_LIVE];
};

/* rows is large: the caller gives it static storage. Reads the header line. */
BF_MUST bool rows_open(struct rows *r, const struct config *cfg, struct bf_out *out,
                       struct bf_err *e);
BF_MUST bool rows_close(struct rows *r, struct bf_err *e);

struct source rows_source(struct rows *r);

#endif
