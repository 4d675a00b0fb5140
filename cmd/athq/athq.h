/* athq: runs SQL on Athena and prints the rows. The options and the functions that its files share. */
#ifndef ATHQ_ATHQ_H
#define ATHQ_ATHQ_H

#include "lib/aws/athena/athena.h"
#include "lib/cli/opt.h"
#include "lib/io/out.h"

enum form { FORM_AUTO, FORM_TABLE, FORM_CSV, FORM_TSV, FORM_NDJSON };

enum unload { UNLOAD_AUTO, UNLOAD_PARQUET, UNLOAD_ORC, UNLOAD_AVRO, UNLOAD_JSON, UNLOAD_TEXTFILE };

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    const char *sql, *file;
    const char *catalog, *database, *workgroup, *location;
    const char *unload;        /* location for the rows */
    enum unload unload_format; /* AUTO: JSON if the rows are read, else Parquet */
    enum form form;            /* AUTO: depends on standard output */
    const char *status, *cancel, *results;
    struct bf_opt_list param, literal;
    bool no_header, no_wait, pages, rows;
    uint64_t max_scan, reuse_ms, price; /* price: millionths of a dollar a terabyte */
};

/* Rows on their way to standard output. */
struct sink;
struct sink *sink_new(struct bf_out *out, enum form form, bool header, struct bf_err *e);
void sink_destroy(struct sink *s);

/* Sets the columns of the next result. They are copied. */
bool sink_begin(struct sink *s, const struct bf_athena_column *column, size_t n, struct bf_err *e);
bool sink_row(struct sink *s, const struct bf_athena_cell *cell, size_t n, struct bf_err *e);
bool sink_end(struct sink *s, struct bf_err *e);

/* A row that is a JSON object already, for NDJSON only; needs no sink_begin. */
bool sink_line(struct sink *s, struct bf_str object, struct bf_err *e);
uint64_t sink_rows(const struct sink *s);

/* The connection to the service. */
struct session {
    const struct config *cfg;
    struct bf_aws *aws;
    struct bf_out out;
    struct sink *sink;
    struct bf_buf body, answer; /* of one call */
    struct bf_athena_status status;
    char id[BF_ATHENA_ID]; /* of the current query */
};

/* Makes a call that a signal does not interrupt. Its answer is in s->answer. */
bool session_call(struct session *s, const struct bf_aws_op *op, struct bf_err *e);

/* Runs one statement and prints its rows; param has its literals. */
bool query_run(struct session *s, struct bf_str text, const struct bf_str *param, size_t nparams,
               struct bf_err *e);

/* Fills s->status with the query of s->id. */
bool query_ask(struct session *s, struct bf_err *e);

/* Waits for the end of the query s->id; false unless it succeeded. */
bool query_wait(struct session *s, struct bf_err *e);

/* Cancels the query on the service. */
bool query_stop(struct session *s, struct bf_err *e);

/* Reports on standard error the data scanned, the time and the cost. */
void query_tell(const struct session *s);

/* Prints the rows of a query that has succeeded. */
bool results_print(struct session *s, struct bf_err *e);

/* Prints the objects that the UNLOAD of s->status wrote or, with --rows, their rows. */
bool unload_print(struct session *s, struct bf_err *e);

/* The rows of unloaded JSON, in pieces of any size, on their way to the sink. */
struct unloaded;
struct unloaded *unloaded_new(struct sink *sink, enum form form, struct bf_err *e);
void unloaded_destroy(struct unloaded *u);
bool unloaded_take(struct unloaded *u, struct bf_str piece, struct bf_err *e);

/* The end of an object: its last row may lack a newline. */
bool unloaded_end_object(struct unloaded *u, struct bf_err *e);

/* The end of all objects. */
bool unloaded_end(struct unloaded *u, struct bf_err *e);

/* An object in S3, read in ranges, several at a time. url must stay valid. */
struct object;
struct object *object_open(struct bf_aws *aws, struct bf_str url, struct bf_err *e);
void object_close(struct object *o);

/* The next bytes in order, valid until the next call; piece->p is NULL at the end. */
bool object_next(struct object *o, struct bf_str *piece, struct bf_err *e);

/* Reads the object at s3://... in ranges, several at a time, and passes its bytes to take in order. */
bool object_read(struct bf_aws *aws, struct bf_str url,
                 bool (*take)(void *arg, struct bf_str piece, struct bf_err *e), void *arg,
                 struct bf_err *e);

/* Prints s->status as one JSON object. */
void status_print(struct session *s);

/* Splits a text, which arrives in pieces, into statements. */
struct split {
    struct bf_buf text; /* of the current statement */
    char
        state; /* 0: between tokens; else the quote, '-' in a line comment, '*' in a block comment */
    char last;    /* the previous character, if it may begin or end a comment */
    size_t marks; /* question marks so far */
    bool begun;   /* the statement has more than space and comments */
};

void split_init(struct split *s);
void split_free(struct split *s);

/* Consumes *piece up to the end of a statement. True if a statement is complete: see split_text. */
bool split_take(struct split *s, struct bf_str *piece);

/* To be called at the end of the text. True if a statement without semicolon is left. */
bool split_end(const struct split *s);

/* The statement without surrounding space and semicolon, and its number of question marks. */
struct bf_str split_text(const struct split *s, size_t *marks);
void split_next(struct split *s);

#endif
