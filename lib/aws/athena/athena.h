/*
 * Athena: the requests of a query's life and what the answers say. Pure texts; who sends them keeps the policy.
 *
 * Source: Athena's API reference, StartQueryExecution, GetQueryExecution, GetQueryResults, StopQueryExecution. A page
 * has at most 1,000 rows, may be short or empty, and is followed by another as long as it has a NextToken. NULL is a
 * Datum without VarCharValue.
 */
#ifndef BF_AWS_ATHENA_ATHENA_H
#define BF_AWS_ATHENA_ATHENA_H

#include "lib/aws/client/client.h"
#include "lib/json/doc.h"

enum {
    BF_ATHENA_QUERY_BYTES = 262144, /* of a statement */
    BF_ATHENA_PAGE_ROWS = 1000,
    BF_ATHENA_ID = 129, /* bytes of an id and its NUL */
    BF_ATHENA_COLUMNS = 10000
};

BF_API extern const struct bf_aws_op bf_athena_start, bf_athena_get, bf_athena_results,
    bf_athena_stop;

struct bf_athena_query {
    struct bf_str text;
    struct bf_str catalog, database, workgroup, location; /* empty: the service's default */
    const char *token;          /* 32 to 128 characters: the same one starts the same query */
    const struct bf_str *param; /* SQL literals */
    size_t nparams;
    uint64_t reuse_minutes; /* 0: no reuse */
};

BF_API void bf_athena_put_start(struct bf_buf *out, const struct bf_athena_query *q);

/* {"QueryExecutionId":ID}: for all that ask about a query. */
BF_API void bf_athena_put_id(struct bf_buf *out, struct bf_str id);

/* token: empty for the first page. rows: at most so many, 1 to BF_ATHENA_PAGE_ROWS. */
BF_API void bf_athena_put_page(struct bf_buf *out, struct bf_str id, struct bf_str token,
                               unsigned rows);

BF_API BF_MUST bool bf_athena_start_answer(struct bf_str body, char id[BF_ATHENA_ID],
                                           struct bf_err *e);

enum bf_athena_state {
    BF_ATHENA_QUEUED,
    BF_ATHENA_RUNNING,
    BF_ATHENA_SUCCEEDED,
    BF_ATHENA_FAILED,
    BF_ATHENA_CANCELLED
};
BF_API const char *bf_athena_state_name(enum bf_athena_state s);

/* What GetQueryExecution says. Texts are the document's; what the answer lacks is empty or 0. */
struct bf_athena_status {
    json_t *doc;
    enum bf_athena_state state;
    struct bf_str id, query, reason, type, subtype; /* type: DDL, DML, UTILITY */
    struct bf_str catalog, database, workgroup;
    struct bf_str location,
        manifest;        /* s3:// of the result's object, and of the list of written ones */
    struct bf_str error; /* AthenaError's own words */
    uint64_t category;   /* 1 system, 2 user, 3 other */
    bool retryable, reused;
    uint64_t scanned; /* bytes */
    uint64_t total_ms, queue_ms, engine_ms;
};

/* A zeroed struct holds nothing yet. */
BF_API void bf_athena_status_free(struct bf_athena_status *s);
BF_API BF_MUST bool bf_athena_status_answer(struct bf_athena_status *s, struct bf_str body,
                                            struct bf_err *e);

struct bf_athena_cell {
    struct bf_str text;
    bool null;
};

struct bf_athena_column {
    struct bf_str name, type; /* the label; "varchar", "decimal" */
};

/* A page of results. Everything holds until the next page is read into it. */
struct bf_athena_page {
    struct bf_buf room;
    struct bf_athena_column *column;
    size_t ncolumns, column_cap;
    struct bf_athena_cell *cell; /* of the row that `each` is given */
    size_t ncells, cell_cap;
    struct bf_str token; /* of the next page; empty: there is none */
    bool has_update;
    uint64_t update_count;
    struct bf_str rows; /* JSON; private */
};

BF_API void bf_athena_page_init(struct bf_athena_page *p);
BF_API void bf_athena_page_free(struct bf_athena_page *p);

/* Reads the columns and the token; body stays the caller's, and has to live as long as the rows are read. */
BF_API BF_MUST bool bf_athena_page_answer(struct bf_athena_page *p, struct bf_str body,
                                          struct bf_err *e);

/* Calls each for the rows in their order, with p->cell; it may end the reading with false and its own *e. */
BF_API BF_MUST bool bf_athena_page_rows(struct bf_athena_page *p,
                                        bool (*each)(void *arg, const struct bf_athena_cell *cell,
                                                     size_t n, struct bf_err *e),
                                        void *arg, struct bf_err *e);

#endif
