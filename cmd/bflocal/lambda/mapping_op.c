/* CreateEventSourceMapping and the related operations. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/lambda/lambda.h"
#include "cmd/bflocal/lambda/mapping.h"
#include "lib/base/rng.h"

static bool fail_value(struct bl_call *c, const char *text)
{
    return bl_lambda_fail(c, 400, "InvalidParameterValueException", "%s", text);
}

/* An integer within the model's range, or -1 if that means no limit. */
static bool take_number(struct bl_call *c, const struct bl_mapping *m, const char *name,
                        int64_t low, int64_t high, bool unlimited, int64_t *out)
{
    *out = bl_document_int(m->config, name, 0);
    if ((*out >= low && *out <= high) || (unlimited && *out == -1))
        return true;
    return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                          "%s: %lld is not between %lld and %lld", name, (long long)*out,
                          (long long)low, (long long)high);
}

static bool take_filters(struct bl_call *c, struct bl_mapping *m)
{
    const json_t *list = json_object_get(json_object_get(m->config, "FilterCriteria"), "Filters");
    struct bf_err e = {0};
    bf_pattern_destroy(m->filters);
    m->filters = NULL;
    if (!json_array_size(list))
        return true;
    if (json_array_size(list) > 10)
        return fail_value(c, "FilterCriteria has more than 10 filters");
    m->filters = bf_pattern_new(&e);
    bool ok = m->filters != NULL;
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = bf_pattern_add(m->filters,
                            bf_str_of(bl_document_text(json_array_get(list, i), "Pattern")), &e);
    return (ok && bf_pattern_ready(m->filters, &e)) ||
           bl_lambda_fail(c, 400, "InvalidParameterValueException",
                          "Invalid filter pattern definition. %s", e.text);
}

static bool take_destination(struct bl_call *c, struct bl_mapping *m)
{
    const json_t *failure =
        json_object_get(json_object_get(m->config, "DestinationConfig"), "OnFailure");
    const char *arn = bl_document_text(failure, "Destination");
    m->bucket[0] = '\0';
    if (!*arn)
        return true;
    if (strncmp(arn, "arn:aws:s3:::", 13) != 0)
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "bflocal has no SQS and no SNS: the destination of failed batches is "
                              "a bucket (arn:aws:s3:::NAME), not %.200s",
                              arn);
    snprintf(m->bucket, sizeof m->bucket, "%s", arn + 13);
    return true;
}

static bool reports_items(const json_t *config)
{
    const json_t *types = json_object_get(config, "FunctionResponseTypes");
    for (size_t i = 0; i < json_array_size(types); i++)
        if (json_is_string(json_array_get(types, i)) &&
            strcmp(json_string_value(json_array_get(types, i)), "ReportBatchItemFailures") == 0)
            return true;
    return false;
}

bool bl_mapping_settle(struct bl_call *c, struct bl_mapping *m)
{
    int64_t batch, window, factor, retries, age;
    struct bf_str qualifier,
        function = bl_lambda_name(c->local, bf_str_of(bl_document_text(m->config, "FunctionArn")),
                                  &qualifier);
    snprintf(m->uuid, sizeof m->uuid, "%s", bl_document_text(m->config, "UUID"));
    snprintf(m->source, sizeof m->source, "%s", bl_document_text(m->config, "EventSourceArn"));
    snprintf(m->function, sizeof m->function, "%.*s%s%.*s", (int)function.n, function.p,
             qualifier.n ? ":" : "", (int)qualifier.n, qualifier.n ? qualifier.p : "");
    m->dynamodb = strncmp(m->source, "arn:aws:dynamodb:", 17) == 0;
    if (!take_number(c, m, "BatchSize", 1, BL_MAPPING_BATCH, false, &batch) ||
        !take_number(c, m, "MaximumBatchingWindowInSeconds", 0, 300, false, &window) ||
        !take_number(c, m, "ParallelizationFactor", 1, BL_MAPPING_FACTOR, false, &factor) ||
        !take_number(c, m, "MaximumRetryAttempts", 0, 10000, true, &retries) ||
        !take_number(c, m, "MaximumRecordAgeInSeconds", 60, 604800, true, &age))
        return false;
    m->batch = (size_t)batch;
    m->window_ms = window * 1000;
    m->factor = (size_t)factor;
    m->retries = retries;
    m->age_ms = age < 0 ? -1 : age * 1000;
    m->bisect = json_is_true(json_object_get(m->config, "BisectBatchOnFunctionError"));
    m->report = reports_items(m->config);
    return take_filters(c, m) && take_destination(c, m);
}

