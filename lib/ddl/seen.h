/*
 * What the values of one place in the rows have been, and the type that all of
 * them have: inference that is exact, and can say which row decided.
 *
 * A place is a column, an element of an array, a member of an object. Numbers
 * are judged by their digits, never as doubles. A type is the narrowest that
 * holds every value; where values are of different kinds it is string, which
 * holds them all as text. Everything lives in an arena of the caller.
 */
#ifndef BF_DDL_SEEN_H
#define BF_DDL_SEEN_H

#include "lib/json/scan.h"
#include "lib/row/schema.h"

enum bf_ddl_value {
    BF_DDL_SEEN_NULL,
    BF_DDL_SEEN_BOOLEAN,
    BF_DDL_SEEN_INTEGER,   /* fits into 64 bits */
    BF_DDL_SEEN_DECIMAL,   /* a number of up to 38 digits */
    BF_DDL_SEEN_DOUBLE,    /* any other number */
    BF_DDL_SEEN_EMPTY,     /* the text "" */
    BF_DDL_SEEN_DATE,      /* 2026-11-27 */
    BF_DDL_SEEN_TIMESTAMP, /* 2026-11-27 06:30:00.123, up to nine decimals */
    BF_DDL_SEEN_ISO,       /* 2026-11-27T06:30:00.123Z */
    BF_DDL_SEEN_TEXT,      /* any other text */
    BF_DDL_SEEN_ARRAY,
    BF_DDL_SEEN_OBJECT,
    BF_DDL_SEEN_N
};

enum { BF_DDL_MEMBERS_MAX = 1000 };

struct bf_ddl_seen;

struct bf_ddl_member {
    struct bf_str name; /* decoded */
    struct bf_ddl_seen *seen;
};

struct bf_ddl_seen {
    uint64_t first[BF_DDL_SEEN_N]; /* number of the first row with such a value, from 1; 0: none */
    unsigned before, after;        /* the most digits before and after the point */
    uint64_t before_row, after_row;
    unsigned iso_decimals;        /* a bit for each number of decimals that an ISO time had */
    struct bf_ddl_seen *element;  /* of arrays; NULL: none had any */
    struct bf_ddl_member *member; /* of objects, in the order in which they came */
    size_t nmembers, cap;
    uint64_t alike_row; /* row with a member that differs from another in nothing but case */
    uint64_t many_row;  /* row with the member past BF_DDL_MEMBERS_MAX, which is not kept */
};

/* A new place; NULL: the arena is full. */
BF_API BF_MUST struct bf_ddl_seen *bf_ddl_seen_new(struct bf_arena *a);

/* The member of that name, made where it is not there; *at is where to look first, and is moved on. NULL: the arena is full, or
 * there are too many (many_row is set). */
BF_API BF_MUST struct bf_ddl_seen *bf_ddl_seen_member(struct bf_arena *a, struct bf_ddl_seen *s,
                                                      struct bf_str name, size_t *at, uint64_t row);

/* Takes a JSON value that has been scanned already. False: BF_E_LIMIT when the arena is full. */
BF_API BF_MUST bool bf_ddl_seen_value(struct bf_arena *a, struct bf_ddl_seen *s,
                                      const struct bf_json_val *v, uint64_t row, struct bf_err *e);

/* Takes all members of a row. */
BF_API BF_MUST bool bf_ddl_seen_row(struct bf_arena *a, struct bf_ddl_seen *s,
                                    struct bf_str row_text, uint64_t row, struct bf_err *e);

/* Takes a field of CSV or TSV: a number and a boolean are what looks so. */
BF_API void bf_ddl_seen_field(struct bf_ddl_seen *s, struct bf_str text, bool null, uint64_t row);

/* The type of a place, and why in plain words ("row 3 has text, row 1 has a number"). */
struct bf_ddl_verdict {
    struct bf_type type;
    bool torn; /* values of different kinds are why it is a string */
    char why[200];
};

/* iso: an ISO time is a timestamp in UTC, not a text. BF_E_MEMORY: the arena is full. */
BF_API BF_MUST bool bf_ddl_seen_decide(struct bf_arena *a, const struct bf_ddl_seen *s, bool iso,
                                       struct bf_ddl_verdict *out, struct bf_err *e);

#endif
