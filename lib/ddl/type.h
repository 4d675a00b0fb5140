/*
 * The types of a schema (lib/row/schema.h) in the words of each SQL dialect, and
 * what the SerDes of Athena can read of them.
 *
 * Sources: Athena's guide, "Data types in Amazon Athena", "OpenCSVSerDe for
 * processing CSV", "JSON SerDe libraries".
 */
#ifndef BF_DDL_TYPE_H
#define BF_DDL_TYPE_H

#include "lib/ddl/name.h"
#include "lib/row/schema.h"

/* How the objects of a table are read: SerDes of Athena. */
enum bf_ddl_serde {
    BF_DDL_OPENX,     /* JSON by org.openx.data.jsonserde.JsonSerDe */
    BF_DDL_HIVE_JSON, /* JSON by org.apache.hive.hcatalog.data.JsonSerDe */
    BF_DDL_OPENCSV,
    BF_DDL_LAZY, /* LazySimpleSerDe: tab separated, \N is NULL */
    BF_DDL_PARQUET
};

/* Appends the type as the dialect has it. Nested types are JSON where it has none, and text in SQLite. */
BF_API void bf_ddl_type_put(struct bf_buf *out, const struct bf_type *t,
                            enum bf_ddl_dialect dialect);

/* As the Glue catalog keeps it: Athena's words, and no quotes around the names of fields. */
BF_API void bf_ddl_type_put_glue(struct bf_buf *out, const struct bf_type *t);

/* Why the SerDe cannot read a column of this type, so that it has to be a string; NULL: it can. nulls: some values are
 * missing. */
BF_API const char *bf_ddl_type_unread(const struct bf_type *t, enum bf_ddl_serde serde, bool nulls);

#endif
