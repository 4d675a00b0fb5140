/*
 * Athena's SQL, which is Trino's, in DuckDB's words.
 *
 * A query is read by a parser of its whole grammar, which writes the DuckDB text
 * as it goes; nothing passes that it does not know. Functions are those of the
 * table in trino_functions.c. Where the meaning depends on types (a division of
 * decimals, an average of them), the parser leaves a probe (duck/probe.h) in the
 * text, DuckDB's binder says the type, and the query is translated once more with
 * what is known: bl_trino_query until `pending` is 0.
 *
 * A table stands in the text as a mark (bl_trino_fill puts in what takes its
 * place); the conditions of WHERE that could choose partitions are kept with it.
 * Views are translated in place.
 */
#ifndef BL_TRINO_H
#define BL_TRINO_H

#include "cmd/bflocal/duck/probe.h"
#include "lib/base/arena.h"

enum { BL_TRINO_TABLES = 64, BL_TRINO_PROBES = 400, BL_TRINO_CONDITIONS = 16, BL_TRINO_VIEWS = 16 };

enum bl_trino_kind { BL_TRINO_NONE, BL_TRINO_TABLE, BL_TRINO_VIEW, BL_TRINO_FAILED };

struct bl_trino_ref {
    struct bf_str database, name, alias; /* folded */
    void *found;                         /* what look_up made of it */
    bool only;                           /* names without a qualifier are its own */
    bool may_prune;                      /* WHERE filters its rows, whatever joins there are */
    size_t select;                       /* the number of the SELECT whose FROM it is in */
    struct {
        struct bf_str text;  /* in DuckDB's words */
        struct bf_str names; /* the columns in it, "dt\ns.dt\n" */
    } where[BL_TRINO_CONDITIONS];
    size_t nwhere;
};

struct bl_trino {
    struct bf_arena *arena;
    const char *database;
    struct bf_str *parameters; /* literals for ? in order */
    size_t nparameters, used;
    /* What is that table? A view: its SQL and its own database. */
    enum bl_trino_kind (*look_up)(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                  const char **database, struct bf_err *e);
    void *arg;
    struct bl_duck_found *found; /* by the number of a probe; BL_TRINO_PROBES of them */
    struct bf_str *probed;       /* their texts */
    size_t nprobes;
    /* Of the last translation: */
    size_t pending; /* types that are not known yet */
    struct bl_trino_ref refs[BL_TRINO_TABLES];
    size_t nrefs, nselects, nviews;
    size_t current; /* the SELECT that is read */
    bool path;      /* "$path" is named */
    bool malformed; /* it is no statement of the grammar, whatever tables there are */
};

/* Room for probes, in the arena. */
bool bl_trino_init(struct bl_trino *t, struct bf_arena *arena, struct bf_err *e) BF_MUST;

/* Appends the query in DuckDB's words. */
bool bl_trino_query(struct bl_trino *t, struct bf_str sql, struct bf_buf *out,
                    struct bf_err *e) BF_MUST;

/* Appends text with each table's mark replaced by what put writes. */
bool bl_trino_fill(struct bl_trino *t, struct bf_str text, struct bf_buf *out,
                   bool (*put)(void *arg, struct bl_trino_ref *ref, struct bf_buf *out,
                               struct bf_err *e),
                   void *arg, struct bf_err *e) BF_MUST;

/* A function of Athena and what it is in DuckDB; trino_functions.c says how `to` is read. */
struct bl_trino_function {
    const char *name;
    signed char least, most; /* arguments; -1: any number */
    const char *to;
};
extern const struct bl_trino_function bl_trino_functions[]; /* name NULL at the end */

#endif
