/*
 * Athena: declarations that its files share.
 *
 *     service         the table of operations          execution   runs a query, history
 *     operation       operations on queries            results     GetQueryResults
 *     workgroup       workgroups                       named       named queries, prepared statements
 *     catalog_view    databases and tables of Glue in the form of Athena's API
 *     statement       the kind of a statement          query       SELECT and related statements
 *     ddl_...         Hive's DDL                       output      result objects
 *     write_...       CTAS, INSERT INTO, UNLOAD        reuse       results of earlier queries
 *
 * An execution belongs to its own thread from start to end. Other threads see its row
 * in the store and, while it runs, the flag and the connection that a stop needs;
 * these are protected by bl_athena's mutex.
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
    json_t *doc;       /* the answer of GetQueryExecution */
    json_t *columns;   /* ColumnInfo of the result */
    struct bf_str sql; /* a view into doc */
    const char *database;
    struct bf_str bucket, prefix; /* of the output location */
    struct bf_str *parameters;
    size_t nparameters;
    struct bf_arena arena;
    int64_t started_ms;
    uint64_t scanned;
    int64_t cutoff;        /* the maximum of scanned bytes; 0: no limit */
    int64_t updated;       /* rows written; -1: not a statement that writes */
    const char *kind;      /* suffix of the result object: ".csv", ".txt" or "" */
    int told;              /* state changes that EventBridge knows */
    char state[16];        /* the last of them */
    bool cancelled;        /* protected by the mutex, like `con` */
    duckdb_connection con; /* while DuckDB runs a statement of this execution */
};

struct bl_athena {
    struct bl_local *local;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct bl_execution *live;
    size_t nlive, running;
    bool ending;
};

/* In operation.c, results.c, workgroup.c, named.c and catalog_view.c. */
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

/* Answers InvalidRequestException with Athena's error code ("INVALID_INPUT"). Returns false. */
bool bl_athena_fail(struct bl_call *c, const char *code, const char *fmt, ...) BF_PRINTF(3, 4);

/* In workgroup.c. The stored workgroup; NULL if there is none. The store is held. */
json_t *bl_workgroup_find(struct bl_store *s, const char *name);

/* In named.c. The text of a prepared statement ("SELECT ? ..."), in the arena. The store is
 * held. */
bool bl_prepared_find(struct bl_store *s, const char *workgroup, const char *name,
                      struct bf_arena *a, struct bf_str *sql);

/* In object.c. Documents by kind, group and name. The store is held. */
bool bl_object_open(struct bl_store *s, struct bf_err *e) BF_MUST;
json_t *bl_object_get(struct bl_store *s, const char *kind, const char *group, const char *name);
void bl_object_put(struct bl_store *s, const char *kind, const char *group, const char *name,
                   const json_t *doc);
bool bl_object_delete(struct bl_store *s, const char *kind, const char *group, const char *name);
/* Documents in the order of their names, after one name. */
json_t *bl_object_list(struct bl_store *s, const char *kind, const char *group, const char *after,
                       int64_t max);

/* In reuse.c. *done: x has the result of an earlier query and has ended. False: the answer is
 * set. */
bool bl_reuse(struct bl_call *c, const json_t *body, struct bl_execution *x, bool *done);

/* In execution.c. */
bool bl_execution_open(struct bl_athena *a, struct bf_err *e) BF_MUST;
void bl_execution_close(struct bl_athena *a);
/* Starts x, which is on the heap, and owns it from then on. False: it was not started, and the
 * caller still owns it. */
bool bl_execution_begin(struct bl_athena *a, struct bl_execution *x, struct bf_err *e) BF_MUST;
void bl_execution_free(struct bl_execution *x);
void bl_execution_cancel(struct bl_athena *a, const char *id);
/* A stored execution: its document, its columns and the suffix of its result (columns and kind
 * may be NULL). */
json_t *bl_execution_find(struct bl_store *s, const char *id, json_t **columns, char kind[8]);
void bl_execution_save(struct bl_store *s, const struct bl_execution *x, int64_t at_ms);
/* In event.c. Inside a transaction: publishes "Athena Query State Change" if the state is a new one. */
void bl_execution_tell(struct bl_local *l, struct bl_execution *x);
/* For the execution's thread: was it cancelled? */
bool bl_execution_stopped(struct bl_execution *x);
/* For the execution's thread: opens a connection to DuckDB that a stop can interrupt. */
bool bl_execution_connect(struct bl_execution *x, struct bf_err *e) BF_MUST;
void bl_execution_disconnect(struct bl_execution *x);

/* In statement.c. Runs the statement of x. */
bool bl_statement_run(struct bl_execution *x, struct bf_err *e) BF_MUST;
/* Is it a known statement and, if it is a query, syntactically correct? A wrong one is refused
 * at the start. */
bool bl_statement_check(struct bl_execution *x, struct bf_err *e) BF_MUST;
/* "DML", "DDL" or "UTILITY", and "SELECT", "CREATE_TABLE" and so on. */
void bl_statement_type(struct bf_str sql, const char **type, const char **sub);

/* In query.c. Translates a query for DuckDB, with its tables. x->con is connected. */
bool bl_query_translate(struct bl_execution *x, struct bl_scan *scan, struct bf_str sql,
                        struct bf_buf *out, struct bf_err *e) BF_MUST;
bool bl_query_run(struct bl_execution *x, struct bf_str sql, struct bf_err *e) BF_MUST;

/* In output.c. Writes the result object of x. */
struct bl_output {
    struct bl_execution *x;
    struct bl_s3_writer to;
    struct bf_buf text;
    bool open;
};
/* Sets the suffix of the result object: ".csv", ".txt" or "" (a manifest); the location depends
 * on it. */
void bl_output_kind(struct bl_execution *x, const char *kind);
bool bl_output_begin(struct bl_output *o, struct bl_execution *x, const char *kind,
                     struct bf_err *e) BF_MUST;
bool bl_output_flush(struct bl_output *o, bool all, struct bf_err *e) BF_MUST;
bool bl_output_end(struct bl_output *o, struct bf_err *e) BF_MUST;
void bl_output_free(struct bl_output *o);
/* Appends a quoted CSV value. */
void bl_output_quote(struct bf_buf *out, struct bf_str value);
/* Writes a result that is one text, for DDL. columns: "tab_name", or several names separated by
 * spaces. */
bool bl_output_text(struct bl_execution *x, struct bf_str text, const char *columns,
                    struct bf_err *e) BF_MUST;
json_t *bl_output_column(const char *name, const char *type, int precision, int scale);

#endif
