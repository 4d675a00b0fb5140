/* DescribeDeliveryStream, ListDeliveryStreams, and the operations for tags. */
#include <stdio.h>

#include "cmd/bflocal/firehose/firehose.h"

enum { LIST_DEFAULT = 10, TAGS_MAX = 50 };

/* Members that the description adds to a destination without them. */
static void complete(json_t *destination)
{
    json_t *hints = json_object_get(destination, "BufferingHints");
    if (!hints) {
        hints = json_object();
        json_object_set_new(destination, "BufferingHints", hints);
    }
    if (!json_object_get(hints, "SizeInMBs"))
        json_object_set_new(hints, "SizeInMBs", json_integer(5));
    if (!json_object_get(hints, "IntervalInSeconds"))
        json_object_set_new(hints, "IntervalInSeconds", json_integer(300));
    if (!json_object_get(destination, "CompressionFormat"))
        json_object_set_new(destination, "CompressionFormat", json_string("UNCOMPRESSED"));
    if (!json_object_get(destination, "EncryptionConfiguration"))
        json_object_set_new(destination, "EncryptionConfiguration",
                            json_pack("{s:s}", "NoEncryptionConfig", "NoEncryption"));
}

/* The description of the older operation: the members that S3DestinationDescription has. */
static json_t *plain_destination(const json_t *destination)
{
    static const char *const names[] = {"RoleARN",
                                        "BucketARN",
                                        "Prefix",
                                        "ErrorOutputPrefix",
                                        "BufferingHints",
                                        "CompressionFormat",
                                        "EncryptionConfiguration",
                                        "CloudWatchLoggingOptions"};
    json_t *plain = json_object();
    for (size_t i = 0; i < BF_COUNT(names); i++) {
        json_t *v = json_object_get(destination, names[i]);
        if (v)
            json_object_set(plain, names[i], v);
    }
    return plain;
}

static json_t *describe_destination(const struct bl_delivery *d)
{
    json_t *destination = json_deep_copy(json_object_get(d->config, "Destination"));
    json_t *backup = json_object_get(destination, "S3BackupConfiguration");
    complete(destination);
    if (!json_object_get(destination, "S3BackupMode"))
        json_object_set_new(destination, "S3BackupMode", json_string("Disabled"));
    if (backup) {
        complete(backup);
        json_object_set(destination, "S3BackupDescription", backup);
        json_object_del(destination, "S3BackupConfiguration");
    }
    return json_pack("{s:s, s:o, s:o}", "DestinationId", "destinationId-000000000001",
                     "S3DestinationDescription", plain_destination(destination),
                     "ExtendedS3DestinationDescription", destination);
}

static json_t *describe_source(const struct bl_delivery *d)
{
    const json_t *s = json_object_get(d->config, "Source");
    if (!d->source[0])
        return NULL;
    return json_pack("{s:{s:s, s:s, s:o}}", "KinesisStreamSourceDescription", "KinesisStreamARN",
                     bl_document_text(s, "KinesisStreamARN"), "RoleARN",
                     bl_document_text(s, "RoleARN"), "DeliveryStartTimestamp",
                     bl_document_time(bl_document_int(d->config, "CreateMs", 0)));
}

static json_t *describe(const struct bl_call *c, const struct bl_delivery *d)
{
    char arn[256], version[24];
    int64_t update_ms = bl_document_int(d->config, "UpdateMs", 0);
    json_t *update = update_ms ? bl_document_time(update_ms) : NULL;
    snprintf(arn, sizeof arn, "arn:aws:firehose:%s:" BL_ACCOUNT ":deliverystream/%s",
             c->local->region, d->name);
    snprintf(version, sizeof version, "%lld",
             (long long)bl_document_int(d->config, "VersionId", 1));
    return json_pack(
        "{s:{s:s, s:s, s:s, s:{s:s}, s:s, s:s, s:o, s:o*, s:o*, s:[o], s:b}}",
        "DeliveryStreamDescription", "DeliveryStreamName", d->name, "DeliveryStreamARN", arn,
        "DeliveryStreamStatus", "ACTIVE", "DeliveryStreamEncryptionConfiguration", "Status",
        "DISABLED", "DeliveryStreamType", bl_document_text(d->config, "Type"), "VersionId", version,
        "CreateTimestamp", bl_document_time(bl_document_int(d->config, "CreateMs", 0)),
        "LastUpdateTimestamp", update, "Source", describe_source(d), "Destinations",
        describe_destination(d), "HasMoreDestinations", 0);
}

bool bl_firehose_with(struct bl_call *c, bl_firehose_run *run)
{
    struct bl_firehose *f = c->local->firehose;
    json_t *body = bl_document_read(c);
    if (!body)
        return false;
    struct bf_str name = bf_str_of(bl_document_text(body, "DeliveryStreamName"));
    pthread_mutex_lock(&f->mutex);
    struct bl_delivery *d = bl_delivery_find(f, name);
    bool ok = d ? run(c, d, body) : bl_firehose_fail_name(c, name);
    pthread_mutex_unlock(&f->mutex);
    json_decref(body);
    return ok;
}

