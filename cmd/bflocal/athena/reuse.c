/* The result of an earlier query in the place of a new run (ResultReuseByAgeConfiguration). */
#include "cmd/bflocal/athena/athena.h"

enum { DEFAULT_MINUTES = 60, MOST_MINUTES = 10080 };

/* Did the earlier one ask for the same in all but its text, which is the same already? */
static bool same(const struct bl_execution *x, const json_t *old)
{
    const json_t *a = json_object_get(x->doc, "QueryExecutionContext"),
                 *b = json_object_get(old, "QueryExecutionContext");
    const json_t *p = json_object_get(x->doc, "ExecutionParameters"),
                 *q = json_object_get(old, "ExecutionParameters");
    struct bf_str bucket, key,
        uri = bf_str_of(
            bl_document_text(json_object_get(old, "ResultConfiguration"), "OutputLocation"));
    return json_equal(a, b) && (p == q || json_equal(p, q)) && bl_s3_own_uri(uri, &bucket, &key) &&
           bf_str_eq(bucket, x->bucket) && bf_str_starts(key, x->prefix) &&
           !memchr(key.p + x->prefix.n, '/', key.n - x->prefix.n);
}

/* The newest that would do; NULL: none. */
static json_t *find(struct bl_store *s, const struct bl_execution *x, int64_t since_ms,
                    json_t **columns)
{
    sqlite3_stmt *q =
        bl_sql(s, "SELECT doc, columns FROM athena_execution WHERE workgroup=? AND at_ms>=? AND "
                  "state='SUCCEEDED' AND kind='.csv' AND json_extract(doc, '$.Query')=? ORDER BY "
                  "at_ms DESC");
    json_t *found = NULL;
    bl_bind_text(q, 1, bf_str_of(bl_document_text(x->doc, "WorkGroup")));
    bl_bind_i64(q, 2, since_ms);
    bl_bind_text(q, 3, x->sql);
    while (!found && bl_step(s, q)) {
        json_t *old = bl_document_parse(bl_column_text(q, 0));
        if (old && same(x, old)) {
            found = json_incref(old);
            *columns = bl_document_parse(bl_column_text(q, 1));
        }
        json_decref(old);
    }
    bl_done(q);
    return found;
}

/* Is the object still there? */
static bool has_object(struct bl_call *c, const json_t *old)
{
    struct bf_str bucket, key;
    struct bl_s3_own o;
    struct bf_err e;
    bool found = false;
    const char *uri =
        bl_document_text(json_object_get(old, "ResultConfiguration"), "OutputLocation");
    return bl_s3_own_uri(bf_str_of(uri), &bucket, &key) &&
           bl_s3_own_find(c->local, bucket, key, &o, &found, &e) && found;
}

static void take(struct bl_call *c, struct bl_execution *x, const json_t *old)
{
    json_t *status = json_object_get(x->doc, "Status");
    json_object_set(x->doc, "ResultConfiguration", json_object_get(old, "ResultConfiguration"));
    json_object_set_new(status, "State", json_string("SUCCEEDED"));
    json_object_set_new(status, "CompletionDateTime", bl_document_time(c->now_ms));
    json_object_set_new(x->doc, "Statistics",
                        json_pack("{s:I,s:I,s:I,s:{s:b}}", "DataScannedInBytes", (json_int_t)0,
                                  "EngineExecutionTimeInMillis", (json_int_t)0,
                                  "TotalExecutionTimeInMillis", (json_int_t)0,
                                  "ResultReuseInformation", "ReusedPreviousResult", 1));
    x->kind = ".csv";
}

bool bl_reuse(struct bl_call *c, const json_t *body, struct bl_execution *x, bool *done)
{
    const json_t *asked = json_object_get(json_object_get(body, "ResultReuseConfiguration"),
                                          "ResultReuseByAgeConfiguration");
    int64_t minutes = bl_document_int(asked, "MaxAgeInMinutes", DEFAULT_MINUTES);
    *done = false;
    if (!json_is_true(json_object_get(asked, "Enabled")))
        return true;
    if (minutes < 0 || minutes > MOST_MINUTES)
        return bl_athena_fail(c, "INVALID_INPUT", "MaxAgeInMinutes: want 0 to %d", MOST_MINUTES);
    json_object_set_new(x->doc, "ResultReuseConfiguration",
                        json_pack("{s:{s:b,s:I}}", "ResultReuseByAgeConfiguration", "Enabled", 1,
                                  "MaxAgeInMinutes", (json_int_t)minutes));
    bl_store_lock(c->store);
    json_t *old = find(c->store, x, c->now_ms - minutes * 60000, &x->columns);
    bl_store_unlock(c->store);
    if (old && has_object(c, old)) {
        take(c, x, old);
        *done = true;
    } else {
        json_decref(x->columns);
        x->columns = NULL;
    }
    json_decref(old);
    return true;
}
