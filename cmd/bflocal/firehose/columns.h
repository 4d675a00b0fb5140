/* DataFormatConversionConfiguration: JSON records become rows of Parquet, by the columns of a table of Glue. */
#ifndef BL_FIREHOSE_COLUMNS_H
#define BL_FIREHOSE_COLUMNS_H

#include <jansson.h>

#include "cmd/bflocal/http/local.h"
#include "lib/parquet/parquet.h"

struct bl_columns {
    bool on, dots;   /* dots: a dot in a member's name is an underscore in the column's */
    json_t *renamed; /* ColumnToJsonKeyMappings; NULL: none */
    const char *database, *table;
    int64_t version; /* of the table; -1: the latest */
    struct bf_schema schema;
    struct bf_parquet_conf conf;
    struct bf_buf catalog; /* JSON of dataCatalogTable in an error record */
};

/* Takes what the configuration says; texts are views into it. BF_E_INPUT: bflocal would not follow it. */
bool bl_columns_read(struct bl_columns *c, const json_t *conversion, struct bf_err *e) BF_MUST;

/* Reads the table; before each delivery, since a table can change. */
bool bl_columns_load(struct bl_columns *c, struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_columns_free(struct bl_columns *c);

/* The record with its members named as the columns are: itself, or a copy in `room`. BF_E_INPUT: it is no JSON object. */
bool bl_columns_row(const struct bl_columns *c, struct bf_str record, struct bf_buf *room,
                    struct bf_str *row, struct bf_err *e) BF_MUST;

#endif