static json_t *new_config(const struct bl_call *c, const json_t *body, const char *arn)
{
    char uuid[37], own[160];
    bf_rng_fresh_uuid(uuid);
    snprintf(own, sizeof own, "arn:aws:lambda:%s:" BL_ACCOUNT ":event-source-mapping:%s",
             c->local->region, uuid);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:b, s:i, s:s, s:s, s:s, s:o, "
        "s:[], s:{s:{}}}",
        "UUID", uuid, "EventSourceMappingArn", own, "FunctionArn", arn, "EventSourceArn",
        bl_document_text(body, "EventSourceArn"), "StartingPosition",
        bl_document_text(body, "StartingPosition"), "BatchSize", 100,
        "MaximumBatchingWindowInSeconds", 0, "ParallelizationFactor", 1,
        "MaximumRecordAgeInSeconds", -1, "MaximumRetryAttempts", -1, "BisectBatchOnFunctionError",
        0, "TumblingWindowInSeconds", 0, "State", "Enabled", "StateTransitionReason", "User action",
        "LastProcessingResult", "No records processed", "LastModified", bl_document_time(c->now_ms),
        "FunctionResponseTypes", "DestinationConfig", "OnFailure");
}

static void take_members(json_t *config, const json_t *body)
{
    static const char *const kept[] = {"BatchSize",
                                       "MaximumBatchingWindowInSeconds",
                                       "ParallelizationFactor",
                                       "FilterCriteria",
                                       "MaximumRecordAgeInSeconds",
                                       "BisectBatchOnFunctionError",
                                       "DestinationConfig",
                                       "MaximumRetryAttempts",
                                       "FunctionResponseTypes",
                                       "StartingPositionTimestamp"};
    for (size_t i = 0; i < BF_COUNT(kept); i++)
        if (json_object_get(body, kept[i]))
            json_object_set(config, kept[i], json_object_get(body, kept[i]));
    const json_t *enabled = json_object_get(body, "Enabled");
    if (json_is_boolean(enabled))
        json_object_set_new(config, "State",
                            json_string(json_is_true(enabled) ? "Enabled" : "Disabled"));
}

static bool is_enabled(const struct bl_mapping *m)
{
    return strcmp(bl_document_text(m->config, "State"), "Enabled") == 0;
}

/* Members that bflocal would not follow. */
static bool refuse(struct bl_call *c, const json_t *body)
{
    static const char *const names[] = {"TumblingWindowInSeconds",
                                        "Topics",
                                        "Queues",
                                        "SourceAccessConfigurations",
                                        "SelfManagedEventSource",
                                        "AmazonManagedKafkaEventSourceConfig",
                                        "SelfManagedKafkaEventSourceConfig",
                                        "ScalingConfig",
                                        "DocumentDBEventSourceConfig",
                                        "KMSKeyArn",
                                        "ProvisionedPollerConfig"};
    for (size_t i = 0; i < BF_COUNT(names); i++) {
        const json_t *v = json_object_get(body, names[i]);
        if (v && !json_is_null(v) && !(json_is_integer(v) && json_integer_value(v) == 0))
            return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                                  "bflocal has no %s for event source mappings", names[i]);
    }
    return true;
}

static bool check_source(struct bl_call *c, const json_t *body)
{
    const char *source = bl_document_text(body, "EventSourceArn"),
               *position = bl_document_text(body, "StartingPosition");
    bool known = strncmp(source, "arn:aws:kinesis:", 16) == 0 ||
                 (strncmp(source, "arn:aws:dynamodb:", 17) == 0 && strstr(source, "/stream/"));
    if (!known)
        return bl_lambda_fail(c, 400, "InvalidParameterValueException",
                              "bflocal maps streams of Kinesis and of DynamoDB, not %.200s",
                              source);
    if (!*position)
        return fail_value(c, "1 validation error detected: Value null at 'startingPosition' failed "
                             "to satisfy constraint: Member must not be null.");
    if (strcmp(position, "AT_TIMESTAMP") == 0 &&
        !json_is_number(json_object_get(body, "StartingPositionTimestamp")))
        return fail_value(c, "StartingPositionTimestamp is required for AT_TIMESTAMP");
    return refuse(c, body);
}

