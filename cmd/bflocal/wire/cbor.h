/*
 * CBOR (RFC 8949) for JSON services: application/x-amz-cbor-1.1, which the AWS SDK for
 * Java and others use with Kinesis. A request is converted to JSON text and an answer
 * from JSON text, so the operations only know JSON.
 *
 *     CBOR                         JSON
 *     byte string                  base64
 *     tag 1, an integer            epoch milliseconds: seconds with three decimals
 *     tag 1, a float               epoch seconds, as in the RFC
 *     undefined, null              null
 *     any other tag                the value that it tags
 *     NaN, infinities, simple values, map keys other than text    refused
 *
 * The service counts milliseconds, unlike the RFC: clients read them as an integer
 * (aws-sdk-java-v2, SdkCborGenerator and StringToInstant).
 *
 * Errors: BF_E_INPUT "byte N: what" for malformed CBOR; BF_E_LIMIT for nesting beyond
 * BL_CBOR_DEPTH or a full buffer.
 */
#ifndef BL_CBOR_H
#define BL_CBOR_H

#include "lib/base/str.h"

enum { BL_CBOR_DEPTH = 64 };

/* Appends the JSON of the single data item in `cbor`. */
bool bl_cbor_to_json(struct bf_buf *json, struct bf_str cbor, struct bf_err *e) BF_MUST;

/* Appends the CBOR of an answer of Kinesis. Members that its model defines as blob or timestamp
 * are found by name. Maps and arrays have an indefinite length. */
bool bl_cbor_from_json(struct bf_buf *cbor, struct bf_str json, struct bf_err *e) BF_MUST;

#endif
