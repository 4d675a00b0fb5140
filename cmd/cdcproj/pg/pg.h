/*
 * A projection in PostgreSQL. Changes are gathered in memory, of each key only what is left of them, as lines of COPY's
 * text format. A commit makes the tables and columns that are missing, copies the lines into a temporary table of the
 * session, merges them by a few statements, and moves the positions, all in one transaction. So a transaction that fails
 * because the connection or the server is gone can be made again as a whole (pg_commit.c).
 *
 * One cdcproj writes a schema at a time: an advisory lock of the session, and `commits`, which a commit must find as it
 * left it.
 */
#ifndef CDCPROJ_PG_H
#define CDCPROJ_PG_H

#include "cmd/cdcproj/line/sink.h"
#include "cmd/cdcproj/mirror/mirror.h"
#include "lib/base/rng.h"
#include "lib/postgres/pg.h"

/* PG_LOCK: the number of our advisory locks, beside the hash of a schema's name. */
enum { PG_SCHEMA_BYTES = 64, PG_LOCK = 1650877552 };

struct pg_staged {
    size_t at, order_at; /* in text and order */
    uint32_t n, order_n;
    uint32_t columns; /* it has; the others came later and are NULL */
    char op;          /* U: put, F: put if there is none, D: removal */
    bool dead;        /* a later change of its key took its place */
};

/* The changes of a mirror since the last commit, and what its table has. */
struct pg_batch {
    struct bf_buf text, order;
    struct pg_staged *row;
    size_t n, cap;
    struct bf_map by_key; /* index + 1 of its put, and of its removal in the upper half */
    /* what is committed */
    bool made, rest, order_kept;
    size_t columns;
    size_t stage; /* columns of the temporary table, 0: there is none */
    bool stage_is;
    /* the temporary table of rows for kept views: it is there; this commit uses it */
    bool rows_is, rows_making;
};

struct view;

struct pg {
    struct bf_pg c;
    const struct config *config;
    struct mirrors *mirrors;
    char home[PG_SCHEMA_BYTES + 1];   /* the schema that the URL leads to */
    char schema[PG_SCHEMA_BYTES + 8]; /* where it writes: home, or with --rebuild a new one */
    uint64_t commits;
    char writer[37]; /* names this process in _bfpipe */
    int backend;     /* of the session, so that it can be ended when its connection is gone */
    struct bf_state state;
    struct bf_positions positions;
    struct bf_rng rng;
    struct bf_buf sql, out;
    size_t staged_bytes;
    struct view *views; /* of the database and of --view */
    bool views_wanted;  /* some are not created yet */
};

/* pg_db.c: connects, takes the lock, makes what is missing, reads the positions. */
BF_MUST bool pg_open(struct pg *g, const struct config *c, struct mirrors *m, struct bf_err *e);
BF_MUST bool pg_open_reader(struct pg *g, const struct config *c, struct mirrors *m,
                            struct bf_err *e);
void pg_close(struct pg *g);
/* Connects again, after a loss; *done: the transaction that was lost had been committed. */
BF_MUST bool pg_again(struct pg *g, bool *done, struct bf_err *e);
/* The positions and the row of _bfpipe, in the transaction. */
BF_MUST bool pg_put_positions(struct pg *g, const struct counters *c, struct bf_err *e);
/* pg_rebuild.c: the tables of the new schema take the place of the old ones. */
BF_MUST bool pg_replace(struct pg *g, struct bf_err *e);

/* The first value of a query, at out; empty: none. */
BF_MUST bool pg_ask(struct pg *g, const char *sql, struct bf_buf *out, struct bf_err *e);

/* Runs g->sql, and empties it. *rows may be NULL. */
BF_MUST bool pg_run(struct pg *g, uint64_t *rows, struct bf_err *e);

/* pg_store.c */
BF_MUST bool pg_load(struct mirrors *m, struct pg *g, const struct config *c, struct bf_err *e);
/* Makes what the database lacks of mirrors and columns, in the transaction; and after its commit. */
BF_MUST bool pg_make(struct pg *g, struct mirror *t, struct bf_err *e);
void pg_made(struct mirror *t);
struct pg_batch *pg_batch_new(void);
void pg_batch_free(struct pg_batch *b);
void pg_put_type(struct bf_buf *sql, enum kind kind);
/* Appends the keys' columns, each between `before` and `after`, joined by `join`. */
void pg_put_keys(struct bf_buf *sql, const struct mirror *t, const char *join, const char *before);
/* "a.key=b.c0 AND ..." with the stage as b. */
void pg_put_same_key(struct bf_buf *sql, const struct mirror *t, const char *table,
                     const char *stage);

/* pg_apply.c */
BF_MUST bool pg_apply(struct mirrors *m, struct line *l, struct bf_str table, bool *bad,
                      struct bf_err *e);

/* pg_merge.c: copies what is staged, and merges it. */
BF_MUST bool pg_stage(struct pg *g, struct mirror *t, struct bf_err *e);
void pg_put_stage_name(struct bf_buf *sql, const struct mirror *t);
BF_MUST bool pg_merge(struct pg *g, struct mirror *t, struct counters *c, struct bf_err *e);

/* pg_views.c: the views of the database; with those of the files. */
BF_MUST bool pg_load_views(struct pg *g, struct bf_err *e);
BF_MUST bool pg_read_views(struct pg *g, struct bf_err *e);
void pg_free_views(struct pg *g);
/* Warns of views that cannot be created yet. */
void pg_tell_views(const struct pg *g);
/* In the transaction: before and after the merge of a batch; then creates the views that can be, *left: some cannot yet. And
 * after the commit. */
BF_MUST bool pg_views_before(struct pg *g, struct mirror *t, struct bf_err *e);
BF_MUST bool pg_views_after(struct pg *g, struct mirror *t, struct bf_err *e);
BF_MUST bool pg_make_views(struct pg *g, bool *left, struct bf_err *e);
void pg_views_made(struct pg *g, bool left);
/* After a merge has failed: may the indexes of roll-ups be the reason? Then the transaction can be made again without
 * them: *e is BF_E_TEMPORARY. Returns false. */
bool pg_views_blame(struct pg *g, const struct mirror *t, struct bf_err *e);

/* pg_commit.c */
BF_MUST bool pg_commit(struct pg *g, struct counters *c, struct bf_err *e);

/* Opens the database as a sink; NULL: *e. --check and --explain as in sqlite.h. */
struct sink *pg_open_sink(const struct config *c, struct bf_err *e);
BF_MUST bool pg_check(const struct config *c, struct bf_err *e);
BF_MUST bool pg_explain(const struct config *c, struct bf_err *e);

#endif
