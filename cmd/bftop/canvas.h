/* A page of character cells, which text output and the terminal print. Its text cannot move the cursor
 * or change the direction of writing: such characters are made visible or replaced. */
#ifndef BFTOP_CANVAS_H
#define BFTOP_CANVAS_H

#include "lib/base/str.h"

enum { CANVAS_WIDTH_LEAST = 20, CANVAS_WIDTH_MOST = 400, CANVAS_HEIGHT_MOST = 2000 };

enum style {
    STYLE_PLAIN,
    STYLE_TITLE,
    STYLE_DIM,
    STYLE_VALUE,
    STYLE_LINE,
    STYLE_BAR,
    STYLE_UP,
    STYLE_DOWN,
    STYLE_ERROR,
    STYLES
};

struct spot {
    uint32_t c; /* 0: the second half of a wide character */
    uint8_t style;
};

struct canvas {
    int width, height; /* height: the rows used so far */
    struct spot *at;
    int rows;  /* that there is memory for */
    bool utf8; /* else ASCII alone */
    bool failed;
};

void canvas_init(struct canvas *c, int width, bool utf8);
void canvas_free(struct canvas *c);
void canvas_clear(struct canvas *c, int width);

/* One character; outside of the page it is dropped. */
void canvas_spot(struct canvas *c, int x, int y, uint32_t ch, enum style style);

/* The character as it is put: marks that turn the direction of writing could make a line read as another one, and are
 * replaced; so is all beyond ASCII if that is not wanted. */
uint32_t canvas_tame(uint32_t ch, bool utf8);

/* The columns that a text takes. */
int canvas_width(struct bf_str text);

/* Text from x on, cut to width; returns the columns used. `right`: ends at x + width. */
int canvas_text(struct canvas *c, int x, int y, int width, enum style style, struct bf_str text);
int canvas_right(struct canvas *c, int x, int y, int width, enum style style, struct bf_str text);

/* Appends rows from to from+n-1, without blanks at their ends. colours: 0 none, 16 or 256. end: what follows each row,
 * before its newline. */
void canvas_print(const struct canvas *c, int from, int n, int colours, const char *end,
                  const char *newline, struct bf_buf *out);

#endif
