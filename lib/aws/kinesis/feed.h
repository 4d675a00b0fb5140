/*
 * What a Kinesis stream and a DynamoDB stream have in common: shards with
 * parents, positions in a shard, records in an answer. kinesis.c and streams.c
 * say how each service asks for them; a reader works with the words here.
 *
 * Answers with records are read with the pull scanner: a record is a set of views
 * into the answer's body and holds until that body goes. So is an iterator, which
 * goes back into a request as it was written. Lists of shards are documents.
 */
#ifndef BF_AWS_KINESIS_FEED_H
#define BF_AWS_KINESIS_FEED_H

#include "lib/aws/client/client.h"
#include "lib/aws/config/arn.h"
#include "lib/aws/kinesis/lineage.h"
#include "lib/json/doc.h"
#include "lib/json/scan.h"

/* How requests name the stream. Kinesis: by name, and by ARN where it is known. DynamoDB: by ARN. */
struct bf_feed_stream {
    struct bf_str name;
    struct bf_str arn; /* may be empty for Kinesis */
};

enum bf_feed_at {
    BF_FEED_OLDEST,
    BF_FEED_LATEST,
    BF_FEED_TIME, /* at time_ms; DynamoDB Streams cannot: the reader begins at the oldest and drops */
    BF_FEED_AT,   /* at the record with this sequence number */
    BF_FEED_AFTER, /* after it */
    /* At an iterator that was had at time_ms, when nothing had been read of the shard. Where it has expired, the shard
     * is asked for from two minutes before that time on, or for all of it when it cannot be asked for a time: no record's
     * own time can be trusted to be later, and nothing has been read that would come twice. */
    BF_FEED_ITERATOR
};
enum { BF_FEED_TIME_SLACK_MS = 120 * 1000 };

struct bf_feed_position {
    enum bf_feed_at at;
    int64_t time_ms;
    struct bf_str sequence; /* or the iterator, JSON escapes undecoded */
};

struct bf_feed_record {
    struct bf_str raw;  /* the whole JSON object of the answer */
    struct bf_str data; /* Kinesis: base64, JSON escapes undecoded. DynamoDB: the same as raw */
    struct bf_str
        key; /* Kinesis: the partition key, JSON escapes undecoded. DynamoDB: Keys, JSON */
    struct bf_str sequence; /* sequence number */
    int64_t time_ms;        /* arrival or creation; 0 when the record has none */
};

struct bf_feed_answer {
    struct bf_str next; /* the next iterator; empty: the shard is read to its end */
    struct bf_str
        children;      /* the ChildShards array as it stands in the answer; empty: none given */
    int64_t behind_ms; /* from the tip; -1 not told */
    size_t records;
};

/* Takes a record; false ends the reading of the answer. */
struct bf_feed_sink {
    bool (*take)(void *arg, const struct bf_feed_record *record, struct bf_err *e);
    void *arg;
};

/* What a service is to the reader. */
struct bf_feed {
    struct bf_aws_op list_op, iterator_op, records_op;
    uint64_t limit;       /* the most records that one GetRecords gives */
    uint64_t interval_ms; /* least time between two GetRecords of a shard */
    /* Asks for the page that begins at next, or for the first one. */
    void (*list_body)(struct bf_buf *out, const struct bf_feed_stream *stream, struct bf_str next);
    /* Takes the shards of a page; *next: where the next one begins, a view into answer, empty at the last. */
    bool (*list_page)(const json_t *answer, struct bf_lineage *lineage, struct bf_str *next,
                      struct bf_err *e);
    void (*iterator_body)(struct bf_buf *out, const struct bf_feed_stream *stream,
                          struct bf_str shard, const struct bf_feed_position *position);
    /* Reads the record at the cursor and hands it to the sink. */
    bool (*record)(struct bf_json *j, const struct bf_feed_sink *sink, struct bf_err *e);
};

BF_API extern const struct bf_feed bf_feed_kinesis;
BF_API extern const struct bf_feed bf_feed_dynamodb;

/* Adds all shards of the stream to the lineage, as listed ones; waits for the answers. A page that names itself as the
 * next one is BF_E_SERVICE. */
BF_API BF_MUST bool bf_feed_list(const struct bf_feed *feed, struct bf_aws *aws,
                                 const struct bf_feed_stream *stream, struct bf_lineage *lineage,
                                 struct bf_err *e);

/* The body of a GetRecords request. */
BF_API void bf_feed_records_body(struct bf_buf *out, struct bf_str iterator, uint64_t limit);

/* Hands the records of a GetRecords answer to the sink, in their order. False when the answer is broken
 * or the sink has had enough; what was handed over before stands. */
BF_API BF_MUST bool bf_feed_records(const struct bf_feed *feed, struct bf_str body,
                                    const struct bf_feed_sink *sink, struct bf_feed_answer *answer,
                                    struct bf_err *e);

/* The iterator of a GetShardIterator answer, of either service; JSON escapes undecoded, as iterators
 * go back into a request unchanged. */
BF_API BF_MUST bool bf_feed_read_iterator(struct bf_str body, struct bf_str *iterator,
                                          struct bf_err *e);

/* Seconds since 1970 as the services write them ("1795759200.123", "1.795759200123E9", "1795759200")
 * in milliseconds. */
BF_API BF_MUST bool bf_feed_read_time(struct bf_str number, int64_t *ms);

/* Adds the shards of an array to the lineage, as ListShards, DescribeStream and ChildShards have them. */
bool bf_feed_take_shards(const json_t *array, struct bf_lineage *lineage, bool listed,
                         struct bf_err *e);

/* Is it what a stream or a table can be called: 1 to 255 of A-Z a-z 0-9 - _ . */
BF_API bool bf_feed_name_ok(struct bf_str name);

#endif
