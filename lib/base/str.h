/*
 * Views and buffers.
 *
 * struct bf_str is a view of bytes that somebody else owns. It is passed by value, is not
 * NUL-terminated, and may contain NUL bytes.
 *
 * struct bf_buf owns its bytes. It gets its maximum when it is initialised, and its error is
 * sticky: appending returns nothing; the first append that exceeds the maximum (or finds no memory)
 * sets `failed`, later ones do nothing, and the owner checks bf_buf_ok() once, where the content is
 * used. bf_buf_reset empties a buffer for reuse: it keeps the memory and clears `failed`.
 */
#ifndef BF_STR_H
#define BF_STR_H

#include <string.h>

#include "lib/base/err.h"

BF_C_BEGIN

struct bf_str {
    const char *p;
    size_t n;
};

/* A view of a string literal. */
#ifdef __cplusplus
#define BF_STR(lit) (bf_str("" lit, sizeof(lit) - 1))
#else
#define BF_STR(lit) ((struct bf_str){"" lit, sizeof(lit) - 1})
#endif

static inline struct bf_str bf_str(const char *p, size_t n)
{
    struct bf_str s = {p, n};
    return s;
}

/* A view of a terminated string; NULL gives an empty view. */
static inline struct bf_str bf_str_of(const char *s)
{
    return bf_str(s, s ? strlen(s) : 0);
}

static inline bool bf_str_eq(struct bf_str a, struct bf_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Is a the literal lit? */
#define bf_str_is(a, lit) bf_str_eq((a), BF_STR(lit))

/* An ASCII letter as a small one; any other byte unchanged. */
static inline char bf_ascii_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Are they equal, with ASCII letters in any case? */
BF_API bool bf_str_same(struct bf_str a, struct bf_str b);

/* Are they equal? The time depends on the two lengths, not on where the bytes differ, so that it does not reveal how much
 * of a guess is right. */
BF_API bool bf_str_same_secret(struct bf_str given, struct bf_str secret);

static inline bool bf_str_starts(struct bf_str s, struct bf_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/* The number of bytes of s that a message shows: at most max, never part of a UTF-8 character. */
BF_API int bf_str_shown(struct bf_str s, size_t max);

/* The two arguments of "%.*s" for a text in a message, cut to 60 (or max) bytes. Evaluates s
 * twice. */
#define BF_SHOWN(s)         BF_SHOWN_TO(s, 60)
#define BF_SHOWN_TO(s, max) bf_str_shown((s), (max)), ((s).p ? (s).p : "")

/* Orders like memcmp, a prefix before its extensions. */
BF_API int bf_str_cmp(struct bf_str a, struct bf_str b);

/* Without leading and trailing spaces, tabs, CR and LF. */
BF_API struct bf_str bf_str_trim(struct bf_str s);

/* s without the byte order mark that some editors write before UTF-8 text. The mark is not part of
 * the text (RFC 8259, section 8.1). */
static inline struct bf_str bf_str_no_bom(struct bf_str s)
{
    return bf_str_starts(s, BF_STR("\xEF\xBB\xBF")) ? bf_str(s.p + 3, s.n - 3) : s;
}

/* Moves the text up to the next sep from the front of *rest into *item and removes the sep;
 * false when nothing is left (rest->p == NULL). "a,,b" gives "a", "", "b"; the empty string
 * gives one "". */
BF_API bool bf_str_split(struct bf_str *rest, char sep, struct bf_str *item);

/* A NUL-terminated copy on the heap; the caller frees it. NULL when out of memory. */
BF_API char *bf_str_dup(struct bf_str s);

struct bf_buf {
    char *p;
    size_t n;
    size_t cap;
    size_t max; /* bytes; an append past it latches failed */
    bool failed;
    bool nomem; /* it failed for lack of memory, not because of max */
};

/* Allocates nothing. max is in bytes and at least 1. */
BF_API void bf_buf_init(struct bf_buf *b, size_t max);
BF_API void bf_buf_free(struct bf_buf *b);

static inline void bf_buf_reset(struct bf_buf *b)
{
    b->n = 0;
    b->failed = b->nomem = false;
}

static inline bool bf_buf_ok(const struct bf_buf *b)
{
    return !b->failed;
}

/* Makes room for n more bytes after the content and returns its address, or NULL (and sets failed).
 * The caller writes there and adds the number of bytes written to b->n. */
BF_API char *bf_buf_room_slow(struct bf_buf *b, size_t n);

static inline char *bf_buf_room(struct bf_buf *b, size_t n)
{
    return !b->failed && b->cap - b->n >= n && b->p ? b->p + b->n : bf_buf_room_slow(b, n);
}

static inline void bf_buf_add(struct bf_buf *b, const void *p, size_t n)
{
    char *at = bf_buf_room(b, n);
    if (at && n) {
        memcpy(at, p, n);
        b->n += n;
    }
}

static inline void bf_buf_addc(struct bf_buf *b, char c)
{
    char *at = bf_buf_room(b, 1);
    if (at) {
        *at = c;
        b->n++;
    }
}

static inline void bf_buf_adds(struct bf_buf *b, struct bf_str s)
{
    bf_buf_add(b, s.p, s.n);
}

/* Appends a literal. */
#define bf_buf_lit(b, lit) bf_buf_add((b), "" lit, sizeof(lit) - 1)

/* A result of 256 bytes or more temporarily needs one byte more than its length, for printf's
 * NUL. */
BF_API void bf_buf_addf(struct bf_buf *b, const char *fmt, ...) BF_PRINTF(2, 3);
BF_API void bf_buf_u64(struct bf_buf *b, uint64_t v);

static inline struct bf_str bf_buf_view(const struct bf_buf *b)
{
    return bf_str(b->p, b->n);
}

/* The content as a NUL-terminated string (the NUL is not counted in n); NULL if the buffer
 * failed. */
BF_API const char *bf_buf_cstr(struct bf_buf *b);

/* True if the buffer has not failed. Otherwise fills *e (BF_E_LIMIT or BF_E_MEMORY); `what` names
 * the content in the message. */
BF_API BF_MUST bool bf_buf_check(const struct bf_buf *b, const char *what, struct bf_err *e);

BF_C_END

#endif
