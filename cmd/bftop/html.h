/* The panels as one HTML page: nothing in it comes from elsewhere, and everything from the database is escaped. The
 * browser's live page is the same one with a script (web.js), which replaces its sections. */
#ifndef BFTOP_HTML_H
#define BFTOP_HTML_H

#include "cmd/bftop/panel.h"

/* Text, as content or as an attribute in double quotes. Control characters are made visible, those that turn the
 * direction of writing are replaced. */
void html_text(struct bf_buf *out, struct bf_str s);

/* The whole page. script: of a live page, with the name of its policy; NULL: a file. */
struct html_live {
    const char *script;
    const char *nonce;
};
void html_page(struct bf_buf *out, const struct panels *all, const char *database,
               const struct html_live *live);

/* One panel: <section id="pN">. */
void html_panel(struct bf_buf *out, const struct panels *all, size_t i);

/* html_svg.c: a line over time; a bar of this part of the whole; what a number was. */
void html_line(struct bf_buf *out, const struct panels *all, const struct panel *p);
void html_bar(struct bf_buf *out, double part);
void html_spark(struct bf_buf *out, const struct trend *t);

#endif
