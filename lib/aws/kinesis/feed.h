/*
 * The common interface of Kinesis and DynamoDB streams: shards with parents, positions in a shard,
 * records in an answer. kinesis.c and streams.c implement the requests of each service; a reader
 * uses only this interface.
 *
 * Answers with records are read with the pull scanner: a record is a set of views into the answer's
 * body and is valid as long as the body. So is an iterator, which is copied into a request
 * unchanged. Lists of shards are parsed as trees.
 */
#ifndef BF_AWS_KINESIS_FEED_H
#define BF_AWS_KINESIS_FEED_H

#include "lib/aws/client/client.h"
#include "lib/aws/config/arn.h"
#include "lib/aws/kinesis/lineage.h"
#include "lib/json/doc.h"
#include "lib/json/scan.h"

/* The stream in requests. Kinesis: by name, and by ARN if it is known. DynamoDB: by ARN. */
struct bf_feed_stream {
    struct bf_str name;
    struct bf_str arn; /* may be empty for Kinesis */
};

enum bf_feed_at {
    BF_FEED_OLDEST,
    BF_FEED_LATEST,
    BF_FEED_TIME,  /* at time_ms; DynamoDB Streams cannot: the reader begins at the oldest and
                   * skips */
    BF_FEED_AT,    /* at the record with this sequence number */
    BF_FEED_AFTER, /* after the record with this sequence number */
    /* At an iterator that was obtained at time_ms, when nothing had been read from the shard. If it
     * has expired, the shard is read from two minutes before that time, or from its beginning if
     * the service has no positions by time: a record's own time may be earlier than its arrival,
     * and nothing has been read that could be repeated. */
    BF_FEED_ITERATOR
};
enum { BF_FEED_TIME_SLACK_MS = 120 * 1000 };

struct bf_feed_position {
    enum bf_feed_at at;
    int64_t time_ms;
    struct bf_str sequence; /* or the iterator, JSON escapes undecoded */
};

struct bf_feed_record {
    struct bf_str raw;  /* the record's JSON object in the answer */
    struct bf_str data; /* Kinesis: base64, JSON escapes undecoded. DynamoDB: the same as raw */
    struct bf_str
        key; /* Kinesis: the partition key, JSON escapes undecoded. DynamoDB: Keys, JSON */
    struct bf_str sequence; /* sequence number */
    int64_t time_ms;        /* arrival or creation; 0 if the record has none */
};

struct bf_feed_answer {
    struct bf_str next;     /* the next iterator; empty: end of the shard */
    struct bf_str children; /* the ChildShards array in the answer; empty: none */
    int64_t behind_ms;      /* behind the tip of the shard; -1: unknown */
    size_t records;
};

/* Receives a record; false ends the reading of the answer. */
struct bf_feed_sink {
    bool (*take)(void *arg, const struct bf_feed_record *record, struct bf_err *e);
    void *arg;
};

/* The operations of a service. */
struct bf_feed {
    struct bf_aws_op list_op, iterator_op, records_op;
    uint64_t limit;       /* the maximum number of records of one GetRecords */
    uint64_t interval_ms; /* the least time between two GetRecords of a shard */
    /* Appends the request for the page after `next`; empty: the first one. */
    void (*list_body)(struct bf_buf *out, const struct bf_feed_stream *stream, struct bf_str next);
    /* Adds the shards of a page; *next: the token of the next page, a view into answer, empty for
     * the last one. */
    bool (*list_page)(const json_t *answer, struct bf_lineage *lineage, struct bf_str *next,
                      struct bf_err *e);
    void (*iterator_body)(struct bf_buf *out, const struct bf_feed_stream *stream,
                          struct bf_str shard, const struct bf_feed_position *position);
    /* Reads the record at the cursor and passes it to the sink. */
    bool (*record)(struct bf_json *j, const struct bf_feed_sink *sink, struct bf_err *e);
};

BF_API extern const struct bf_feed bf_feed_kinesis;
BF_API extern const struct bf_feed bf_feed_dynamodb;

/* Adds all shards of the stream to the lineage and marks them listed; waits for the answers.
 * BF_E_SERVICE if a page names itself as the next one. */
BF_API BF_MUST bool bf_feed_list(const struct bf_feed *feed, struct bf_aws *aws,
                                 const struct bf_feed_stream *stream, struct bf_lineage *lineage,
                                 struct bf_err *e);

/* Appends the body of a GetRecords request. */
BF_API void bf_feed_records_body(struct bf_buf *out, struct bf_str iterator, uint64_t limit);

/* Passes the records of a GetRecords answer to the sink, in order. False if the answer is malformed
 * or the sink returned false; records that were passed before remain valid. */
BF_API BF_MUST bool bf_feed_records(const struct bf_feed *feed, struct bf_str body,
                                    const struct bf_feed_sink *sink, struct bf_feed_answer *answer,
                                    struct bf_err *e);

/* The iterator in a GetShardIterator answer of either service; JSON escapes undecoded, because
 * iterators are copied into a request unchanged. */
BF_API BF_MUST bool bf_feed_read_iterator(struct bf_str body, struct bf_str *iterator,
                                          struct bf_err *e);

/* Converts seconds since 1970 as the services write them ("1795759200.123", "1.795759200123E9",
 * "1795759200") to milliseconds. */
BF_API BF_MUST bool bf_feed_read_time(struct bf_str number, int64_t *ms);

/* Adds the shards of an array to the lineage, in the form of ListShards, DescribeStream and
 * ChildShards. */
bool bf_feed_take_shards(const json_t *array, struct bf_lineage *lineage, bool listed,
                         struct bf_err *e);

/* Is it a valid name of a stream or a table: 1 to 255 of A-Z a-z 0-9 - _ . ? */
BF_API bool bf_feed_name_ok(struct bf_str name);

#endif
