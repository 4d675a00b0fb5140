/*
 * Kinesis: streams and shards are in memory and in the store, records only in the
 * store. Every function needs the store's lock.
 *
 * A shard is a log (log.h). The records of a stream share one sequence of numbers,
 * which starts at 1. A sequence number on the wire has 56 digits: a prefix that
 * identifies the stream, then the number. So it increases within a shard and from a
 * parent to its children.
 *
 * DynamoDB keeps the change records of a table in a struct bl_stream too. That stream
 * has no name and is not visible in Kinesis.
 */
#ifndef BL_KINESIS_H
#define BL_KINESIS_H

#include "cmd/bflocal/store/log.h"
#include "cmd/bflocal/http/params.h"

__extension__ typedef unsigned __int128 bl_hash; /* 0 to 2^128 - 1 */

enum {
    BL_SHARDS_MAX = 10000, /* of one stream, including closed ones */
    BL_STREAMS_MAX = 1000,
    BL_SEQUENCE_SIZE = 57,   /* 56 digits and a NUL */
    BL_SHARD_ID_SIZE = 24,   /* shardId-000000000000 */
    BL_RETENTION_HOURS = 24, /* of a new stream */
    BL_ITERATOR_MS = 300000, /* an iterator is valid for 5 minutes */
    BL_TRIM_MS = 60000,
    BL_TRIM_SHARDS = 16,
    BL_TRIM_CHUNKS = 64 /* more than one call can write */
};

struct bl_shard {
    int64_t row; /* id in the store */
    bl_hash low, high;
    int parent, adjacent; /* indices into the stream's shards; -1: none */
    int64_t first, last;  /* range of the record numbers; last is -1 while the shard is open */
    int64_t created_ms, closed_ms;
};

struct bl_stream {
    int64_t row;
    char name[129]; /* "": a stream of DynamoDB */
    int64_t created_ms, retention_h;
    bool on_demand;
    struct bl_shard *shards;
    size_t n, cap;
    int64_t next;       /* the number of the next record */
    int64_t trimmed_ms; /* when the last pass over all shards for expired records ended */
    size_t trimming;    /* the next shard of the current pass */
};

struct bl_kinesis {
    struct bl_stream *streams[BL_STREAMS_MAX];
    size_t n;
};

/* Creates the tables of streams and their logs unless they exist. */
bool bl_stream_open(struct bl_store *store, struct bf_err *e) BF_MUST;

/* Stores a new stream (name, created_ms, retention_h and on_demand are set) with this number of
 * shards, which divide the hash keys evenly; inside a transaction. False: the store failed, or out
 * of memory. */
bool bl_stream_insert(struct bl_call *c, struct bl_stream *s, int64_t shards) BF_MUST;

/* Loads a stored stream with its shards; NULL: the store failed, or out of memory. */
struct bl_stream *bl_stream_load(struct bl_store *store, int64_t row);

/* Deletes the stream, its shards and its records from the store, inside a transaction. */
void bl_stream_erase(struct bl_store *store, const struct bl_stream *s);

/* Frees the memory. */
void bl_stream_destroy(struct bl_stream *s);

/* NULL: no such stream. */
struct bl_stream *bl_stream_find(struct bl_kinesis *k, struct bf_str name);

/* The stream in the request's StreamName or StreamARN; NULL: the answer is set. */
struct bl_stream *bl_stream_param(struct bl_call *c, const struct bl_params *p);

/* The index of the shard with this id ("shardId-000000000003"); -1 if there is none. */
int bl_shard_find(const struct bl_stream *s, struct bf_str id);
void bl_shard_id(char out[BL_SHARD_ID_SIZE], int index);
void bl_sequence_put(char out[BL_SEQUENCE_SIZE], const struct bl_stream *s, int64_t number);

/* False: it is malformed or of another stream. */
bool bl_sequence_get(const struct bl_stream *s, struct bf_str text, int64_t *number);

/* Decimal digits of a hash key, at most 39. */
void bl_hash_put(struct bf_buf *out, bl_hash v);
bool bl_hash_get(struct bf_str text, bl_hash *v);

/* The hash key of a partition key, and the open shard for it. */
bl_hash bl_hash_of(struct bf_str partition_key);
struct bl_shard *bl_shard_for(struct bl_stream *s, bl_hash hash);

/* Adds a shard to the stream in the store and in memory, inside a transaction. NULL: out of
 * memory. */
struct bl_shard *bl_shard_add(struct bl_call *c, struct bl_stream *s, bl_hash low, bl_hash high,
                              int parent, int adjacent);

/* Closes a shard in the store and in memory, inside a transaction. */
void bl_shard_close(struct bl_call *c, struct bl_stream *s, int index);

/* Closes a shard and opens two children that divide its hash keys at `at`, inside a transaction. */
bool bl_shard_split(struct bl_call *c, struct bl_stream *s, int index, bl_hash at) BF_MUST;

/* Call it before a transaction changes a stream, its shards or the next record's number: if the
 * transaction fails, all are restored (store.h). */
void bl_stream_keep(struct bl_store *store, struct bl_stream *s);

/* Reserves memory for n more shards; without it bl_shard_add may fail. */
bool bl_shard_room(struct bl_stream *s, size_t n) BF_MUST;

/* Appends {"ShardId":...} with the shard's ranges. */
void bl_shard_put(struct bf_buf *out, const struct bl_stream *s, int index);

/* Adds one record, inside a transaction; returns its number. For PutRecords and for DynamoDB's
 * changes. */
int64_t bl_record_add(struct bl_store *store, struct bl_stream *s, struct bl_shard *shard,
                      struct bf_str key, struct bf_str data, int64_t now_ms);

/* An iterator is "bflocal SHARD-ROW NUMBER CREATED-MS" in base64; the next record has that
 * number or a larger one. Iterators of DynamoDB Streams have the stream's ARN before it. */
struct bl_iterator {
    int64_t row, number, created_ms;
};

void bl_iterator_put(struct bf_buf *out, const struct bl_iterator *it);

/* False: it is not an iterator of bflocal. */
bool bl_iterator_read(struct bf_str text, struct bl_iterator *it);

/* Deletes records past their retention, at most once a minute and in steps: a call checks at
 * most BL_TRIM_SHARDS shards and deletes at most BL_TRIM_CHUNKS chunks. Every write and read of the
 * stream's records calls it. */
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
