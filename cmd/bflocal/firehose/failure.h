/* Records that do not arrive: one JSON line each, as the service writes them below the error prefix. */
#ifndef BL_FIREHOSE_FAILURE_H
#define BL_FIREHOSE_FAILURE_H

#include "cmd/bflocal/firehose/firehose.h"

enum bl_fh_failed { BL_FH_PROCESSING, BL_FH_EXTRACTION, BL_FH_CONVERSION, BL_FH_FAILED_TYPES };

/* "processing-failed" and its like, for !{firehose:error-output-type}. */
const char *bl_fh_failed_name(enum bl_fh_failed type);

struct bl_fh_failure {
    enum bl_fh_failed type;
    const char *code, *message;
    int64_t attempts;
    struct bf_str function; /* BL_FH_PROCESSING: its ARN */
    struct bf_str table;    /* BL_FH_CONVERSION: JSON of dataCatalogTable */
};

/* Appends the line. */
void bl_fh_failure_put(struct bf_buf *out, const struct bl_fh_record *r,
                       const struct bl_fh_failure *why, int64_t now_ms);

#endif
