/* Operations on queries: start, stop, get, list. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/athena.h"
#include "lib/base/rng.h"

enum { BATCH_MAX = 50, LIST_MAX = 50 };

/* Removes the members that only bflocal uses from a stored document. */
static void strip(json_t *doc)
{
    json_object_del(doc, "bflocal.UpdateCount");
    json_object_del(doc, "bflocal.Token");
}

static bool text_of(struct bl_call *c, struct bf_arena *a, const char *text, struct bf_str *out)
{
    struct bf_err e;
    return bf_arena_copy(a, bf_str_of(text), out) || (bf_err_nomem(&e), bl_fail_err(c, &e));
}

/* The output location: the workgroup's if it enforces its configuration; otherwise the caller's;
 * otherwise the workgroup's. */
static const char *location_of(const json_t *body, const json_t *workgroup)
{
    const json_t *conf = json_object_get(workgroup, "Configuration");
    const char *own =
                   bl_document_text(json_object_get(conf, "ResultConfiguration"), "OutputLocation"),
               *asked =
                   bl_document_text(json_object_get(body, "ResultConfiguration"), "OutputLocation");
    bool enforced = json_is_true(json_object_get(conf, "EnforceWorkGroupConfiguration"));
    return enforced && *own ? own : *asked ? asked : own;
}

static bool set_location(struct bl_call *c, struct bl_execution *x, const char *location)
{
    struct bf_str bucket, key, copy = BF_STR("");
    struct bf_buf prefix;
    if (!*location)
        return bl_athena_fail(c, "INVALID_INPUT",
                              "No output location provided. An output location is required either "
                              "through the Workgroup result configuration setting or as an API "
                              "input.");
    if (!bl_s3_own_uri(bf_str_of(location), &bucket, &key))
        return bl_athena_fail(c, "INVALID_INPUT", "outputLocation is not a valid S3 path.");
    if (!bl_s3_own_bucket(c->local, bucket))
        return bl_athena_fail(c, "INVALID_INPUT", "Unable to verify/create output bucket %.*s",
                              (int)bucket.n, bucket.p);
    bf_buf_init(&prefix, 2048);
    bf_buf_adds(&prefix, key);
    if (key.n && key.p[key.n - 1] != '/')
        bf_buf_addc(&prefix, '/');
    bool ok = bf_arena_copy(&x->arena, bucket, &x->bucket) &&
              bf_arena_copy(&x->arena, bf_buf_view(&prefix), &copy);
    x->prefix = copy;
    bf_buf_free(&prefix);
    return ok || bl_athena_fail(c, "INVALID_INPUT", "the output location is too long");
}

static bool set_parameters(struct bl_call *c, struct bl_execution *x, const json_t *list)
{
    size_t i;
    json_t *v;
    x->nparameters = json_array_size(list);
    x->parameters = bf_arena_alloc(&x->arena, (x->nparameters + 1) * sizeof *x->parameters);
    if (!x->parameters)
        return text_of(c, &x->arena, "", &x->sql);
    json_array_foreach((json_t *)(uintptr_t)list, i, v)
    {
        if (!json_is_string(v))
            return bl_athena_fail(c, "INVALID_INPUT", "ExecutionParameters: want strings");
        if (!text_of(c, &x->arena, json_string_value(v), &x->parameters[i]))
            return false;
    }
    return true;
}

