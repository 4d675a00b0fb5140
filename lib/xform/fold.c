#include "lib/xform/fold.h"

#include <stdlib.h>

#include "lib/base/map.h"
#include "lib/ddb/value.h"

enum {
    KEYS_MAX = 1 << 30,
    KEY_MAX = 64 * 1024 * 1024,
    ENTRY_COST = 160,  /* of the map and the allocator, beside key and row */
    PIECE = 128 * 1024 /* bytes out at a time */
};

struct state {
    size_t n, room; /* bytes of text, and for how many there is room */
    char text[];
};

struct bf_fold {
    char *fields;
    uint64_t max, used;
    struct bf_map rows;
    struct bf_buf key;
    size_t at_row;
};

struct bf_fold *bf_fold_new(const char *key, uint64_t max_bytes, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(key), name;
    while (bf_str_split(&rest, ',', &name))
        if (bf_str_trim(name).n == 0) {
            bf_err_set(e, BF_E_USAGE, "--fold: an empty name in the key '%.60s'", key);
            return NULL;
        }
    struct bf_fold *f = calloc(1, sizeof *f);
    if (f)
        f->fields = bf_str_dup(bf_str_of(key));
    if (!f || !f->fields) {
        free(f);
        bf_err_nomem(e);
        return NULL;
    }
    f->max = max_bytes;
    bf_map_init(&f->rows, KEYS_MAX);
    bf_buf_init(&f->key, KEY_MAX);
    return f;
}

static struct state *state_of(uint64_t value)
{
    return (struct state *)(uintptr_t)value;
}

static void free_all(struct bf_map *m)
{
    size_t i = 0;
    for (struct bf_map_entry *en; (en = bf_map_next(m, &i));)
        free(state_of(en->value));
    bf_map_free(m);
}

void bf_fold_destroy(struct bf_fold *f)
{
    if (!f)
        return;
    free_all(&f->rows);
    bf_buf_free(&f->key);
    free(f->fields);
    free(f);
}

static bool full(const struct bf_fold *f, struct bf_err *e)
{
    return bf_err_set(e, BF_E_MEMORY,
                      "--fold holds %zu keys, more than its %llu MiB of memory; see --fold-memory",
                      f->rows.live, (unsigned long long)(f->max / (1024 * 1024)));
}

static void remove_key(struct bf_fold *f, struct bf_map *m, struct bf_str key)
{
    uint64_t *value = bf_map_get(m, key);
    if (!value)
        return;
    struct state *s = state_of(*value);
    f->used -= s->room + key.n + ENTRY_COST;
    free(s);
    bf_map_remove(m, key);
}

static bool keep(struct bf_fold *f, struct bf_map *m, struct bf_str key, struct bf_str text,
                 struct bf_err *e)
{
    bool added = false;
    uint64_t *value = bf_map_put(m, key, &added);
    if (!value)
        return bf_err_nomem(e);
    struct state *s = state_of(*value);
    f->used += added ? key.n + ENTRY_COST : 0;
    if (!s || s->room < text.n || s->room > 2 * text.n) {
        f->used -= s ? s->room : 0;
        free(s);
        *value = 0;
        if (f->used + text.n > f->max)
            return full(f, e);
        s = malloc(sizeof *s + text.n);
        if (!s)
            return bf_err_nomem(e);
        *value = (uint64_t)(uintptr_t)s;
        s->room = text.n;
        f->used += text.n;
    }
    s->n = text.n;
    memcpy(s->text, text.p, text.n);
    return true;
}

/* The values of the key's attributes one behind the other, as JSON, so that they cannot run together. */
static bool key_of(struct bf_fold *f, const struct bf_change *c, struct bf_err *e)
{
    const struct bf_image *images[] = {&c->keys, &c->new_image, &c->old_image};
    struct bf_str rest = bf_str_of(f->fields), name;
    bf_buf_reset(&f->key);
    while (bf_str_split(&rest, ',', &name)) {
        struct bf_attr a;
        size_t i = 0;
        name = bf_str_trim(name);
        while (i < BF_COUNT(images) && !(images[i]->present && bf_value_path(images[i], name, &a)))
            i++;
        if (i == BF_COUNT(images))
            return bf_err_set(e, BF_E_INPUT, "no attribute %.*s, which --fold wants as a key",
                              BF_SHOWN(name));
        bf_value_put_json(&f->key, &a);
        bf_buf_addc(&f->key, ',');
    }
    return bf_buf_check(&f->key, "the key", e);
}

bool bf_fold_put(struct bf_fold *f, const struct bf_change *c, struct bf_str row, struct bf_err *e)
{
    if (!key_of(f, c, e))
        return false;
    if (c->op != BF_OP_REMOVE)
        return keep(f, &f->rows, bf_buf_view(&f->key), row, e);
    remove_key(f, &f->rows, bf_buf_view(&f->key));
    return true;
}

bool bf_fold_next(struct bf_fold *f, struct bf_buf *out, uint64_t *rows)
{
    size_t before = out->n;
    struct bf_map_entry *en;
    while (out->n - before < PIECE && !out->failed && (en = bf_map_next(&f->rows, &f->at_row))) {
        ++*rows;
        bf_buf_add(out, state_of(en->value)->text, state_of(en->value)->n);
    }
    return out->n > before;
}
