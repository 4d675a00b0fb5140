/* Athena: its operations, and its state at the start. */
#include "cmd/bflocal/athena/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/athena.h"
#include "cmd/bflocal/hive/hive.h"
#include "lib/base/wait.h"

bool bl_athena_fail(struct bl_call *c, const char *code, const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct bf_str members = bl_arena_printf(&c->arena, ",\"AthenaErrorCode\":\"%s\"", code);
    return bl_fail_with(c, BL_InvalidRequestException, members, "%s", text);
}

static bool open_athena(struct bl_local *l, struct bf_err *e)
{
    struct bl_athena *a = calloc(1, sizeof *a);
    if (!a)
        return bf_err_nomem(e);
    l->athena = a;
    a->local = l;
    pthread_mutex_init(&a->mutex, NULL);
    bf_wait_init(&a->changed);
    bl_duck_offer(bl_hive_functions, bl_hive_nfunctions);
    return bl_object_open(&l->store, e) && bl_execution_open(a, e);
}

static void close_athena(struct bl_local *l)
{
    if (!l->athena)
        return;
    bl_execution_close(l->athena);
    bl_duck_stop();
    pthread_mutex_destroy(&l->athena->mutex);
    pthread_cond_destroy(&l->athena->changed);
    free(l->athena);
    l->athena = NULL;
}

static const struct bl_op operations[] = {
    {"BatchGetNamedQuery", bl_athena_batch_get_named, 0},
    {"BatchGetQueryExecution", bl_athena_batch_get, 0},
    {"CreateNamedQuery", bl_athena_create_named, 0},
    {"CreatePreparedStatement", bl_athena_create_prepared, 0},
    {"CreateWorkGroup", bl_athena_create_workgroup, 0},
    {"DeleteNamedQuery", bl_athena_delete_named, 0},
    {"DeletePreparedStatement", bl_athena_delete_prepared, 0},
    {"DeleteWorkGroup", bl_athena_delete_workgroup, 0},
    {"GetDataCatalog", bl_athena_get_catalog, 0},
    {"GetDatabase", bl_athena_get_database, 0},
    {"GetNamedQuery", bl_athena_get_named, 0},
    {"GetPreparedStatement", bl_athena_get_prepared, 0},
    {"GetQueryExecution", bl_athena_get, 0},
    {"GetQueryResults", bl_athena_results, 0},
    {"GetQueryRuntimeStatistics", bl_athena_statistics, 0},
    {"GetTableMetadata", bl_athena_get_table, 0},
    {"GetWorkGroup", bl_athena_get_workgroup, 0},
    {"ListDataCatalogs", bl_athena_list_catalogs, 0},
    {"ListDatabases", bl_athena_list_databases, 0},
    {"ListNamedQueries", bl_athena_list_named, 0},
    {"ListPreparedStatements", bl_athena_list_prepared, 0},
    {"ListQueryExecutions", bl_athena_list, 0},
    {"ListTableMetadata", bl_athena_list_tables, 0},
    {"ListWorkGroups", bl_athena_list_workgroups, 0},
    {"StartQueryExecution", bl_athena_start, 0},
    {"StopQueryExecution", bl_athena_stop, 0},
    {"UpdateNamedQuery", bl_athena_update_named, 0},
    {"UpdatePreparedStatement", bl_athena_update_prepared, 0},
    {"UpdateWorkGroup", bl_athena_update_workgroup, 0},
};

/* Athena has one exception for all that is wrong with a request. */
static const struct bl_dialect dialect = {
    .content_type = "application/x-amz-json-1.1",
    .error_prefix = "",
    .throttled_error = BL_ThrottlingException,
    .throttled = "Rate exceeded",
    .violated_error = BL_InvalidRequestException,
    .violated_members = ",\"AthenaErrorCode\":\"INVALID_INPUT\"",
};

const struct bl_service bl_service_athena = {
    .title = "Athena",
    .name = "athena",
    .variable = "ATHENA",
    .signing = "athena",
    .target = "AmazonAthena.",
    .dialect = &dialect,
    .max_body = 2 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .open = open_athena,
    .close = close_athena,
};
