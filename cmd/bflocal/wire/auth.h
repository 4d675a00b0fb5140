/*
 * The signature check: Signature Version 4 seen from the server.
 *
 * The canonical request is built from what arrived, with exactly the headers
 * the client says it signed, and its signature compared in constant time. What
 * is wrong is told as a code and a text in the service's own words; http/reply.c and
 * s3/error.c turn the code into what each protocol answers.
 *
 * S3's payload forms: a hash (compared when the body is complete),
 * UNSIGNED-PAYLOAD, and the three STREAMING- forms, whose chunks chunked.c
 * takes apart with the key and the seed signature kept here.
 *
 * Sources: IAM User Guide, "Create a signed AWS API request"; S3 API reference,
 * "Authenticating Requests (AWS Signature Version 4)"; the texts are those the
 * services answer.
 */
#ifndef BL_AUTH_H
#define BL_AUTH_H

#include "cmd/bflocal/wire/session.h"
#include "lib/aws/sign/sigv4.h"
#include "lib/base/arena.h"

enum bl_auth_code {
    BL_AUTH_OK,
    BL_AUTH_MISSING,    /* no signature at all */
    BL_AUTH_INCOMPLETE, /* an Authorization header without its parts */
    BL_AUTH_MALFORMED,  /* a credential scope or algorithm that cannot be read */
    BL_AUTH_KEY,        /* an access key that is not ours */
    BL_AUTH_TOKEN,      /* a session token that was not given out here */
    BL_AUTH_TOKEN_EXPIRED,
    BL_AUTH_REGION,    /* the scope names another region */
    BL_AUTH_SCOPE,     /* the scope names another service, day or terminator */
    BL_AUTH_EXPIRED,   /* older than 15 minutes, or a presigned URL past its time */
    BL_AUTH_EARLY,     /* more than 15 minutes ahead (5 for the JSON services) */
    BL_AUTH_SIGNATURE, /* the signature is another */
    BL_AUTH_NOHASH,    /* S3: x-amz-content-sha256 is missing or no hash */
    BL_AUTH_BODY,      /* S3: the body does not have the hash that was signed */
    BL_AUTH_UNSIGNED,  /* a header that must be signed is not: host, x-amz-* */
    BL_AUTH_INTERNAL   /* out of memory */
};

enum bl_payload {
    BL_PAYLOAD_HASH,
    BL_PAYLOAD_UNSIGNED,
    BL_PAYLOAD_SIGNED_CHUNKS,          /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
    BL_PAYLOAD_SIGNED_CHUNKS_TRAILER,  /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
    BL_PAYLOAD_UNSIGNED_CHUNKS_TRAILER /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
};

struct bl_auth {
    enum bl_auth_code code;
    struct bf_str text; /* for a person; in the arena */
    bool presigned;
    enum bl_payload payload;
    struct bf_str payload_hash;                        /* the client's x-amz-content-sha256 */
    struct bf_str canonical, string_to_sign, provided; /* for BL_AUTH_SIGNATURE */
    struct bf_str access_key, region;                  /* the client's */
    int64_t request_ms;                                /* the client's time */
    struct bf_sigv4_scope scope;
    struct bf_sigv4_key key;
    struct bl_session session; /* of temporary credentials; role "": they are the server's own */
    char signature[BF_SHA256_HEX]; /* the request's: the seed of the chunks */
};

struct bl_request;

struct bl_auth_server {
    const char *access_key, *secret_key, *region;
    const char *service; /* of the scope: "s3" */
    bool s3;             /* S3's rules: path as it is, x-amz-content-sha256 required */
    int64_t now_ms;
};

/* Checks r (its body must be complete unless s->s3); *out says how it went. */
void bl_auth_check(const struct bl_auth_server *s, const struct bl_request *r,
                   struct bf_arena *arena, struct bl_auth *out);

#endif
