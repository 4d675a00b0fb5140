/*
 * cdcxform: the configuration that main.c parses, and the run over the input.
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
    bool check; /* set up the run, then end */
};

/* One run, on the stack of main. */
struct run {
    const struct config *config;
    struct bf_xform *xform;
    struct bf_firehose *firehose; /* NULL: rows */
    struct bf_reader reader;
    struct bf_out out;
    struct bf_buf rows;     /* not yet written to out */
    struct bf_table *table; /* NULL: rows are not aligned */
    struct bf_buf laid_out; /* rows of the table */
    struct bf_rejects rejects;
    struct bf_progress progress;
    struct bf_xform_count others; /* counted by other threads */
    bool columns_come;            /* the first row defines them */
    bool order_told;              /* the warning about _seq was printed */
    uint64_t lines, bytes;        /* of input */
    uint64_t number;              /* line number for bad records of captures */
    struct bf_err failed;         /* the error of a record that ends the run */
};

enum { FLUSH_AT = 128 * 1024 };

/* Transforms the files (none: standard input). True if the run was completed; rejected lines are
 * counted in *rejected. */
bool run_files(const struct config *config, const char **files, size_t nfiles, uint64_t *rejected,
               struct bf_err *e);

/* Writes the rows to standard output. */
bool run_flush(struct run *r, struct bf_err *e);

/* Transforms one line into r->rows; false when the run has to end. */
bool run_line(struct run *r, struct bf_str line, size_t slack, uint64_t number, struct bf_err *e);

/* A line that is longer than the maximum. It is rejected as a whole, unless it has several documents, }{, which are then
 * transformed as far as they were read. */
bool run_long(struct run *r, struct bf_str line, struct bf_err *e);

/* Rejects a line or document: its error ends the run, or it is reported and the line is kept. */
bool run_refuse(struct run *r, struct bf_str text, uint64_t number, const struct bf_err *why,
                struct bf_err *e);

/* Sets up r->firehose if it is configured (firehose_run.c). */
bool run_firehose_new(struct run *r, const struct bf_xform_conf *conf, struct bf_err *e);

/* Appends the answer to a transformation event to r->rows; false as in bf_xform_line, or if the run has to end. */
bool run_event(struct run *r, struct bf_str event, struct bf_err *e);

/* Reads the rest of the input as JSON documents that may have several lines (document.c). first is the line that showed
 * this, or has p NULL. */
bool run_documents(struct run *r, struct bf_str first, struct bf_err *e);

/* Transforms the lines of the input, beginning with the given one, in config->jobs threads (jobs.c). */
bool run_jobs(struct run *r, struct bf_str first, enum bf_line kind, struct bf_err *e);

#endif