/* One mapping for a stream and a function; the stream exists. False: the answer is set. */
static bool check_new(struct bl_call *c, const struct bl_mapping *m)
{
    struct bl_lambda *f = c->local->lambda;
    char other[37] = "";
    if (!bl_mapping_has_source(m))
        return bl_lambda_fail(c, 400, "InvalidParameterValueException", "Stream not found: %s",
                              m->source);
    pthread_mutex_lock(&f->mutex);
    for (const struct bl_mapping *o = f->mappings; o; o = o->next)
        if (strcmp(o->source, m->source) == 0 && strcmp(o->function, m->function) == 0)
            snprintf(other, sizeof other, "%s", o->uuid);
    pthread_mutex_unlock(&f->mutex);
    return !*other ||
           bl_lambda_fail(
               c, 409, "ResourceConflictException",
               "The event source arn (\" %s \") and function (\" %s \") provided mapping "
               "already exists. Please update or delete the existing mapping with UUID "
               "%s",
               m->source, m->function, other);
}

/* The function's ARN, in the arena; empty: the answer is set. */
static struct bf_str function_arn(struct bl_call *c, const json_t *body)
{
    struct bf_str qualifier,
        arn = {NULL, 0},
        name =
            bl_lambda_name(c->local, bf_str_of(bl_document_text(body, "FunctionName")), &qualifier);
    pthread_mutex_lock(&c->local->lambda->mutex);
    const struct bl_function *fn = bl_lambda_resolve(c->local->lambda, name, qualifier);
    if (fn)
        arn = bl_lambda_qualified(c, bf_str_of(fn->arn), qualifier);
    pthread_mutex_unlock(&c->local->lambda->mutex);
    if (!fn)
        bl_lambda_fail_function(c, bf_str_of(bl_document_text(body, "FunctionName")));
    return arn;
}

static void add_mapping(struct bl_lambda *f, struct bl_mapping *m)
{
    pthread_mutex_lock(&f->mutex);
    m->next = f->mappings;
    f->mappings = m;
    pthread_mutex_unlock(&f->mutex);
}

bool bl_lambda_create_mapping(struct bl_call *c, struct bf_str unused)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    struct bf_str arn = body && check_source(c, body) ? function_arn(c, body) : bf_str(NULL, 0);
    struct bl_mapping *m = arn.n ? calloc(1, sizeof *m) : NULL;
    bool ok = m != NULL;
    (void)unused;
    if (m) {
        m->local = c->local;
        pthread_mutex_init(&m->filter_mutex, NULL);
        m->config = new_config(c, body, arn.p);
        take_members(m->config, body);
        ok = bl_mapping_settle(c, m) && check_new(c, m);
        if (ok && !bl_mapping_store(m, &e))
            ok = bl_fail_err(c, &e);
        else if (ok && is_enabled(m) && !bl_mapping_start(m, &e)) {
            struct bf_err ignored;
            ok = bl_fail_err(c, &e);
            bl_mapping_stop(m);
            (void)!bl_mapping_erase(c->local, m->uuid, &ignored);
        }
    }
    if (ok) {
        c->ans.status = 202;
        bl_document_print(&c->ans.body, m->config);
        add_mapping(c->local->lambda, m);
    } else if (m)
        bl_mapping_free(m);
    json_decref(body);
    return ok;
}

static struct bl_mapping *find(struct bl_lambda *f, struct bf_str uuid)
{
    struct bl_mapping *m = f->mappings;
    while (m && !bf_str_eq(uuid, bf_str_of(m->uuid)))
        m = m->next;
    return m;
}

bool bl_lambda_get_mapping(struct bl_call *c, struct bf_str uuid)
{
    pthread_mutex_lock(&c->local->lambda->mutex);
    const struct bl_mapping *m = find(c->local->lambda, uuid);
    if (m)
        bl_document_print(&c->ans.body, m->config);
    pthread_mutex_unlock(&c->local->lambda->mutex);
    return m || bl_lambda_fail_resource(c);
}

