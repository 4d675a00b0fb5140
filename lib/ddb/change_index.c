#include "lib/ddb/change_index.h"

#include <stdlib.h>

#include "lib/json/scan.h"

enum {
    SMALL = 16,  /* up to this many attributes a linear search is as fast */
    LOOKUPS = 4, /* building costs about as much as this many linear searches */
    NAME_MAX = 256 * 1024 * 1024
};

void bf_image_index_init(struct bf_image_index *x)
{
    *x = (struct bf_image_index){0};
    bf_buf_init(&x->name, NAME_MAX);
}

void bf_image_index_free(struct bf_image_index *x)
{
    free(x->slot);
    bf_buf_free(&x->name);
    *x = (struct bf_image_index){0};
}

void bf_image_index_reset(struct bf_image_index *x)
{
    x->attr = NULL;
    x->lookups = 0;
}

static bool reserve_slots(struct bf_image_index *x, size_t attributes)
{
    size_t n = 64;
    while (n < 2 * attributes)
        n *= 2;
    if (n > x->cap) {
        uint32_t *slot = malloc(n * sizeof *slot);
        if (!slot)
            return false;
        free(x->slot);
        x->slot = slot;
        x->cap = n;
    }
    memset(x->slot, 0, n * sizeof *x->slot);
    x->mask = n - 1;
    return true;
}

static bool decode_name(struct bf_image_index *x, const struct bf_attr *a, struct bf_str *name)
{
    *name = a->name;
    if (!a->name_escaped)
        return true;
    bf_buf_reset(&x->name);
    bf_json_unescape(&x->name, a->name);
    *name = bf_buf_view(&x->name);
    return bf_buf_ok(&x->name);
}

static bool build(struct bf_image_index *x, const struct bf_image *image)
{
    if (image->n >= UINT32_MAX / 4 || !reserve_slots(x, image->n))
        return false;
    for (size_t i = 0; i < image->n; i++) {
        struct bf_str name;
        if (!decode_name(x, &image->attr[i], &name))
            return false;
        size_t k = bf_hash(name) & x->mask;
        while (x->slot[k])
            k = (k + 1) & x->mask;
        x->slot[k] = (uint32_t)(i + 1);
    }
    x->attr = image->attr;
    x->n = image->n;
    return true;
}

bool bf_image_index_ready(struct bf_image_index *x, const struct bf_image *image)
{
    if (image->n <= SMALL) /* also an image that the record does not have */
        return false;
    if (x->attr == image->attr && x->n == image->n)
        return true;
    if (++x->lookups <= LOOKUPS)
        return false;
    bool ok = build(x, image);
    if (!ok)
        x->attr = NULL;
    return ok;
}

const struct bf_attr *bf_image_index_find(const struct bf_image_index *x, struct bf_str name)
{
    for (size_t k = bf_hash(name) & x->mask; x->slot[k]; k = (k + 1) & x->mask)
        if (bf_attr_is(&x->attr[x->slot[k] - 1], name))
            return &x->attr[x->slot[k] - 1];
    return NULL;
}
