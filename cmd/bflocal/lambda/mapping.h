/*
 * Event source mappings: a function is invoked with batches of the records of a stream (Lambda developer guide, "How
 * Lambda processes records from stream and queue-based event sources").
 *
 * A mapping has a thread that searches for shards, and for each shard a lane, which is a thread too. A lane reads a
 * batch, runs the function until the batch succeeds or is given up, and only then stores its position: if bflocal is
 * killed, the batch is repeated. A child shard gets a lane after the lanes of its parents have ended.
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
    int64_t number; /* of the next record */
    char shard[64];
    struct bf_buf rest; /* the end of each record, which is the same for all; made by the first */
    bool started;       /* there is a thread */
    bool ended;         /* the shard is closed and read to its end */
};

struct bl_mapping {
    struct bl_mapping *next;
    struct bl_local *local;
    char uuid[37];
    char function[BL_TARGET_SIZE]; /* NAME or NAME:QUALIFIER */
    char source[512];              /* the ARN of the stream */
    bool dynamodb;
    json_t *config; /* EventSourceMappingConfiguration; under the mutex of struct bl_lambda */
    /* From the configuration; constant while the threads run. */
    size_t batch;
    size_t factor;
    int64_t window_ms, age_ms, retries; /* age and retries: -1 for no limit */
    bool bisect, report;
    char bucket[64];            /* of the on-failure destination; "": none */
    struct bf_pattern *filters; /* NULL: all records match */
    pthread_mutex_t filter_mutex;
    struct bl_caller caller;
    /* Threads. */
    bool running, stopping, short_of_threads;
    pthread_t thread;
    struct bl_lane *lanes;
};

/* One record in the form of the event. */
struct bl_mapped {
    size_t from, to; /* of its JSON, in the batch's text */
    int64_t number, at_ms;
};

#define BL_BATCH_BEGIN "{\"Records\":["
#define BL_BATCH_END   "]}"

/* Records of one shard, in order. */
struct bl_batch {
    struct bf_buf text; /* the event; BL_BATCH_END is added before it runs */
    struct bl_mapped *records;
    size_t n, cap;
};

/* Reads the next records of a lane into the batches; the partition key chooses the batch. Waits for the window. False:
 * the mapping stops. *next: the number after the last record read; *end: the shard has been read to its end. */
bool bl_mapping_read(struct bl_lane *lane, struct bl_batch *batches, int64_t *next, bool *end);

/* Runs the function for a batch until it succeeds, or is given up and reported to the destination. False: the mapping
 * stops. */
bool bl_mapping_run(struct bl_lane *lane, struct bl_batch *batch);

/* Sleeps; false: the mapping stops. */
bool bl_mapping_pause(struct bl_mapping *m, int64_t ms);

/* Writes a record's sequence number in the form of the event, at most 57 bytes with the NUL. */
void bl_mapping_sequence(const struct bl_lane *lane, int64_t number, char out[64]);

/* Is there its stream? */
bool bl_mapping_has_source(const struct bl_mapping *m);

/* Starts and ends the threads of a mapping. */
bool bl_mapping_start(struct bl_mapping *m, struct bf_err *e) BF_MUST;
void bl_mapping_stop(struct bl_mapping *m);
void bl_mapping_free(struct bl_mapping *m);

/* Reads the configuration. False: the answer is set. */
bool bl_mapping_settle(struct bl_call *c, struct bl_mapping *m);

/* Loads the stored mappings, and starts the enabled ones; bl_mappings_end stops all. */
bool bl_mappings_load(struct bl_local *l, struct bf_err *e) BF_MUST;
void bl_mappings_start(struct bl_local *l);
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
