/*
 * CBOR (RFC 8949) at the border of a JSON service: application/x-amz-cbor-1.1,
 * which the AWS SDK for Java and others speak to Kinesis. A request becomes the
 * JSON text that it would have been, an answer is made of its JSON text, so the
 * operations know nothing of it.
 *
 *     CBOR                         JSON
 *     byte string                  base64
 *     tag 1, an integer            epoch milliseconds: seconds with three decimals
 *     tag 1, a float               epoch seconds, as the RFC has it
 *     undefined, null              null
 *     any other tag                what it stands before
 *     NaN, infinities, simple values, map keys other than text    refused
 *
 * The service counts milliseconds, unlike the RFC: clients read them as a whole
 * number (aws-sdk-java-v2, SdkCborGenerator and StringToInstant).
 *
 * What is not well-formed is BF_E_INPUT with "byte N: what"; nesting beyond
 * BL_CBOR_DEPTH, or more than the buffer may hold, BF_E_LIMIT.
 */
#ifndef BL_CBOR_H
#define BL_CBOR_H

#include "lib/base/str.h"

enum { BL_CBOR_DEPTH = 64 };

/* Appends the JSON of one data item, which is all of `cbor`. */
bool bl_cbor_to_json(struct bf_buf *json, struct bf_str cbor, struct bf_err *e) BF_MUST;

/* Appends the CBOR of an answer of Kinesis: what its model calls a blob or a timestamp goes by the member's
 * name. Maps and arrays have no length in front. */
bool bl_cbor_from_json(struct bf_buf *cbor, struct bf_str json, struct bf_err *e) BF_MUST;

#endif