static bool make_doc(struct bl_call *c, struct bl_execution *x, const json_t *body)
{
    const char *type, *sub, *workgroup = bl_document_text(body, "WorkGroup");
    const json_t *context = json_object_get(body, "QueryExecutionContext");
    const char *token = bl_document_text(body, "ClientRequestToken");
    bl_statement_type(x->sql, &type, &sub);
    bool query = strcmp(sub, "SELECT") == 0 || strcmp(sub, "EXECUTE") == 0,
         writes = strcmp(type, "DML") == 0 || strcmp(sub, "CREATE_TABLE_AS_SELECT") == 0;
    struct bf_str location = bl_arena_printf(&x->arena, "s3://%.*s/%.*s%s%s", (int)x->bucket.n,
                                             x->bucket.p, (int)x->prefix.n, x->prefix.p, x->id,
                                             query    ? ".csv"
                                             : writes ? ""
                                                      : ".txt");
    x->doc = json_pack(
        "{s:s,s:s,s:s,s:s,s:{s:s},s:{s:{s:b}},s:{s:s,s:o},s:{s:I,s:I},s:s,s:{s:s,s:s}}",
        "QueryExecutionId", x->id, "Query", x->sql.p, "StatementType", type, "SubstatementType",
        sub, "ResultConfiguration", "OutputLocation", location.p, "ResultReuseConfiguration",
        "ResultReuseByAgeConfiguration", "Enabled", 0, "Status", "State", "QUEUED",
        "SubmissionDateTime", bl_document_time(c->now_ms), "Statistics", "DataScannedInBytes",
        (json_int_t)0, "EngineExecutionTimeInMillis", (json_int_t)0, "WorkGroup",
        *workgroup ? workgroup : "primary", "EngineVersion", "SelectedEngineVersion", "AUTO",
        "EffectiveEngineVersion", "Athena engine version 3");
    if (!x->doc)
        return text_of(c, &x->arena, "", &x->sql);
    json_t *shown = json_object();
    if (*bl_document_text(context, "Database"))
        json_object_set_new(shown, "Database", json_string(x->database));
    if (*bl_document_text(context, "Catalog"))
        json_object_set(shown, "Catalog", json_object_get(context, "Catalog"));
    json_object_set_new(x->doc, "QueryExecutionContext", shown);
    if (x->nparameters)
        json_object_set(x->doc, "ExecutionParameters",
                        json_object_get(body, "ExecutionParameters"));
    if (*token)
        json_object_set_new(x->doc, "bflocal.Token", json_string(token));
    return true;
}

/* Looks for an earlier request with the same token. *done: it is the same query, and its
 * execution is answered. An error if it is another query. */
static bool repeated(struct bl_call *c, const json_t *body, struct bf_str sql, bool *done)
{
    const char *token = bl_document_text(body, "ClientRequestToken");
    *done = false;
    if (!*token)
        return true;
    if (strlen(token) < 32 || strlen(token) > 128)
        return bl_athena_fail(c, "INVALID_INPUT", "ClientRequestToken: want 32 to 128 characters");
    bl_store_lock(c->store);
    sqlite3_stmt *q = bl_sql(c->store, "SELECT id, json_extract(doc, '$.Query') FROM "
                                       "athena_execution WHERE json_extract(doc, "
                                       "'$.\"bflocal.Token\"')=? ORDER BY at_ms DESC");
    bl_bind_text(q, 1, bf_str_of(token));
    char id[40] = "";
    bool same = false;
    if (bl_step(c->store, q)) {
        snprintf(id, sizeof id, "%s", (const char *)sqlite3_column_text(q, 0));
        same = bf_str_eq(bl_column_text(q, 1), sql);
    }
    bl_done(q);
    bl_store_unlock(c->store);
    *done = id[0] != '\0';
    if (*done && !same)
        return bl_athena_fail(c, "IDEMPOTENT_PARAMETER_MISMATCH",
                              "Idempotent parameters do not match");
    return !*done || bl_document_answer(c, json_pack("{s:s}", "QueryExecutionId", id));
}

