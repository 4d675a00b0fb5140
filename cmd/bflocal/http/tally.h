/*
 * Counts of requests and errors for each service, for the summary of -v. A request is
 * counted when its answer has been queued; an answer with a status of 400 or more is
 * an error. Control calls are not counted. Any thread may call bl_tally_add.
 */
#ifndef BL_TALLY_H
#define BL_TALLY_H

#include <stdatomic.h>

#include "cmd/bflocal/http/service.h"

enum { BL_TALLY_SERVICES = 32 };

struct bl_tally {
    int64_t start_ms; /* of the monotonic clock */
    /* In the order of the list of services; the last one is for requests of no service. */
    struct {
        atomic_ullong requests, errors;
    } of[BL_TALLY_SERVICES + 1];
};

/* Sets all counts to 0 and starts the uptime. */
void bl_tally_begin(struct bl_tally *t);

/* list: all services; service NULL: none. A service past BL_TALLY_SERVICES counts as none. */
void bl_tally_add(struct bl_tally *t, const struct bl_service *const *list,
                  const struct bl_service *service, int status);

/* Appends "12 requests (1 error) in 3.2 s: dynamodb 10 (1 error), s3 2". */
void bl_tally_print(const struct bl_tally *t, const struct bl_service *const *list,
                    struct bf_buf *out);

#endif
