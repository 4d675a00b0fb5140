/* Determines the kind of a statement and runs it. */
#include "cmd/bflocal/athena/athena.h"
#include "cmd/bflocal/athena/ddl.h"
#include "cmd/bflocal/trino/lex.h"

/* By the first words. The first matching row counts. */
/* clang-format off */
static const struct kind {
    const char *words; /* "*": any word */
    const char *type, *sub;
    bool (*run)(struct bl_ddl *d);
} kinds[] = {
    {"SELECT", "DML", "SELECT", NULL},
    {"WITH", "DML", "SELECT", NULL},
    {"VALUES", "DML", "SELECT", NULL},
    {"TABLE", "DML", "SELECT", NULL},
    {"INSERT INTO", "DML", "INSERT", bl_ddl_insert},
    {"UNLOAD", "DML", "UNLOAD", bl_ddl_unload},
    {"EXECUTE", "DML", "EXECUTE", bl_ddl_execute},
    {"CREATE EXTERNAL TABLE", "DDL", "CREATE_TABLE", bl_ddl_create_table},
    {"CREATE TABLE", "DDL", "CREATE_TABLE_AS_SELECT", bl_ddl_create_as},
    {"CREATE DATABASE", "DDL", "CREATE_DATABASE", bl_ddl_create_database},
    {"CREATE SCHEMA", "DDL", "CREATE_DATABASE", bl_ddl_create_database},
    {"CREATE OR REPLACE VIEW", "DDL", "CREATE_VIEW", bl_ddl_replace_view},
    {"CREATE VIEW", "DDL", "CREATE_VIEW", bl_ddl_create_view},
    {"DROP DATABASE", "DDL", "DROP_DATABASE", bl_ddl_drop_database},
    {"DROP SCHEMA", "DDL", "DROP_DATABASE", bl_ddl_drop_database},
    {"DROP TABLE", "DDL", "DROP_TABLE", bl_ddl_drop_table},
    {"DROP VIEW", "DDL", "DROP_VIEW", bl_ddl_drop_view},
    {"ALTER TABLE", "DDL", "ALTER_TABLE", bl_ddl_alter_table},
    {"MSCK REPAIR TABLE", "DDL", "MSCK", bl_ddl_repair},
    {"PREPARE", "DDL", "PREPARE", bl_ddl_prepare},
    {"DEALLOCATE", "DDL", "DEALLOCATE", bl_ddl_deallocate},
    {"SHOW DATABASES", "UTILITY", "SHOW_DATABASES", bl_ddl_show_databases},
    {"SHOW SCHEMAS", "UTILITY", "SHOW_DATABASES", bl_ddl_show_databases},
    {"SHOW TABLES", "UTILITY", "SHOW_TABLES", bl_ddl_show_tables},
    {"SHOW VIEWS", "UTILITY", "SHOW_VIEWS", bl_ddl_show_views},
    {"SHOW PARTITIONS", "UTILITY", "SHOW_PARTITIONS", bl_ddl_show_partitions},
    {"SHOW COLUMNS", "UTILITY", "SHOW_COLUMNS", bl_ddl_show_columns},
    {"SHOW CREATE TABLE", "UTILITY", "SHOW_CREATE_TABLE", bl_ddl_show_create_table},
    {"SHOW CREATE VIEW", "UTILITY", "SHOW_CREATE_VIEW", bl_ddl_show_create_view},
    {"SHOW TBLPROPERTIES", "UTILITY", "SHOW_TBLPROPERTIES", bl_ddl_show_properties},
    {"DESCRIBE", "UTILITY", "DESCRIBE_TABLE", bl_ddl_describe},
    {"DESC", "UTILITY", "DESCRIBE_TABLE", bl_ddl_describe},
    {NULL, NULL, NULL, NULL},
};
/* clang-format on */

static const struct kind *find(const struct bl_token *t, size_t *skip)
{
    for (const struct kind *k = kinds; k->words; k++) {
        struct bf_str rest = bf_str_of(k->words), word;
        size_t n = 0;
        bool ok = true;
        while (ok && rest.n && bf_str_split(&rest, ' ', &word)) {
            char copy[32] = "";
            memcpy(copy, word.p, word.n < 31 ? word.n : 31);
            ok = bl_token_word(&t[n], copy);
            n++;
        }
        if (ok) {
            *skip = n;
            return k;
        }
    }
    return NULL;
}

void bl_statement_type(struct bf_str sql, const char **type, const char **sub)
{
    struct bf_arena a;
    struct bl_token *t;
    struct bf_err e;
    size_t n, skip;
    bf_arena_init(&a, 64 * 1024 * 1024);
    const struct kind *k = bl_lex(&a, sql, &t, &n, &e) && n ? find(t, &skip) : NULL;
    *type = k ? k->type : "DML";
    *sub = k ? k->sub : "SELECT";
    bf_arena_free(&a);
}

static enum bl_trino_kind any_table(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                    const char **database, struct bf_err *e)
{
    (void)arg;
    (void)ref;
    (void)view;
    (void)database;
    (void)e;
    return BL_TRINO_TABLE;
}

static bool mismatched(const struct bl_token *t, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT,
                      "line %u:%u: mismatched input '%.*s': bflocal's Athena has no such statement",
                      t->line, t->column, BF_SHOWN(t->raw));
}

bool bl_statement_check(struct bl_execution *x, struct bf_err *e)
{
    struct bl_trino *t = bf_arena_alloc(&x->arena, sizeof *t);
    struct bl_token *token;
    struct bf_buf out;
    size_t n, skip = 0;
    static const char code[] = "SYNTAX_ERROR: ";
    if (!bl_lex(&x->arena, x->sql, &token, &n, e)) {
        memmove(e->text, e->text + sizeof code - 1, strlen(e->text + sizeof code - 1) + 1);
        return false;
    }
    const struct kind *k = n ? find(token, &skip) : NULL;
    if (!k && !bl_token_is(&token[0], "("))
        return mismatched(token, e);
    if ((k && k->run) || !t || !bl_trino_init(t, &x->arena, e))
        return true;
    t->database = x->database;
    t->parameters = x->parameters;
    t->nparameters = x->nparameters;
    t->look_up = any_table;
    bf_buf_init(&out, 64 * 1024 * 1024);
    bool ok = bl_trino_query(t, x->sql, &out, e) || !t->malformed;
    bf_buf_free(&out);
    if (!ok && strncmp(e->text, code, sizeof code - 1) == 0)
        memmove(e->text, e->text + sizeof code - 1, strlen(e->text + sizeof code - 1) + 1);
    return ok;
}

bool bl_statement_run(struct bl_execution *x, struct bf_err *e)
{
    struct bl_ddl d = {.x = x, .e = e};
    struct bl_token *t;
    size_t n, skip = 0;
    if (!bl_lex(&x->arena, x->sql, &t, &n, e))
        return false;
    while (n && bl_token_is(&t[n - 1], ";"))
        t[--n].kind = BL_TOKEN_END;
    const struct kind *k = n ? find(t, &skip) : NULL;
    if (!k && !bl_token_is(&t[0], "("))
        return mismatched(t, e);
    if (!k || !k->run)
        return bl_query_run(x, x->sql, e);
    d.at = t + skip;
    d.first = t;
    return k->run(&d);
}
