#include "lib/aws/kinesis/lineage.h"

#include <stdlib.h>

void bf_lineage_init(struct bf_lineage *l)
{
    *l = (struct bf_lineage){0};
    bf_map_init(&l->by_id, BF_LINEAGE_MAX);
}

void bf_lineage_free(struct bf_lineage *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->shards[i]);
    free(l->shards);
    bf_map_free(&l->by_id);
    *l = (struct bf_lineage){0};
}

struct bf_shard *bf_lineage_find(struct bf_lineage *l, struct bf_str id)
{
    uint64_t *index = id.n ? bf_map_get(&l->by_id, id) : NULL;
    return index ? l->shards[*index] : NULL;
}

static bool grow(struct bf_lineage *l)
{
    if (l->n < l->cap)
        return true;
    size_t cap = l->cap ? l->cap * 2 : 16;
    struct bf_shard **p = realloc(l->shards, cap * sizeof *p);
    if (!p)
        return false;
    l->shards = p;
    l->cap = cap;
    return true;
}

/* Sets a field that is empty so far: a listing has more than ChildShards. */
static void fill(char *field, const char *from, size_t size)
{
    if (!field[0])
        memcpy(field, from, size);
}

static void update(struct bf_shard *old, const struct bf_shard *s)
{
    fill(old->parent, s->parent, sizeof old->parent);
    fill(old->adjacent, s->adjacent, sizeof old->adjacent);
    fill(old->hash_from, s->hash_from, sizeof old->hash_from);
    fill(old->hash_to, s->hash_to, sizeof old->hash_to);
    fill(old->seq_from, s->seq_from, sizeof old->seq_from);
    fill(old->seq_to, s->seq_to, sizeof old->seq_to);
    old->listed = old->listed || s->listed;
}

struct bf_shard *bf_lineage_add(struct bf_lineage *l, const struct bf_shard *s, struct bf_err *e)
{
    struct bf_shard *old = bf_lineage_find(l, bf_str_of(s->id));
    if (old) {
        update(old, s);
        return old;
    }
    if (l->n == BF_LINEAGE_MAX) {
        bf_err_set(e, BF_E_LIMIT, "more than %d shards", BF_LINEAGE_MAX);
        return NULL;
    }
    struct bf_shard *copy = malloc(sizeof *copy);
    uint64_t *index = copy && grow(l) ? bf_map_put(&l->by_id, bf_str_of(s->id), NULL) : NULL;
    if (!index) {
        free(copy);
        bf_err_nomem(e);
        return NULL;
    }
    *index = l->n;
    *copy = *s;
    l->shards[l->n++] = copy;
    return copy;
}

static bool passed(struct bf_lineage *l, const char *id)
{
    const struct bf_shard *parent = bf_lineage_find(l, bf_str_of(id));
    return !parent || parent->done;
}

bool bf_lineage_ready(struct bf_lineage *l, const struct bf_shard *s)
{
    return passed(l, s->parent) && passed(l, s->adjacent);
}

bool bf_lineage_has_child(const struct bf_lineage *l, const struct bf_shard *s)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->shards[i]->parent, s->id) == 0 || strcmp(l->shards[i]->adjacent, s->id) == 0)
            return true;
    return false;
}

static void pass(struct bf_lineage *l, const char *id, size_t depth)
{
    struct bf_shard *s = bf_lineage_find(l, bf_str_of(id));
    if (!s || s->done || depth > 10000) /* a circular lineage must not recurse endlessly */
        return;
    s->done = true;
    pass(l, s->parent, depth + 1);
    pass(l, s->adjacent, depth + 1);
}

void bf_lineage_pass_ancestors(struct bf_lineage *l, const struct bf_shard *s)
{
    pass(l, s->parent, 0);
    pass(l, s->adjacent, 0);
}

int bf_shard_compare(struct bf_str a, struct bf_str b)
{
    for (; a.n && *a.p == '0'; a.p++, a.n--)
        ;
    for (; b.n && *b.p == '0'; b.p++, b.n--)
        ;
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return bf_str_cmp(a, b);
}

bool bf_shard_set(char *field, size_t size, struct bf_str text, const char *what, struct bf_err *e)
{
    if (text.n >= size)
        return bf_err_set(e, BF_E_LIMIT, "%s of %zu bytes, longer than %zu", what, text.n,
                          size - 1);
    if (text.n)
        memcpy(field, text.p, text.n);
    field[text.n] = '\0';
    return true;
}
