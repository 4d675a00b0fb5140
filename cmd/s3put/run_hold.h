/*
 * Lines that wait until the columns of Parquet are known (columns.h): rows and the marks between them. They are processed
 * in order when there are enough of them, when the first has waited for --interval, or at the end of input.
 */
#ifndef S3PUT_RUN_HOLD_H
#define S3PUT_RUN_HOLD_H

#include "cmd/s3put/run.h"

/* Holds a line while the columns are unknown. */
BF_MUST bool run_hold(struct run *r, struct bf_str line, struct bf_err *e);

/* Processes all waiting lines. */
BF_MUST bool run_release(struct run *r, struct bf_err *e);

#endif
