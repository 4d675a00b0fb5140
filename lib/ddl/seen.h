/*
 * The values that a place in the rows has had, and a type for all of them: exact inference that can
 * name the row that decided.
 *
 * A place is a column, an element of an array, or a member of an object. Numbers are judged by
 * their digits, never as doubles. The type is the narrowest that holds every value; if the values
 * are of different kinds it is string, which holds them all as text. All memory is in the caller's
 * arena.
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
    BF_DDL_SEEN_DOUBLE,    /* any other number that a double can be near to */
    BF_DDL_SEEN_BEYOND,    /* a number that would be infinite or 0 as a double */
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
    uint64_t object; /* the number of the last object that had it */
};

struct bf_ddl_seen {
    uint64_t first[BF_DDL_SEEN_N]; /* number of the first row with such a value, from 1; 0: none */
    unsigned before, after;        /* the maximum of digits before and after the point */
    uint64_t before_row, after_row;
    unsigned iso_decimals;        /* a bit for each number of decimals seen in an ISO time */
    struct bf_ddl_seen *element;  /* of arrays; NULL: all were empty */
    struct bf_ddl_member *member; /* of objects, in the order of their first appearance */
    size_t nmembers, cap;
    uint64_t objects;   /* the number of objects */
    uint64_t twice_row; /* row with an object that has the same name twice */
    uint64_t fine_row;  /* row with a time of more than milliseconds, not in ISO form */
    uint64_t alike_row; /* row with a member that differs from another only in case */
    uint64_t many_row;  /* row with the first member beyond BF_DDL_MEMBERS_MAX, which is not kept */
};

/* A new place; NULL: the arena is full. */
BF_API BF_MUST struct bf_ddl_seen *bf_ddl_seen_new(struct bf_arena *a);

/* The member of that name; created if it is new. *at is the index to try first, and is updated.
 * NULL: the arena is full, or there are too many members (many_row is set). */
BF_API BF_MUST struct bf_ddl_seen *bf_ddl_seen_member(struct bf_arena *a, struct bf_ddl_seen *s,
                                                      struct bf_str name, size_t *at, uint64_t row);

/* Adds a JSON value that has been scanned. False: BF_E_LIMIT if the arena is full. */
BF_API BF_MUST bool bf_ddl_seen_value(struct bf_arena *a, struct bf_ddl_seen *s,
                                      const struct bf_json_val *v, uint64_t row, struct bf_err *e);

/* Adds all members of a row. */
BF_API BF_MUST bool bf_ddl_seen_row(struct bf_arena *a, struct bf_ddl_seen *s,
                                    struct bf_str row_text, uint64_t row, struct bf_err *e);

/* Adds a field of CSV or TSV; its text decides whether it is a number or a boolean. */
BF_API void bf_ddl_seen_field(struct bf_ddl_seen *s, struct bf_str text, bool null, uint64_t row);

/* The type of a place, and the reason in plain words ("row 3 has text, row 1 has a number"). */
struct bf_ddl_verdict {
    struct bf_type type;
    bool torn; /* it is a string because the values are of different kinds */
    char why[200];
};

/* iso: an ISO time is a timestamp in UTC, not a text. BF_E_MEMORY: the arena is full. */
BF_API BF_MUST bool bf_ddl_seen_decide(struct bf_arena *a, const struct bf_ddl_seen *s, bool iso,
                                       struct bf_ddl_verdict *out, struct bf_err *e);

#endif
