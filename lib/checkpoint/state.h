/*
 * The state of a pipeline that delivers exactly once: one file, DIR/state.json,
 * whose replacement by rename is the only commit point. It holds how far each
 * shard has been read into batches, the batches that are sealed (their file in
 * DIR/spool and the key they will have, whatever happens), and the batches that
 * are still open (their file and how much of it counts).
 *
 *     {"version":1,
 *      "streams":{"orders":{"shardId-000000000000":{"sequence":"4965...","ended":false,"since":1795759200123}}},
 *      "sealed":[{"file":"...","bucket":"...","key":"...","records":1,"bytes":1,...}],
 *      "open":[{"file":"...","key":"...","shape":"...","records":1,"bytes":1,...}]}
 *
 * `s3put --state` reads and writes it under the lock DIR/lock; `kinread --state`
 * only reads it, to start from its positions. Strings belong to the struct.
 * A sequence "" says: of this shard nothing has been delivered yet. A sealed batch
 * with "refused":"..." is set aside: who takes that member out has it tried again.
 */
#ifndef BF_CHECKPOINT_STATE_H
#define BF_CHECKPOINT_STATE_H

#include "lib/base/map.h"

enum { BF_STATE_MAX_BYTES = 64 * 1024 * 1024, BF_STATE_MAX_SHARDS = 100000 };

struct bf_state_shard {
    char *stream;
    char *shard;
    char *sequence;   /* decimal digits, "" at the very beginning */
    bool ended;       /* the shard was read to its end */
    int64_t since_ms; /* what comes after arrived then or later (mark.h); 0: not known */
};

/* A file in the spool, and all that the object of its rows will be: an open batch is finished as it was
 * opened, whatever the options are by then. NULL strings read as "". */
struct bf_state_batch {
    char *file; /* name inside DIR/spool */
    char *bucket, *key;
    char *shape; /* of an open one: the options that opened it (cmd/s3put/shape.h) */
    char *content_type, *content_encoding;
    char *checksum;       /* algorithm: "crc32" */
    char *checksum_value; /* base64, as S3 takes it; of sealed ones */
    char *upload;         /* of a sealed one: the id of the multipart upload that is under way */
    char *partition;      /* raw JSON: the object of partition fields of the receipt */
    char *refused; /* sealed: why the service will not have it; it is kept and not tried again */
    uint64_t records, bytes;
    uint64_t raw_bytes; /* rows before compression */
    int64_t arrival_ms; /* wall time at which the first row came */
    int64_t time_ms;    /* the instant of the prefix */
};

struct bf_state {
    struct bf_state_shard *shards;
    size_t nshards, shards_cap;
    struct bf_map index; /* stream NUL shard to position in shards */
    struct bf_state_batch *sealed;
    size_t nsealed, sealed_cap;
    struct bf_state_batch *open;
    size_t nopen, open_cap;
};

BF_API void bf_state_init(struct bf_state *s);
BF_API void bf_state_free(struct bf_state *s);

/* Reads path into an initialised state. No file: an empty state, which is no error. A file that cannot
 * be understood, or of a later version, is BF_E_INPUT. */
BF_API BF_MUST bool bf_state_load(struct bf_state *s, const char *path, struct bf_err *e);

/* Replaces path durably: a crash leaves the old or the new state. */
BF_API BF_MUST bool bf_state_save(const struct bf_state *s, const char *path, struct bf_err *e);

/* The position of a shard, NULL when it has none. Holds until the next set. */
BF_API const struct bf_state_shard *bf_state_find(struct bf_state *s, struct bf_str stream,
                                                  struct bf_str shard);
BF_API BF_MUST bool bf_state_set(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                                 struct bf_str sequence, bool ended, struct bf_err *e);

/* What came after that position arrived then or later; nothing for a shard that is not there. */
BF_API void bf_state_since(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                           int64_t since_ms);

/* Forgets a shard that the service has forgotten, if it was read to its end. The last one of a stream stays: with
 * it the state knows that the stream was read. True when it was there and is gone. */
BF_API bool bf_state_forget(struct bf_state *s, struct bf_str stream, struct bf_str shard);

/* Takes over the strings of *b, which is zeroed. */
BF_API BF_MUST bool bf_state_add_sealed(struct bf_state *s, struct bf_state_batch *b,
                                        struct bf_err *e);
BF_API BF_MUST bool bf_state_add_open(struct bf_state *s, struct bf_state_batch *b,
                                      struct bf_err *e);

/* The sealed batch of that file, NULL when there is none. */
BF_API struct bf_state_batch *bf_state_sealed(struct bf_state *s, const char *file);
/* Sets the sealed batch of that file aside. True: it is there. */
BF_API bool bf_state_refuse_sealed(struct bf_state *s, const char *file, const char *why);

/* Forgets the sealed batch of that file (it has been delivered). */
BF_API bool bf_state_drop_sealed(struct bf_state *s, const char *file);
BF_API void bf_state_clear_open(struct bf_state *s);

BF_API void bf_state_batch_free(struct bf_state_batch *b);

/* Orders sequence numbers: decimal digits of any length, "" before all others. */
BF_API int bf_sequence_cmp(struct bf_str a, struct bf_str b);

#endif
