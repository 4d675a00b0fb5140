/* DynamoDB: the Kinesis streams that a table feeds. */
#include <stdio.h>

#include "cmd/bflocal/ddbtable/ddbtable.h"

/* The name of the Kinesis stream in the request's StreamArn; n == 0: the answer is set. */
static struct bf_str stream_name(struct bl_call *c, const struct bl_params *p)
{
    struct bf_str arn = {NULL, 0}, name = {NULL, 0};
    if (!bl_param_string(c, p, "StreamArn", &arn))
        return name;
    struct bf_str prefix =
        bl_arena_printf(&c->arena, "arn:aws:kinesis:%s:" BL_ACCOUNT ":stream/", c->local->region);
    if (bf_str_starts(arn, prefix))
        name = bf_str(arn.p + prefix.n, arn.n - prefix.n);
    if (name.n < 1 || name.n > 128) {
        name.n = 0;
        bl_fail(c, BL_ValidationException, "Invalid StreamArn: %.*s", BF_SHOWN_TO(arn, 400));
    }
    return name;
}

static int slot_of(const struct bl_table *t, struct bf_str name)
{
    for (int i = 0; i < BL_DESTINATIONS; i++)
        if (bf_str_eq(bf_str_of(t->destination[i]), name))
            return i;
    return -1;
}

static bool read_precision(struct bl_call *c, const struct bl_params *p, bool *micros)
{
    static const char member[] = "EnableKinesisStreamingConfiguration";
    struct bl_params q;
    struct bf_str raw = bl_param_raw(p, member), text = {NULL, 0};
    *micros = false;
    if (!raw.p)
        return true;
    if (!bl_params_read_object(c, raw, &q) ||
        !bl_param_string(c, &q, "ApproximateCreationDateTimePrecision", &text))
        return false;
    *micros = bf_str_is(text, "MICROSECOND");
    return true;
}

static void put_destination(struct bl_call *c, const struct bl_table *t, struct bf_str name,
                            bool micros, const char *status, bool configuration)
{
    bf_buf_addf(&c->ans.body,
                "{\"TableName\":\"%s\",\"StreamArn\":\"arn:aws:kinesis:%s:" BL_ACCOUNT
                ":stream/%.*s\",\"DestinationStatus\":\"%s\"",
                t->name, c->local->region, (int)name.n, name.p, status);
    if (configuration)
        bf_buf_addf(&c->ans.body,
                    ",\"EnableKinesisStreamingConfiguration\":"
                    "{\"ApproximateCreationDateTimePrecision\":\"%s\"}",
                    micros ? "MICROSECOND" : "MILLISECOND");
    bf_buf_addc(&c->ans.body, '}');
}

static bool enable_destination(struct bl_call *c, struct bl_table *t, struct bf_str name,
                               bool micros)
{
    int slot = slot_of(t, BF_STR(""));
    if (!bl_stream_find(c->local->kinesis, name))
        return bl_fail(c, BL_ResourceNotFoundException,
                       "Requested resource not found: Stream: %.*s not found", (int)name.n, name.p);
    if (slot_of(t, name) >= 0)
        return bl_fail(c, BL_ValidationException,
                       "Table is not in a valid state to enable Kinesis Streaming Destination: "
                       "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to "
                       "perform ENABLE operation.");
    if (slot < 0)
        return bl_fail(c, BL_LimitExceededException,
                       "A table feeds at most %d Kinesis streams at a time", BL_DESTINATIONS);
    snprintf(t->destination[slot], sizeof t->destination[slot], "%.*s", (int)name.n, name.p);
    t->destination_micros[slot] = micros;
    put_destination(c, t, name, micros, "ENABLING", true);
    return bl_table_save(c, t);
}

static bool disable_destination(struct bl_call *c, struct bl_table *t, struct bf_str name,
                                bool micros)
{
    int slot = slot_of(t, name);
    (void)micros;
    if (slot < 0)
        return bl_fail(c, BL_ValidationException,
                       "Table is not in a valid state to disable Kinesis Streaming Destination: "
                       "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.");
    put_destination(c, t, name, t->destination_micros[slot], "DISABLING", false);
    t->destination[slot][0] = '\0';
    t->destination_micros[slot] = false;
    return bl_table_save(c, t);
}

/* Runs a change of a table's destinations in a transaction. */
static bool change_destination(struct bl_call *c, bool (*run)(struct bl_call *, struct bl_table *,
                                                              struct bf_str, bool))
{
    struct bl_params p;
    struct bf_str name;
    struct bf_err e = {0};
    bool micros;
    if (!bl_params_read(c, &p) || !read_precision(c, &p, &micros) || !(name = stream_name(c, &p)).n)
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_table *t = bl_table_manage(c, &p);
    if (t)
        bl_table_keep(c, t);
    bool ok = bl_store_settle(c->store, t && run(c, t, name, micros), &e);
    bl_store_unlock(c->store);
    return ok || (c->failed ? false : bl_fail_err(c, &e));
}

bool bl_ddb_enable_kinesis(struct bl_call *c)
{
    return change_destination(c, enable_destination);
}

bool bl_ddb_disable_kinesis(struct bl_call *c)
{
    return change_destination(c, disable_destination);
}

bool bl_ddb_describe_kinesis(struct bl_call *c)
{
    struct bl_params p;
    struct bf_buf *out = &c->ans.body;
    if (!bl_params_read(c, &p))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_manage(c, &p);
    bool first = true;
    if (t)
        bf_buf_addf(out, "{\"TableName\":\"%s\",\"KinesisDataStreamDestinations\":[", t->name);
    for (int i = 0; t && i < BL_DESTINATIONS; i++) {
        if (!t->destination[i][0])
            continue;
        bf_buf_addf(out,
                    "%s{\"StreamArn\":\"arn:aws:kinesis:%s:" BL_ACCOUNT
                    ":stream/%s\",\"DestinationStatus\":\"ACTIVE\","
                    "\"ApproximateCreationDateTimePrecision\":\"%s\"}",
                    first ? "" : ",", c->local->region, t->destination[i],
                    t->destination_micros[i] ? "MICROSECOND" : "MILLISECOND");
        first = false;
    }
    if (t)
        bf_buf_lit(out, "]}");
    bl_store_unlock(c->store);
    return t != NULL;
}
