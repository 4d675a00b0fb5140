#include "cmd/s3put/config.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/aws/config/config.h"
#include "lib/aws/credentials/check.h"
#include "lib/aws/s3/s3.h"
#include "lib/encoding/enc.h"
#include "lib/io/reader.h"

#define SIZE_DEFAULT UINT64_MAX /* not given */
enum { COMPRESSION_DEFAULT = -1, CHECKSUM_DEFAULT = BF_CHECKSUM_SHA256 + 1 };

enum { SIZE_MIB = 5, SIZE_PARQUET_MIB = 64, INFER_ROWS = 1000, INFER_MOST = 1000000 };
enum { MIB = 1 << 20, TAGS_MAX = 10, TAGGING_MAX = 8192 };

static const struct bf_opt_word formats[] = {{"ndjson", FORMAT_JSON},
                                             {"parquet", FORMAT_PARQUET},
                                             {"csv", FORMAT_CSV},
                                             {"text", FORMAT_TEXT}};

/* Compression of objects and of Parquet pages, with Parquet's numbers. */
static const struct bf_opt_word compressions[] = {{"gzip", BF_PARQUET_GZIP},
                                                  {"zstd", BF_PARQUET_ZSTD},
                                                  {"none", BF_PARQUET_NONE},
                                                  {"snappy", BF_PARQUET_SNAPPY}};

