/*
 * Requests for a service that bflocal does not have, or for an operation that a
 * service of the query protocol does not have. Without this they would be read as
 * requests for S3. The answer names the service in the protocol of its clients: JSON,
 * REST with JSON, or the query protocol's XML.
 */
#ifndef BL_ABSENT_H
#define BL_ABSENT_H

#include "cmd/bflocal/http/call.h"

/* The title of the service that the request is signed for; NULL if bflocal has the service or
 * the scope names an unknown one. */
const char *bl_signed_for(const struct bl_call *c);

/* Is the request signed for the service with this scope name ("sts")? */
bool bl_signed_with(const struct bl_call *c, const char *scope);

/* us-east-1 if the scope names it, as requests to global endpoints do; otherwise `own`. */
const char *bl_signed_region(const struct bl_call *c, const char *own);

/* Sets the answer. */
void bl_absent_answer(struct bl_call *c);

#endif
