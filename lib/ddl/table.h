/*
 * A table: its columns, how its objects are read (SerDe) and where they lie
 * (layout). bf_ddl_table_finish makes of what rows or a schema file say what
 * Athena can have: names in lower case without dots, types that the SerDe reads,
 * no column with the name of a partition, and the properties that lead the SerDe
 * from those names back to the ones in the rows. Then it can be written down in
 * any dialect.
 *
 * Everything is in the caller's arena. Source of the properties: Athena's guide,
 * "OpenX JSON SerDe", "Hive JSON SerDe", "Open CSV SerDe", "LazySimpleSerDe".
 */
#ifndef BF_DDL_TABLE_H
#define BF_DDL_TABLE_H

#include "lib/ddl/layout.h"
#include "lib/ddl/type.h"

enum { BF_DDL_COLUMNS = BF_SCHEMA_COLUMNS };

struct bf_ddl_column {
    struct bf_str source; /* its name in the rows */
    struct bf_str name;   /* in the table; set by bf_ddl_table_finish */
    struct bf_type type;
    bool nulls;      /* some rows have no value, or an empty one */
    bool left_out;   /* a partition has its name */
    const char *why; /* how the type was found */
};

struct bf_ddl_property {
    struct bf_str name, value;
};

struct bf_ddl_properties {
    struct bf_ddl_property *p;
    size_t n, cap;
};

struct bf_ddl_table {
    struct bf_arena *arena;
    struct bf_str database, name; /* database: may be empty */
    enum bf_ddl_serde serde;
    bool header;           /* the objects of CSV and TSV begin with a line of names */
    char separator;        /* of CSV; '\0': a comma */
    unsigned iso_decimals; /* a bit for each number of decimals of ISO times; 0: not known */
    struct bf_ddl_column *column;
    size_t n, cap;
    struct bf_ddl_layout layout;
    struct bf_ddl_properties serde_properties, properties;
};

/* "table" or "database.table". BF_E_USAGE for a name that Athena does not take. */
BF_API BF_MUST bool bf_ddl_table_init(struct bf_ddl_table *t, struct bf_arena *arena,
                                      struct bf_str name, struct bf_err *e);

/* source and what the type holds stay as they are; why may be NULL. */
BF_API BF_MUST bool bf_ddl_table_add(struct bf_ddl_table *t, struct bf_str source,
                                     const struct bf_type *type, bool nulls, const char *why,
                                     struct bf_err *e);

/* Makes it a table of Athena; said above. BF_E_INPUT: a column that the SerDe cannot reach. */
BF_API BF_MUST bool bf_ddl_table_finish(struct bf_ddl_table *t, struct bf_err *e);

/* The same for the other dialects: names stay, but for those that differ in nothing but case. */
BF_API BF_MUST bool bf_ddl_table_finish_plain(struct bf_ddl_table *t, struct bf_err *e);

/* Appends the statement that makes the table, with its semicolon and newline. For DuckDB a view of the objects where a
 * location is known. */
BF_API void bf_ddl_table_put(struct bf_buf *out, const struct bf_ddl_table *t,
                             enum bf_ddl_dialect dialect);

/* Appends the request of Glue's CreateTable as one line of JSON. */
BF_API void bf_ddl_table_put_glue(struct bf_buf *out, const struct bf_ddl_table *t);

/* Appends a StorageDescriptor of Glue with another location, as a partition has one. */
BF_API void bf_ddl_table_put_storage(struct bf_buf *out, const struct bf_ddl_table *t,
                                     struct bf_str location);

/* Appends `database`.`table` as the dialect has it. */
BF_API void bf_ddl_table_put_name(struct bf_buf *out, const struct bf_ddl_table *t,
                                  enum bf_ddl_dialect dialect);

/* The Java classes of a SerDe, and what Glue calls its format. */
struct bf_ddl_serde_words {
    const char *library, *input, *output, *stored, *classification;
};
BF_API const struct bf_ddl_serde_words *bf_ddl_serde_words(enum bf_ddl_serde serde);

#endif
