/*
 * Translates Athena's SQL, a dialect of Trino's, to DuckDB's.
 *
 * The parser knows the whole grammar of a query and writes the DuckDB text as it
 * reads; anything unknown is refused. Functions are in the table of trino_functions.c.
 * Where the translation depends on types (a division or an average of decimals), the
 * parser writes a probe (duck/probe.h), DuckDB's binder determines the type, and the
 * query is translated again: call bl_trino_query until `pending` is 0.
 *
 * A table in the text is a mark, which bl_trino_fill replaces. The conditions of WHERE
 * that can exclude partitions are stored with the table. Views are translated in
 * place.
 */
#ifndef BL_TRINO_H
#define BL_TRINO_H

#include "cmd/bflocal/duck/probe.h"
#include "lib/base/arena.h"

enum {
    BL_TRINO_TABLES = 64,
    BL_TRINO_PROBES = 400,
    BL_TRINO_CONDITIONS = 16,
    BL_TRINO_VIEWS = 16,
    BL_TRINO_BLOCKS = 1000
};

enum bl_trino_kind { BL_TRINO_NONE, BL_TRINO_TABLE, BL_TRINO_VIEW, BL_TRINO_FAILED };

struct bl_trino_ref {
    struct bf_str database, name, alias; /* in lower case */
    void *found;                         /* the result of look_up */
    bool only;                           /* unqualified names belong to this table */
    bool may_prune;                      /* WHERE filters its rows, even with joins */
    size_t select;                       /* number of the SELECT with this table in its FROM */
    struct {
        struct bf_str text;  /* translated */
        struct bf_str names; /* its columns, "dt\ns.dt\n" */
    } where[BL_TRINO_CONDITIONS];
    size_t nwhere;
};

/*
 * A SELECT or a whole query, by its number. Its parts are numbered in the order in which their types become known.
 * An expression whose type is unknown is replaced by a placeholder of another type. So a probe counts only if no
 * earlier part, of its block and the blocks around it, still waits for a type.
 */
struct bl_trino_block {
    size_t parent;
    unsigned part;    /* of the parent that contains it */
    unsigned waiting; /* the first part that waits for a type; BL_TRINO_NOTHING: none */
};
enum { BL_TRINO_NOTHING = 1000000 };

struct bl_trino {
    struct bf_arena *arena;
    const char *database;
    struct bf_str *parameters; /* the literals for each ?, in order */
    size_t nparameters, used;
    /* Finds a table. For a view: its SQL and its database. */
    enum bl_trino_kind (*look_up)(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                  const char **database, struct bf_err *e);
    void *arg;
    struct bl_duck_found *found; /* by the number of a probe; BL_TRINO_PROBES of them */
    struct {
        struct bf_str text;
        size_t block;
        unsigned part;
    } * probed;
    size_t nprobes;
    /* The result of the last translation: */
    size_t pending; /* types that are still unknown */
    struct bl_trino_ref refs[BL_TRINO_TABLES];
    size_t nrefs, nselects, nviews;
    size_t current; /* the block that is read */
    unsigned part;  /* of it */
    struct bl_trino_block *block;
    bool path;      /* "$path" is named */
    bool malformed; /* it is no statement of the grammar, whatever tables there are */
};

/* Allocates the probes in the arena. */
bool bl_trino_init(struct bl_trino *t, struct bf_arena *arena, struct bf_err *e) BF_MUST;

/* Appends the translated query. */
bool bl_trino_query(struct bl_trino *t, struct bf_str sql, struct bf_buf *out,
                    struct bf_err *e) BF_MUST;

/* Which probes are believed in the statement that is prepared next. */
void bl_trino_choose(struct bl_trino *t);

/* Appends text with each table's mark replaced by what put writes. */
bool bl_trino_fill(struct bl_trino *t, struct bf_str text, struct bf_buf *out,
                   bool (*put)(void *arg, struct bl_trino_ref *ref, struct bf_buf *out,
                               struct bf_err *e),
                   void *arg, struct bf_err *e) BF_MUST;

/* Java's white space (Character.isWhitespace); DuckDB alone removes spaces only. */
#define BL_TRINO_SPACES                                                                            \
    "'\t\n\v\f\r\x1c\x1d\x1e\x1f "                                                                 \
    "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000'"

/* A function of Athena and its translation; trino_functions.c explains `to`. */
struct bl_trino_function {
    const char *name;
    signed char least, most; /* number of arguments; -1: any */
    const char *to;
};
extern const struct bl_trino_function bl_trino_functions[]; /* name NULL at the end */

#endif
