/*
 * Kinesis: streams and their shards live in memory and in the store, records in
 * the store alone. Everything here wants the store's lock.
 *
 * A shard is a log (log.h). A record has a number, one sequence for a whole stream; a sequence number on the
 * wire is that number behind what tells the stream, 56 digits in all, so that it grows
 * within a shard and from a parent to its children. Numbers start at 1.
 *
 * DynamoDB keeps the change records of a table in a struct bl_stream as well: one
 * without a name, which never shows among Kinesis's streams.
 */
#ifndef BL_KINESIS_H
#define BL_KINESIS_H

#include "cmd/bflocal/store/log.h"
#include "cmd/bflocal/http/params.h"

__extension__ typedef unsigned __int128 bl_hash; /* 0 to 2^128 - 1 */

enum {
    BL_SHARDS_MAX = 10000, /* of one stream, closed ones included */
    BL_STREAMS_MAX = 1000,
    BL_SEQUENCE_SIZE = 57,   /* 56 digits and a NUL */
    BL_SHARD_ID_SIZE = 24,   /* shardId-000000000000 */
    BL_RETENTION_HOURS = 24, /* of a new stream */
    BL_ITERATOR_MS = 300000, /* an iterator lives 5 minutes */
    BL_TRIM_MS = 60000,
    BL_TRIM_SHARDS = 16,
    BL_TRIM_CHUNKS = 64 /* more than one call can write */
};

struct bl_shard {
    int64_t row; /* in the store */
    bl_hash low, high;
    int parent, adjacent; /* indices into the stream's shards, -1: none */
    int64_t first, last;  /* numbers that it can hold; last is -1 while it is open */
    int64_t created_ms, closed_ms;
};

struct bl_stream {
    int64_t row;
    char name[129]; /* "": a stream of DynamoDB */
    int64_t created_ms, retention_h;
    bool on_demand;
    struct bl_shard *shards;
    size_t n, cap;
    int64_t next;       /* the next record's number */
    int64_t trimmed_ms; /* when all shards had been seen for records past their retention */
    size_t trimming;    /* the shard that is seen next */
};

struct bl_kinesis {
    struct bl_stream *streams[BL_STREAMS_MAX];
    size_t n;
};

/* The tables of streams and their logs; IF NOT EXISTS. */
bool bl_stream_open(struct bl_store *store, struct bf_err *e) BF_MUST;

/* Stores a new stream (name, created_ms, retention_h, on_demand are set) with that many shards, which
 * divide all hash keys evenly; inside a transaction. False: store or memory failed. */
bool bl_stream_insert(struct bl_call *c, struct bl_stream *s, int64_t shards) BF_MUST;

/* The stored stream with its shards; NULL: store or memory failed. */
struct bl_stream *bl_stream_load(struct bl_store *store, int64_t row);

/* Removes the stream, its shards and its records from the store, inside a transaction. */
void bl_stream_erase(struct bl_store *store, const struct bl_stream *s);

/* Frees the memory. */
void bl_stream_destroy(struct bl_stream *s);

/* NULL: no such stream. */
struct bl_stream *bl_stream_find(struct bl_kinesis *k, struct bf_str name);

/* By StreamName or StreamARN of the request; NULL: the answer is set. */
struct bl_stream *bl_stream_param(struct bl_call *c, const struct bl_params *p);

/* Holds parameters against the service's model; record: whose they are, 1 for the first (0: the call's own);
 * required: names with a space between. bl_kinesis_read reads the request's first. False: the answer is set. */
bool bl_kinesis_check(struct bl_call *c, const struct bl_params *p, size_t record,
                      const char *required);
bool bl_kinesis_read(struct bl_call *c, struct bl_params *p, const char *required);

/* The index of a shard by its id ("shardId-000000000003"), -1: there is none. */
int bl_shard_find(const struct bl_stream *s, struct bf_str id);
void bl_shard_id(char out[BL_SHARD_ID_SIZE], int index);
void bl_sequence_put(char out[BL_SEQUENCE_SIZE], const struct bl_stream *s, int64_t number);

/* False: it is none, or of another stream. */
bool bl_sequence_get(const struct bl_stream *s, struct bf_str text, int64_t *number);

/* Decimal digits of a hash key, at most 39. */
void bl_hash_put(struct bf_buf *out, bl_hash v);
bool bl_hash_get(struct bf_str text, bl_hash *v);

/* Where a record with this partition key goes: the open shard. */
bl_hash bl_hash_of(struct bf_str partition_key);
struct bl_shard *bl_shard_for(struct bl_stream *s, bl_hash hash);

/* Appends a shard to the stream in store and memory, inside a transaction that the caller commits. NULL: no
 * memory. */
struct bl_shard *bl_shard_add(struct bl_call *c, struct bl_stream *s, bl_hash low, bl_hash high,
                              int parent, int adjacent);

/* Closes a shard, in store and memory, inside a transaction. */
void bl_shard_close(struct bl_call *c, struct bl_stream *s, int index);

/* Closes a shard and opens two children that divide its hash keys at `at`, likewise. */
bool bl_shard_split(struct bl_call *c, struct bl_stream *s, int index, bl_hash at) BF_MUST;

/* Before a transaction changes a stream, its shards or the next record's number: all that is as before when it
 * does not take (store.h). */
void bl_stream_keep(struct bl_store *store, struct bl_stream *s);

/* Room for n more shards in memory; without it bl_shard_add may fail. */
bool bl_shard_room(struct bl_stream *s, size_t n) BF_MUST;

/* Appends {"ShardId":...} with its ranges. */
void bl_shard_put(struct bf_buf *out, const struct bl_stream *s, int index);

/* One record, inside an open transaction; its number. For PutRecords, and for DynamoDB's changes. */
int64_t bl_record_add(struct bl_store *store, struct bl_stream *s, struct bl_shard *shard,
                      struct bf_str key, struct bf_str data, int64_t now_ms);

/* An iterator is "bflocal SHARD-ROW NUMBER CREATED-MS" in base64: the next record has that number or a larger one.
 * DynamoDB Streams' stand behind their stream's name. */
struct bl_iterator {
    int64_t row, number, created_ms;
};

void bl_iterator_put(struct bf_buf *out, const struct bl_iterator *it);

/* False: none of ours. */
bool bl_iterator_read(struct bf_str text, struct bl_iterator *it);

/* Removes records past their retention, every minute and some at a time: at most BL_TRIM_SHARDS shards are seen, and
 * BL_TRIM_CHUNKS chunks go. Whoever writes or reads the stream's records calls it. */
void bl_stream_trim(struct bl_store *store, struct bl_stream *s, int64_t now_ms);

/* The operations, by file. */
bool bl_kinesis_create(struct bl_call *c);
bool bl_kinesis_delete(struct bl_call *c);
bool bl_kinesis_describe(struct bl_call *c);
bool bl_kinesis_summary(struct bl_call *c);
bool bl_kinesis_list(struct bl_call *c);
bool bl_kinesis_longer(struct bl_call *c);
bool bl_kinesis_shorter(struct bl_call *c);
bool bl_kinesis_list_shards(struct bl_call *c);
bool bl_kinesis_split(struct bl_call *c);
bool bl_kinesis_merge(struct bl_call *c);
bool bl_kinesis_count(struct bl_call *c);
bool bl_kinesis_put_record(struct bl_call *c);
bool bl_kinesis_put_records(struct bl_call *c);
bool bl_kinesis_iterator(struct bl_call *c);
bool bl_kinesis_get_records(struct bl_call *c);

#endif
