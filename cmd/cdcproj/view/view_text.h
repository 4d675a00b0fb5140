/* The words of an SQL text, for view_parse.c. */
#ifndef CDCPROJ_VIEW_TEXT_H
#define CDCPROJ_VIEW_TEXT_H

#include "lib/sqlite/text.h"

enum { TOKENS_MAX = 4096, NAME_ROOM = 256 };

struct token {
    enum bf_sqlite_token kind;
    struct bf_str text; /* as written */
    unsigned depth;     /* parentheses open around it */
};

struct tokens {
    struct token *t;
    size_t n;
};

/* Splits the text into tokens, without comments. */
BF_MUST bool tokens_cut(struct tokens *to, struct bf_str text, struct bf_err *e);
void tokens_free(struct tokens *t);

/* Is token i this word (in lower case), this character, a name? False after the last token. */
bool token_is(const struct tokens *t, size_t i, const char *word);
bool token_punct(const struct tokens *t, size_t i, char c);
bool token_name(const struct tokens *t, size_t i);

/* A name without its quotes, unless it is longer than the room. */
struct bf_str token_name_text(const struct token *t, char room[NAME_ROOM]);

/* The text of tokens from .. to - 1. */
struct bf_str tokens_text(const struct tokens *t, size_t from, size_t to);

/* The first token from .. to - 1 at that depth that is the word, or the character; to if there is none. */
size_t tokens_find(const struct tokens *t, size_t from, size_t to, unsigned depth,
                   const char *word);
size_t tokens_find_punct(const struct tokens *t, size_t from, size_t to, unsigned depth, char c);

/* Do two ranges have the same tokens? Case is significant only in strings. */
bool tokens_same(const struct tokens *t, size_t a, size_t a_end, size_t b, size_t b_end);

#endif
