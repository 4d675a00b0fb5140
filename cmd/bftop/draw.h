/* Panels as characters on a canvas. */
#ifndef BFTOP_DRAW_H
#define BFTOP_DRAW_H

#include "cmd/bftop/canvas.h"
#include "cmd/bftop/panel.h"

/* The rows that a panel takes without a limit, its title included. */
int draw_height(const struct panel *p);

/* Draws it into this part of the page. */
void draw_panel(struct canvas *c, const struct panels *all, const struct panel *p, int x, int y,
                int width, int height);

/* draw_line.c */
void draw_line(struct canvas *c, const struct panel *p, int x, int y, int width, int height);

/* All panels, one below the other: numbers beside each other, the others in as many columns as fit. */
void draw_frame(struct canvas *c, const struct panels *all);

#endif
