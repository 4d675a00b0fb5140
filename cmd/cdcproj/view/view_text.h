/* The words of an SQL text, for view_parse.c. */
#ifndef CDCPROJ_VIEW_TEXT_H
#define CDCPROJ_VIEW_TEXT_H

#include "lib/sqlite/text.h"

enum { TOKENS_MAX = 4096 };

struct token {
    enum bf_sqlite_token kind;
    struct bf_str text; /* as written */
    struct bf_str name; /* of a word or a quoted name: what the database calls it */
    unsigned depth;     /* parentheses, and in PostgreSQL brackets, open around it */
};

struct tokens {
    struct token *t;
    size_t n;
    char *names; /* what `name` points to */
    bool
        pg; /* PostgreSQL's names: those without quotes are in small letters, and case is significant */
};

/* Splits the text into tokens, without comments. */
BF_MUST bool tokens_cut(struct tokens *to, struct bf_str text, bool pg, struct bf_err *e);
void tokens_free(struct tokens *t);

/* Is token i this word (in lower case), this character, a name? False after the last token. */
bool token_is(const struct tokens *t, size_t i, const char *word);
bool token_punct(const struct tokens *t, size_t i, char c);
bool token_name(const struct tokens *t, size_t i);

/* Is token i that name, as the database compares names? */
bool token_is_name(const struct tokens *t, size_t i, struct bf_str name);

/* The text of tokens from .. to - 1. */
struct bf_str tokens_text(const struct tokens *t, size_t from, size_t to);

/* The first token from .. to - 1 at that depth that is the word, or the character; to if there is none. */
size_t tokens_find(const struct tokens *t, size_t from, size_t to, unsigned depth,
                   const char *word);
size_t tokens_find_punct(const struct tokens *t, size_t from, size_t to, unsigned depth, char c);

/* Do two ranges have the same tokens? Quotes of names and case of words do not count. */
bool tokens_same(const struct tokens *t, size_t a, size_t a_end, size_t b, size_t b_end);

#endif
