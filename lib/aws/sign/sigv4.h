/*
 * AWS Signature Version 4 (Signature Version 4 signing process, IAM User Guide)
 * as a pure function of request, credentials and time. Each stage has its name
 * in the guide and can be asked for alone: canonical request, string to sign,
 * signing key, signature. Nothing is read from the environment, no clock.
 *
 * The caller builds the request with the headers that are to be signed, host
 * and x-amz-date (and x-amz-security-token, and for S3 x-amz-content-sha256)
 * among them. Views are borrowed for the call. Header names may come in any case and
 * any order; values are trimmed and their inner runs of white space folded.
 *
 * S3 differs from every other service: its path is used as it stands on the
 * wire (encode_path and normalize_path false).
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
    struct bf_str path;  /* as on the wire, without the query */
    struct bf_str query; /* as on the wire, without the question mark */
    const struct bf_sigv4_header *headers;
    size_t nheaders;            /* at most BF_SIGV4_HEADERS */
    struct bf_str payload_hash; /* hex SHA-256, or UNSIGNED-PAYLOAD, STREAMING-... */
    bool encode_path;           /* all services but S3 */
    bool normalize_path;        /* all services but S3 */
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
 * signed_headers. BF_E_LIMIT with more headers or query parameters than the limits above. */
BF_API BF_MUST bool bf_sigv4_canonical(const struct bf_sigv4_request *r, struct bf_buf *out,
                                       struct bf_buf *signed_headers, struct bf_err *e);

/* Stage 2. Appends the string to sign over a canonical request. */
BF_API BF_MUST bool bf_sigv4_string_to_sign(const struct bf_sigv4_scope *s, struct bf_str canonical,
                                            struct bf_buf *out, struct bf_err *e);

/* Stage 3. The key for one secret, day, region and service; worth keeping for the day. */
BF_API BF_MUST bool bf_sigv4_signing_key(struct bf_str secret_key, const struct bf_sigv4_scope *s,
                                         struct bf_sigv4_key *key, struct bf_err *e);

/* Stage 4. */
BF_API BF_MUST bool bf_sigv4_signature(const struct bf_sigv4_key *key, struct bf_str string_to_sign,
                                       char signature[BF_SHA256_HEX], struct bf_err *e);

/* All stages: appends the value of the Authorization header. signature (may be NULL) gets the
 * signature too: it is the seed of a chunked upload. */
BF_API BF_MUST bool bf_sigv4_authorization(const struct bf_sigv4_request *r,
                                           const struct bf_sigv4_scope *s, struct bf_str access_key,
                                           const struct bf_sigv4_key *key, struct bf_buf *out,
                                           char signature[BF_SHA256_HEX], struct bf_err *e);

/* "20150830/us-east-1/service/aws4_request" */
BF_API void bf_sigv4_put_scope(const struct bf_sigv4_scope *s, struct bf_buf *out);

BF_C_END

#endif
