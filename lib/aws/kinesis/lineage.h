/*
 * Shards and who descends from whom. A shard that is split has two children, two
 * that are merged have one; a child may be read once every parent that still
 * exists has been read to its end. Parents that are not in the list have expired
 * and hold nobody up.
 *
 * Shards keep their address while the lineage lives, and their order of arrival.
 */
#ifndef BF_AWS_KINESIS_LINEAGE_H
#define BF_AWS_KINESIS_LINEAGE_H

#include "lib/base/map.h"

enum { BF_SHARD_ID_MAX = 128, BF_SHARD_SEQUENCE_MAX = 128, BF_SHARD_HASH_MAX = 39 };

struct bf_shard {
    char id[BF_SHARD_ID_MAX + 1];
    char parent[BF_SHARD_ID_MAX + 1];   /* "" none */
    char adjacent[BF_SHARD_ID_MAX + 1]; /* the second parent of a merge, "" none */
    char hash_from[BF_SHARD_HASH_MAX + 1], hash_to[BF_SHARD_HASH_MAX + 1]; /* "" for DynamoDB */
    char seq_from[BF_SHARD_SEQUENCE_MAX + 1];
    char seq_to[BF_SHARD_SEQUENCE_MAX + 1]; /* "" while it is open */
    bool done;                              /* read to its end, or not to be read at all */
    bool listed;                            /* seen in the latest listing; the lister sets it */
    void *reader;                           /* the reader's own; not touched here */
};

struct bf_lineage {
    struct bf_shard **shards;
    size_t n, cap;
    struct bf_map by_id;
};

enum { BF_LINEAGE_MAX = 100000 };

BF_API void bf_lineage_init(struct bf_lineage *l);
BF_API void bf_lineage_free(struct bf_lineage *l);

/* Adds a copy of s, or brings up to date what is known of it (parents, ranges; done and reader stay).
 * Returns the shard in the list, NULL on an error. */
BF_API BF_MUST struct bf_shard *bf_lineage_add(struct bf_lineage *l, const struct bf_shard *s,
                                               struct bf_err *e);

BF_API struct bf_shard *bf_lineage_find(struct bf_lineage *l, struct bf_str id);

/* May s be read: is no parent of it still to be read? */
BF_API bool bf_lineage_ready(struct bf_lineage *l, const struct bf_shard *s);

/* Does the list hold a child of s? */
BF_API bool bf_lineage_has_child(const struct bf_lineage *l, const struct bf_shard *s);

/* Marks every ancestor of s in the list as done. */
BF_API void bf_lineage_pass_ancestors(struct bf_lineage *l, const struct bf_shard *s);

/* Is the shard closed: will it get no more records? */
static inline bool bf_shard_closed(const struct bf_shard *s)
{
    return s->seq_to[0] != '\0';
}

/* Orders sequence numbers and hash keys: decimal numbers of any length. */
BF_API int bf_shard_compare(struct bf_str a, struct bf_str b);

/* Copies text into a field of struct bf_shard; BF_E_LIMIT, naming what, when it does not fit. */
BF_API BF_MUST bool bf_shard_set(char *field, size_t size, struct bf_str text, const char *what,
                                 struct bf_err *e);

#endif
