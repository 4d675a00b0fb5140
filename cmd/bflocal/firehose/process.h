/* ProcessingConfiguration: what happens to a record before it is in an object. */
#ifndef BL_FIREHOSE_PROCESS_H
#define BL_FIREHOSE_PROCESS_H

#include <jansson.h>

#include "cmd/bflocal/firehose/jq.h"
#include "cmd/bflocal/firehose/split.h"

struct bl_process {
    struct bf_str function, function_arn; /* p NULL: none */
    uint64_t event_bytes;
    int64_t retries;
    enum bl_fh_split split;
    struct bf_buf split_by;
    bool append; /* a delimiter after each record */
    struct bf_buf append_text;
    bool extract;
    struct bl_jq query;
};

/* Texts are views into the configuration (NULL: none). BF_E_INPUT: bflocal would not follow it. */
bool bl_process_read(struct bl_process *p, const struct bl_local *l, const json_t *processing,
                     struct bf_err *e) BF_MUST;
void bl_process_free(struct bl_process *p);

#endif
