/*
 * Requests and answers as jansson trees (lib/json/doc.h), for services without a hot path (Glue,
 * Athena). A number that is no integer would become a double there, so no
 * value of a user may be read this way; their protocols have none.
 */
#ifndef BL_DOCUMENT_H
#define BL_DOCUMENT_H

#include <jansson.h>

#include "cmd/bflocal/http/reply.h"

/* The request's body, an object; the caller gives it back (json_decref). NULL: the answer is set. */
json_t *bl_document_read(struct bl_call *c);

/* The answer's body is `answer`, whose reference is taken (NULL: out of memory). Returns true when it is set. */
bool bl_document_answer(struct bl_call *c, json_t *answer);

/* A stored document; NULL: it is none. */
json_t *bl_document_parse(struct bf_str text);

/* A string member, "" when it is absent or of another type. */
const char *bl_document_text(const json_t *object, const char *name);

/* An integer member, or `otherwise`. */
int64_t bl_document_int(const json_t *object, const char *name, int64_t otherwise);

/* A time as the JSON protocols have it: seconds, with milliseconds as a fraction. */
json_t *bl_document_time(int64_t ms);

/* Appends compact JSON. */
void bl_document_print(struct bf_buf *out, const json_t *value);

/* A copy with ASCII letters in lower case, at most cap - 1 bytes; false: it is longer. */
bool bl_document_fold(const char *name, char *out, size_t cap);

#endif
