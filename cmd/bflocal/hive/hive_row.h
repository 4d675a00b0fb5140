/* A row on its way from a line to the texts of its columns: what hive_row.c and hive_json.c share. */
#ifndef BL_HIVE_ROW_H
#define BL_HIVE_ROW_H

#include "cmd/bflocal/hive/hive.h"

enum { HIVE_COLUMNS = 1600 };

struct hive_column {
    char
        kind; /* of its type: s text, i integer, d decimal, f floating, b boolean, t timestamp, D date, n nested */
    struct bf_str key;  /* the JSON key, folded where case does not count */
    struct bf_str type; /* Hive's, of what is nested */
};

/* A specification, read: three lines (format, flags, separators in hex), then a line a column: kind, key, type. */
struct hive_spec {
    enum bl_hive_format format;
    bool fold, dots, malformed, openx, iso;
    char separator, quote, escape;
    bool has_escape;
    struct bf_str null; /* of LazySimple */
    struct hive_column column[HIVE_COLUMNS];
    size_t n;
};

/* The texts of one row. */
struct hive_row {
    struct bf_buf text;
    struct {
        size_t at, n;
        bool null, set;
    } cell[HIVE_COLUMNS];
    char error[400];
};

/* The text from `from` on is the cell of column i. */
void hive_set_cell(struct hive_row *r, size_t i, size_t from);

/* Can the text become a value of that kind? */
bool hive_fits(const struct hive_spec *s, char kind, struct bf_str text);

/* Says that it cannot. False. */
bool hive_bad(struct hive_row *r, const struct hive_spec *s, size_t i, struct bf_str text);

/* A line of JSON. False: r->error says why. */
bool hive_json_row(const struct hive_spec *s, struct hive_row *r, struct bf_str line);

#endif
