/* Text on a terminal: what would move the cursor or colour it is shown as an escape, and how wide it will be. Inside its
 * room and commands. */
#ifndef BF_ROW_VISIBLE_H
#define BF_ROW_VISIBLE_H

#include "lib/base/str.h"

/* Appends s (UTF-8) with control characters, C1 among them, as \n, \t, \u009b. */
BF_API void bf_visible_put(struct bf_buf *out, struct bf_str s);

/* How many columns s takes: 2 for the wide characters of East Asia and most emoji, 0 for what combines. */
BF_API size_t bf_visible_width(struct bf_str s);

/* The part of s that takes at most width columns. */
BF_API struct bf_str bf_visible_cut(struct bf_str s, size_t width);

#endif
