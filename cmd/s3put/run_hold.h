/*
 * Lines that wait until the columns of Parquet are known (columns.h): rows, and the marks behind them, are taken in their
 * order once enough have come, the first of them has waited for --interval, or the input has ended.
 */
#ifndef S3PUT_RUN_HOLD_H
#define S3PUT_RUN_HOLD_H

#include "cmd/s3put/run.h"

/* A line while the columns are being found. */
BF_MUST bool run_hold(struct run *r, struct bf_str line, struct bf_err *e);

/* No line waits any longer. Nothing to do where none does. */
BF_MUST bool run_release(struct run *r, struct bf_err *e);

#endif