static bool read_start(struct bl_call *c, const json_t *body, struct bl_execution *x)
{
    static const char *const managed = "ManagedQueryResultsConfiguration";
    const char *sql = bl_document_text(body, "QueryString"),
               *group = bl_document_text(body, "WorkGroup");
    const char *database =
        bl_document_text(json_object_get(body, "QueryExecutionContext"), "Database");
    struct bf_str copy;
    struct bf_err e = {0};
    char folded[BL_CATALOG_NAME];
    if (!*sql || strlen(sql) > BL_ATHENA_QUERY)
        return bl_athena_fail(c, "INVALID_INPUT", "QueryString: want 1 to %d bytes",
                              BL_ATHENA_QUERY);
    if (!bl_document_fold(*database ? database : "default", folded, sizeof folded) ||
        !text_of(c, &x->arena, folded, &copy) || !text_of(c, &x->arena, sql, &x->sql))
        return false;
    x->database = copy.p;
    bl_store_lock(c->store);
    json_t *workgroup = bl_workgroup_find(c->store, *group ? group : "primary");
    bl_store_unlock(c->store);
    bool ok = workgroup != NULL || bl_athena_fail(c, "INVALID_INPUT", "WorkGroup is not found.");
    if (ok && strcmp(bl_document_text(workgroup, "State"), "DISABLED") == 0)
        ok = bl_athena_fail(c, "INVALID_INPUT", "WorkGroup %.100s is disabled.", group);
    if (ok && json_object_get(json_object_get(workgroup, "Configuration"), managed))
        ok = bl_athena_fail(c, "INVALID_INPUT", "bflocal has no %s", managed);
    ok = ok && set_location(c, x, location_of(body, workgroup)) &&
         set_parameters(c, x, json_object_get(body, "ExecutionParameters"));
    x->cutoff = bl_document_int(json_object_get(workgroup, "Configuration"),
                                "BytesScannedCutoffPerQuery", 0);
    json_decref(workgroup);
    if (ok && !bl_statement_check(x, &e))
        ok = bl_athena_fail(c, "MALFORMED_QUERY", "%s", e.text);
    return ok && make_doc(c, x, body);
}

/* Stores the execution, and starts it unless it has ended. */
static bool begin(struct bl_call *c, struct bl_execution *x, bool ended)
{
    struct bf_err e = {0};
    char id[40];
    snprintf(id, sizeof id, "%s", x->id);
    bool ok = bl_store_begin(c->store, &e);
    if (ok) {
        bl_execution_save(c->store, x, c->now_ms);
        bl_execution_tell(c->local, x);
        ok = bl_store_commit(c->store, &e);
    }
    if (!ok || ended) {
        bl_execution_free(x);
        return ok ? bl_document_answer(c, json_pack("{s:s}", "QueryExecutionId", id))
                  : bl_fail_err(c, &e);
    }
    if (bl_execution_begin(c->local->athena, x, &e))
        return bl_document_answer(c, json_pack("{s:s}", "QueryExecutionId", id));
    bl_execution_free(x);
    return bl_fail_with(c, BL_TooManyRequestsException,
                        BF_STR(",\"Reason\":\"CONCURRENT_QUERY_LIMIT_EXCEEDED\""), "%s", e.text);
}

bool bl_athena_start(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    struct bl_execution *x = body ? calloc(1, sizeof *x) : NULL;
    struct bf_err e;
    bool done = false, reused = false;
    if (!body)
        return false;
    bool ok = x != NULL;
    if (!x) {
        bf_err_nomem(&e);
        bl_fail_err(c, &e);
    } else {
        bf_arena_init(&x->arena, 512 * 1024 * 1024);
        bf_rng_fresh_uuid(x->id);
        x->updated = -1;
        ok = repeated(c, body, bf_str_of(bl_document_text(body, "QueryString")), &done) &&
             (done || (read_start(c, body, x) && bl_reuse(c, body, x, &reused)));
    }
    json_decref(body);
    if (ok && !done)
        return begin(c, x, reused);
    bl_execution_free(x);
    return ok;
}

static bool need_id(struct bl_call *c, const json_t *body, const char **id)
{
    *id = bl_document_text(body, "QueryExecutionId");
    return **id || bl_athena_fail(c, "INVALID_INPUT", "QueryExecutionId is required");
}

static bool not_found(struct bl_call *c, const char *id)
{
    return bl_athena_fail(c, "INVALID_INPUT", "QueryExecution %.60s was not found", id);
}

/* The execution in the body's QueryExecutionId, for the caller to free. NULL: the answer is set. */
static json_t *named_execution(struct bl_call *c, const json_t *body, const char **id)
{
    if (!body || !need_id(c, body, id))
        return NULL;
    bl_store_lock(c->store);
    json_t *doc = bl_execution_find(c->store, *id, NULL, NULL);
    bl_store_unlock(c->store);
    if (!doc)
        not_found(c, *id);
    return doc;
}

bool bl_athena_stop(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    const char *id = "";
    json_t *doc = named_execution(c, body, &id);
    bool ok = doc != NULL;
    if (ok) {
        bl_execution_cancel(c->local->athena, id);
        bf_buf_lit(&c->ans.body, "{}");
    }
    json_decref(doc);
    json_decref(body);
    return ok;
}

