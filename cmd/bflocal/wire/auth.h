/*
 * The server's side of Signature Version 4.
 *
 * The canonical request is built from the received request, with the headers that the
 * client has signed. The signature is compared in constant time. A failure is a code
 * and a text in the service's words; http/reply.c and s3/error.c map the code to the
 * answer of each protocol.
 *
 * S3's payload forms are: a hash (compared when the body is complete),
 * UNSIGNED-PAYLOAD, and the three STREAMING- forms, whose chunks chunked.c decodes
 * with the key and the seed signature of struct bl_auth.
 *
 * With --any-credentials everything is checked but the key and the signature's value. A request
 * with an Origin header, which a web page's has, needs the server's own credentials even then.
 *
 * Sources: IAM User Guide, "Create a signed AWS API request"; S3 API reference,
 * "Authenticating Requests (AWS Signature Version 4)". The texts are those of the
 * services.
 */
#ifndef BL_AUTH_H
#define BL_AUTH_H

#include "cmd/bflocal/wire/session.h"
#include "lib/aws/sign/sigv4.h"
#include "lib/base/arena.h"

enum bl_auth_code {
    BL_AUTH_OK,
    BL_AUTH_MISSING,    /* no signature */
    BL_AUTH_INCOMPLETE, /* the Authorization header is incomplete */
    BL_AUTH_MALFORMED,  /* a credential scope or an algorithm that cannot be parsed */
    BL_AUTH_KEY,        /* an unknown access key */
    BL_AUTH_TOKEN,      /* a session token that this server has not issued */
    BL_AUTH_TOKEN_EXPIRED,
    BL_AUTH_REGION,    /* the scope names another region */
    BL_AUTH_SCOPE,     /* the scope names another service, day or terminator */
    BL_AUTH_EXPIRED,   /* older than 15 minutes, or a presigned URL past its expiry */
    BL_AUTH_EARLY,     /* more than 15 minutes ahead (5 for the JSON services) */
    BL_AUTH_SIGNATURE, /* the signature does not match */
    BL_AUTH_NOHASH,    /* S3: x-amz-content-sha256 is missing or not a hash */
    BL_AUTH_BODY,      /* S3: the body does not match the signed hash */
    BL_AUTH_UNSIGNED,  /* host or an x-amz-* header is not signed */
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
    struct bf_str text; /* the message; in the arena */
    bool presigned;
    bool any; /* the signature was not verified, and those of the chunks are not */
    enum bl_payload payload;
    struct bf_str payload_hash;                        /* x-amz-content-sha256 of the request */
    struct bf_str canonical, string_to_sign, provided; /* for BL_AUTH_SIGNATURE */
    struct bf_str access_key, region;                  /* of the request */
    int64_t request_ms;                                /* the request's time */
    struct bf_sigv4_scope scope;
    struct bf_sigv4_key key;
    struct bl_session session; /* of temporary credentials; role "": the server's own credentials */
    char signature[BF_SHA256_HEX]; /* of the request: the seed of the chunk signatures */
};

struct bl_request;

struct bl_auth_server {
    const char *access_key, *secret_key, *region;
    const char *service; /* in the scope: "s3" */
    bool s3;             /* S3's rules: the path as sent, x-amz-content-sha256 required */
    int64_t now_ms;
    bool any; /* --any-credentials: every key and every well-formed signature is accepted */
};

/* Checks r and sets *out. r's body must be complete unless s->s3. */
void bl_auth_check(const struct bl_auth_server *s, const struct bl_request *r,
                   struct bf_arena *arena, struct bl_auth *out);

#endif
