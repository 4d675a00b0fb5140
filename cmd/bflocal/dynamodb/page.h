/*
 * A page of Query or Scan: the rows that it includes, and its answer. Rows are added
 * in order, one at a time. The page is full after Limit rows, or with the row that
 * brings it to 1 MB as DynamoDB counts, before any filter. Memory from `scratch` is
 * valid for one row.
 */
#ifndef BL_DDB_PAGE_H
#define BL_DDB_PAGE_H

#include "cmd/bflocal/ddbtable/index.h"
#include "cmd/bflocal/dynamodb/dynamodb.h"

struct bl_page {
    struct bl_expr expr;
    const struct bl_cond *filter;           /* NULL: none */
    const struct bl_projection *projection; /* NULL: whole items */
    struct bl_value *start;                 /* ExclusiveStartKey, NULL: from the beginning */
    bool count_only, consistent;
    bool all;                     /* Select: ALL_ATTRIBUTES */
    struct bf_str index_name;     /* p == NULL: none */
    const struct bl_index *index; /* bl_page_index; NULL: the table itself */
    bool whole;    /* attributes outside the index's projection are read from the table */
    int64_t limit; /* INT64_MAX: none */
    int64_t scanned, count;
    size_t bytes;
    bool single; /* at most one row can match, so the page is never full */
    bool full;
    struct bf_arena scratch;
    struct bf_buf last_key; /* the key of a full page's last row */
};

/* Reads the parameters that Query and Scan share, and starts the expressions of the request; the
 * caller ends them with bl_page_check. False: the answer is set. Call bl_page_free in both cases.
 * */
bool bl_page_read(struct bl_call *c, const struct bl_params *p, struct bl_page *page) BF_MUST;
void bl_page_free(struct bl_page *page);

/* Call it after the last expression: are all placeholders used? False: the answer is set. */
bool bl_page_check(struct bl_call *c, const struct bl_page *page, bool any) BF_MUST;

/* Finds the request's index in the table, and checks what the request may not ask of it. False:
 * the answer is set. */
bool bl_page_index(struct bl_call *c, const struct bl_table *t, struct bl_page *page) BF_MUST;

/* Encodes ExclusiveStartKey; for an index, base gets the key of the item in the table. False:
 * the answer is set. */
bool bl_page_start(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                   struct bl_key *key, struct bl_key *base) BF_MUST;

/* Writes the beginning of the answer, one row (false: out of memory), and the end. */
void bl_page_begin(struct bl_call *c, const struct bl_page *page);
bool bl_page_add(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                 struct bf_str json) BF_MUST;
void bl_page_end(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                 const struct bl_page *page);

#endif