static bool two_digits(struct bf_str s, size_t at, int *v)
{
    if (s.n < at + 2 || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9')
        return false;
    *v = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
    return true;
}

/* "+05:30", "-08:00", "UTC". */
static bool parse_zone(void *field, struct bf_str s, struct bf_err *e)
{
    int *minutes = field, h, m;
    *minutes = 0;
    if (bf_str_is(s, "UTC") || bf_str_is(s, "Z"))
        return true;
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !two_digits(s, 1, &h) ||
        !two_digits(s, 4, &m) || h > 18 || m > 59)
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not an offset such as +01:00, or UTC",
                          BF_SHOWN(s));
    *minutes = (s.p[0] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

/* For completions; S3 has more. */
static const struct bf_opt_word classes[] = {
    {"STANDARD", 0},   {"STANDARD_IA", 0}, {"ONEZONE_IA", 0},  {"INTELLIGENT_TIERING", 0},
    {"GLACIER_IR", 0}, {"GLACIER", 0},     {"DEEP_ARCHIVE", 0}};

static const struct bf_opt options[] = {
    BF_OPT_SIZE(0, "size", struct config, size, "SIZE",
                "size of an object before compression (5MiB, Parquet 64MiB)", .min = 1,
                .max = BF_S3_PART_MAX),
    BF_OPT_MS(0, "interval", struct config, interval_ms, "DURATION",
              "longest wait of a row (default 300s; 0: no limit)"),
    BF_OPT_CHOICE('f', "format", struct config, format, "FORMAT",
                  "ndjson (default), parquet, csv or text", formats),
    BF_OPT_LIST(0, "partition", struct config, partition, "[NAME=]FIELD",
                "a partition key for the prefix, from a field of the row"),
    BF_OPT_STR(0, "hive", struct config, hive, "FIELDS",
               "append FIELD=value/ for each field, as in Hive and Athena"),
    BF_OPT_STR(0, "partition-default", struct config, partition_default, "TEXT",
               "value for a partition field that is missing, null or empty"),
    BF_OPT_STR(0, "time-field", struct config, time_field, "FIELD",
               "use the time in this field for the prefix, not the arrival"),
    BF_OPT_FN(0, "zone", struct config, zone_minutes, "OFFSET",
              "time zone of the prefix, such as +01:00 (default UTC)", parse_zone),
    BF_OPT_STR(0, "name", struct config, name, "NAME",
               "beginning of the objects' names (default bfpipe)"),
    BF_OPT_STR(0, "name-version", struct config, version, "TEXT",
               "version in the objects' names (default 1)"),
    BF_OPT_STR(0, "extension", struct config, extension, ".EXT",
               "end of the objects' names (default .gz or .zst if compressed)"),
    BF_OPT_CHOICE(0, "compress", struct config, compression, "KIND",
                  "gzip, zstd or none (default); Parquet: zstd (default), snappy", compressions),
    BF_OPT_U64(0, "level", struct config, level, "N",
               "compression level (gzip 1 to 9, zstd 1 to 19)"),
    BF_OPT_FLAG(0, "one", struct config, one,
                "stream standard input into the single object s3://BUCKET/KEY"),
    BF_OPT_FLAG(0, "dry-run", struct config, dry_run, "write nothing, print what would be written",
                .old = "-n"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE",
               "append rows that could not be delivered to FILE"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first invalid row"),
    BF_OPT_STR(0, "state", struct config, state, "DIR",
               "deliver exactly once, with kinread --state DIR"),
    BF_OPT_SIZE(0, "max-line", struct config, max_line, "SIZE",
                "longest accepted row (default 16MiB)", .min = 1, .max = 1024 * MIB),
};

static const struct bf_opt parquet_options[] = {
    BF_OPT_STR('s', "schema", struct config, schema, "FILE",
               "columns and their types (default: from the first rows)"),
    BF_OPT_RANGE(0, "infer", struct config, infer, "N",
                 "derive them from the first N rows (default 1000)", 1, INFER_MOST),
    BF_OPT_FLAG(0, "only", struct config, only,
                "use only the columns of the schema, ignore others"),
    BF_OPT_LIST(0, "sort-by", struct config, sort, "LIST",
                "sort each row group by these columns; -NAME: descending"),
    BF_OPT_LIST(0, "bloom", struct config, bloom, "LIST", "write bloom filters for these columns"),
};

static const struct bf_opt object_options[] = {
    BF_OPT_CHOICE(0, "checksum", struct config, checksum, "KIND",
                  "crc32 (default), crc32c, crc64nvme, sha1, sha256 or none", bf_checksum_words),
    BF_OPT_STR(0, "content-type", struct config, content_type, "TYPE",
               "Content-Type of the objects"),
    BF_OPT_STR(0, "storage-class", struct config, storage_class, "CLASS",
               "STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, ...", .words = classes,
               .nwords = BF_COUNT(classes)),
    BF_OPT_STR(0, "sse", struct config, sse, "KIND",
               "server-side encryption: AES256, aws:kms, aws:kms:dsse"),
    BF_OPT_STR(0, "sse-kms-key-id", struct config, sse_key, "KEY",
               "the key for aws:kms and aws:kms:dsse"),
    BF_OPT_LIST(0, "tag", struct config, tags, "KEY=VALUE", "a tag of the objects (up to 10)"),
    BF_OPT_STR(0, "acl", struct config, acl, "ACL",
               "canned access list: bucket-owner-full-control, ..."),
    BF_OPT_FLAG(0, "request-payer", struct config, request_payer,
                "pay for the requests if the bucket requires it"),
    BF_OPT_FLAG(0, "if-none-match", struct config, if_none_match,
                "never replace an existing object"),
};

static const struct bf_opt limits[] = {
    BF_OPT_RANGE(0, "window", struct config, window, "N", "uploads in flight (4)", 1, 64,
                 .old = "--uploads"),
    BF_OPT_SIZE(0, "memory", struct config, memory, "SIZE", "rows held in memory (default 64MiB)"),
    BF_OPT_RANGE(0, "partitions", struct config, partitions, "N",
                 "number of open partitions (default 500)", 1, 100000),
    BF_OPT_STR(0, "spool", struct config, spool, "DIR",
               "store rows that exceed --memory in files in DIR"),
    BF_OPT_SIZE(0, "spool-max", struct config, spool_max, "SIZE",
                "stop reading while this much waits for upload (default 1GiB)"),
    BF_AWS_OPT_GRACE(struct config, aws.grace_ms),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    {"Parquet options", parquet_options, BF_COUNT(parquet_options), 0},
    {"Object options", object_options, BF_COUNT(object_options), 0},
    {"Limits", limits, BF_COUNT(limits), 0},
    BF_AWS_OPTIONS(struct config, aws),
    BF_OPT_COMMON(struct config, common),
};

static const char *libraries(void)
{
    static char text[300];
    snprintf(text, sizeof text, "%s %s", bf_aws_libraries(), bf_compress_libraries());
    return text;
}

const struct bf_tool s3put_tool = {
    .name = "s3put",
    .synopsis = "[options] s3://BUCKET/PREFIX",
    .about = "buffer rows from standard input and deliver them to S3, as Firehose does",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 1,
    .libraries = libraries,
};

void config_init(struct config *c)
{
    *c = (struct config){
        .size = SIZE_DEFAULT,
        .aws.grace_ms = BF_AWS_GRACE_MS,
        .interval_ms = 300 * 1000,
        .memory = 64 * MIB,
        .spool_max = (uint64_t)1024 * MIB,
        .partitions = 500,
        .max_line = BF_LINE_MAX_DEFAULT,
        .window = 4,
        .infer = INFER_ROWS,
        .compression = COMPRESSION_DEFAULT,
        .name = "bfpipe",
        .version = "1",
        .checksum = (enum bf_checksum_kind)CHECKSUM_DEFAULT,
    };
    bf_buf_init(&c->tagging, TAGGING_MAX);
}

void config_free(struct config *c)
{
    bf_buf_free(&c->tagging);
}

static bool finish_tags(struct config *c, struct bf_err *e)
{
    if (c->tags.n > TAGS_MAX)
        return bf_err_set(e, BF_E_USAGE, "option '--tag': an object has at most %d tags", TAGS_MAX);
    for (size_t i = 0; i < c->tags.n; i++) {
        struct bf_str value = bf_str_of(c->tags.item[i]), key;
        if (!bf_str_split(&value, '=', &key) || !value.p || key.n == 0)
            return bf_err_set(e, BF_E_USAGE, "option '--tag': '%.60s' is not KEY=VALUE",
                              c->tags.item[i]);
        if (i)
            bf_buf_addc(&c->tagging, '&');
        bf_uri_encode(&c->tagging, key, false);
        bf_buf_addc(&c->tagging, '=');
        bf_uri_encode(&c->tagging, value, false);
    }
    if (c->tags.n && !bf_buf_cstr(&c->tagging))
        return bf_buf_check(&c->tagging, "the tags", e);
    return true;
}

static bool printable(const char *s)
{
    for (; s && *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return false;
    return true;
}

static bool check_headers(const struct config *c, struct bf_err *e)
{
    const char *values[] = {c->content_type, c->storage_class, c->sse,       c->sse_key,
                            c->name,         c->version,       c->extension, c->acl};
    for (size_t i = 0; i < BF_COUNT(values); i++)
        if (!printable(values[i]))
            return bf_err_set(e, BF_E_USAGE, "the value of an option has a control character");
    if (c->sse_key && (!c->sse || strncmp(c->sse, "aws:kms", 7) != 0))
        return bf_err_set(e, BF_E_USAGE, "--sse-kms-key-id requires --sse aws:kms");
    return true;
}

/* Rejects combinations of options that exclude each other. */
static bool check_together(const struct config *c, struct bf_err *e)
{
    bool routed = c->partition.n || c->hive || c->time_field;
    if (c->one && (routed || c->state || c->rejects || c->spool))
        return bf_err_set(e, BF_E_USAGE,
                          "--one reads bytes, not rows: no partitions, rejects, spool or state");
    if (c->one && c->format == FORMAT_PARQUET)
        return bf_err_set(e, BF_E_USAGE, "--one reads bytes, not rows: use row2pq for Parquet");
    if (c->partition_default && !*c->partition_default)
        return bf_err_set(e, BF_E_USAGE, "--partition-default needs a text");
    if (!config_json(c) && routed)
        return bf_err_set(e, BF_E_USAGE, "partitions and --time-field need JSON rows");
    if (c->state && c->spool)
        return bf_err_set(e, BF_E_USAGE,
                          "--state has its own spool: it cannot be combined with --spool");
    if (c->state && c->dry_run)
        return bf_err_set(e, BF_E_USAGE,
                          "--dry-run changes nothing: it cannot be combined with --state");
    if (c->state && c->format == FORMAT_CSV)
        return bf_err_set(e, BF_E_USAGE,
                          "--state needs independent rows: it cannot be combined with csv");
    if (c->format != FORMAT_PARQUET && (c->schema || c->only || c->sort.n || c->bloom.n))
        return bf_err_set(e, BF_E_USAGE,
                          "--schema, --only, --sort-by and --bloom require --format parquet");
    if (c->format != FORMAT_PARQUET && c->compression == BF_PARQUET_SNAPPY)
        return bf_err_set(e, BF_E_USAGE, "--compress: snappy requires --format parquet");
    if (c->level > 22)
        return bf_err_set(e, BF_E_USAGE,
                          "--level: %" PRIu64 " is not from 1 to 9 (gzip) or 19 (zstd)", c->level);
    return true;
}

static const char *default_type(const struct config *c)
{
    if (c->one)
        return "binary/octet-stream";
    static const char *const types[] = {[FORMAT_JSON] = "application/x-ndjson",
                                        [FORMAT_TEXT] = "text/plain",
                                        [FORMAT_CSV] = "text/csv",
                                        [FORMAT_PARQUET] = "application/vnd.apache.parquet"};
    return types[c->format];
}

/* Parquet compresses its pages, the other formats the object. */
static void finish_format(struct config *c)
{
    bool parquet = c->format == FORMAT_PARQUET;
    bool given = c->compression != COMPRESSION_DEFAULT;
    if (c->size == SIZE_DEFAULT)
        c->size = (uint64_t)(parquet ? SIZE_PARQUET_MIB : SIZE_MIB) * MIB;
    c->codec = given ? (enum bf_parquet_codec)c->compression : BF_PARQUET_ZSTD;
    c->compress = parquet || !given                   ? BF_COMPRESS_NONE
                  : c->compression == BF_PARQUET_GZIP ? BF_COMPRESS_GZIP
                  : c->compression == BF_PARQUET_ZSTD ? BF_COMPRESS_ZSTD
                                                      : BF_COMPRESS_NONE;
}

/* Some substitutes for S3 refuse checksums; their users have told the SDKs so. */
static void finish_checksum(struct config *c)
{
    struct bf_aws_config aws;
    struct bf_err ignored = {0}; /* the client meets it again */
    if (c->checksum != (enum bf_checksum_kind)CHECKSUM_DEFAULT)
        return;
    c->checksum = BF_CHECKSUM_CRC32;
    if (c->dry_run || !bf_aws_config_load(&aws, &c->aws, bf_aws_env_process(), &ignored))
        return;
    if (aws.few_checksums)
        c->checksum = BF_CHECKSUM_NONE;
    bf_aws_config_free(&aws);
}

bool config_finish(struct config *c, const char *url, struct bf_err *e)
{
    struct bf_str bucket;
    finish_format(c);
    finish_checksum(c);
    if (!bf_s3_parse_url(bf_str_of(url), &bucket, &c->prefix, e) || !check_together(c, e) ||
        !check_headers(c, e) || !finish_tags(c, e))
        return false;
    if (c->one && c->prefix.n == 0)
        return bf_err_set(e, BF_E_USAGE, "--one needs s3://BUCKET/KEY");
    if (c->one && !bf_s3_check_key(c->prefix, e)) {
        e->code = BF_E_USAGE;
        return false;
    }
    memcpy(c->bucket, bucket.p, bucket.n);
    c->bucket[bucket.n] = '\0';
    c->type = c->content_type ? c->content_type : default_type(c);
    const char *ext = c->extension                  ? c->extension
                      : c->format == FORMAT_PARQUET ? ".parquet"
                                                    : bf_compress_extension(c->compress);
    int n = snprintf(c->suffix, sizeof c->suffix, "%s", ext);
    if (n < 0 || (size_t)n >= sizeof c->suffix)
        return bf_err_set(e, BF_E_USAGE, "option '--extension' is too long");
    return true;
}
