#include "lib/ddb/differ.h"

#include "lib/ddb/number.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"

enum { TEXT_MAX = 256 * 1024 * 1024, NAMES_MAX = 4 * 1024 * 1024 };

void bf_differ_init(struct bf_differ *d)
{
    bf_buf_init(&d->a, TEXT_MAX);
    bf_buf_init(&d->b, TEXT_MAX);
    bf_map_init(&d->names, NAMES_MAX);
    d->noted = NULL;
    d->nomem = false;
}

void bf_differ_free(struct bf_differ *d)
{
    bf_buf_free(&d->a);
    bf_buf_free(&d->b);
    bf_map_free(&d->names);
}

void bf_differ_begin(struct bf_differ *d)
{
    d->noted = NULL;
    d->nomem = false;
}

bool bf_differ_same_value(struct bf_differ *d, const struct bf_attr *a, const struct bf_attr *b)
{
    if (a->type != b->type)
        return false;
    if (a->val.n == b->val.n && memcmp(a->val.p, b->val.p, a->val.n) == 0)
        return true;
    if (a->type != BF_ATTR_N && a->type < BF_ATTR_M && !a->escaped && !b->escaped)
        return false;
    bf_buf_reset(&d->a);
    bf_buf_reset(&d->b);
    if (a->type == BF_ATTR_N) {
        bf_number_put_plain(&d->a, a->val);
        bf_number_put_plain(&d->b, b->val);
    } else if (a->type < BF_ATTR_M) {
        bf_value_put_text(&d->a, a);
        bf_value_put_text(&d->b, b);
    } else {
        bf_value_put_av(&d->a, a);
        bf_value_put_av(&d->b, b);
    }
    d->nomem |= !bf_buf_ok(&d->a) || !bf_buf_ok(&d->b);
    return bf_str_eq(bf_buf_view(&d->a), bf_buf_view(&d->b));
}

/* An attribute's name without escapes. */
static struct bf_str name_of(struct bf_differ *d, const struct bf_attr *a)
{
    if (!a->name_escaped)
        return a->name;
    bf_buf_reset(&d->a);
    bf_json_unescape(&d->a, a->name);
    d->nomem |= !bf_buf_ok(&d->a);
    return bf_buf_view(&d->a);
}

static bool note_names(struct bf_differ *d, const struct bf_image *image)
{
    bool added;
    bf_map_clear(&d->names);
    d->noted = NULL;
    for (size_t i = 0; i < image->n; i++) {
        uint64_t *at = bf_map_put(&d->names, name_of(d, &image->attr[i]), &added);
        if (!at || d->nomem)
            return false;
        *at = i;
    }
    d->noted = image->attr;
    return true;
}

const struct bf_attr *bf_differ_find(struct bf_differ *d, const struct bf_image *image, size_t hint,
                                     const struct bf_attr *a)
{
    if (image->n == 0)
        return NULL;
    if (hint < image->n && bf_attr_is(&image->attr[hint], name_of(d, a)))
        return &image->attr[hint];
    if (d->noted != image->attr && !note_names(d, image)) {
        d->nomem = true;
        return NULL;
    }
    const uint64_t *at = bf_map_get(&d->names, name_of(d, a));
    return at ? &image->attr[*at] : NULL;
}

bool bf_differ_same_images(struct bf_differ *d, const struct bf_image *a, const struct bf_image *b,
                           bool *same, struct bf_err *e)
{
    bf_differ_begin(d);
    *same = a->n == b->n;
    for (size_t i = 0; i < a->n && *same; i++) {
        const struct bf_attr *other = bf_differ_find(d, b, i, &a->attr[i]);
        *same = other && bf_differ_same_value(d, &a->attr[i], other);
    }
    return !d->nomem || bf_err_nomem(e);
}
