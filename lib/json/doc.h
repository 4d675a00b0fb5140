/*
 * Small documents as trees, over jansson: responses of the control planes, the state file, caches
 * of credentials, configuration. Everything that is read a few times per run uses this module. Code
 * that reads every record or row uses the scanner (scan.h), and so does code that needs a number's
 * own text or a string's original spelling: jansson keeps numbers as 64-bit integers or doubles.
 *
 * bf_doc_free frees a document; strings and members are borrowed from it. If a name is duplicated,
 * the last value counts, as in the services' own parsers; BF_DOC_STRICT rejects such a document.
 * Nesting is limited by jansson to 2048. Errors are BF_E_INPUT "byte N: reason"; they never quote
 * the text, which may be a secret.
 */
#ifndef BF_JSON_DOC_H
#define BF_JSON_DOC_H

#include <jansson.h>

#include "lib/base/str.h"

enum bf_doc_flags { BF_DOC_PLAIN = 0, BF_DOC_STRICT = 1 };

/* A document whose root is an object, or an array; NULL and *e if it is not. */
BF_API BF_MUST json_t *bf_doc_object(struct bf_str text, enum bf_doc_flags flags, struct bf_err *e);
BF_API BF_MUST json_t *bf_doc_array(struct bf_str text, struct bf_err *e);

/* doc may be NULL. */
BF_API void bf_doc_free(json_t *doc);

/* A member of that type; NULL if it is missing or of another type. object may be NULL. */
BF_API json_t *bf_doc_get_object(const json_t *object, const char *name);
BF_API json_t *bf_doc_get_array(const json_t *object, const char *name);

/* A string member; p NULL: missing, or not a string. */
BF_API struct bf_str bf_doc_get_text(const json_t *object, const char *name);

/* The same as a C string; NULL also if it is empty or contains a NUL. */
BF_API const char *bf_doc_get_word(const json_t *object, const char *name);

/* Copies a string member, "" if it is missing; BF_E_LIMIT if it does not fit into size bytes. */
BF_API BF_MUST bool bf_doc_copy_text(const json_t *object, const char *name, char *out, size_t size,
                                     struct bf_err *e);

/* An integer member of 0 or more; *n is unchanged if it is missing. False: it is something else. */
BF_API BF_MUST bool bf_doc_get_u64(const json_t *object, const char *name, uint64_t *n,
                                   struct bf_err *e);

BF_API bool bf_doc_is_true(const json_t *object, const char *name);

#endif
