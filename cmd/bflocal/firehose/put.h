/*
 * The way into a delivery stream for the rest of bflocal: the targets of EventBridge's rules. The record is in the store
 * when the call returns, as after PutRecord.
 */
#ifndef BL_FIREHOSE_PUT_H
#define BL_FIREHOSE_PUT_H

#include "cmd/bflocal/http/local.h"

/* arn: "arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME". The store must not be locked by the caller. BF_E_NOTFOUND: no
 * such delivery stream, or one that reads a Kinesis stream; BF_E_THROTTLED: its backlog is full; BF_E_LIMIT: the record is larger
 * than 1,000 KiB. */
bool bl_firehose_put(struct bl_local *l, struct bf_str arn, struct bf_str data,
                     struct bf_err *e) BF_MUST;

#endif
