/*
 * A pull scanner over raw JSON text (RFC 8259): no tree, no copies, no
 * allocation. The text is borrowed; what comes out are slices of it. A string's
 * slice is what stands between its quotes, escapes and all, because most of the
 * time it goes to another JSON text unchanged; bf_json_unescape decodes it when
 * it must be.
 *
 * Everything that the scanner passes over is validated: grammar, UTF-8 (RFC
 * 3629), escapes with their surrogate pairs, numbers, nesting of at most
 * BF_JSON_DEPTH. The first error ends the scan: BF_E_INPUT (BF_E_LIMIT for
 * depth) with "byte N: what".
 *
 *     struct bf_json j;
 *     bf_json_init(&j, line);
 *     if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
 *         return false;
 *     struct bf_json_key key;
 *     enum bf_json_more more;
 *     while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
 *         if (bf_json_key_is(&key, "total")) { if (!bf_json_value(&j, &v, e)) return false; }
 *         else if (!bf_json_skip(&j, e)) return false;
 *     }
 *     return more == BF_JSON_END && bf_json_end(&j, e);
 */
#ifndef BF_JSON_SCAN_H
#define BF_JSON_SCAN_H

#include "lib/base/str.h"

BF_C_BEGIN

enum { BF_JSON_DEPTH = 256 };

enum bf_json_type {
    BF_JSON_NULL,
    BF_JSON_FALSE,
    BF_JSON_TRUE,
    BF_JSON_NUMBER,
    BF_JSON_STRING,
    BF_JSON_ARRAY,
    BF_JSON_OBJECT
};

enum bf_json_more { BF_JSON_MORE, BF_JSON_END, BF_JSON_ERROR };

struct bf_json {
    const char *start, *p, *end;
    unsigned depth;
    bool first; /* just behind a bracket: no comma yet */
};

struct bf_json_val {
    enum bf_json_type type;
    struct bf_str raw;  /* the whole value as it stands in the text, quotes and brackets included */
    struct bf_str text; /* a string without its quotes; else the same as raw */
    bool escaped;       /* a string that holds a backslash */
};

struct bf_json_key {
    struct bf_str text; /* without quotes, escapes undecoded */
    bool escaped;
};

BF_API void bf_json_init(struct bf_json *j, struct bf_str text);

/* The type of the value at the cursor, told by its first byte; false at anything else. */
BF_API BF_MUST bool bf_json_peek(struct bf_json *j, enum bf_json_type *type, struct bf_err *e);

/* Steps over the opening bracket of an object or array. */
BF_API BF_MUST bool bf_json_enter(struct bf_json *j, enum bf_json_type type, struct bf_err *e);

/* Inside an object: the next key, cursor on its value; BF_JSON_END steps over the closing bracket. */
BF_API BF_MUST enum bf_json_more bf_json_member(struct bf_json *j, struct bf_json_key *key,
                                                struct bf_err *e);

/* Inside an array: cursor on the next element; BF_JSON_END steps over the closing bracket. */
BF_API BF_MUST enum bf_json_more bf_json_element(struct bf_json *j, struct bf_err *e);

/* Takes the whole value at the cursor. */
BF_API BF_MUST bool bf_json_value(struct bf_json *j, struct bf_json_val *v, struct bf_err *e);
BF_API BF_MUST bool bf_json_skip(struct bf_json *j, struct bf_err *e);

/* Takes a string; anything else is an error. */
BF_API BF_MUST bool bf_json_string(struct bf_json *j, struct bf_json_val *v, struct bf_err *e);

/* Only white space is left. */
BF_API BF_MUST bool bf_json_end(struct bf_json *j, struct bf_err *e);

/* The closing quote of the string whose text begins at p, when that is plain: ASCII without escapes. NULL:
 * look closer. For readers of documents that one program writes always alike. */
BF_API const char *bf_json_plain(const char *p, const char *end);

/* Is the key this name? Compares decoded characters, so "\u0061" is "a". */
BF_API bool bf_json_key_eq(const struct bf_json_key *key, struct bf_str name);
#define bf_json_key_is(key, lit) bf_json_key_eq((key), BF_STR(lit))

/* Appends the characters of a string's text (already scanned, so valid). */
BF_API void bf_json_unescape(struct bf_buf *out, struct bf_str text);

/* The member `name` of an object text; *found says whether it is there (the last one wins). The whole
 * object is validated. For single look-ups in lines; small documents are read as trees (doc.h). */
BF_API BF_MUST bool bf_json_find(struct bf_str object, struct bf_str name, struct bf_json_val *v,
                                 bool *found, struct bf_err *e);

/* Appends to an error about a line that should have been an object what else it plainly is, and the way out:
 * a line of an array, compressed data. */
BF_API void bf_json_hint(struct bf_str line, struct bf_err *e);

/* Is text one valid JSON document? */
BF_API BF_MUST bool bf_json_check(struct bf_str text, struct bf_err *e);

BF_C_END

#endif
