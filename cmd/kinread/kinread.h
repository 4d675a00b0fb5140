/*
 * kinread's parts: the configuration (config), the source of records (source), the
 * output (emit), and the main loop (follow).
 */
#ifndef KINREAD_H
#define KINREAD_H

#include "lib/aws/kinesis/feed.h"
#include "lib/cli/opt.h"

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    const char *source;
    const char *from;  /* as given; NULL: latest, or oldest with --end */
    const char *until; /* as given; NULL: none */
    const char *format;
    const char *state;
    const char *snapshot; /* "dynamodb:TABLE"; NULL: none */
    const char *rejects;
    struct bf_opt_list shards;
    bool end, list, json, raw, split, strict;
    uint64_t count; /* 0: no limit */
    uint64_t window;
    uint64_t retry_for_ms;
    uint64_t poll_ms; /* 0: as the service allows, and more slowly while a shard is idle */

    struct bf_feed_position start; /* from, by our clock */
    int64_t until_ms;              /* until, by our clock; INT64_MAX: none */
    bool from_ago, until_ago;      /* they are relative to now */
};

/* The source of the records. */
struct source {
    const struct bf_feed *feed;
    struct bf_feed_stream stream;
    struct bf_buf name;         /* for messages, marks and the state: "orders", "dynamodb:sales" */
    struct bf_buf arn;          /* storage of stream.arn for a DynamoDB stream that was looked up */
    struct bf_str table;        /* a table whose stream must be looked up; else empty */
    char region[BF_ARN_REGION]; /* of an ARN */
};

/* Parses SOURCE; the region of an ARN is used if none was given. */
bool source_parse(struct source *s, const char *text, struct bf_aws_options *aws, struct bf_err *e);
void source_free(struct source *s);

/* Looks up the stream of a table. */
bool source_open(struct source *s, struct bf_aws *aws, struct bf_err *e);

const char *source_name(struct source *s);

/* Parses --from and --until into cfg->start and cfg->until_ms. */
bool position_read(struct config *cfg, int64_t now_ms, struct bf_err *e);

/* The same by the service's clock, which is skew_ms ahead of ours. */
void position_settle(const struct config *cfg, int64_t now_ms, int64_t skew_ms,
                     struct bf_feed_position *start, int64_t *until_ms);

/* A position in marks and in the state, opaque to other tools: a sequence number (after that record),
 * "=NUMBER" (at it), "TRIM_HORIZON", "@MILLISECONDS", or "@MILLISECONDS/ITERATOR". */
enum { POSITION_MAX = 4096 };
void position_write(char text[POSITION_MAX + 1], const struct bf_feed_position *p);
bool position_parse(struct bf_feed_position *p, struct bf_str text);

/* --list */
bool list_shards(const struct config *cfg, struct source *s, struct bf_aws *aws, struct bf_err *e);

/* Reads up to the requested end. */
bool follow(const struct config *cfg, struct source *s, struct bf_aws *aws, struct bf_err *e);

#endif
