/* "Athena Query State Change" (Athena user guide, "Monitor Athena query events with EventBridge"). */
#include <stdio.h>

#include "cmd/bflocal/athena/athena.h"

static json_t *error_of(const json_t *status)
{
    const json_t *error = json_object_get(status, "AthenaError");
    if (!error)
        return NULL;
    return json_pack("{s:I,s:I,s:s,s:b}", "errorCategory",
                     (json_int_t)bl_document_int(error, "ErrorCategory", 2), "errorType",
                     (json_int_t)bl_document_int(error, "ErrorType", 0), "errorMessage",
                     bl_document_text(error, "ErrorMessage"), "retryable",
                     json_is_true(json_object_get(error, "Retryable")));
}

void bl_execution_tell(struct bl_local *l, struct bl_execution *x)
{
    const json_t *status = json_object_get(x->doc, "Status");
    const char *state = bl_document_text(status, "State");
    char number[16];
    struct bf_buf detail;
    if (!l->publish || strcmp(state, x->state) == 0)
        return;
    snprintf(number, sizeof number, "%d", ++x->told);
    json_t *doc = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "versionId", "0", "currentState", state,
                            "statementType", bl_document_text(x->doc, "StatementType"),
                            "queryExecutionId", x->id, "workgroupName",
                            bl_document_text(x->doc, "WorkGroup"), "sequenceNumber", number);
    if (x->state[0])
        json_object_set_new(doc, "previousState", json_string(x->state));
    json_t *error = error_of(status);
    if (error)
        json_object_set_new(doc, "athenaError", error);
    snprintf(x->state, sizeof x->state, "%s", state);
    bf_buf_init(&detail, 64 * 1024);
    bl_document_print(&detail, doc);
    if (bf_buf_check(&detail, "an event", &l->store.err))
        l->publish(l, &(struct bl_published){.source = "aws.athena",
                                             .detail_type = "Athena Query State Change",
                                             .resource = {NULL, 0},
                                             .detail = bf_buf_view(&detail)});
    bf_buf_free(&detail);
    json_decref(doc);
}
