/*
 * Shards and their descent. A shard that is split has two children, two that are merged have one; a
 * child may be read once every parent that still exists has been read to its end. Parents that are
 * not in the list have expired and do not delay their children.
 *
 * Shards keep their address while the lineage exists, and their order of insertion.
 */
#ifndef BF_AWS_KINESIS_LINEAGE_H
#define BF_AWS_KINESIS_LINEAGE_H

#include "lib/base/map.h"

enum { BF_SHARD_ID_MAX = 128, BF_SHARD_SEQUENCE_MAX = 128, BF_SHARD_HASH_MAX = 39 };

struct bf_shard {
    char id[BF_SHARD_ID_MAX + 1];
    char parent[BF_SHARD_ID_MAX + 1];   /* "": none */
    char adjacent[BF_SHARD_ID_MAX + 1]; /* the second parent of a merge, "": none */
    char hash_from[BF_SHARD_HASH_MAX + 1], hash_to[BF_SHARD_HASH_MAX + 1]; /* "" for DynamoDB */
    char seq_from[BF_SHARD_SEQUENCE_MAX + 1];
    char seq_to[BF_SHARD_SEQUENCE_MAX + 1]; /* "" while it is open */
    bool done;                              /* read to its end, or not to be read */
    bool listed;                            /* in the latest listing; set by the lister */
    void *reader;                           /* for the reader's use */
};

struct bf_lineage {
    struct bf_shard **shards;
    size_t n, cap;
    struct bf_map by_id;
};

enum { BF_LINEAGE_MAX = 100000 };

BF_API void bf_lineage_init(struct bf_lineage *l);
BF_API void bf_lineage_free(struct bf_lineage *l);

/* Adds a copy of s, or updates a known shard (parents, ranges; done and reader are kept). Returns
 * the shard in the list, NULL on an error. */
BF_API BF_MUST struct bf_shard *bf_lineage_add(struct bf_lineage *l, const struct bf_shard *s,
                                               struct bf_err *e);

BF_API struct bf_shard *bf_lineage_find(struct bf_lineage *l, struct bf_str id);

/* Can s be read, that is, are all of its parents done or gone? */
BF_API bool bf_lineage_ready(struct bf_lineage *l, const struct bf_shard *s);

/* Is there a child of s in the list? */
BF_API bool bf_lineage_has_child(const struct bf_lineage *l, const struct bf_shard *s);

/* Marks every ancestor of s in the list as done. */
BF_API void bf_lineage_pass_ancestors(struct bf_lineage *l, const struct bf_shard *s);

/* Is the shard closed, so that it gets no more records? */
static inline bool bf_shard_closed(const struct bf_shard *s)
{
    return s->seq_to[0] != '\0';
}

/* Orders sequence numbers and hash keys: decimal numbers of any length. */
BF_API int bf_shard_compare(struct bf_str a, struct bf_str b);

/* Copies text into a field of struct bf_shard; BF_E_LIMIT, naming what, if it does not fit. */
BF_API BF_MUST bool bf_shard_set(char *field, size_t size, struct bf_str text, const char *what,
                                 struct bf_err *e);

#endif
