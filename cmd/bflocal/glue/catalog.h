/*
 * The catalog that Glue and Athena share: databases, tables with their versions,
 * partitions. Each is a row whose document is what the API calls its input
 * (TableInput and so on), with folded names; what the service adds (times,
 * versions, the account) is put on when it is read.
 *
 * All functions want the store held: locked to read, in a transaction to write.
 * Documents that they return belong to the caller (json_decref). A failure of the
 * store is sticky there and shows at the commit; a search then finds nothing.
 */
#ifndef BL_CATALOG_H
#define BL_CATALOG_H

#include <jansson.h>

#include "cmd/bflocal/store/transaction.h"

enum { BL_CATALOG_NAME = 256 }; /* bytes of a name, and a NUL */

enum bl_catalog_verdict {
    BL_CATALOG_DONE,
    BL_CATALOG_NO_DATABASE,
    BL_CATALOG_NO_TABLE,
    BL_CATALOG_NO_PARTITION,
    BL_CATALOG_EXISTS,
    BL_CATALOG_STALE,   /* VersionId is not the table's own */
    BL_CATALOG_INVALID, /* the input is none */
    BL_CATALOG_VALUES   /* not as many values as the table has partition keys */
};

bool bl_catalog_open(struct bl_store *s, int64_t now_ms, struct bf_err *e) BF_MUST;

/* Databases: {"Name","Description","LocationUri","Parameters","CreateTime","CatalogId"}. NULL: there is none. */
json_t *bl_catalog_database(struct bl_store *s, const char *name);
/* After a name ("": from the first), at most max. */
json_t *bl_catalog_databases(struct bl_store *s, const char *after, int64_t max);
enum bl_catalog_verdict bl_catalog_create_database(struct bl_store *s, const json_t *input,
                                                   int64_t now_ms);
enum bl_catalog_verdict bl_catalog_update_database(struct bl_store *s, const char *name,
                                                   const json_t *input);
enum bl_catalog_verdict bl_catalog_delete_database(struct bl_store *s, const char *name);
bool bl_catalog_has_tables(struct bl_store *s, const char *database);

/* Tables, as GetTable shows them. version < 0: the present one. */
json_t *bl_catalog_table(struct bl_store *s, const char *database, const char *name,
                         int64_t version);
json_t *bl_catalog_tables(struct bl_store *s, const char *database, const char *after, int64_t max);
json_t *bl_catalog_versions(struct bl_store *s, const char *database, const char *name);
enum bl_catalog_verdict bl_catalog_create_table(struct bl_store *s, const char *database,
                                                const json_t *input, int64_t now_ms);

struct bl_catalog_update {
    const char *database;
    const json_t *input;
    const char *version; /* what the caller thinks is the present one; "": it does not say */
    bool skip_archive;   /* no version is kept of what it replaces */
    int64_t now_ms;
};
enum bl_catalog_verdict bl_catalog_update_table(struct bl_store *s,
                                                const struct bl_catalog_update *u);
enum bl_catalog_verdict bl_catalog_delete_table(struct bl_store *s, const char *database,
                                                const char *name);
enum bl_catalog_verdict bl_catalog_delete_version(struct bl_store *s, const char *database,
                                                  const char *name, int64_t version);

/* Partitions; values: a JSON array of strings, as the input has it. */
json_t *bl_catalog_partition(struct bl_store *s, const char *database, const char *table,
                             const json_t *values);
/* In the order of their values' text, after one of them ("": from the first). */
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

/* The members of an input that the API has, a new object; names folded. NULL: memory. */
json_t *bl_catalog_pick(const json_t *input, const char *const *members);

#endif
