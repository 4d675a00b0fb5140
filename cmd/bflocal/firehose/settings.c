#include "cmd/bflocal/firehose/settings.h"

#include "cmd/bflocal/http/document.h"
#include "lib/json/doc.h"

enum {
    MIB = 1024 * 1024,
    SIZE_DEFAULT = 5,
    SIZE_MAX_MB = 128,
    INTERVAL_DEFAULT_S = 300,
    PREFIX_MAX = 1024,
    SIZE_LARGE = 64
};

static void read_buffering(struct bl_fh_settings *s, const json_t *destination)
{
    const json_t *hints = json_object_get(destination, "BufferingHints");
    s->size = (uint64_t)bl_document_int(hints, "SizeInMBs", SIZE_DEFAULT) * MIB;
    s->interval_ms = bl_document_int(hints, "IntervalInSeconds", INTERVAL_DEFAULT_S) * 1000;
}

static bool read_compression(struct bl_fh_settings *s, const json_t *destination, struct bf_err *e)
{
    const char *format = bl_document_text(destination, "CompressionFormat");
    s->gzip = strcmp(format, "GZIP") == 0;
    if (s->gzip || !*format || strcmp(format, "UNCOMPRESSED") == 0)
        return true;
    return bf_err_set(
        e, BF_E_INPUT,
        "bflocal's Firehose has no CompressionFormat %.60s: it has UNCOMPRESSED and GZIP", format);
}

static bool read_name(struct bl_fh_settings *s, const json_t *destination, struct bf_err *e)
{
    struct bf_str extension = bf_doc_get_text(destination, "FileExtension"),
                  zone = bf_doc_get_text(destination, "CustomTimeZone");
    if (extension.n)
        s->extension = extension;
    return bf_timezone_load(&s->zone, zone, e) || bf_err_ctx(e, "CustomTimeZone");
}

/* An error prefix without expressions ends with the type of the error and the time, as the service completes it; where there
 * is none, the prefix of the data takes its place ("Custom prefixes for S3 objects"). */
static bool read_prefixes(struct bl_fh_settings *s, const json_t *destination, struct bf_err *e)
{
    struct bf_str prefix = bf_doc_get_text(destination, "Prefix"),
                  errors = bf_doc_get_text(destination, "ErrorOutputPrefix");
    struct bf_prefix plain;
    if (!bf_prefix_parse(&s->prefix, prefix, BF_PREFIX_OF_DATA, e) ||
        (errors.n && !bf_prefix_parse(&plain, errors, BF_PREFIX_OF_ERRORS, e)) ||
        !bf_prefix_check_pair(&s->prefix, errors.n ? &plain : NULL, e))
        return false;
    if (errors.n && plain.has_expression) {
        s->errors = plain;
        return true;
    }
    bf_buf_init(&s->own, 4 * PREFIX_MAX + 64); /* UTF-8 */
    bf_buf_adds(&s->own, errors.n ? errors : prefix);
    bf_buf_lit(&s->own, "!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/");
    return bf_buf_check(&s->own, "the error prefix", e) &&
           bf_prefix_parse(&s->errors, bf_buf_view(&s->own), BF_PREFIX_OF_ERRORS, e);
}

static bool read_bucket(const json_t *destination, struct bf_str *bucket, struct bf_err *e)
{
    static const struct bf_str scheme = BF_STR("arn:aws:s3:::");
    struct bf_str arn = bf_doc_get_text(destination, "BucketARN");
    if (!bf_str_starts(arn, scheme) || arn.n == scheme.n)
        return bf_err_set(e, BF_E_INPUT, "'%.*s' is not the ARN of a bucket", BF_SHOWN(arn));
    *bucket = bf_str(arn.p + scheme.n, arn.n - scheme.n);
    return true;
}

static bool is_on(const json_t *destination, const char *name)
{
    return json_is_true(json_object_get(json_object_get(destination, name), "Enabled"));
}

static bool has_key(const struct bl_jq *q, struct bf_str name)
{
    for (size_t i = 0; i < q->n; i++)
        if (bf_str_eq(q->key[i].name, name))
            return true;
    return false;
}