/* NAME: whatever the qualifier is. */
static bool is_for(const struct bl_mapping *m, struct bf_str target)
{
    struct bf_str own = bf_str_of(m->function);
    return bf_str_eq(own, target) || (bf_str_starts(own, target) && own.p[target.n] == ':');
}

bool bl_lambda_list_mappings(struct bl_call *c, struct bf_str unused)
{
    struct bf_str source = bl_query(c, "EventSourceArn"), function = bl_query(c, "FunctionName"),
                  qualifier, name = bl_lambda_name(c->local, function, &qualifier);
    json_t *list = json_array();
    (void)unused;
    name = bl_lambda_qualified(c, name, qualifier);
    pthread_mutex_lock(&c->local->lambda->mutex);
    for (const struct bl_mapping *m = c->local->lambda->mappings; m; m = m->next)
        if ((!source.n || bf_str_eq(source, bf_str_of(m->source))) &&
            (!function.n || is_for(m, name)))
            json_array_append(list, m->config);
    pthread_mutex_unlock(&c->local->lambda->mutex);
    return bl_document_answer(c, json_pack("{s:o}", "EventSourceMappings", list));
}

/* Removes a mapping from the list, so that no other call uses it, and stops it. NULL: the answer is set. */
static struct bl_mapping *take_out(struct bl_call *c, struct bf_str uuid)
{
    struct bl_lambda *f = c->local->lambda;
    pthread_mutex_lock(&f->mutex);
    struct bl_mapping *m = find(f, uuid);
    for (struct bl_mapping **at = &f->mappings; m && *at; at = &(*at)->next)
        if (*at == m) {
            *at = m->next;
            break;
        }
    pthread_mutex_unlock(&f->mutex);
    if (m)
        bl_mapping_stop(m);
    else
        bl_lambda_fail_resource(c);
    return m;
}

bool bl_lambda_update_mapping(struct bl_call *c, struct bf_str uuid)
{
    struct bf_err e = {0};
    json_t *body = bl_document_read(c);
    if (body && !refuse(c, body)) {
        json_decref(body);
        return false;
    }
    bool moves = body && *bl_document_text(body, "FunctionName");
    struct bf_str arn = moves ? function_arn(c, body) : BF_STR("");
    struct bl_mapping *m = body && (!moves || arn.n) ? take_out(c, uuid) : NULL;
    bool ok = m != NULL;
    if (m) {
        json_t *before = json_deep_copy(m->config);
        take_members(m->config, body);
        if (moves)
            json_object_set_new(m->config, "FunctionArn", json_string(arn.p));
        json_object_set_new(m->config, "LastModified", bl_document_time(c->now_ms));
        ok = bl_mapping_settle(c, m);
        if (!ok) { /* it continues unchanged */
            struct bl_call ignored = {.local = c->local};
            json_decref(m->config);
            m->config = json_incref(before);
            bf_buf_init(&ignored.ans.body, 4096);
            (void)!bl_mapping_settle(&ignored, m);
            bf_buf_free(&ignored.ans.body);
        } else if (!bl_mapping_store(m, &e))
            ok = bl_fail_err(c, &e);
        json_decref(before);
        if (is_enabled(m) && !bl_mapping_start(m, &e))
            ok = bl_fail_err(c, &e);
        if (ok) {
            c->ans.status = 202;
            bl_document_print(&c->ans.body, m->config);
        }
        add_mapping(c->local->lambda, m);
    }
    json_decref(body);
    return ok;
}

bool bl_lambda_delete_mapping(struct bl_call *c, struct bf_str uuid)
{
    struct bf_err e = {0};
    struct bl_mapping *m = take_out(c, uuid);
    if (!m)
        return false;
    json_object_set_new(m->config, "State", json_string("Deleting"));
    bl_document_print(&c->ans.body, m->config);
    bool ok = bl_mapping_erase(c->local, m->uuid, &e) || bl_fail_err(c, &e);
    c->ans.status = ok ? 202 : c->ans.status;
    bl_mapping_free(m);
    return ok;
}
