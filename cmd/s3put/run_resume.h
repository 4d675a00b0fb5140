/*
 * The start of a run with --state, which continues the work of an earlier run.
 * Sealed objects are delivered. Open batches continue at their size in the
 * state; those with other options (shape.h) are closed at the first commit and
 * delivered as they were opened. Files that the state does not name are removed.
 */
#ifndef S3PUT_RUN_RESUME_H
#define S3PUT_RUN_RESUME_H

#include "cmd/s3put/run_durable.h"

/* The state must be loaded and locked. BF_E_USAGE if it has objects for another bucket. */
BF_MUST bool resume(struct durable *d, struct bf_err *e);

#endif
