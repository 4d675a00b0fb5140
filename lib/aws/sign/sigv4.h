/*
 * AWS Signature Version 4 (IAM User Guide, "Signature Version 4 signing process") as a pure
 * function of request, credentials and time. Each stage has its name from the guide and can be
 * computed alone: canonical request, string to sign, signing key, signature. Reads neither the
 * environment nor the clock.
 *
 * The caller passes the headers to be signed, including host and x-amz-date (and
 * x-amz-security-token, and for S3 x-amz-content-sha256). Views are borrowed for the call. Header
 * names may have any case and order; values are trimmed and runs of white space in them are folded.
 *
 * S3 differs from every other service: its path is used exactly as it is sent (encode_path and
 * normalize_path false).
 */
#ifndef BF_AWS_SIGN_SIGV4_H
#define BF_AWS_SIGN_SIGV4_H

#include "lib/aws/sign/hash.h"

BF_C_BEGIN

struct bf_sigv4_header {
    struct bf_str name;
    struct bf_str value;
};

struct bf_sigv4_request {
    struct bf_str method;
    struct bf_str path;  /* as sent, without the query */
    struct bf_str query; /* as sent, without the question mark */
    const struct bf_sigv4_header *headers;
    size_t nheaders;            /* at most BF_SIGV4_HEADERS */
    struct bf_str payload_hash; /* hex SHA-256, or UNSIGNED-PAYLOAD, STREAMING-... */
    bool encode_path;           /* true for all services but S3 */
    bool normalize_path;        /* true for all services but S3 */
};

enum { BF_SIGV4_HEADERS = 64, BF_SIGV4_QUERY = 256 };

struct bf_sigv4_scope {
    char time[17];         /* "20150830T123600Z" */
    struct bf_str region;  /* "us-east-1" */
    struct bf_str service; /* "dynamodb" */
};

struct bf_sigv4_key {
    unsigned char bytes[BF_SHA256_SIZE];
};

/* Stage 1. Appends the canonical request to out and the signed header names ("host;x-amz-date") to
 * signed_headers. BF_E_LIMIT for more headers or query parameters than the limits above. */
BF_API BF_MUST bool bf_sigv4_canonical(const struct bf_sigv4_request *r, struct bf_buf *out,
                                       struct bf_buf *signed_headers, struct bf_err *e);

/* Stage 2. Appends the string to sign for a canonical request. */
BF_API BF_MUST bool bf_sigv4_string_to_sign(const struct bf_sigv4_scope *s, struct bf_str canonical,
                                            struct bf_buf *out, struct bf_err *e);

/* Stage 3. The key for one secret, day, region and service; it can be reused for the day. */
BF_API BF_MUST bool bf_sigv4_signing_key(struct bf_str secret_key, const struct bf_sigv4_scope *s,
                                         struct bf_sigv4_key *key, struct bf_err *e);

/* Stage 4. The signature in hex and a NUL. */
BF_API BF_MUST bool bf_sigv4_signature(const struct bf_sigv4_key *key, struct bf_str string_to_sign,
                                       char signature[BF_SHA256_HEX], struct bf_err *e);

/* All stages: appends the value of the Authorization header. signature (may be NULL) gets the
 * signature as well, which is the seed of a chunked upload. */
BF_API BF_MUST bool bf_sigv4_authorization(const struct bf_sigv4_request *r,
                                           const struct bf_sigv4_scope *s, struct bf_str access_key,
                                           const struct bf_sigv4_key *key, struct bf_buf *out,
                                           char signature[BF_SHA256_HEX], struct bf_err *e);

/* Appends "20150830/us-east-1/service/aws4_request". */
BF_API void bf_sigv4_put_scope(const struct bf_sigv4_scope *s, struct bf_buf *out);

BF_C_END

#endif
