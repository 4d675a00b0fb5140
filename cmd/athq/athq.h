/* athq: SQL to Athena, rows back. The options, and what the files share. */
#ifndef ATHQ_ATHQ_H
#define ATHQ_ATHQ_H

#include "lib/aws/athena/athena.h"
#include "lib/cli/opt.h"
#include "lib/io/out.h"

enum form { FORM_AUTO, FORM_TABLE, FORM_CSV, FORM_TSV, FORM_NDJSON };

enum unload { UNLOAD_PARQUET, UNLOAD_ORC, UNLOAD_AVRO, UNLOAD_JSON, UNLOAD_TEXTFILE };

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    const char *sql, *file;
    const char *catalog, *database, *workgroup, *location;
    const char *unload; /* a folder: rows go there */
    enum unload unload_format;
    enum form form; /* AUTO: by what standard output is */
    const char *status, *cancel, *results;
    struct bf_opt_list param, literal;
    bool no_header, no_wait, pages;
    uint64_t max_scan, reuse_ms, price; /* price: millionths of a dollar a terabyte */
};

/* Rows on their way to standard output. */
struct sink;
struct sink *sink_new(struct bf_out *out, enum form form, bool header, struct bf_err *e);
void sink_destroy(struct sink *s);

/* The columns of the next result; kept. */
bool sink_begin(struct sink *s, const struct bf_athena_column *column, size_t n, struct bf_err *e);
bool sink_row(struct sink *s, const struct bf_athena_cell *cell, size_t n, struct bf_err *e);
bool sink_end(struct sink *s, struct bf_err *e);
uint64_t sink_rows(const struct sink *s);

/* The way of one process to the service. */
struct session {
    const struct config *cfg;
    struct bf_aws *aws;
    struct bf_out out;
    struct sink *sink;
    struct bf_buf body, answer; /* of a call */
    struct bf_athena_status status;
    char id[BF_ATHENA_ID]; /* of the query at hand */
};

/* A call that no signal cuts short; its answer in s->answer. */
bool session_call(struct session *s, const struct bf_aws_op *op, struct bf_err *e);

/* One statement, from its start to its last row; param are its literals. */
bool query_run(struct session *s, struct bf_str text, const struct bf_str *param, size_t nparams,
               struct bf_err *e);

/* Fills s->status with the query of s->id. */
bool query_ask(struct session *s, struct bf_err *e);

/* Waits until the query of s->id has an end; false when that is no success. */
bool query_wait(struct session *s, struct bf_err *e);

/* Stops it on the service. */
bool query_stop(struct session *s, struct bf_err *e);

/* What it scanned, how long it took, what that costs: on standard error. */
void query_tell(const struct session *s);

/* The rows of a query that has succeeded. */
bool results_print(struct session *s, struct bf_err *e);

/* Reads the object at s3://... in ranges, several at a time, and hands its bytes to take in their order. */
bool object_read(struct bf_aws *aws, struct bf_str url,
                 bool (*take)(void *arg, struct bf_str piece, struct bf_err *e), void *arg,
                 struct bf_err *e);

/* One JSON object about the query of s->status. */
void status_print(struct session *s);

/* Statements out of a text that comes in pieces. */
struct split {
    struct bf_buf text; /* of the statement that has begun */
    char state;   /* 0: between tokens; else the quote, '-' in a line's comment, '*' in a block's */
    char last;    /* the character before, where it may begin or end a comment */
    size_t marks; /* question marks so far */
    bool begun;   /* something else than space and comments has come */
};

void split_init(struct split *s);
void split_free(struct split *s);

/* Takes from the front of *piece up to the end of a statement: true when one has ended, in split_text. */
bool split_take(struct split *s, struct bf_str *piece);

/* The end of the text: true when a statement is left over; it needs no semicolon. */
bool split_end(const struct split *s);

/* The statement, without the space and the semicolon around it, and its question marks. */
struct bf_str split_text(const struct split *s, size_t *marks);
void split_next(struct split *s);

#endif
