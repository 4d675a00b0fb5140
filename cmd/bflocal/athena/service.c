/* Athena: the table of its operations, and its state as the process starts. */
#include "cmd/bflocal/athena/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/athena.h"
#include "cmd/bflocal/athena/hive.h"

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
    pthread_cond_init(&a->changed, NULL);
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
    {"BatchGetNamedQuery", bl_athena_batch_get_named},
    {"BatchGetQueryExecution", bl_athena_batch_get},
    {"CreateNamedQuery", bl_athena_create_named},
    {"CreatePreparedStatement", bl_athena_create_prepared},
    {"CreateWorkGroup", bl_athena_create_workgroup},
    {"DeleteNamedQuery", bl_athena_delete_named},
    {"DeletePreparedStatement", bl_athena_delete_prepared},
    {"DeleteWorkGroup", bl_athena_delete_workgroup},
    {"GetDataCatalog", bl_athena_get_catalog},
    {"GetDatabase", bl_athena_get_database},
    {"GetNamedQuery", bl_athena_get_named},
    {"GetPreparedStatement", bl_athena_get_prepared},
    {"GetQueryExecution", bl_athena_get},
    {"GetQueryResults", bl_athena_results},
    {"GetQueryRuntimeStatistics", bl_athena_statistics},
    {"GetTableMetadata", bl_athena_get_table},
    {"GetWorkGroup", bl_athena_get_workgroup},
    {"ListDataCatalogs", bl_athena_list_catalogs},
    {"ListDatabases", bl_athena_list_databases},
    {"ListNamedQueries", bl_athena_list_named},
    {"ListPreparedStatements", bl_athena_list_prepared},
    {"ListQueryExecutions", bl_athena_list},
    {"ListTableMetadata", bl_athena_list_tables},
    {"ListWorkGroups", bl_athena_list_workgroups},
    {"StartQueryExecution", bl_athena_start},
    {"StopQueryExecution", bl_athena_stop},
    {"UpdateNamedQuery", bl_athena_update_named},
    {"UpdatePreparedStatement", bl_athena_update_prepared},
    {"UpdateWorkGroup", bl_athena_update_workgroup},
};

const struct bl_service bl_service_athena = {
    .title = "Athena",
    .name = "athena",
    .variable = "ATHENA",
    .signing = "athena",
    .target = "AmazonAthena.",
    .content_type = "application/x-amz-json-1.1",
    .error_prefix = "",
    .throttled_error = BL_ThrottlingException,
    .throttled = "Rate exceeded",
    .max_body = 2 * 1024 * 1024,
    .ops = operations,
    .nops = BF_COUNT(operations),
    .open = open_athena,
    .close = close_athena,
};