static bool run_describe(struct bl_call *c, struct bl_delivery *d, const json_t *body)
{
    (void)body;
    return bl_document_answer(c, describe(c, d));
}

bool bl_firehose_describe(struct bl_call *c)
{
    return bl_firehose_with(c, run_describe);
}

static bool list(struct bl_call *c, const json_t *body)
{
    struct bl_firehose *f = c->local->firehose;
    const char *after = bl_document_text(body, "ExclusiveStartDeliveryStreamName"),
               *type = bl_document_text(body, "DeliveryStreamType");
    int64_t limit = bl_document_int(body, "Limit", LIST_DEFAULT);
    json_t *names = json_array();
    bool more = false;
    pthread_mutex_lock(&f->mutex);
    for (const struct bl_delivery *d = f->list; d && !more; d = d->next) {
        if (d->deleting || strcmp(d->name, after) <= 0 ||
            (*type && strcmp(type, bl_document_text(d->config, "Type")) != 0))
            continue;
        more = (int64_t)json_array_size(names) >= limit;
        if (!more)
            json_array_append_new(names, json_string(d->name));
    }
    pthread_mutex_unlock(&f->mutex);
    return bl_document_answer(
        c, json_pack("{s:o, s:b}", "DeliveryStreamNames", names, "HasMoreDeliveryStreams", more));
}

bool bl_firehose_list(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    bool ok = body && list(c, body);
    json_decref(body);
    return ok;
}

/* ---- tags ---- */

static json_t *without(const json_t *tags, const char *key)
{
    json_t *rest = json_array();
    for (size_t i = 0; i < json_array_size(tags); i++) {
        json_t *tag = json_array_get(tags, i);
        if (strcmp(bl_document_text(tag, "Key"), key) != 0)
            json_array_append(rest, tag);
    }
    return rest;
}

/* Takes `tags`. */
static bool save_tags(struct bl_call *c, struct bl_delivery *d, json_t *tags)
{
    struct bf_err e = {0};
    json_t *old = json_incref(json_object_get(d->config, "Tags"));
    json_object_set_new(d->config, "Tags", tags);
    bool ok = bl_delivery_save(d, &e);
    if (!ok)
        json_object_set(d->config, "Tags", old);
    json_decref(old);
    if (ok)
        bf_buf_lit(&c->ans.body, "{}");
    return ok || bl_fail_err(c, &e);
}

static bool run_tag(struct bl_call *c, struct bl_delivery *d, const json_t *body)
{
    const json_t *added = json_object_get(body, "Tags");
    json_t *tags = json_deep_copy(json_object_get(d->config, "Tags"));
    for (size_t i = 0; i < json_array_size(added); i++) {
        json_t *tag = json_array_get(added, i), *rest = without(tags, bl_document_text(tag, "Key"));
        json_decref(tags);
        tags = rest;
        json_array_append(tags, tag);
    }
    if (json_array_size(tags) <= TAGS_MAX)
        return save_tags(c, d, tags);
    json_decref(tags);
    return bl_fail(c, BL_LimitExceededException, "A delivery stream can have at most %d tags",
                   TAGS_MAX);
}

static bool run_untag(struct bl_call *c, struct bl_delivery *d, const json_t *body)
{
    const json_t *keys = json_object_get(body, "TagKeys");
    json_t *tags = json_deep_copy(json_object_get(d->config, "Tags"));
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *key = json_string_value(json_array_get(keys, i));
        json_t *rest = without(tags, key ? key : "");
        json_decref(tags);
        tags = rest;
    }
    return save_tags(c, d, tags);
}

static bool run_list_tags(struct bl_call *c, struct bl_delivery *d, const json_t *body)
{
    const char *after = bl_document_text(body, "ExclusiveStartTagKey");
    int64_t limit = bl_document_int(body, "Limit", TAGS_MAX);
    const json_t *tags = json_object_get(d->config, "Tags");
    json_t *out = json_array();
    bool begun = !*after, more = false;
    for (size_t i = 0; i < json_array_size(tags) && !more; i++) {
        json_t *tag = json_array_get(tags, i);
        more = begun && (int64_t)json_array_size(out) >= limit;
        if (begun && !more)
            json_array_append(out, tag);
        begun = begun || strcmp(bl_document_text(tag, "Key"), after) == 0;
    }
    return bl_document_answer(c, json_pack("{s:o, s:b}", "Tags", out, "HasMoreTags", more));
}

bool bl_firehose_tag(struct bl_call *c)
{
    return bl_firehose_with(c, run_tag);
}

bool bl_firehose_untag(struct bl_call *c)
{
    return bl_firehose_with(c, run_untag);
}

bool bl_firehose_list_tags(struct bl_call *c)
{
    return bl_firehose_with(c, run_list_tags);
}
