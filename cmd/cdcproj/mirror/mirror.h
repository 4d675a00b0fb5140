/*
 * A table of the database that mirrors the items of a source table.
 *
 * Columns. Each attribute has a column for each kind of value that it has had: the first is called like the attribute,
 * the others NAME_string, NAME_number and so on, so that a change of type loses nothing. Names that SQL takes for one
 * (it does not look at case) get a number. Past 800 attributes (400 in
 * PostgreSQL) others go into the column _rest, as JSON. _bfpipe_columns has the column of each attribute.
 *
 * Kinds. A number is stored as its exact text, with a generated REAL column; a list, map or set as JSON; binary as BLOB.
 *
 * A change that is older than the row of its key, or than its deletion, changes nothing.
 */
#ifndef CDCPROJ_MIRROR_H
#define CDCPROJ_MIRROR_H

#include "cmd/cdcproj/mirror/db.h"
#include "cmd/cdcproj/line/input.h"
#include "lib/base/arena.h"

enum kind { KIND_STRING, KIND_NUMBER, KIND_BOOLEAN, KIND_BINARY, KIND_JSON, KINDS };
enum mode { MODE_PLAIN, MODE_SOFT, MODE_HISTORY };

struct column {
    struct bf_str attribute, name;
    enum kind kind;
    bool any;           /* json in --types: holds values of all types */
    struct bf_str real; /* of a number: the generated column */
};

enum statement {
    PUT,    /* upsert; with --history insert of a version */
    REMOVE, /* delete; with --soft-delete: mark */
    IS_THERE,
    LAST,  /* --history: the last version of a key */
    CLOSE, /* --history: ends a version */
    STATEMENTS
};

struct mirror {
    struct mirror *next;
    int64_t id;
    char *name, *source;
    struct bf_str key[KEYS_MAX]; /* attribute names */
    enum kind key_kind[KEYS_MAX];
    size_t nkeys;
    enum mode mode;
    enum ordered ordered;
    bool ordering_known;
    struct column *col; /* the keys are first */
    size_t n, cap;
    struct bf_map by_attribute; /* attribute and kind to index + 1 */
    struct bf_map taken;        /* names in lower case */
    bool rest;                  /* there is a column _rest */
    bool tombs;                 /* are there deletions to look at? */
    uint64_t *tomb_bits;        /* SQLite: tomb.c's filter; NULL: not filled yet */
    bool told_rest, told_nul;
    struct pg_batch *batch; /* PostgreSQL: changes since the last commit (pg.h) */
    sqlite3_stmt *stmt[STATEMENTS];
    sqlite3_stmt *fold; /* the contribution of a key's row to views (views.h); NULL: no views */
    struct bf_map
        touched; /* keys of the batch, as item_key_text has them; 1: their old rows are subtracted */
};

struct views;
struct mirror_store;
struct pg;

struct mirrors {
    struct db *db; /* SQLite's; NULL: it is PostgreSQL */
    struct pg *pg;
    const struct mirror_store *store;
    const char *where; /* the database, for messages */
    const struct config *config;
    struct mirror *first;
    struct bf_arena arena; /* names */
    struct bf_buf sql, scratch, key;
    struct bf_map seen; /* columns that a line has filled, for rest */
    sqlite3_stmt *find_tomb, *put_tomb, *drop_tomb;
    struct counters counters; /* since the last commit */
    struct views *views;      /* set after mirrors_open; NULL: not yet */
    bool (*on_columns)(struct views *w, struct mirror *t, struct bf_err *e);
};

/* Reads the mirrors of the database. */
BF_MUST bool mirrors_open(struct mirrors *m, struct db *db, const struct config *c,
                          struct bf_err *e);
void mirrors_free(struct mirrors *m);

/* Applies a change. False with *bad: the line is rejected; false without it: the run has to end. */
BF_MUST bool mirrors_apply(struct mirrors *m, struct line *l, struct bf_str table, bool *bad,
                           struct bf_err *e);

/* Drops remembered deletions that are older than a week. */
BF_MUST bool mirrors_prune(struct mirrors *m, struct bf_err *e);

/* The mirror of that source; created with the keys of the line if it does not exist. NULL: see *bad and *e. */
struct mirror *mirror_find(struct mirrors *m, struct bf_str source, const struct line *l, bool *bad,
                           struct bf_err *e);

/* The column for a value of the attribute; created if it does not exist. -1: the value goes into _rest; -2: see *e. */
int mirror_column(struct mirrors *m, struct mirror *t, const struct bf_attr *a, struct bf_str name,
                  struct bf_err *e);

enum kind kind_of(enum bf_attr_type type);
const char *kind_name(enum kind kind);
BF_MUST bool kind_parse(struct bf_str word, enum kind *kind);

/* One NAME:TYPE of --types. */
BF_MUST bool type_parse(struct bf_str text, struct bf_str *name, enum kind *kind, struct bf_err *e);

/* Prepares the statements of a mirror. */
BF_MUST bool mirror_prepare(struct mirrors *m, struct mirror *t, struct bf_err *e);

#endif
