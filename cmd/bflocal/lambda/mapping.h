/*
 * Event source mappings: a function is invoked with the records of a stream, batch by batch (Lambda developer guide, "How
 * Lambda processes records from stream and queue-based event sources").
 *
 * A mapping has a thread that looks for shards, and a lane, a thread too, for each shard it has found. A lane reads a
 * batch, runs the function until the batch is through or given up, and only then writes down how far it has come: a
 * bflocal that is killed repeats the batch. A child shard has a lane once those of its parents have ended.
 */
#ifndef BL_MAPPING_H
#define BL_MAPPING_H

#include "cmd/bflocal/function/function.h"
#include "cmd/bflocal/kinesis/kinesis.h"
#include "lib/pattern/pattern.h"

enum { BL_MAPPING_FACTOR = 10, BL_MAPPING_BATCH = 10000 };

struct bl_lane {
    struct bl_mapping *mapping;
    struct bl_lane *next;
    pthread_t thread;
    int64_t row;    /* of the shard's log */
    int64_t number; /* of the record that is read next */
    char shard[64];
    bool started; /* there is a thread */
    bool ended;   /* the shard is closed and read to its end */
};

struct bl_mapping {
    struct bl_mapping *next;
    struct bl_local *local;
    char uuid[37];
    char function[65];
    char source[512]; /* the ARN of the stream */
    bool dynamodb;
    json_t *config; /* EventSourceMappingConfiguration; under the mutex of struct bl_lambda */
    /* From the configuration, fixed while the threads run. */
    size_t batch;
    size_t factor;
    int64_t window_ms, age_ms, retries; /* age and retries: -1 for no limit */
    bool bisect, report;
    char bucket[64];            /* of the on-failure destination; "": there is none */
    struct bf_pattern *filters; /* NULL: every record is taken */
    pthread_mutex_t filter_mutex;
    /* Threads. */
    bool running, stopping;
    pthread_t thread;
    struct bl_lane *lanes;
};

/* One record as the event has it. */
struct bl_mapped {
    size_t from, to; /* of its JSON, in the batch's text */
    int64_t number, at_ms;
};

/* Records of one shard, in their order. */
struct bl_batch {
    struct bf_buf text; /* their JSON, with commas */
    struct bl_mapped *records;
    size_t n, cap;
};

/* Reads the next records of a lane into the batches, a record into the one that its partition key chooses; waits for the
 * window. False: the mapping stops. *next: the number after the last one that was read; *end: the shard is read to its end. */
bool bl_mapping_read(struct bl_lane *lane, struct bl_batch *batches, int64_t *next, bool *end);

/* Runs the function over a batch until it is through, or given up and told to the destination. False: the mapping stops. */
bool bl_mapping_run(struct bl_lane *lane, struct bl_batch *batch);

/* Sleeps; false: the mapping stops. */
bool bl_mapping_pause(struct bl_mapping *m, int64_t ms);

/* For a record's sequence number as the event has it, at most 57 bytes with the NUL. */
void bl_mapping_sequence(const struct bl_lane *lane, int64_t number, char out[64]);

/* Starts and ends the threads of a mapping. */
bool bl_mapping_start(struct bl_mapping *m, struct bf_err *e) BF_MUST;
void bl_mapping_stop(struct bl_mapping *m);
void bl_mapping_free(struct bl_mapping *m);

/* Takes what the configuration says. False: the answer is set. */
bool bl_mapping_settle(struct bl_call *c, struct bl_mapping *m);

/* The stored mappings are loaded; bl_mappings_end stops all. */
bool bl_mappings_load(struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_mappings_end(struct bl_lambda *f);
bool bl_mapping_store(struct bl_mapping *m, struct bf_err *e) BF_MUST;
bool bl_mapping_erase(struct bl_local *l, const char *uuid, struct bf_err *e) BF_MUST;

/* The operations. */
bool bl_lambda_create_mapping(struct bl_call *c, struct bf_str uuid);
bool bl_lambda_get_mapping(struct bl_call *c, struct bf_str uuid);
bool bl_lambda_list_mappings(struct bl_call *c, struct bf_str uuid);
bool bl_lambda_update_mapping(struct bl_call *c, struct bf_str uuid);
bool bl_lambda_delete_mapping(struct bl_call *c, struct bf_str uuid);

#endif
