/*
 * A page of Query or Scan: which rows it takes, and its answer. Rows come in
 * order, one at a time; the page is full after Limit rows or with the row that
 * brings it to 1 MB, as DynamoDB counts, before any filter. What stands in
 * `scratch` lives for one row.
 */
#ifndef BL_DDB_PAGE_H
#define BL_DDB_PAGE_H

#include "cmd/bflocal/ddb.h"

struct bl_page {
    struct bl_expr expr;
    const struct bl_cond *filter;           /* NULL: none */
    const struct bl_projection *projection; /* NULL: whole items */
    struct bl_value *start;                 /* ExclusiveStartKey, NULL: from the beginning */
    bool count_only, consistent;
    int64_t limit; /* INT64_MAX: none */
    int64_t scanned, count;
    size_t bytes;
    bool single; /* there can be but one row: it is never a full page */
    bool full;
    struct bf_arena scratch;
    struct bf_buf last_key; /* where a full page ends */
};

/* Reads what Query and Scan share; also begins the expressions of the request, which the caller ends with
 * bl_page_check. False: the answer is set. Give it to bl_page_free in any case. */
bool bl_page_read(struct bl_call *c, const struct bl_params *p, struct bl_page *page) BF_MUST;
void bl_page_free(struct bl_page *page);

/* After the last expression: are all placeholders used? False: the answer is set. */
bool bl_page_check(struct bl_call *c, const struct bl_page *page, bool any) BF_MUST;

/* The encoded ExclusiveStartKey; false: the answer is set. */
bool bl_page_start(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                   struct bl_key *key) BF_MUST;

/* The answer's beginning, one row of it (false: out of memory), its end. */
void bl_page_begin(struct bl_call *c, const struct bl_page *page);
bool bl_page_add(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                 struct bf_str json) BF_MUST;
void bl_page_end(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                 const struct bl_page *page);

#endif
