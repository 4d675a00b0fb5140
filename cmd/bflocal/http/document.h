/*
 * Requests and answers as jansson trees (lib/json/doc.h), for services without a hot
 * path (Glue, Athena). jansson turns a number that is not an integer into a double, so
 * values of users must not be read this way; the protocols of these services have no
 * such values.
 */
#ifndef BL_DOCUMENT_H
#define BL_DOCUMENT_H

#include <jansson.h>

#include "cmd/bflocal/http/reply.h"

/* The request's body, an object; the caller releases it (json_decref). NULL: the answer is set. */
json_t *bl_document_read(struct bl_call *c);

/* Makes `answer` the answer's body and releases it. NULL: out of memory. Returns true if the
 * answer is set. */
bool bl_document_answer(struct bl_call *c, json_t *answer);

/* Parses a stored document; NULL: it is malformed. */
json_t *bl_document_parse(struct bf_str text);

/* A string member; "" if it is absent or of another type. */
const char *bl_document_text(const json_t *object, const char *name);

/* An integer member; `otherwise` if it is absent or of another type. */
int64_t bl_document_int(const json_t *object, const char *name, int64_t otherwise);

/* A time in the JSON protocols: seconds, with milliseconds as the fraction. */
json_t *bl_document_time(int64_t ms);

/* Appends compact JSON. */
void bl_document_print(struct bf_buf *out, const json_t *value);

/* Copies a name with its ASCII letters in lower case, at most cap - 1 bytes. False: the name is
 * longer. */
bool bl_document_fold(const char *name, char *out, size_t cap);

#endif
