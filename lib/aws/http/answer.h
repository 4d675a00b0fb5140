/*
 * A service's error answer: its error code and message, in the form of the JSON protocols (the
 * header x-amzn-errortype, "__type", "code"; "message", "Message") and of S3's XML, and the
 * corresponding code of struct bf_err. Pure functions over bytes; for a body that cannot be parsed
 * the code is made from the HTTP status.
 */
#ifndef BF_AWS_HTTP_ANSWER_H
#define BF_AWS_HTTP_ANSWER_H

#include "lib/base/str.h"

struct bf_answer_error {
    char code[96];     /* "ResourceNotFoundException", without namespace and URL */
    char message[320]; /* the first line only, because the rest may contain a token */
    char region[32];   /* S3: the region of the bucket, if the error contains it */
};

/* header: the value of x-amzn-errortype, empty if it is missing. */
void bf_answer_json_error(int status, struct bf_str header, struct bf_str body,
                          struct bf_answer_error *out);

/* body may be empty (HEAD). */
void bf_answer_xml_error(int status, struct bf_str body, struct bf_answer_error *out);

/* Is the root of this XML document <Error>? For CompleteMultipartUpload, UploadPartCopy and
 * CopyObject, S3 may send 200 OK before an error occurs. */
bool bf_answer_xml_is_error(struct bf_str body);

/* The text of the first element of this name, entities decoded, cut to size - 1 bytes; false (and
 * an empty text) if there is none. */
bool bf_answer_xml_text(struct bf_str body, const char *name, char *out, size_t size);

/* The value of a header, or an ETag, without its quotes, cut to size - 1 bytes. */
void bf_copy_unquoted(char *out, size_t size, struct bf_str s);

/* Does the x-amz-crc32 header (decimal) match the body? True if there is no header. */
bool bf_answer_crc32(struct bf_str header, struct bf_str body);

/* The code of struct bf_err for a service's error; status is the HTTP status. */
enum bf_err_code bf_answer_err_code(int status, struct bf_str code);

#endif
