/* A line that is being split into columns; shared by hive_row.c and hive_json.c. */
#ifndef BL_HIVE_ROW_H
#define BL_HIVE_ROW_H

#include "cmd/bflocal/hive/hive.h"

enum { HIVE_COLUMNS = 1600 };

struct hive_column {
    char
        kind; /* of its type: s text, i integer, d decimal, f floating, b boolean, t timestamp, D date, n nested */
    struct bf_str key;  /* in JSON; in lower case if case does not count */
    struct bf_str type; /* Hive's, for a nested type */
};

/* A parsed specification: three lines (format, flags, separators in hex), then a line for each
 * column: kind, key, type. */
struct hive_spec {
    enum bl_hive_format format;
    bool fold, dots, malformed, openx, iso;
    char separator, quote, escape;
    bool has_escape;
    struct bf_str null; /* LazySimpleSerDe's NULL */
    struct hive_column column[HIVE_COLUMNS];
    size_t n;
};

/* The cells of one row. */
struct hive_row {
    struct bf_buf text;
    struct {
        size_t at, n;
        bool null, set;
    } cell[HIVE_COLUMNS];
    char error[400];
};

/* Makes the text from offset `from` on the cell of column i. */
void hive_set_cell(struct hive_row *r, size_t i, size_t from);

/* Is the text valid for a value of this kind? */
bool hive_fits(const struct hive_spec *s, char kind, struct bf_str text);

/* Sets the error that it is not; returns false. */
bool hive_bad(struct hive_row *r, const struct hive_spec *s, size_t i, struct bf_str text);

/* Reads a line of JSON. False: r->error has the reason. */
bool hive_json_row(const struct hive_spec *s, struct hive_row *r, struct bf_str line);

#endif
