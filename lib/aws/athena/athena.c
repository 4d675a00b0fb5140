#include "lib/aws/athena/athena.h"

#include "lib/json/write.h"

const struct bf_aws_op bf_athena_start = {BF_AWS_ATHENA, "StartQueryExecution"};
const struct bf_aws_op bf_athena_get = {BF_AWS_ATHENA, "GetQueryExecution"};
const struct bf_aws_op bf_athena_results = {BF_AWS_ATHENA, "GetQueryResults"};
const struct bf_aws_op bf_athena_stop = {BF_AWS_ATHENA, "StopQueryExecution"};

static void put(struct bf_buf *out, bool *first, const char *name, struct bf_str value)
{
    if (!value.n)
        return;
    bf_json_put_key(out, first, bf_str_of(name));
    bf_json_put_string(out, value);
}

void bf_athena_put_start(struct bf_buf *out, const struct bf_athena_query *q)
{
    bool first = true, inner = true;
    bf_buf_addc(out, '{');
    put(out, &first, "QueryString", q->text);
    put(out, &first, "ClientRequestToken", bf_str_of(q->token));
    put(out, &first, "WorkGroup", q->workgroup);
    if (q->database.n || q->catalog.n) {
        bf_buf_lit(out, ",\"QueryExecutionContext\":{");
        put(out, &inner, "Database", q->database);
        put(out, &inner, "Catalog", q->catalog);
        bf_buf_addc(out, '}');
    }
    if (q->location.n) {
        inner = true;
        bf_buf_lit(out, ",\"ResultConfiguration\":{");
        put(out, &inner, "OutputLocation", q->location);
        bf_buf_addc(out, '}');
    }
    for (size_t i = 0; i < q->nparams; i++) {
        bf_buf_adds(out, i ? BF_STR(",") : BF_STR(",\"ExecutionParameters\":["));
        bf_json_put_string(out, q->param[i]);
    }
    bf_buf_add(out, "]", q->nparams != 0);
    if (q->reuse_minutes) {
        bf_buf_lit(out, ",\"ResultReuseConfiguration\":{\"ResultReuseByAgeConfiguration\":{"
                        "\"Enabled\":true,\"MaxAgeInMinutes\":");
        bf_buf_u64(out, q->reuse_minutes);
        bf_buf_lit(out, "}}");
    }
    bf_buf_addc(out, '}');
}

void bf_athena_put_id(struct bf_buf *out, struct bf_str id)
{
    bf_buf_lit(out, "{\"QueryExecutionId\":");
    bf_json_put_string(out, id);
    bf_buf_addc(out, '}');
}

void bf_athena_put_page(struct bf_buf *out, struct bf_str id, struct bf_str token, unsigned rows)
{
    bool first = false;
    bf_buf_lit(out, "{\"QueryExecutionId\":");
    bf_json_put_string(out, id);
    bf_buf_addf(out, ",\"MaxResults\":%u", rows);
    put(out, &first, "NextToken", token);
    bf_buf_addc(out, '}');
}

static bool strange(const char *what, struct bf_err *e)
{
    return bf_err_set(e, BF_E_SERVICE, "an answer that is none of %s", what);
}

bool bf_athena_start_answer(struct bf_str body, char id[BF_ATHENA_ID], struct bf_err *e)
{
    json_t *doc = bf_doc_object(body, BF_DOC_PLAIN, e);
    struct bf_str found = bf_doc_get_text(doc, "QueryExecutionId");
    bool ok = found.n != 0 && bf_doc_copy_text(doc, "QueryExecutionId", id, BF_ATHENA_ID, e);
    bf_doc_free(doc);
    return ok || strange("StartQueryExecution", e);
}

static const char *const states[] = {"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"};

const char *bf_athena_state_name(enum bf_athena_state s)
{
    return states[s];
}

void bf_athena_status_free(struct bf_athena_status *s)
{
    bf_doc_free(s->doc);
    *s = (struct bf_athena_status){0};
}

static uint64_t number(const json_t *of, const char *name)
{
    struct bf_err ignored;
    uint64_t n = 0;
    return bf_doc_get_u64(of, name, &n, &ignored) ? n : 0;
}

static void read_statistics(struct bf_athena_status *s, const json_t *stats)
{
    const json_t *reuse = bf_doc_get_object(stats, "ResultReuseInformation");
    s->scanned = number(stats, "DataScannedInBytes");
    s->total_ms = number(stats, "TotalExecutionTimeInMillis");
    s->queue_ms = number(stats, "QueryQueueTimeInMillis");
    s->engine_ms = number(stats, "EngineExecutionTimeInMillis");
    s->manifest = bf_doc_get_text(stats, "DataManifestLocation");
    s->reused = bf_doc_is_true(reuse, "ReusedPreviousResult");
}

static bool read_state(struct bf_athena_status *s, const json_t *status)
{
    const json_t *error = bf_doc_get_object(status, "AthenaError");
    struct bf_str state = bf_doc_get_text(status, "State");
    size_t i = 0;
    while (i < BF_COUNT(states) && !bf_str_eq(state, bf_str_of(states[i])))
        i++;
    s->state = (enum bf_athena_state)i;
    s->reason = bf_doc_get_text(status, "StateChangeReason");
    s->error = bf_doc_get_text(error, "ErrorMessage");
    s->category = number(error, "ErrorCategory");
    s->retryable = bf_doc_is_true(error, "Retryable");
    return i < BF_COUNT(states);
}

bool bf_athena_status_answer(struct bf_athena_status *s, struct bf_str body, struct bf_err *e)
{
    bf_athena_status_free(s);
    s->doc = bf_doc_object(body, BF_DOC_PLAIN, e);
    const json_t *q = bf_doc_get_object(s->doc, "QueryExecution");
    const json_t *context = bf_doc_get_object(q, "QueryExecutionContext");
    if (!read_state(s, bf_doc_get_object(q, "Status")))
        return strange("GetQueryExecution", e);
    s->id = bf_doc_get_text(q, "QueryExecutionId");
    s->query = bf_doc_get_text(q, "Query");
    s->type = bf_doc_get_text(q, "StatementType");
    s->subtype = bf_doc_get_text(q, "SubstatementType");
    s->workgroup = bf_doc_get_text(q, "WorkGroup");
    s->catalog = bf_doc_get_text(context, "Catalog");
    s->database = bf_doc_get_text(context, "Database");
    s->location = bf_doc_get_text(bf_doc_get_object(q, "ResultConfiguration"), "OutputLocation");
    read_statistics(s, bf_doc_get_object(q, "Statistics"));
    return true;
}
