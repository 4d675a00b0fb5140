/*
 * Looking again and again: the panels and the database that they are of, which may be replaced, vanish and come back.
 * A database that is about to be replaced is open only during a look.
 */
#ifndef BFTOP_WATCH_H
#define BFTOP_WATCH_H

#include "cmd/bftop/panel.h"

enum { WATCH_TICK_MS = 100 }; /* the time between two questions for a commit */

struct watch {
    struct panels *panels;
    struct db *db; /* NULL: it is not open now */
    const char *where;
    char path[DB_NAME]; /* its name to be shown */
    const char *state;  /* s3put's directory; NULL: not given */
    bool any;           /* a database that is no projection will do */
    int64_t version;    /* as of the last look */
    int64_t schema;     /* as of the choice of the default panels */
    int64_t opened_ms;  /* the last try, monotonic */
    uint64_t sets;      /* grows when other panels are shown */
    struct bf_err err;  /* why the database cannot be looked at now; BF_OK: it can */
};

/* The panels of the file, or those that fit the database, which is open afterwards; then that of s3put's directory. */
BF_MUST bool watch_open(struct watch *w, const char *database, const char *panels,
                        const char *state, uint64_t window_ms, struct bf_err *e);
void watch_close(struct watch *w);

/* Looks at everything, once. False: the database is lost. */
BF_MUST bool watch_once(struct watch *w, struct bf_err *e);

/* Looks at what is due. True: something else is to be shown. */
bool watch_look(struct watch *w);

/* Looks at everything at the next call, for another window. */
void watch_window(struct watch *w, uint64_t window_ms);

#endif
