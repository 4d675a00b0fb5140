/*
 * s3put --one: standard input, unchanged, into one object. Small input is one
 * PUT; longer input is a multipart upload whose parts grow, so that 10,000 of
 * them are enough for 5 TB; a part that would need much memory waits in an
 * unlinked file.
 */
#ifndef S3PUT_ONE_H
#define S3PUT_ONE_H

#include "cmd/s3put/config.h"

BF_MUST bool run_one(const struct config *c, struct bf_err *e);

#endif
