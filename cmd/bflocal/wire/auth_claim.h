/*
 * What a request says about its signature, in the Authorization header or in a
 * presigned URL: the first part of bl_auth_check. The views are of the request or
 * in the arena.
 */
#ifndef BL_AUTH_CLAIM_H
#define BL_AUTH_CLAIM_H

#include "cmd/bflocal/wire/auth.h"
#include "cmd/bflocal/wire/request.h"

struct bl_claim {
    struct bf_str credential, signed_headers, signature;
    struct bf_str day, service, terminator; /* of the scope; key and region are in struct bl_auth */
    struct bf_str query;                    /* without X-Amz-Signature */
    uint64_t expires_s;                     /* presigned */
};

/* Reads it; key, region, token (a->text) and time go to *a. False: *a says what is wrong. */
bool bl_claim_read(const struct bl_auth_server *s, const struct bl_request *r,
                   struct bf_arena *arena, struct bl_claim *c, struct bl_auth *a) BF_MUST;

/* Sets the verdict and its text, in the arena; returns false. */
bool bl_claim_refuse(struct bl_auth *a, struct bf_arena *arena, enum bl_auth_code code,
                     const char *fmt, ...) BF_PRINTF(4, 5);

#endif
