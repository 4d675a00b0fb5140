/*
 * Schemas: the columns of a table with their types, in Athena's words. A schema file has a line for each column,
 * "name type [not null]"; # begins a comment, and a name that holds a space stands in backticks.
 *
 *     order_id    string not null
 *     total       decimal(18,2)
 *     ordered_at  timestamp
 *     items       array<struct<sku:string,qty:int>>
 *     payment     map<string,string>
 *
 * Words: string (varchar), json (any JSON value, as text), binary (base64 in rows), boolean, tinyint, smallint, int,
 * bigint, integer (any size; 64 bits where there is a size), float (real), double, decimal(P,S) with P up to 38, date,
 * timestamp and timestamptz (timestamp with time zone), both with (3) or (6) for milliseconds or microseconds, of which
 * the latter is the default; array<T>, map<K,V> with K a string, struct<name:T,...>. Case does not count in them.
 *
 * All memory is the schema's.
 */
#ifndef BF_ROW_SCHEMA_H
#define BF_ROW_SCHEMA_H

#include "lib/base/arena.h"

enum bf_type_kind {
    BF_TYPE_STRING,
    BF_TYPE_JSON,
    BF_TYPE_BINARY,
    BF_TYPE_BOOLEAN,
    BF_TYPE_INTEGER,
    BF_TYPE_FLOAT,
    BF_TYPE_DOUBLE,
    BF_TYPE_DECIMAL,
    BF_TYPE_DATE,
    BF_TYPE_TIMESTAMP,
    BF_TYPE_ARRAY,
    BF_TYPE_MAP,
    BF_TYPE_STRUCT
};

enum { BF_TYPE_DEPTH = 16, BF_TYPE_DIGITS = 38, BF_SCHEMA_COLUMNS = 4096 };

struct bf_field;

struct bf_type {
    enum bf_type_kind kind;
    int bits;               /* of an integer: 8, 16, 32, 64; 0: any */
    int digits, scale;      /* of a decimal; scale of a timestamp: 3 or 6 digits of the second */
    bool utc;               /* timestamptz */
    bool required;          /* not null */
    struct bf_field *field; /* array: the element; map: key and value; struct: its fields */
    size_t n;
};

struct bf_field {
    struct bf_str name;
    struct bf_type type;
};

struct bf_schema {
    struct bf_arena arena;
    struct bf_field *field;
    size_t n, cap;
};

BF_API void bf_schema_init(struct bf_schema *s);
BF_API void bf_schema_free(struct bf_schema *s);

/* Adds a column; the name and what the type holds are to be in the arena. BF_E_INPUT for a name that is there already,
 * in whatever case, since Athena does not tell them apart. */
BF_API BF_MUST bool bf_schema_add(struct bf_schema *s, struct bf_str name,
                                  const struct bf_type *type, struct bf_err *e);

/* The text of a schema file, or the file. Errors name the line. */
BF_API BF_MUST bool bf_schema_parse(struct bf_schema *s, struct bf_str text, struct bf_err *e);
BF_API BF_MUST bool bf_schema_read(struct bf_schema *s, const char *path, struct bf_err *e);

/* Appends the schema as the text of a file. The same schema gives the same text. */
BF_API void bf_schema_put(struct bf_buf *out, const struct bf_schema *s);

/* One line of a schema file, trimmed: its name, a view of the line, and the rest. False when there is no name. */
BF_API BF_MUST bool bf_schema_line(struct bf_str line, struct bf_str *name, struct bf_str *type);

/* One type, a following "not null" included; what it holds goes into the arena. */
BF_API BF_MUST bool bf_type_parse(struct bf_arena *a, struct bf_str text, struct bf_type *type,
                                  struct bf_err *e);

/* Appends the type in the words above, without "not null". */
BF_API void bf_type_put(struct bf_buf *out, const struct bf_type *type);

#endif
