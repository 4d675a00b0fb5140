/*
 * What the command line of s3put says, and what follows from it: the plan that
 * all other files of the tool read and none changes.
 */
#ifndef S3PUT_CONFIG_H
#define S3PUT_CONFIG_H

#include "lib/aws/sign/checksum.h"
#include "lib/aws/client/client.h"
#include "lib/aws/s3/compress.h"
#include "lib/cli/opt.h"
#include "lib/parquet/parquet.h"

enum format { FORMAT_JSON, FORMAT_TEXT, FORMAT_CSV, FORMAT_PARQUET };

struct config {
    struct bf_common common;
    struct bf_aws_options aws;

    uint64_t size;        /* bytes of rows in an object */
    uint64_t interval_ms; /* the longest that a row waits; 0: no limit */
    uint64_t memory;      /* bytes of rows in memory */
    uint64_t spool_max;   /* bytes of sealed batches that wait in the spool */
    uint64_t partitions;  /* open at a time */
    uint64_t window;      /* in flight */
    uint64_t max_line;
    uint64_t level;
    enum format format;
    int compression;    /* as it was given: enum bf_parquet_codec; -1: not */
    const char *schema; /* of Parquet: a file; NULL: found in the first `infer` rows */
    uint64_t infer;
    struct bf_opt_list sort, bloom;
    bool only;
    enum bf_checksum_kind checksum;

    const char *name, *version, *extension;
    struct bf_opt_list partition;
    const char *hive;
    const char *time_field;
    const char *partition_default; /* NULL: none but Hive's own name in --hive */
    int zone_minutes;

    const char *content_type, *storage_class, *sse, *sse_key, *acl;
    bool request_payer;
    struct bf_opt_list tags;
    bool if_none_match;
    bool one, dry_run, strict;
    const char *rejects, *state, *spool;

    /* what follows from it */
    enum bf_compress_kind compress; /* of the objects */
    enum bf_parquet_codec codec;    /* of the pages in them */
    char bucket[64];
    struct bf_str prefix; /* the rest of the URL */
    struct bf_buf tagging;
    const char *type; /* Content-Type */
    char suffix[64];  /* extension of the names */
};

/* Rows are JSON objects. */
static inline bool config_json(const struct config *c)
{
    return c->format == FORMAT_JSON || c->format == FORMAT_PARQUET;
}

extern const struct bf_tool s3put_tool;

/* The defaults, before the options. */
void config_init(struct config *c);
void config_free(struct config *c);

/* Checks what the options say together and fills the second half. */
BF_MUST bool config_finish(struct config *c, const char *url, struct bf_err *e);

/* The client of the run in *aws, which the caller destroys also after a failure; NULL with --dry-run. Refuses words
 * that AWS does not know where AWS itself is spoken to. */
BF_MUST bool config_open_client(const struct config *c, struct bf_aws **aws, struct bf_err *e);

/* Before anything is read: a bucket that is not there, credentials that do not hold and an endpoint that is none show
 * at once, not with the first object. */
BF_MUST bool config_ask_bucket(const struct config *c, struct bf_aws *aws, struct bf_err *e);

#endif
