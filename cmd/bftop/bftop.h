/* The options, and the ways to show a projection. */
#ifndef BFTOP_H
#define BFTOP_H

#include "cmd/bftop/panel.h"
#include "lib/cli/opt.h"

struct config {
    const char *panels; /* a file; NULL: the default set */
    const char *state;  /* s3put's directory; NULL: not given */
    uint64_t window_ms;
    uint64_t width; /* of --once; 0: COLUMNS, the terminal, 80 */
    bool once;
    const char *html; /* a file, "-": standard output */
    bool print_panels, print_views;
    bool http;
    uint64_t port;     /* of http; 0: a free one */
    const char *host;  /* an address */
    const char *token; /* a file; NULL: no token is asked for */
    const char *database;
    struct bf_common common;
};

/* Does the locale write UTF-8? Is colour wanted on this descriptor, and how many colours? */
bool show_utf8(void);
int show_colours(int fd);
/* The columns of the terminal at fd, or those of COLUMNS; 0: neither is known. */
int show_columns(int fd);

struct watch;

/* Shows them in the terminal until a key or a signal ends it. */
BF_MUST bool show_live(struct watch *w, struct bf_err *e);

/* Serves them to browsers until a signal ends it. */
BF_MUST bool show_http(const struct config *c, struct watch *w, struct bf_err *e);

/* Prints one frame; false after a panel that failed. */
BF_MUST bool show_once(const struct config *c, struct watch *w, struct bf_err *e);

/* Writes one HTML page. */
BF_MUST bool show_html(const struct config *c, struct watch *w, struct bf_err *e);

/* Prints the panels as a file of panels. */
BF_MUST bool show_panels(const struct panels *p, struct bf_err *e);

/* Prints the roll-ups that make the default panels cheap. */
BF_MUST bool show_views(struct watch *w, struct bf_err *e);

/* A panel that failed, as an error. */
BF_MUST bool show_failed(const struct panels *p, struct bf_err *e);

#endif
