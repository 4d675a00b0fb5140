#include "lib/checkpoint/state.h"

#include <stdlib.h>

#include "lib/io/file.h"
#include "lib/checkpoint/state_json.h"

enum { KEY_MAX = 4096 };

void bf_state_init(struct bf_state *s)
{
    *s = (struct bf_state){0};
    bf_map_init(&s->index, BF_STATE_MAX_SHARDS);
}

void bf_state_batch_free(struct bf_state_batch *b)
{
    free(b->file);
    free(b->bucket);
    free(b->key);
    free(b->shape);
    free(b->content_type);
    free(b->content_encoding);
    free(b->checksum);
    free(b->checksum_value);
    free(b->upload);
    free(b->partition);
    free(b->refused);
    *b = (struct bf_state_batch){0};
}

void bf_state_clear_open(struct bf_state *s)
{
    for (size_t i = 0; i < s->nopen; i++)
        bf_state_batch_free(&s->open[i]);
    s->nopen = 0;
}

void bf_state_free(struct bf_state *s)
{
    for (size_t i = 0; i < s->nshards; i++) {
        free(s->shards[i].stream);
        free(s->shards[i].shard);
        free(s->shards[i].sequence);
    }
    for (size_t i = 0; i < s->nsealed; i++)
        bf_state_batch_free(&s->sealed[i]);
    bf_state_clear_open(s);
    free(s->shards);
    free(s->sealed);
    free(s->open);
    bf_map_free(&s->index);
    *s = (struct bf_state){0};
}

/* The index key of a shard, in the caller's array; empty when the names are too long. */
static struct bf_str index_key(char out[KEY_MAX], struct bf_str stream, struct bf_str shard)
{
    if (stream.n + 1 + shard.n > KEY_MAX)
        return bf_str(out, 0);
    if (stream.n)
        memcpy(out, stream.p, stream.n);
    out[stream.n] = '\0';
    if (shard.n)
        memcpy(out + stream.n + 1, shard.p, shard.n);
    return bf_str(out, stream.n + 1 + shard.n);
}

const struct bf_state_shard *bf_state_find(struct bf_state *s, struct bf_str stream,
                                           struct bf_str shard)
{
    char key[KEY_MAX];
    const uint64_t *at = bf_map_get(&s->index, index_key(key, stream, shard));
    return at ? &s->shards[*at] : NULL;
}

/* Room for one more element of the given size. */
static bool grow(void **items, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 16;
    void *p = realloc(*items, more * size);
    if (!p)
        return false;
    *items = p;
    *cap = more;
    return true;
}

static bool add_shard(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                      struct bf_err *e)
{
    char key[KEY_MAX];
    struct bf_str k = index_key(key, stream, shard);
    if (k.n == 0)
        return bf_err_set(e, BF_E_LIMIT, "the name of a shard is too long");
    if (!grow((void **)&s->shards, s->nshards, &s->shards_cap, sizeof *s->shards))
        return bf_err_nomem(e);
    struct bf_state_shard add = {.stream = bf_str_dup(stream), .shard = bf_str_dup(shard)};
    uint64_t *at = add.stream && add.shard ? bf_map_put(&s->index, k, NULL) : NULL;
    if (!at) {
        free(add.stream);
        free(add.shard);
        if (s->nshards >= BF_STATE_MAX_SHARDS)
            return bf_err_set(e, BF_E_LIMIT, "more than %d shards", BF_STATE_MAX_SHARDS);
        return bf_err_nomem(e);
    }
    *at = s->nshards;
    s->shards[s->nshards++] = add;
    return true;
}

bool bf_state_set(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                  struct bf_str sequence, bool ended, struct bf_err *e)
{
    char key[KEY_MAX];
    char *copy = bf_str_dup(sequence);
    if (!copy)
        return bf_err_nomem(e);
    const uint64_t *at = bf_map_get(&s->index, index_key(key, stream, shard));
    size_t i = at ? (size_t)*at : s->nshards;
    if (!at && !add_shard(s, stream, shard, e)) {
        free(copy);
        return false;
    }
    free(s->shards[i].sequence);
    s->shards[i].sequence = copy;
    s->shards[i].ended = ended;
    s->shards[i].since_ms = 0;
    return true;
}

