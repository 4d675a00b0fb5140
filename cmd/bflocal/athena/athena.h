/*
 * Athena inside.
 *
 *     service         the table of operations          execution   a query from start to end, history
 *     operation       the operations on queries        results     GetQueryResults
 *     workgroup       workgroups                       named       named queries, prepared statements
 *     catalog_view    databases and tables, as Athena's API shows Glue's
 *     statement       what kind of statement it is     query       SELECT and what goes with it
 *     ddl_...         DDL of Hive's kind               output      result objects
 *     trino_...       Trino's SQL in DuckDB's words    hive_...    types and SerDes
 *     scan, partition, projection   a table as files   reuse       results of earlier queries
 *
 * An execution belongs to a thread of its own from its start to its end; what
 * others may see of it is its row in the store and, while it runs, the flag and
 * the connection that a stop needs, under bl_athena's mutex.
 */
#ifndef BL_ATHENA_H
#define BL_ATHENA_H

#include "cmd/bflocal/table/scan.h"
#include "cmd/bflocal/duck/engine.h"
#include "cmd/bflocal/glue/catalog.h"
#include "cmd/bflocal/http/document.h"
#include "cmd/bflocal/s3/own.h"

enum { BL_ATHENA_RUNNING = 8, BL_ATHENA_LIVE = 200, BL_ATHENA_QUERY = 262144 };

struct bl_execution {
    struct bl_execution *next;
    struct bl_athena *athena;
    char id[37];
    json_t *doc;       /* what GetQueryExecution answers */
    json_t *columns;   /* ColumnInfo of the result */
    struct bf_str sql; /* of doc */
    const char *database;
    struct bf_str bucket, prefix; /* of the output location */
    struct bf_str *parameters;
    size_t nparameters;
    struct bf_arena arena;
    int64_t started_ms;
    uint64_t scanned;
    int64_t cutoff;        /* bytes that may be scanned, 0: any number */
    int64_t updated;       /* rows that were written, -1: no such statement */
    const char *kind;      /* of the result object: ".csv", ".txt", "" */
    bool cancelled;        /* under the mutex, as `con` */
    duckdb_connection con; /* while DuckDB runs for it */
};

struct bl_athena {
    struct bl_local *local;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct bl_execution *live;
    size_t nlive, running;
    bool ending;
};

/* operation.c, results.c, workgroup.c, named.c, catalog_view.c */
bool bl_athena_start(struct bl_call *c);
bool bl_athena_stop(struct bl_call *c);
bool bl_athena_get(struct bl_call *c);
bool bl_athena_batch_get(struct bl_call *c);
bool bl_athena_list(struct bl_call *c);
bool bl_athena_statistics(struct bl_call *c);
bool bl_athena_results(struct bl_call *c);
bool bl_athena_create_workgroup(struct bl_call *c);
bool bl_athena_get_workgroup(struct bl_call *c);
bool bl_athena_list_workgroups(struct bl_call *c);
bool bl_athena_update_workgroup(struct bl_call *c);
bool bl_athena_delete_workgroup(struct bl_call *c);
bool bl_athena_create_named(struct bl_call *c);
bool bl_athena_get_named(struct bl_call *c);
bool bl_athena_batch_get_named(struct bl_call *c);
bool bl_athena_list_named(struct bl_call *c);
bool bl_athena_update_named(struct bl_call *c);
bool bl_athena_delete_named(struct bl_call *c);
bool bl_athena_create_prepared(struct bl_call *c);
bool bl_athena_get_prepared(struct bl_call *c);
bool bl_athena_list_prepared(struct bl_call *c);
bool bl_athena_update_prepared(struct bl_call *c);
bool bl_athena_delete_prepared(struct bl_call *c);
bool bl_athena_get_catalog(struct bl_call *c);
bool bl_athena_list_catalogs(struct bl_call *c);
bool bl_athena_get_database(struct bl_call *c);
bool bl_athena_list_databases(struct bl_call *c);
bool bl_athena_get_table(struct bl_call *c);
bool bl_athena_list_tables(struct bl_call *c);

/* An error of Athena: InvalidRequestException with its code ("INVALID_INPUT"). Returns false. */
bool bl_athena_fail(struct bl_call *c, const char *code, const char *fmt, ...) BF_PRINTF(3, 4);

