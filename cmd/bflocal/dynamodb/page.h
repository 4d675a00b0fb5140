/*
 * A page of Query or Scan: which rows it takes, and its answer. Rows come in
 * order, one at a time; the page is full after Limit rows or with the row that
 * brings it to 1 MB, as DynamoDB counts, before any filter. What stands in
 * `scratch` lives for one row.
 */
#ifndef BL_DDB_PAGE_H
#define BL_DDB_PAGE_H

#include "cmd/bflocal/dynamodb/index.h"

struct bl_page {
    struct bl_expr expr;
    const struct bl_cond *filter;           /* NULL: none */
    const struct bl_projection *projection; /* NULL: whole items */
    struct bl_value *start;                 /* ExclusiveStartKey, NULL: from the beginning */
    bool count_only, consistent;
    bool all;                     /* Select: ALL_ATTRIBUTES */
    struct bf_str index_name;     /* p == NULL: none */
    const struct bl_index *index; /* bl_page_index; NULL: the table itself */
    bool whole;                   /* an index is read with what it does not project */
    int64_t limit;                /* INT64_MAX: none */
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

/* Finds the index that the request names in the table, and what of it is not allowed there; false: the answer is
 * set. */
bool bl_page_index(struct bl_call *c, const struct bl_table *t, struct bl_page *page) BF_MUST;

/* The encoded ExclusiveStartKey, of an index with the keys of the item in the table; false: the answer is set. */
bool bl_page_start(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                   struct bl_key *key, struct bl_key *base) BF_MUST;

/* The answer's beginning, one row of it (false: out of memory), its end. */
void bl_page_begin(struct bl_call *c, const struct bl_page *page);
bool bl_page_add(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                 struct bf_str json) BF_MUST;
void bl_page_end(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                 const struct bl_page *page);

#endif