bool bl_athena_get(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    const char *id = "";
    json_t *doc = named_execution(c, body, &id);
    bool ok = doc != NULL;
    if (ok) {
        strip(doc);
        ok = bl_document_answer(c, json_pack("{s:o}", "QueryExecution", doc));
    }
    json_decref(body);
    return ok;
}

bool bl_athena_batch_get(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *id, *found = json_array(), *missing = json_array();
    const json_t *ids = json_object_get(body, "QueryExecutionIds");
    size_t i;
    bool ok =
        body && ((json_array_size(ids) > 0 && json_array_size(ids) <= BATCH_MAX) ||
                 bl_athena_fail(c, "INVALID_INPUT", "QueryExecutionIds: want 1 to %d", BATCH_MAX));
    if (ok) {
        bl_store_lock(c->store);
        json_array_foreach((json_t *)(uintptr_t)ids, i, id)
        {
            const char *text = json_is_string(id) ? json_string_value(id) : "";
            json_t *doc = bl_execution_find(c->store, text, NULL, NULL);
            strip(doc);
            if (doc)
                json_array_append_new(found, doc);
            else
                json_array_append_new(missing,
                                      json_pack("{s:s,s:s,s:s}", "QueryExecutionId", text,
                                                "ErrorCode", "INVALID_INPUT", "ErrorMessage",
                                                "The query execution was not found"));
        }
        bl_store_unlock(c->store);
        ok = bl_document_answer(c, json_pack("{s:O,s:O}", "QueryExecutions", found,
                                             "UnprocessedQueryExecutionIds", missing));
    }
    json_decref(found);
    json_decref(missing);
    json_decref(body);
    return ok;
}

/* The newest execution comes first; the token is the number of those listed before. */
bool bl_athena_list(struct bl_call *c)
{
    json_t *body = bl_document_read(c), *ids = json_array();
    const char *group = bl_document_text(body, "WorkGroup");
    int64_t max = bl_document_int(body, "MaxResults", LIST_MAX),
            from = strtoll(bl_document_text(body, "NextToken"), NULL, 10), n = 0;
    bool ok = body && ((max >= 1 && max <= LIST_MAX) ||
                       bl_athena_fail(c, "INVALID_INPUT", "MaxResults: want 1 to %d", LIST_MAX));
    if (ok) {
        bl_store_lock(c->store);
        sqlite3_stmt *q =
            bl_sql(c->store, "SELECT id FROM athena_execution WHERE workgroup=? ORDER "
                             "BY at_ms DESC, id LIMIT ? OFFSET ?");
        bl_bind_text(q, 1, bf_str_of(*group ? group : "primary"));
        bl_bind_i64(q, 2, max + 1);
        bl_bind_i64(q, 3, from);
        while (bl_step(c->store, q) && ++n <= max)
            json_array_append_new(ids, json_string((const char *)sqlite3_column_text(q, 0)));
        bl_done(q);
        bl_store_unlock(c->store);
        json_t *answer = json_pack("{s:O}", "QueryExecutionIds", ids);
        if (n > max)
            json_object_set_new(
                answer, "NextToken",
                json_string(bl_arena_printf(&c->arena, "%lld", (long long)(from + max)).p));
        ok = bl_document_answer(c, answer);
    }
    json_decref(ids);
    json_decref(body);
    return ok;
}

bool bl_athena_statistics(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    const char *id = "";
    json_t *doc = named_execution(c, body, &id);
    bool ok = doc != NULL;
    const json_t *s = json_object_get(doc, "Statistics");
    if (ok)
        ok = bl_document_answer(
            c, json_pack("{s:{s:{s:I,s:I},s:{s:I}}}", "QueryRuntimeStatistics", "Timeline",
                         "EngineExecutionTimeInMillis",
                         (json_int_t)bl_document_int(s, "EngineExecutionTimeInMillis", 0),
                         "TotalExecutionTimeInMillis",
                         (json_int_t)bl_document_int(s, "TotalExecutionTimeInMillis", 0), "Rows",
                         "InputBytes", (json_int_t)bl_document_int(s, "DataScannedInBytes", 0)));
    json_decref(doc);
    json_decref(body);
    return ok;
}
