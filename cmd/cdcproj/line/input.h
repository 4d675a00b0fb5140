/*
 * Parses a line into a change of an item. Without --key, lines are change lines as kinread writes them. With --key, any
 * JSON object is the new state of the row with that key, or removes it if its _op is REMOVE. A line of a table's full
 * export, {"Item":{...}}, fills a row that no change has touched; kinread --snapshot adds the table and the names of the
 * keys: {"Item":{...},"keys":["id"],"tableName":"sales"}. A line of an incremental export is a change, ordered by its
 * Metadata.WriteTimestampMicros.
 */
#ifndef CDCPROJ_INPUT_H
#define CDCPROJ_INPUT_H

#include "cmd/cdcproj/line/config.h"
#include "lib/ddb/order.h"

enum { KEYS_MAX = 2, ROW_ORDER_MAX = 512 };

/* The kind of order of changes; a table has one kind. */
enum ordered { ORDERED_NOT, ORDERED_TIME, ORDERED_KINESIS, ORDERED_STREAM, ORDERED_GIVEN };

struct line {
    struct bf_change change; /* owns the memory of the views below */
    enum bf_op op;
    struct bf_str table; /* empty: the line names none */
    const struct bf_attr *key[KEYS_MAX];
    struct bf_str key_name[KEYS_MAX]; /* of rows and items */
    size_t nkeys;
    const struct bf_image *image; /* the item; NULL: removed */
    struct bf_str order;          /* empty: not known */
    enum ordered ordered;
    bool fill;           /* an item of an export: older than any change */
    int64_t time_ms;     /* of the change; 0: not known */
    struct bf_buf typed; /* a row as an item */
    struct bf_buf name;
    char order_room[ROW_ORDER_MAX];
};

void line_init(struct line *l);
void line_free(struct line *l);

/* BF_E_INPUT or BF_E_LIMIT if the line is invalid. slack: as for bf_change_parse. */
BF_MUST bool line_read(struct line *l, const struct config *c, struct bf_str text, size_t slack,
                       struct bf_err *e);

#endif
