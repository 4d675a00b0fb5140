/* CreateDeliveryStream, UpdateDestination, DeleteDeliveryStream. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/firehose/firehose.h"
#include "cmd/bflocal/firehose/settings.h"

bool bl_firehose_fail_name(struct bl_call *c, struct bf_str name)
{
    return bl_fail(c, BL_ResourceNotFoundException,
                   "Firehose %.*s under account " BL_ACCOUNT " not found.", BF_SHOWN(name));
}

/* Members of a request that bflocal would not follow. */
static bool refuse(struct bl_call *c, const json_t *body, const char *const *names)
{
    for (; *names; names++)
        if (json_object_get(body, *names) && !json_is_null(json_object_get(body, *names)))
            return bl_fail(c, BL_InvalidArgumentException, "bflocal's Firehose has no %s", *names);
    return true;
}

/* The destination: ExtendedS3DestinationConfiguration, or S3DestinationConfiguration, which is a part of it. */
static json_t *destination_of(const json_t *body)
{
    json_t *d = json_object_get(body, "ExtendedS3DestinationConfiguration");
    return d ? d : json_object_get(body, "S3DestinationConfiguration");
}

static bool check_destination(struct bl_call *c, json_t *destination)
{
    struct bl_fh_settings s;
    struct bf_err e = {0};
    if (!json_is_object(destination))
        return bl_fail(
            c, BL_InvalidArgumentException,
            "No destination is given: bflocal's Firehose has ExtendedS3DestinationConfiguration");
    bool ok = bl_fh_settings_read(&s, c->local, destination, &e);
    bl_fh_settings_free(&s);
    return ok || bl_fail(c, BL_InvalidArgumentException, "%s", e.text);
}

/* The type, and the Kinesis stream's name in the arena ("": direct puts). */
static bool read_source(struct bl_call *c, const json_t *body, const char **type,
                        struct bf_str *source)
{
    const json_t *kinesis = json_object_get(body, "KinesisStreamSourceConfiguration");
    const char *arn = bl_document_text(kinesis, "KinesisStreamARN");
    *type = bl_document_text(body, "DeliveryStreamType");
    *source = BF_STR("");
    if (!**type)
        *type = kinesis ? "KinesisStreamAsSource" : "DirectPut";
    bool reads = strcmp(*type, "KinesisStreamAsSource") == 0;
    if (!reads && strcmp(*type, "DirectPut") != 0)
        return bl_fail(c, BL_InvalidArgumentException,
                       "bflocal's Firehose has no DeliveryStreamType %.60s: it has DirectPut and "
                       "KinesisStreamAsSource",
                       *type);
    if (reads != (kinesis != NULL))
        return bl_fail(c, BL_InvalidArgumentException,
                       reads ? "Kinesis source config is required for KinesisStreamAsSource "
                               "delivery stream type."
                             : "Kinesis source config should be used only for "
                               "KinesisStreamAsSource delivery stream type.");
    if (!reads)
        return true;
    *source = bl_arn_own(c->local, bf_str_of(arn), "kinesis", "stream");
    return source->n ||
           bl_fail(c, BL_InvalidArgumentException,
                   "'%.200s' is not the ARN of a stream of this account and region", arn);
}

static json_t *new_config(const struct bl_call *c, const json_t *body, const char *type,
                          json_t *destination)
{
    json_t *source = json_object_get(body, "KinesisStreamSourceConfiguration"),
           *tags = json_object_get(body, "Tags");
    return json_pack("{s:s, s:i, s:I, s:I, s:O, s:O*, s:o}", "Type", type, "VersionId", 1,
                     "CreateMs", (json_int_t)c->now_ms, "UpdateMs", (json_int_t)0, "Destination",
                     destination, "Source", source, "Tags",
                     tags ? json_deep_copy(tags) : json_array());
}

static bool create(struct bl_call *c, const json_t *body)
{
    static const char *const absent[] = {"DeliveryStreamEncryptionConfigurationInput",
                                         "RedshiftDestinationConfiguration",
                                         "ElasticsearchDestinationConfiguration",
                                         "AmazonopensearchserviceDestinationConfiguration",
                                         "SplunkDestinationConfiguration",
                                         "HttpEndpointDestinationConfiguration",
                                         "AmazonOpenSearchServerlessDestinationConfiguration",
                                         "MSKSourceConfiguration",
                                         "SnowflakeDestinationConfiguration",
                                         "IcebergDestinationConfiguration",
                                         "DatabaseSourceConfiguration",
                                         "DirectPutSourceConfiguration",
                                         NULL};
    const char *name = bl_document_text(body, "DeliveryStreamName"), *type;
    struct bf_str source;
    json_t *destination = destination_of(body);
    if (!refuse(c, body, absent) || !read_source(c, body, &type, &source) ||
        !check_destination(c, destination) ||
        !bl_delivery_create(c, bf_str_of(name), source, new_config(c, body, type, destination)))
        return false;
    bf_buf_addf(&c->ans.body,
                "{\"DeliveryStreamARN\":\"arn:aws:firehose:%s:" BL_ACCOUNT ":deliverystream/%s\"}",
                c->local->region, name);
    return true;
}

