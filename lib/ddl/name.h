/*
 * Names in SQL: how a dialect quotes them, which words are reserved, and how Athena changes the
 * names of rows. Athena folds names to lower case and does not allow dots; letters, digits and the
 * underscore are valid in all engines.
 */
#ifndef BF_DDL_NAME_H
#define BF_DDL_NAME_H

#include "lib/base/str.h"

enum bf_ddl_dialect { BF_DDL_ATHENA, BF_DDL_DUCKDB, BF_DDL_SQLITE, BF_DDL_POSTGRES };

/* Appends the name, quoted if the dialect requires it: `a` for Athena's DDL, "a" for the others. */
BF_API void bf_ddl_name_put(struct bf_buf *out, struct bf_str name, enum bf_ddl_dialect dialect);

/* Appends a text as an SQL literal: 'it''s'. A backslash is an escape in Hive's DDL, but not in the
 * others. */
BF_API void bf_ddl_text_put(struct bf_buf *out, struct bf_str text, enum bf_ddl_dialect dialect);

/* Is it a name that needs no quotes: letters, digits and underscores, not reserved, not beginning
 * with a digit or underscore? */
BF_API bool bf_ddl_name_is_plain(struct bf_str name);

/* Is it reserved in Athena's DDL ("Reserved keywords" in its guide)? Case is ignored. */
BF_API bool bf_ddl_name_is_reserved(struct bf_str name);

/* Does it consist of letters, digits and underscores? False for the empty name. */
BF_API bool bf_ddl_name_is_simple(struct bf_str name);

/* Appends the name of such a column in Athena: in lower case, other characters replaced by one
 * underscore each. */
BF_API void bf_ddl_name_fold(struct bf_buf *out, struct bf_str name);

/* Appends it in lower case, other characters unchanged. */
BF_API void bf_ddl_name_lower(struct bf_buf *out, struct bf_str name);

#endif
