/*
 * Small documents as trees, over jansson: answers of the control planes, the
 * state file, caches of credentials, configuration. Everything that is read a
 * few times in a run goes through here. What is read for every record or row has
 * the scanner (scan.h), and so has what needs a number's own text or a string as
 * it was written: jansson keeps numbers as 64-bit integers or doubles.
 *
 * A document is freed with bf_doc_free; strings and members are borrowed from it.
 * Of a name that comes twice the last value counts, as the services' own readers
 * have it; BF_DOC_STRICT refuses such a document. Nesting ends at jansson's limit
 * of 2048. Errors are BF_E_INPUT "byte N: what"; they never quote the text, which
 * may be a secret.
 */
#ifndef BF_JSON_DOC_H
#define BF_JSON_DOC_H

#include <jansson.h>

#include "lib/base/str.h"

enum bf_doc_flags { BF_DOC_PLAIN = 0, BF_DOC_STRICT = 1 };

/* A document whose root is an object, or an array; NULL and *e when it is none. */
BF_API BF_MUST json_t *bf_doc_object(struct bf_str text, enum bf_doc_flags flags, struct bf_err *e);
BF_API BF_MUST json_t *bf_doc_array(struct bf_str text, struct bf_err *e);

/* doc may be NULL. */
BF_API void bf_doc_free(json_t *doc);

/* A member of that type, or NULL: not there, or of another type. object may be NULL. */
BF_API json_t *bf_doc_get_object(const json_t *object, const char *name);
BF_API json_t *bf_doc_get_array(const json_t *object, const char *name);

/* A string member; p NULL: not there, or no string. */
BF_API struct bf_str bf_doc_get_text(const json_t *object, const char *name);

/* The same as a C string, NULL also when it is empty or holds a NUL. */
BF_API const char *bf_doc_get_word(const json_t *object, const char *name);

/* Copies a string member, "" when there is none; BF_E_LIMIT when it does not fit. */
BF_API BF_MUST bool bf_doc_copy_text(const json_t *object, const char *name, char *out, size_t size,
                                     struct bf_err *e);

/* A member that is an integer of 0 and more; *n as it was when there is none. False: it is something else. */
BF_API BF_MUST bool bf_doc_get_u64(const json_t *object, const char *name, uint64_t *n,
                                   struct bf_err *e);

BF_API bool bf_doc_is_true(const json_t *object, const char *name);

#endif