/* Dynamic partitioning needs keys, from somewhere, and only it has them ("Enable dynamic partitioning"). */
static bool check_keys(struct bl_fh_settings *s, struct bf_err *e)
{
    bool fields = false;
    for (size_t i = 0; i < s->prefix.n; i++) {
        bool field = s->prefix.part[i].kind == BF_PREFIX_FIELD;
        fields = fields || field;
        if (field && s->dynamic && !s->process.function.n &&
            !has_key(&s->process.query, s->prefix.part[i].text))
            return bf_err_set(e, BF_E_INPUT,
                              "the prefix has the partition key %.*s, which no processor extracts",
                              BF_SHOWN(s->prefix.part[i].text));
    }
    if (!s->dynamic && (fields || s->process.extract || s->process.split))
        return bf_err_set(e, BF_E_INPUT,
                          "%s can only be present when Dynamic Partitioning is enabled.",
                          fields               ? "a partition key in the prefix"
                          : s->process.extract ? "MetadataExtraction processor"
                                               : "RecordDeAggregation processor");
    if (s->dynamic && !s->process.extract && !s->process.function.n)
        return bf_err_set(
            e, BF_E_INPUT,
            "Processing configuration is required when Dynamic Partitioning is enabled.");
    return true;
}

static bool read_processing(struct bl_fh_settings *s, const struct bl_local *l,
                            const json_t *destination, struct bf_err *e)
{
    s->dynamic = is_on(destination, "DynamicPartitioningConfiguration");
    return bl_process_read(&s->process, l, json_object_get(destination, "ProcessingConfiguration"),
                           e) &&
           bl_columns_read(&s->columns,
                           json_object_get(destination, "DataFormatConversionConfiguration"), e) &&
           check_keys(s, e);
}

/* Both want large buffers (API reference, BufferingHints; "Enable dynamic partitioning"). */
static bool check_sizes(struct bl_fh_settings *s, const json_t *destination, struct bf_err *e)
{
    const char *what = s->columns.on ? "data format conversion" : "Dynamic Partitioning";
    if (!s->columns.on && !s->dynamic)
        return true;
    if (s->columns.on && *bl_document_text(destination, "CompressionFormat") && s->gzip)
        return bf_err_set(
            e, BF_E_INPUT,
            "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled.");
    if (!json_object_get(json_object_get(destination, "BufferingHints"), "SizeInMBs"))
        s->size = (uint64_t)SIZE_MAX_MB * MIB;
    return s->size >= (uint64_t)SIZE_LARGE * MIB ||
           bf_err_set(e, BF_E_INPUT,
                      "BufferingHints.SizeInMBs must be at least %d when %s is enabled.",
                      SIZE_LARGE, what);
}

static bool read_backup(struct bl_fh_settings *s, const json_t *destination, struct bf_err *e)
{
    const json_t *backup = json_object_get(destination, "S3BackupConfiguration");
    struct bl_fh_settings own = {0};
    if (strcmp(bl_document_text(destination, "S3BackupMode"), "Enabled") != 0)
        return true;
    if (!json_is_object(backup))
        return bf_err_set(e, BF_E_INPUT,
                          "S3BackupConfiguration is required when S3BackupMode is Enabled");
    if (!read_bucket(backup, &s->backup_bucket, e) || !read_compression(&own, backup, e) ||
        !bf_prefix_parse(&s->backup_prefix, bf_doc_get_text(backup, "Prefix"), BF_PREFIX_OF_DATA,
                         e))
        return bf_err_ctx(e, "S3BackupConfiguration");
    s->backup_gzip = own.gzip;
    return true;
}

bool bl_fh_settings_read(struct bl_fh_settings *s, const struct bl_local *l, json_t *destination,
                         struct bf_err *e)
{
    *s = (struct bl_fh_settings){.doc = json_incref(destination)};
    read_buffering(s, destination);
    return read_bucket(destination, &s->bucket, e) && read_compression(s, destination, e) &&
           read_name(s, destination, e) && read_prefixes(s, destination, e) &&
           read_processing(s, l, destination, e) && check_sizes(s, destination, e) &&
           read_backup(s, destination, e);
}

void bl_fh_settings_free(struct bl_fh_settings *s)
{
    json_decref(s->doc);
    bf_buf_free(&s->own);
    bf_timezone_free(&s->zone);
    bl_process_free(&s->process);
    bl_columns_free(&s->columns);
}
