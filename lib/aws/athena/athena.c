#include "lib/aws/athena/athena.h"

#include <stdlib.h>

#include "lib/base/num.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { STATUS_MAX = 2 * 1024 * 1024 };

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

void bf_athena_put_page(struct bf_buf *out, struct bf_str id, struct bf_str token)
{
    bool first = false;
    bf_buf_lit(out, "{\"QueryExecutionId\":");
    bf_json_put_string(out, id);
    bf_buf_addf(out, ",\"MaxResults\":%d", BF_ATHENA_PAGE_ROWS);
    put(out, &first, "NextToken", token);
    bf_buf_addc(out, '}');
}

static bool strange(const char *what, struct bf_err *e)
{
    return bf_err_set(e, BF_E_SERVICE, "an answer that is none of %s", what);
}

bool bf_athena_start_answer(struct bf_str body, char id[BF_ATHENA_ID], struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    if (!bf_json_find(body, BF_STR("QueryExecutionId"), &v, &found, e) || !found ||
        v.type != BF_JSON_STRING || v.escaped || v.text.n == 0 || v.text.n >= BF_ATHENA_ID)
        return strange("StartQueryExecution", e);
    memcpy(id, v.text.p, v.text.n);
    id[v.text.n] = '\0';
    return true;
}

static const char *const states[] = {"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"};

const char *bf_athena_state_name(enum bf_athena_state s)
{
    return states[s];
}

void bf_athena_status_init(struct bf_athena_status *s)
{
    *s = (struct bf_athena_status){0};
    bf_buf_init(&s->room, STATUS_MAX);
}

void bf_athena_status_free(struct bf_athena_status *s)
{
    bf_buf_free(&s->room);
}

/* The member of that name in an object; empty and false when it is not there, or null. */
static bool member(struct bf_str object, const char *name, struct bf_json_val *v)
{
    struct bf_err ignored;
    bool found;
    *v = (struct bf_json_val){0};
    return object.n && object.p[0] == '{' &&
           bf_json_find(object, bf_str_of(name), v, &found, &ignored) && found &&
           v->type != BF_JSON_NULL;
}

static struct bf_str object(struct bf_str of, const char *name)
{
    struct bf_json_val v;
    return member(of, name, &v) && v.type == BF_JSON_OBJECT ? v.raw : (struct bf_str){0};
}

/* The room has as much as the whole answer, so that it never moves. */
static struct bf_str text(struct bf_athena_status *s, struct bf_str of, const char *name)
{
    struct bf_json_val v;
    size_t from = s->room.n;
    if (!member(of, name, &v) || v.type != BF_JSON_STRING)
        return (struct bf_str){0};
    bf_json_unescape(&s->room, v.text);
    return bf_str(s->room.p + from, s->room.n - from);
}

static uint64_t number(struct bf_str of, const char *name)
{
    struct bf_json_val v;
    struct bf_err ignored;
    uint64_t n = 0;
    return member(of, name, &v) && v.type == BF_JSON_NUMBER && bf_num_u64(v.text, &n, &ignored) ? n
                                                                                                : 0;
}

static bool truth(struct bf_str of, const char *name)
{
    struct bf_json_val v;
    return member(of, name, &v) && v.type == BF_JSON_TRUE;
}

static void read_statistics(struct bf_athena_status *s, struct bf_str stats)
{
    s->scanned = number(stats, "DataScannedInBytes");
    s->total_ms = number(stats, "TotalExecutionTimeInMillis");
    s->queue_ms = number(stats, "QueryQueueTimeInMillis");
    s->engine_ms = number(stats, "EngineExecutionTimeInMillis");
    s->manifest = text(s, stats, "DataManifestLocation");
    s->reused = truth(object(stats, "ResultReuseInformation"), "ReusedPreviousResult");
}

bool bf_athena_status_answer(struct bf_athena_status *s, struct bf_str body, struct bf_err *e)
{
    struct bf_str q, status, context, error;
    bf_buf_reset(&s->room);
    if (!bf_buf_room(&s->room, body.n + 1))
        return bf_buf_check(&s->room, "the answer of GetQueryExecution", e);
    if (!bf_json_check(body, e))
        return strange("GetQueryExecution", e);
    q = object(body, "QueryExecution");
    status = object(q, "Status");
    context = object(q, "QueryExecutionContext");
    error = object(status, "AthenaError");
    struct bf_str state = text(s, status, "State");
    size_t i = 0;
    while (i < BF_COUNT(states) && !bf_str_eq(state, bf_str_of(states[i])))
        i++;
    if (i == BF_COUNT(states))
        return strange("GetQueryExecution", e);
    s->state = (enum bf_athena_state)i;
    s->id = text(s, q, "QueryExecutionId");
    s->query = text(s, q, "Query");
    s->type = text(s, q, "StatementType");
    s->subtype = text(s, q, "SubstatementType");
    s->workgroup = text(s, q, "WorkGroup");
    s->catalog = text(s, context, "Catalog");
    s->database = text(s, context, "Database");
    s->location = text(s, object(q, "ResultConfiguration"), "OutputLocation");
    s->reason = text(s, status, "StateChangeReason");
    s->error = text(s, error, "ErrorMessage");
    s->category = number(error, "ErrorCategory");
    s->retryable = truth(error, "Retryable");
    read_statistics(s, object(q, "Statistics"));
    return true;
}
