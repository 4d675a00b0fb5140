/*
 * The start of a run with --state: what an earlier run has left is taken up.
 * Sealed objects go on their way again. Open batches grow on where the state
 * says; those that other options opened (shape.h) are marked to be closed at the
 * first commit, as they were opened. Files that the state does not name are removed.
 */
#ifndef S3PUT_RUN_RESUME_H
#define S3PUT_RUN_RESUME_H

#include "cmd/s3put/run_durable.h"

/* The state is loaded and locked. BF_E_USAGE when what is left belongs to another bucket. */
BF_MUST bool resume(struct durable *d, struct bf_err *e);

#endif
