/* Records out of records: aggregates of the Kinesis Producer Library, and the processor RecordDeAggregation. */
#ifndef BL_FIREHOSE_SPLIT_H
#define BL_FIREHOSE_SPLIT_H

#include "cmd/bflocal/firehose/firehose.h"
#include "lib/envelope/kpl.h"

enum bl_fh_split { BL_FH_SPLIT_NONE, BL_FH_SPLIT_JSON, BL_FH_SPLIT_DELIMITED };

enum {
    BL_FH_SPLIT_MAX = 500
}; /* parts of a record; one with more stays whole, as on the service */

/* Appends the parts of the records of `in` to `out`; they are views into them. kpl: room to work in. */
bool bl_fh_split(enum bl_fh_split how, struct bf_str delimiter, struct bf_kpl *kpl,
                 const struct bl_fh_batch *in, struct bl_fh_batch *out, struct bf_err *e) BF_MUST;

/* Takes one JSON object, and white space after it, from the front of *rest; false: there is none. */
bool bl_fh_take_object(struct bf_str *rest, struct bf_str *object);

#endif
