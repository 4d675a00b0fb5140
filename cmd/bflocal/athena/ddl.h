/*
 * Statements that are no queries: Hive's DDL, and what writes tables.
 *
 *     ddl          names, strings, properties        ddl_table     CREATE TABLE, DROP, columns
 *     ddl_alter    ALTER TABLE, MSCK REPAIR          ddl_show      SHOW, DESCRIBE
 *     ddl_view     views, prepared statements        write         CTAS, INSERT INTO, UNLOAD
 */
#ifndef BL_DDL_H
#define BL_DDL_H

#include "cmd/bflocal/athena/athena.h"
#include "cmd/bflocal/trino/lex.h"

struct bl_ddl {
    struct bl_execution *x;
    const struct bl_token *first, *at; /* at: after the keywords that name the statement */
    bool query;                        /* names are those of a query ("x"), not of DDL (`x`) */
    struct bf_err *e;
};

/* What is at `at` was not expected. False. */
bool bl_ddl_unexpected(struct bl_ddl *d);
bool bl_ddl_word(struct bl_ddl *d, const char *keyword); /* takes it if it is there */
bool bl_ddl_take(struct bl_ddl *d, const char *op);
bool bl_ddl_expect(struct bl_ddl *d, const char *op);
bool bl_ddl_expect_word(struct bl_ddl *d, const char *keyword);
bool bl_ddl_end(struct bl_ddl *d);

/* A name, folded; one that is reserved or begins with _ wants its backticks. */
bool bl_ddl_name(struct bl_ddl *d, char out[BL_CATALOG_NAME]);

struct bl_ddl_table {
    char database[BL_CATALOG_NAME], name[BL_CATALOG_NAME];
};
/* db.t, or t in the statement's database */
bool bl_ddl_table_name(struct bl_ddl *d, struct bl_ddl_table *t);

/* A string with Hive's escapes (\t, \001); the caller frees it with bf_buf_free. */
bool bl_ddl_string(struct bl_ddl *d, struct bf_buf *out);
json_t *bl_ddl_string_value(struct bl_ddl *d);

/* ('a'='b', ...) into an object. */
bool bl_ddl_properties(struct bl_ddl *d, json_t *into);

/* (name type [COMMENT 'x'], ...) */
bool bl_ddl_columns(struct bl_ddl *d, json_t *into);

/* A table of the catalog; NULL: *e says that there is none. */
json_t *bl_ddl_find(struct bl_ddl *d, const struct bl_ddl_table *t);

/* Ends a transaction with the catalog's verdict. */
bool bl_ddl_settle(struct bl_ddl *d, enum bl_catalog_verdict v, const char *what);
bool bl_ddl_begin(struct bl_ddl *d);

/* A statement without an answer. */
bool bl_ddl_done(struct bl_ddl *d);

/* StorageDescriptor's formats and SerDe of STORED AS; false: there is no such. */
bool bl_ddl_stored_as(const char *format, json_t *sd);

bool bl_ddl_create_database(struct bl_ddl *d);
bool bl_ddl_drop_database(struct bl_ddl *d);
bool bl_ddl_create_table(struct bl_ddl *d);
bool bl_ddl_drop_table(struct bl_ddl *d);
bool bl_ddl_alter_table(struct bl_ddl *d);
bool bl_ddl_repair(struct bl_ddl *d);
bool bl_ddl_show_databases(struct bl_ddl *d);
bool bl_ddl_show_tables(struct bl_ddl *d);
bool bl_ddl_show_views(struct bl_ddl *d);
bool bl_ddl_show_partitions(struct bl_ddl *d);
bool bl_ddl_show_columns(struct bl_ddl *d);
bool bl_ddl_show_create_table(struct bl_ddl *d);
bool bl_ddl_show_create_view(struct bl_ddl *d);
bool bl_ddl_show_properties(struct bl_ddl *d);
bool bl_ddl_describe(struct bl_ddl *d);
bool bl_ddl_create_view(struct bl_ddl *d);
bool bl_ddl_replace_view(struct bl_ddl *d);
bool bl_ddl_drop_view(struct bl_ddl *d);
bool bl_ddl_prepare(struct bl_ddl *d);
bool bl_ddl_execute(struct bl_ddl *d);
bool bl_ddl_deallocate(struct bl_ddl *d);
bool bl_ddl_create_as(struct bl_ddl *d);
bool bl_ddl_insert(struct bl_ddl *d);
bool bl_ddl_unload(struct bl_ddl *d);

#endif