void bf_state_since(struct bf_state *s, struct bf_str stream, struct bf_str shard, int64_t since_ms)
{
    char key[KEY_MAX];
    const uint64_t *at = bf_map_get(&s->index, index_key(key, stream, shard));
    if (at)
        s->shards[*at].since_ms = since_ms;
}

bool bf_state_forget(struct bf_state *s, struct bf_str stream, struct bf_str shard)
{
    char key[KEY_MAX];
    const uint64_t *known = bf_map_get(&s->index, index_key(key, stream, shard));
    size_t at = known ? (size_t)*known : 0;
    size_t of_stream = 0;
    if (!known || !s->shards[at].ended)
        return false;
    for (size_t i = 0; i < s->nshards && of_stream < 2; i++)
        of_stream += bf_str_eq(stream, bf_str_of(s->shards[i].stream));
    if (of_stream < 2)
        return false;
    bf_map_remove(&s->index, index_key(key, stream, shard));
    free(s->shards[at].stream);
    free(s->shards[at].shard);
    free(s->shards[at].sequence);
    s->shards[at] = s->shards[--s->nshards];
    const struct bf_state_shard *moved = &s->shards[at];
    uint64_t *index = at < s->nshards
                          ? bf_map_get(&s->index, index_key(key, bf_str_of(moved->stream),
                                                            bf_str_of(moved->shard)))
                          : NULL;
    if (index)
        *index = at;
    return true;
}

bool bf_state_add_sealed(struct bf_state *s, struct bf_state_batch *b, struct bf_err *e)
{
    if (!grow((void **)&s->sealed, s->nsealed, &s->sealed_cap, sizeof *s->sealed))
        return bf_err_nomem(e);
    s->sealed[s->nsealed++] = *b;
    *b = (struct bf_state_batch){0};
    return true;
}

bool bf_state_add_open(struct bf_state *s, struct bf_state_batch *b, struct bf_err *e)
{
    if (!grow((void **)&s->open, s->nopen, &s->open_cap, sizeof *s->open))
        return bf_err_nomem(e);
    s->open[s->nopen++] = *b;
    *b = (struct bf_state_batch){0};
    return true;
}

struct bf_state_batch *bf_state_sealed(struct bf_state *s, const char *file)
{
    for (size_t i = 0; i < s->nsealed; i++)
        if (strcmp(s->sealed[i].file, file) == 0)
            return &s->sealed[i];
    return NULL;
}

bool bf_state_refuse_sealed(struct bf_state *s, const char *file, const char *why)
{
    struct bf_state_batch *b = bf_state_sealed(s, file);
    char *text = b ? bf_str_dup(bf_str_of(why)) : NULL;
    if (!text)
        return false;
    free(b->refused);
    b->refused = text;
    return true;
}

bool bf_state_drop_sealed(struct bf_state *s, const char *file)
{
    struct bf_state_batch *b = bf_state_sealed(s, file);
    if (!b)
        return false;
    size_t i = (size_t)(b - s->sealed);
    bf_state_batch_free(b);
    memmove(b, b + 1, (s->nsealed - i - 1) * sizeof *b);
    s->nsealed--;
    return true;
}

bool bf_state_load(struct bf_state *s, const char *path, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, BF_STATE_MAX_BYTES);
    bool ok = bf_file_read_own(path, &text, e);
    if (!ok && e->code == BF_E_NOTFOUND) {
        bf_err_clear(e);
        ok = true;
    } else if (ok)
        ok = bf_state_parse(s, bf_buf_view(&text), e) || bf_err_ctx(e, "%s", path);
    bf_buf_free(&text);
    return ok;
}

bool bf_state_save(const struct bf_state *s, const char *path, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, BF_STATE_MAX_BYTES);
    bf_state_print(s, &text);
    bool ok = bf_buf_check(&text, path, e) && bf_file_replace(path, bf_buf_view(&text), e);
    bf_buf_free(&text);
    return ok;
}

int bf_sequence_cmp(struct bf_str a, struct bf_str b)
{
    while (a.n > 1 && a.p[0] == '0')
        a.p++, a.n--;
    while (b.n > 1 && b.p[0] == '0')
        b.p++, b.n--;
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return bf_str_cmp(a, b);
}
