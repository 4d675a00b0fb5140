/* Glue: its operations, and helpers that they share. */
#include "cmd/bflocal/glue/service.h"

#include "cmd/bflocal/glue/glue.h"
#include "lib/encoding/base64.h"
#include "lib/base/clock.h"

static const struct {
    enum bl_error error;
    const char *code, *text;
} verdicts[] = {
    [BL_CATALOG_DONE] = {BL_InternalFailure, "InternalFailure", ""},
    [BL_CATALOG_NO_DATABASE] = {BL_EntityNotFoundException, "EntityNotFoundException",
                                "Database %s not found."},
    [BL_CATALOG_NO_TABLE] = {BL_EntityNotFoundException, "EntityNotFoundException",
                             "Table %s not found."},
    [BL_CATALOG_NO_PARTITION] = {BL_EntityNotFoundException, "EntityNotFoundException",
                                 "Cannot find partition in %s."},
    [BL_CATALOG_EXISTS] = {BL_AlreadyExistsException, "AlreadyExistsException",
                           "%s already exists."},
    [BL_CATALOG_STALE] = {BL_ConcurrentModificationException, "ConcurrentModificationException",
                          "Update table failed due to concurrent modifications: %s."},
    [BL_CATALOG_INVALID] = {BL_InvalidInputException, "InvalidInputException",
                            "The input is not valid: %s."},
    [BL_CATALOG_VALUES] = {BL_InvalidInputException, "InvalidInputException",
                           "The number of partition keys do not match the number of partition "
                           "values: %s."},
};

const char *bl_glue_code(enum bl_catalog_verdict v)
{
    return verdicts[v].code;
}

bool bl_glue_fail(struct bl_call *c, enum bl_catalog_verdict v, const char *what)
{
    struct bf_str text = BF_STR("");
    const char *format = verdicts[v].text, *mark = strstr(format, "%s");
    if (mark)
        text = bl_arena_printf(&c->arena, "%.*s%.300s%s", (int)(mark - format), format,
                               *what ? what : "no name", mark + 2);
    return bl_fail(c, verdicts[v].error, "%s", text.p);
}

bool bl_glue_end(struct bl_call *c, enum bl_catalog_verdict v, const char *what)
{
    if (v != BL_CATALOG_DONE) {
        bl_store_rollback(c->store);
        return bl_glue_fail(c, v, what);
    }
    return bl_end_change_empty(c, true);
}

bool bl_glue_page(struct bl_call *c, const json_t *body, int64_t most, int64_t *max,
                  struct bf_str *after)
{
    struct bf_str token = bf_str_of(bl_document_text(body, "NextToken"));
    *max = bl_document_int(body, "MaxResults", most);
    *after = BF_STR("");
    if (!token.n)
        return true;
    return bl_token_decode(c, token, after) ||
           bl_fail(c, BL_InvalidInputException, "The token is not valid");
}

void bl_glue_token(json_t *answer, struct bf_str last)
{
    struct bf_buf token;
    bf_buf_init(&token, last.n * 2 + 8);
    bf_base64_encode(&token, last);
    json_object_set_new(answer, "NextToken", json_stringn(token.p, token.n));
    bf_buf_free(&token);
}

static bool open_glue(struct bl_local *l, struct bf_err *e)
{
    return bl_catalog_open(&l->store, bf_clock_wall_ms(), e);
}

static const struct bl_op operations[] = {
    {"BatchCreatePartition", bl_glue_batch_create_partition, 0},
    {"BatchDeletePartition", bl_glue_batch_delete_partition, 0},
    {"BatchDeleteTable", bl_glue_batch_delete_table, 0},
    {"BatchGetPartition", bl_glue_batch_get_partition, 0},
    {"BatchUpdatePartition", bl_glue_batch_update_partition, 0},
    {"CreateDatabase", bl_glue_create_database, 0},
    {"CreatePartition", bl_glue_create_partition, 0},
    {"CreateTable", bl_glue_create_table, 0},
    {"DeleteDatabase", bl_glue_delete_database, 0},
    {"DeletePartition", bl_glue_delete_partition, 0},
    {"DeleteTable", bl_glue_delete_table, 0},
    {"DeleteTableVersion", bl_glue_delete_table_version, 0},
    {"GetDatabase", bl_glue_get_database, 0},
    {"GetDatabases", bl_glue_get_databases, 0},
    {"GetPartition", bl_glue_get_partition, 0},
    {"GetPartitions", bl_glue_get_partitions, 0},
    {"GetTable", bl_glue_get_table, 0},
    {"GetTableVersion", bl_glue_get_table_version, 0},
    {"GetTableVersions", bl_glue_get_table_versions, 0},
    {"GetTables", bl_glue_get_tables, 0},
    {"UpdateDatabase", bl_glue_update_database, 0},
    {"UpdatePartition", bl_glue_update_partition, 0},
    {"UpdateTable", bl_glue_update_table, 0},
};

const struct bl_service bl_service_glue = {
    .title = "Glue",
    .name = "glue",
    .variable = "GLUE",
    .signing = "glue",
    .target = "AWSGlue.",
    .dialect = &bl_dialect_json11,
    .max_body = 8 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .open = open_glue,
};