bool bl_firehose_create(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    bool ok = body && create(c, body);
    json_decref(body);
    return ok;
}

bool bl_firehose_delete(struct bl_call *c)
{
    json_t *body = bl_document_read(c);
    bool ok =
        body && bl_delivery_delete(c, bf_str_of(bl_document_text(body, "DeliveryStreamName")));
    json_decref(body);
    if (ok)
        bf_buf_lit(&c->ans.body, "{}");
    return ok;
}

bool bl_firehose_encrypt(struct bl_call *c)
{
    return bl_fail(c, BL_InvalidArgumentException,
                   "bflocal's Firehose has no encryption: %s is not here", c->op_name);
}

static bool is_dynamic(const json_t *destination)
{
    return json_is_true(json_object_get(
        json_object_get(destination, "DynamicPartitioningConfiguration"), "Enabled"));
}

static bool check_change(struct bl_call *c, const json_t *old, json_t *destination)
{
    if (is_dynamic(old) != is_dynamic(destination))
        return bl_fail(c, BL_InvalidArgumentException,
                       "Dynamic Partitioning cannot be enabled or disabled on an existing "
                       "delivery stream.");
    return check_destination(c, destination);
}

/* The destination with the members of an update in it. */
static json_t *updated(const json_t *old, json_t *update)
{
    json_t *destination = json_deep_copy(old), *backup = json_object_get(update, "S3BackupUpdate");
    json_t *old_backup = json_object_get(destination, "S3BackupConfiguration");
    bool ok = destination && json_object_update(destination, update) == 0;
    if (ok && backup)
        ok = old_backup ? json_object_update(old_backup, backup) == 0
                        : json_object_set(destination, "S3BackupConfiguration", backup) == 0;
    json_object_del(destination, "S3BackupUpdate");
    if (ok)
        return destination;
    json_decref(destination);
    return NULL;
}

/* Under the mutex. */
static bool update(struct bl_call *c, struct bl_delivery *d, const json_t *body)
{
    json_t *change = json_object_get(body, "ExtendedS3DestinationUpdate");
    struct bf_err e = {0};
    int64_t version = bl_document_int(d->config, "VersionId", 1);
    if (!change)
        change = json_object_get(body, "S3DestinationUpdate");
    if (!json_is_object(change))
        return bl_fail(
            c, BL_InvalidArgumentException,
            "No destination is given: bflocal's Firehose has ExtendedS3DestinationUpdate");
    if (strtoll(bl_document_text(body, "CurrentDeliveryStreamVersionId"), NULL, 10) != version)
        return bl_fail(c, BL_ConcurrentModificationException,
                       "Version mismatch: the current version of %s is %lld", d->name,
                       (long long)version);
    if (strcmp(bl_document_text(body, "DestinationId"), "destinationId-000000000001") != 0)
        return bl_fail(c, BL_InvalidArgumentException, "Destination Id %.60s not found",
                       bl_document_text(body, "DestinationId"));
    json_t *destination = updated(json_object_get(d->config, "Destination"), change),
           *old = json_deep_copy(d->config);
    bool ok = destination && old ? check_change(c, json_object_get(old, "Destination"), destination)
                                 : bl_fail(c, BL_InternalFailure, "out of memory");
    if (ok) {
        json_object_set(d->config, "Destination", destination);
        json_object_set_new(d->config, "VersionId", json_integer(version + 1));
        json_object_set_new(d->config, "UpdateMs", json_integer(c->now_ms));
        ok = bl_delivery_save(d, &e) || bl_fail_err(c, &e);
        if (!ok)
            json_object_update(d->config, old);
        d->changed = true;
        pthread_cond_broadcast(&c->local->firehose->changed);
    }
    json_decref(destination);
    json_decref(old);
    return ok;
}

bool bl_firehose_update(struct bl_call *c)
{
    bool ok = bl_firehose_with(c, update);
    if (ok)
        bf_buf_lit(&c->ans.body, "{}");
    return ok;
}
