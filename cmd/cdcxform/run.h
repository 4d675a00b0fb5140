/*
 * cdcxform: the configuration that main.c parses and the run over the input.
 */
#ifndef CDCXFORM_RUN_H
#define CDCXFORM_RUN_H

#include "lib/cli/opt_file.h"
#include "lib/cli/progress.h"
#include "lib/io/reader.h"
#include "lib/cli/rejects.h"
#include "lib/row/table.h"
#include "lib/xform/firehose_event.h"

enum input { INPUT_AUTO, INPUT_LINES, INPUT_CAPTURE, INPUT_FIREHOSE, INPUT_ROWS, INPUT_LOG };
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct config {
    struct bf_common common;
    struct bf_xform_conf xform;
    struct bf_opt_files files;
    enum input input;
    bool firehose; /* -o firehose: answers instead of rows */
    bool table;    /* -o table */
    enum colour colour;
    const char *partition_keys;
    uint64_t max_answer;
    const char *rejects;
    uint64_t max_line;
    uint64_t jobs;
    bool strict;
    bool check; /* set up, then end */
};

/* One run, on the stack of main. */
struct run {
    const struct config *config;
    struct bf_xform *xform;
    struct bf_firehose *firehose; /* NULL: rows */
    struct bf_reader reader;
    struct bf_out out;
    struct bf_buf rows;     /* on their way to out */
    struct bf_table *table; /* NULL: rows go out as they are */
    struct bf_buf laid_out; /* in the table */
    struct bf_rejects rejects;
    struct bf_progress progress;
    struct bf_xform_count others; /* counted on other threads */
    bool columns_come;            /* with the first row */
    bool order_told;              /* that there is none */
    uint64_t lines, bytes;        /* of input */
    uint64_t number;              /* line number for bad records of captures */
    struct bf_err failed;         /* a record that ends the run */
};

enum { FLUSH_AT = 128 * 1024 };

/* Transforms the files (none: standard input). True when the run came to its end; rejected lines are
 * counted in *rejected. */
bool run_files(const struct config *config, const char **files, size_t nfiles, uint64_t *rejected,
               struct bf_err *e);

/* Hands the rows to the kernel. */
bool run_flush(struct run *r, struct bf_err *e);

/* Transforms one line into r->rows; false when the run has to end. */
bool run_line(struct run *r, struct bf_str line, size_t slack, uint64_t number, struct bf_err *e);

/* A line that is longer than the maximum: refused whole, unless it is documents one behind the other, }{, which are taken as
 * far as they are there. */
bool run_long(struct run *r, struct bf_str line, struct bf_err *e);

/* A line or document that was refused: what is wrong with it ends the run, or it is reported and kept. */
bool run_refuse(struct run *r, struct bf_str text, uint64_t number, const struct bf_err *why,
                struct bf_err *e);

/* Sets up r->firehose where it was asked for (firehose.c). */
bool run_firehose_new(struct run *r, const struct bf_xform_conf *conf, struct bf_err *e);

/* The answer to a transform event into r->rows; false as bf_xform_line, or when the run has to end. */
bool run_event(struct run *r, struct bf_str event, struct bf_err *e);

/* The rest of the input as JSON documents that may span lines (document.c); first is the line that
 * told so, or has p NULL. */
bool run_documents(struct run *r, struct bf_str first, struct bf_err *e);

/* The lines of the input, from the one given on, on config->jobs threads (jobs.c). */
bool run_jobs(struct run *r, struct bf_str first, enum bf_line kind, struct bf_err *e);

#endif
