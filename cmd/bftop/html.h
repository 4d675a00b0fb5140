/* The panels as one HTML page: nothing in it comes from elsewhere, and everything from the database is escaped. The
 * browser's live page is the same one with a script (web_script.h), which replaces its sections. */
#ifndef BFTOP_HTML_H
#define BFTOP_HTML_H

#include "cmd/bftop/panel.h"

/* Text, as content or as an attribute in double quotes. Control characters are made visible, those that turn the
 * direction of writing are replaced. */
void html_text(struct bf_buf *out, struct bf_str s);

/* The whole page, as a file. */
void html_page(struct bf_buf *out, const struct panels *all, const char *database);

/* Its parts: the head and title, the line with the time or the trouble, then the panels, and the end. nonce: of a live page's policy;
 * NULL: it is a file. script: NULL for a file. set: the name of this set of panels, or empty. */
void html_begin(struct bf_buf *out, const char *database, const char *nonce);
void html_state(struct bf_buf *out, const char *text, bool trouble, const char *set);
void html_end(struct bf_buf *out, const char *script, const char *nonce);

/* One panel: <section id="pN">. */
void html_panel(struct bf_buf *out, const struct panels *all, size_t i);

/* html_svg.c: a line over time; a bar of this part of the whole; what a number was. */
void html_line(struct bf_buf *out, const struct panels *all, const struct panel *p);
void html_bar(struct bf_buf *out, double part);
void html_spark(struct bf_buf *out, const struct trend *t);

#endif
