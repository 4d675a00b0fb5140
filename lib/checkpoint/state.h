/*
 * The state of a pipeline that delivers exactly once: one file, DIR/state.json, whose replacement
 * by rename is the only commit point. It holds how far each shard has been read into batches, the
 * sealed batches (their file in DIR/spool and their final object key), and the open batches (their
 * file and how many bytes of it count).
 *
 *     {"version":1,
 *      "streams":{"orders":{"shardId-000000000000":{"sequence":"4965...","ended":false,"since":1795759200123}}},
 *      "sealed":[{"file":"...","bucket":"...","key":"...","records":1,"bytes":1,...}],
 *      "open":[{"file":"...","key":"...","shape":"...","records":1,"bytes":1,...}]}
 *
 * `s3put --state` reads and writes it under the lock DIR/lock; `kinread --state` only reads it, to
 * start from its positions. The struct owns its strings. The sequence "" means that nothing of this
 * shard has been delivered yet. A sealed batch with "refused":"..." is set aside; if the user
 * removes that member, it is tried again.
 */
#ifndef BF_CHECKPOINT_STATE_H
#define BF_CHECKPOINT_STATE_H

#include "lib/base/map.h"

enum { BF_STATE_MAX_BYTES = 64 * 1024 * 1024, BF_STATE_MAX_SHARDS = 100000 };

struct bf_state_shard {
    char *stream;
    char *shard;
    char *sequence;   /* decimal digits; "" at the beginning of the shard */
    bool ended;       /* the shard was read to its end */
    int64_t since_ms; /* later records arrived then or later (mark.h); 0: unknown */
};

/* A file in the spool and all properties of its object: an open batch is finished with the options
 * it was opened with, even if they have changed since. NULL strings are read as "". */
struct bf_state_batch {
    char *file; /* name inside DIR/spool */
    char *bucket, *key;
    char *shape; /* of an open batch: the options that opened it (cmd/s3put/shape.h) */
    char *content_type, *content_encoding;
    char *checksum;       /* algorithm: "crc32" */
    char *checksum_value; /* of a sealed batch: base64, as S3 expects it */
    char *upload;         /* of a sealed batch: the id of its multipart upload, if one has begun */
    char *partition;      /* raw JSON: the partition fields, an object, for the receipt */
    char *refused;        /* of a sealed batch: why the service refused it; it is kept and not tried
                    * again */
    uint64_t records, bytes;
    uint64_t raw_bytes; /* bytes of rows before compression */
    int64_t arrival_ms; /* wall time at which the first row arrived */
    int64_t time_ms;    /* the time used for the prefix */
};

struct bf_state {
    struct bf_state_shard *shards;
    size_t nshards, shards_cap;
    struct bf_map index; /* stream, NUL, shard; value: index in shards */
    struct bf_state_batch *sealed;
    size_t nsealed, sealed_cap;
    struct bf_state_batch *open;
    size_t nopen, open_cap;
};

BF_API void bf_state_init(struct bf_state *s);
BF_API void bf_state_free(struct bf_state *s);

/* Reads path into an initialised state. If the file does not exist, the state is empty and that is
 * no error. BF_E_INPUT for a file that is malformed or of a later version. */
BF_API BF_MUST bool bf_state_load(struct bf_state *s, const char *path, struct bf_err *e);

/* Replaces path durably: after a crash it is the old or the new state. */
BF_API BF_MUST bool bf_state_save(const struct bf_state *s, const char *path, struct bf_err *e);

/* The position of a shard; NULL if it is unknown. Valid until the next set. */
BF_API const struct bf_state_shard *bf_state_find(struct bf_state *s, struct bf_str stream,
                                                  struct bf_str shard);
BF_API BF_MUST bool bf_state_set(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                                 struct bf_str sequence, bool ended, struct bf_err *e);

/* Sets the arrival time of the records after the shard's position; does nothing for an unknown
 * shard. */
BF_API void bf_state_since(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                           int64_t since_ms);

/* Removes a shard that the service no longer lists, if it was read to its end. The last shard of a
 * stream is kept, because it shows that the stream has been read. True if a shard was removed. */
BF_API bool bf_state_forget(struct bf_state *s, struct bf_str stream, struct bf_str shard);

/* Takes ownership of the strings of *b, which is zeroed. */
BF_API BF_MUST bool bf_state_add_sealed(struct bf_state *s, struct bf_state_batch *b,
                                        struct bf_err *e);
BF_API BF_MUST bool bf_state_add_open(struct bf_state *s, struct bf_state_batch *b,
                                      struct bf_err *e);

/* The sealed batch of that file, or NULL. */
BF_API struct bf_state_batch *bf_state_sealed(struct bf_state *s, const char *file);
/* Sets the sealed batch of that file aside. False if there is no such batch. */
BF_API bool bf_state_refuse_sealed(struct bf_state *s, const char *file, const char *why);

/* Removes the sealed batch of that file, which has been delivered. */
BF_API bool bf_state_drop_sealed(struct bf_state *s, const char *file);
BF_API void bf_state_clear_open(struct bf_state *s);

BF_API void bf_state_batch_free(struct bf_state_batch *b);

/* Orders sequence numbers: decimal digits of any length; "" is before all others. */
BF_API int bf_sequence_cmp(struct bf_str a, struct bf_str b);

#endif
