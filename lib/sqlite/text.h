/* SQL as SQLite reads it: tokens, and names in quotes. No library is loaded for it. */
#ifndef BF_SQLITE_TEXT_H
#define BF_SQLITE_TEXT_H

#include "lib/base/str.h"

enum bf_sqlite_token {
    BF_SQLITE_WORD,   /* of letters, digits, _, $ and bytes beyond ASCII */
    BF_SQLITE_QUOTED, /* a name: "a", `a` or [a] */
    BF_SQLITE_STRING, /* 'a' */
    BF_SQLITE_NUMBER,
    BF_SQLITE_PUNCT /* one byte */
};

/* Skips white space and comments. */
BF_API const char *bf_sqlite_skip_blank(const char *p, const char *end);

/* The end of the token at p, which is before end and not blank; NULL: a quote that is not closed. */
BF_API const char *bf_sqlite_token(const char *p, const char *end, enum bf_sqlite_token *kind);

/* Writes the content of a quoted token, without its quotes and with doubled ones undone, to a buffer of its size;
 * returns the length. */
BF_API size_t bf_sqlite_unquote(char *to, struct bf_str token);

/* Appends "name", quotes in it doubled. */
BF_API void bf_sqlite_put_name(struct bf_buf *out, struct bf_str name);

#endif
