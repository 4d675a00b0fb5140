/*
 * Panels: what is shown, and the rows of the last look. A file has one section for each:
 *
 *     [Revenue each {step}]
 *     kind = line
 *     refresh = 2s
 *     sql = SELECT minute, revenue FROM minutes
 *       ORDER BY minute
 *
 * A line that begins with white space goes on with the value above it, "#" at the beginning of a line is a comment.
 * {step} and {window} in a title are those times. A statement may use :window (seconds shown), :step (a round part of
 * it) and :now (milliseconds since 1970).
 */
#ifndef BFTOP_PANEL_H
#define BFTOP_PANEL_H

#include "cmd/bftop/db/db.h"

enum { PANELS_MAX = 64, TREND_MAX = 120 };

enum panel_kind { PANEL_NUMBER, PANEL_LINE, PANEL_BARS, PANEL_TABLE, PANEL_FUNNEL, PANEL_RATE };

/* Earlier values of a number, or of a rate. */
struct trend {
    double value[TREND_MAX];
    int64_t at_ms[TREND_MAX];
    size_t n;
};

struct panel {
    struct bf_str title, sql;
    enum panel_kind kind;
    uint64_t refresh_ms;
    size_t line; /* of the file, where the statement begins; 0: of the default set */
    struct result result;
    struct trend trend;
    struct trend counts;     /* of which a rate is made */
    const char *state;       /* no statement: the directory of s3put, and delivery.h looks */
    int64_t ran_ms, took_ms; /* monotonic; 0: not yet */
    int64_t version;         /* of the database, when it ran */
    uint64_t changed;        /* grows when it shows something else */
};

/* Is it one big number? */
static inline bool panel_is_number(const struct panel *p)
{
    return p->kind == PANEL_NUMBER || p->kind == PANEL_RATE;
}

struct panels {
    struct panel panel[PANELS_MAX];
    size_t n;
    const char *path;   /* of the file; NULL: the default set */
    struct bf_buf text; /* of the file, or of the default statements */
    struct bf_arena arena;
    uint64_t window_ms;
};

BF_MUST struct panels *panels_new(uint64_t window_ms, struct bf_err *e);
void panels_destroy(struct panels *p);

/* Reads the file. Errors have its name and the line. */
BF_MUST bool panels_read(struct panels *p, const char *path, struct bf_err *e);

/* Chooses panels that fit the tables of the projection. */
BF_MUST bool panels_default(struct panels *p, struct db *db, struct bf_err *e);

/* Appends the roll-ups over which the default panels are cheap, as statements for cdcproj --view. */
BF_MUST bool panels_views(struct db *db, struct bf_buf *out, struct bf_err *e);

/* rate.c: a number is kept for its trend. A rate becomes of its count: what it gains a second over 10 s, or, before a second
 * look, the second column. What kind of rate that is. */
void trend_keep(struct panel *panel, const struct result *r);
void rate_take(struct panel *panel, struct result *r);
const char *rate_note(const struct panel *panel);

/* Runs the statement, whose error is in the result. False: the database is lost, the result is that of before. */
BF_MUST bool panel_run(const struct panels *p, struct panel *panel, struct db *db,
                       struct bf_err *e);

/* Runs those that are due at this version. *changed: at least one shows something else. */
BF_MUST bool panels_refresh(struct panels *p, struct db *db, int64_t version, bool *changed,
                            struct bf_err *e);

/* The seconds of a step, which divide a window into at most 60. */
uint64_t panels_step(const struct panels *p);

/* Appends the title with its times. */
void panel_title(const struct panels *p, const struct panel *panel, struct bf_buf *out);

#endif
