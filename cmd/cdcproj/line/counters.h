#ifndef CDCPROJ_COUNTERS_H
#define CDCPROJ_COUNTERS_H

#include "lib/base/base.h"

/* The numbers that a commit adds to the row of _bfpipe. */
struct counters {
    uint64_t changes;          /* lines that are changes of a table that is mirrored */
    uint64_t upserts, deletes; /* of them, those that made a row or took one away */
    uint64_t older;            /* and those that were older than what is there */
    uint64_t rejects;
    int64_t last_change_ms; /* the newest time of a change; 0: none has come */
};

#endif