/* workgroup.c: the stored workgroup, NULL: there is none. The store is held. */
json_t *bl_workgroup_find(struct bl_store *s, const char *name);

/* named.c: "SELECT ? ..." of a prepared statement, in the arena. The store is held. */
bool bl_prepared_find(struct bl_store *s, const char *workgroup, const char *name,
                      struct bf_arena *a, struct bf_str *sql);

/* object.c: documents by kind, group and name. The store is held. */
bool bl_object_open(struct bl_store *s, struct bf_err *e) BF_MUST;
json_t *bl_object_get(struct bl_store *s, const char *kind, const char *group, const char *name);
void bl_object_put(struct bl_store *s, const char *kind, const char *group, const char *name,
                   const json_t *doc);
bool bl_object_delete(struct bl_store *s, const char *kind, const char *group, const char *name);
/* In the order of their names, after one of them. */
json_t *bl_object_list(struct bl_store *s, const char *kind, const char *group, const char *after,
                       int64_t max);

/* reuse.c: *done: x has the result of an earlier query, and is at its end. False: the answer is set. */
bool bl_reuse(struct bl_call *c, const json_t *body, struct bl_execution *x, bool *done);

/* execution.c */
bool bl_execution_open(struct bl_athena *a, struct bf_err *e) BF_MUST;
void bl_execution_close(struct bl_athena *a);
/* Takes over x, which is on the heap, and starts it; false: it could not be started, and x is the caller's still. */
bool bl_execution_begin(struct bl_athena *a, struct bl_execution *x, struct bf_err *e) BF_MUST;
void bl_execution_free(struct bl_execution *x);
void bl_execution_cancel(struct bl_athena *a, const char *id);
/* A stored execution: its document, its columns (either may be NULL), the kind of its result. */
json_t *bl_execution_find(struct bl_store *s, const char *id, json_t **columns, char kind[8]);
void bl_execution_save(struct bl_store *s, const struct bl_execution *x, int64_t at_ms);
/* Within it: has it been cancelled? */
bool bl_execution_stopped(struct bl_execution *x);
/* Within it: a connection to DuckDB, which a stop interrupts. */
bool bl_execution_connect(struct bl_execution *x, struct bf_err *e) BF_MUST;
void bl_execution_disconnect(struct bl_execution *x);

/* statement.c: runs what x says, to the end. */
bool bl_statement_run(struct bl_execution *x, struct bf_err *e) BF_MUST;
/* Is it a statement at all, and if a query, of the grammar? What is not is refused when it is to be started. */
bool bl_statement_check(struct bl_execution *x, struct bf_err *e) BF_MUST;
/* "DML", "DDL", "UTILITY", and "SELECT", "CREATE_TABLE" and so on. */
void bl_statement_type(struct bf_str sql, const char **type, const char **sub);

/* query.c: a query's text in DuckDB's words, its tables filled in. x->con is connected. */
bool bl_query_translate(struct bl_execution *x, struct bl_scan *scan, struct bf_str sql,
                        struct bf_buf *out, struct bf_err *e) BF_MUST;
bool bl_query_run(struct bl_execution *x, struct bf_str sql, struct bf_err *e) BF_MUST;

/* output.c: the result object of x, made as it is written. */
struct bl_output {
    struct bl_execution *x;
    struct bl_s3_writer to;
    struct bf_buf text;
    bool open;
};
/* What the result object is: ".csv", ".txt", "" (a manifest); its location is told by that. */
void bl_output_kind(struct bl_execution *x, const char *kind);
bool bl_output_begin(struct bl_output *o, struct bl_execution *x, const char *kind,
                     struct bf_err *e) BF_MUST;
bool bl_output_flush(struct bl_output *o, bool all, struct bf_err *e) BF_MUST;
bool bl_output_end(struct bl_output *o, struct bf_err *e) BF_MUST;
void bl_output_free(struct bl_output *o);
/* Appends a quoted value of CSV. */
void bl_output_quote(struct bf_buf *out, struct bf_str value);
/* A result of one text: DDL's. columns: "tab_name" or several with blanks between. */
bool bl_output_text(struct bl_execution *x, struct bf_str text, const char *columns,
                    struct bf_err *e) BF_MUST;
json_t *bl_output_column(const char *name, const char *type, int precision, int scale);

#endif
