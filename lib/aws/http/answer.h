/*
 * What an answer of a service says: its error code and message, in the words of
 * the JSON protocols (the header x-amzn-errortype, "__type", "code"; "message",
 * "Message") and of S3's XML, and what that means for the house's error codes.
 * Pure functions over bytes; a body that cannot be read gives a code made from
 * the HTTP status.
 */
#ifndef BF_AWS_HTTP_ANSWER_H
#define BF_AWS_HTTP_ANSWER_H

#include "lib/base/str.h"

struct bf_answer_error {
    char code[96];     /* "ResourceNotFoundException", no namespace, no URL */
    char message[320]; /* one line; what follows the first line is left out: it can hold a token */
    char region[32];   /* S3: the region that the bucket lies in, when the error says so */
};

/* header: the value of x-amzn-errortype, empty when it is not there. */
void bf_answer_json_error(int status, struct bf_str header, struct bf_str body,
                          struct bf_answer_error *out);

/* body may be empty (HEAD). */
void bf_answer_xml_error(int status, struct bf_str body, struct bf_answer_error *out);

/* Is the root of this XML document <Error>? S3 sends 200 OK first and finds out later, for
 * CompleteMultipartUpload, UploadPartCopy and CopyObject. */
bool bf_answer_xml_is_error(struct bf_str body);

/* The text of the first element of this name, entities decoded, cut at size - 1 bytes; false (and an
 * empty text) when there is none. */
bool bf_answer_xml_text(struct bf_str body, const char *name, char *out, size_t size);

/* A header's value, or an ETag's text, without its quotes, cut at size - 1. */
void bf_copy_unquoted(char *out, size_t size, struct bf_str s);

/* Does the x-amz-crc32 header (decimal) fit the body? True when there is no header. */
bool bf_answer_crc32(struct bf_str header, struct bf_str body);

/* The house's code for a service's error. status is that of the answer. */
enum bf_err_code bf_answer_err_code(int status, struct bf_str code);

#endif
