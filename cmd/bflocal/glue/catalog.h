/*
 * The catalog that Glue and Athena share: databases, tables with their versions, and
 * partitions. Each is a row with a document: the API's input structure (TableInput and
 * so on) with names in lower case. The members that the service adds (times, versions,
 * the account) are added on reading.
 *
 * Every function needs the store: locked to read, in a transaction to write. Returned
 * documents belong to the caller (json_decref). A failure of the store is sticky and
 * is reported by the commit; a search finds nothing then.
 */
#ifndef BL_CATALOG_H
#define BL_CATALOG_H

#include <jansson.h>

#include "cmd/bflocal/store/transaction.h"

enum { BL_CATALOG_NAME = 256 }; /* bytes of a name, with its NUL */

enum bl_catalog_verdict {
    BL_CATALOG_DONE,
    BL_CATALOG_NO_DATABASE,
    BL_CATALOG_NO_TABLE,
    BL_CATALOG_NO_PARTITION,
    BL_CATALOG_EXISTS,
    BL_CATALOG_STALE,   /* VersionId is not the current one */
    BL_CATALOG_INVALID, /* the input is malformed */
    BL_CATALOG_VALUES   /* the number of values differs from the number of partition keys */
};

bool bl_catalog_open(struct bl_store *s, int64_t now_ms, struct bf_err *e) BF_MUST;

/* A database: {"Name","Description","LocationUri","Parameters","CreateTime","CatalogId"}. NULL:
 * there is none. */
json_t *bl_catalog_database(struct bl_store *s, const char *name);
/* Databases after a name ("": from the first), at most max. */
json_t *bl_catalog_databases(struct bl_store *s, const char *after, int64_t max);
enum bl_catalog_verdict bl_catalog_create_database(struct bl_store *s, const json_t *input,
                                                   int64_t now_ms);
enum bl_catalog_verdict bl_catalog_update_database(struct bl_store *s, const char *name,
                                                   const json_t *input);
enum bl_catalog_verdict bl_catalog_delete_database(struct bl_store *s, const char *name);
bool bl_catalog_has_tables(struct bl_store *s, const char *database);

/* A table as in GetTable. version < 0: the current one. */
json_t *bl_catalog_table(struct bl_store *s, const char *database, const char *name,
                         int64_t version);
json_t *bl_catalog_tables(struct bl_store *s, const char *database, const char *after, int64_t max);
json_t *bl_catalog_versions(struct bl_store *s, const char *database, const char *name);
enum bl_catalog_verdict bl_catalog_create_table(struct bl_store *s, const char *database,
                                                const json_t *input, int64_t now_ms);

struct bl_catalog_update {
    const char *database;
    const json_t *input;
    const char *version; /* the version that the caller expects; "": any */
    bool skip_archive;   /* do not keep the replaced version */
    int64_t now_ms;
};
enum bl_catalog_verdict bl_catalog_update_table(struct bl_store *s,
                                                const struct bl_catalog_update *u);
enum bl_catalog_verdict bl_catalog_delete_table(struct bl_store *s, const char *database,
                                                const char *name);
enum bl_catalog_verdict bl_catalog_delete_version(struct bl_store *s, const char *database,
                                                  const char *name, int64_t version);

/* A partition. values: a JSON array of strings, as in the input. */
json_t *bl_catalog_partition(struct bl_store *s, const char *database, const char *table,
                             const json_t *values);
/* Partitions in the order of the text of their values, after one of them ("": from the first). */
json_t *bl_catalog_partitions(struct bl_store *s, const char *database, const char *table,
                              struct bf_str after, int64_t max);
enum bl_catalog_verdict bl_catalog_create_partition(struct bl_store *s, const char *database,
                                                    const char *table, const json_t *input,
                                                    int64_t now_ms);
enum bl_catalog_verdict bl_catalog_update_partition(struct bl_store *s, const char *database,
                                                    const char *table, const json_t *values,
                                                    const json_t *input, int64_t now_ms);
enum bl_catalog_verdict bl_catalog_delete_partition(struct bl_store *s, const char *database,
                                                    const char *table, const json_t *values);

/* A new object with the members of an input that the API has, names in lower case. NULL: out of
 * memory. */
json_t *bl_catalog_pick(const json_t *input, const char *const *members);

#endif
