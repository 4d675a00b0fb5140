/*
 * Names in SQL: how a dialect quotes them, which words are reserved, and what
 * Athena makes of the names in rows. Athena folds names to lower case and has
 * no dots in them; letters, digits and the underscore are what all engines take.
 */
#ifndef BF_DDL_NAME_H
#define BF_DDL_NAME_H

#include "lib/base/str.h"

enum bf_ddl_dialect { BF_DDL_ATHENA, BF_DDL_DUCKDB, BF_DDL_SQLITE, BF_DDL_POSTGRES };

/* Appends the name, in quotes where the dialect needs them: `a` for Athena's DDL, "a" for the others. */
BF_API void bf_ddl_name_put(struct bf_buf *out, struct bf_str name, enum bf_ddl_dialect dialect);

/* Appends a text as an SQL literal: 'it''s'. Hive's DDL reads a backslash as an escape, the others do not. */
BF_API void bf_ddl_text_put(struct bf_buf *out, struct bf_str text, enum bf_ddl_dialect dialect);

/* Is it a name of letters, digits and underscores that no statement needs to quote: no reserved word, no digit or
 * underscore in front? */
BF_API bool bf_ddl_name_is_plain(struct bf_str name);

/* Is it reserved in Athena's DDL ("Reserved keywords" in its guide)? In any case of letters. */
BF_API bool bf_ddl_name_is_reserved(struct bf_str name);

/* Is it made of letters, digits and underscores? The empty name is not. */
BF_API bool bf_ddl_name_is_simple(struct bf_str name);

/* Appends the name that a column of this name has in Athena: lower case, other characters an underscore each. */
BF_API void bf_ddl_name_fold(struct bf_buf *out, struct bf_str name);

/* Appends it in lower case, the other characters as they are. */
BF_API void bf_ddl_name_lower(struct bf_buf *out, struct bf_str name);

/* Do they differ in nothing but the case of letters? */
BF_API bool bf_ddl_name_same(struct bf_str a, struct bf_str b);

#endif
