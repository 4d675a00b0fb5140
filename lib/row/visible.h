/* Text on a terminal: control characters, which could move the cursor or set colours, are shown as
 * escapes. Also the width of a text. For this room and commands. */
#ifndef BF_ROW_VISIBLE_H
#define BF_ROW_VISIBLE_H

#include "lib/base/str.h"

/* Appends s (UTF-8) with control characters, including C1, as \n, \t, \u009b. */
BF_API void bf_visible_put(struct bf_buf *out, struct bf_str s);

/* The width of s in columns: 2 for wide East Asian characters and most emoji, 0 for combining
 * characters. */
BF_API size_t bf_visible_width(struct bf_str s);

/* The character at *at, which is moved past it; an invalid byte of UTF-8 counts as itself. */
BF_API uint32_t bf_visible_next(struct bf_str s, size_t *at);

/* Its width, 0 to 2. */
BF_API unsigned bf_visible_columns(uint32_t c);

/* The part of s that fits into width columns. */
BF_API struct bf_str bf_visible_cut(struct bf_str s, size_t width);

#endif
