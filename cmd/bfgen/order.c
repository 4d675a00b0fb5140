/* --schema order: the four attributes of OrderTable. */
#include "cmd/bfgen/attr.h"
#include "cmd/bfgen/shop.h"

enum { BOUND = 512 };

static const struct bf_str products[] = {BF_STR("Phone"), BF_STR("Laptop"), BF_STR("Headphones"),
                                         BF_STR("Tablet"), BF_STR("Charger")};

static size_t bound(void *self, const struct change *c)
{
    (void)c;
    return BOUND + 2 * ((struct shop *)self)->key.n;
}

static char *key(void *self, char *p, const void *thing, enum form form, size_t *size)
{
    const struct shop *s = self;
    const struct order *o = thing;
    *p++ = ',';
    *p++ = '"';
    p = put_str(p, s->key);
    p = form == TYPED ? PUT(p, "\":{\"S\":\"") : PUT(p, "\":\"");
    const char *from = p;
    p = put_u64(p, o->number);
    *size += s->key.n + (size_t)(p - from);
    return form == TYPED ? PUT(p, "\"}") : PUT(p, "\"");
}

static inline char *put_image(char *p, void *self, const struct order *o, enum form form,
                              size_t *bytes)
{
    size_t size = 0;
    p = key(self, p, o, form, &size);
    ATTR_S("product_name", put_str(p, products[o->product]));
    ATTR_N("quantity", put_u64(p, o->quantity), 2);
    ATTR_CENTS("price", o->unit_cents);
    *bytes += size;
    return p;
}

static char *image(void *self, char *p, const void *thing, enum form form, size_t *size)
{
    return form == TYPED ? put_image(p, self, thing, TYPED, size)
                         : put_image(p, self, thing, PLAIN, size);
}

static char *set(void *self, char *p, const struct change *c)
{
    (void)self;
    return put_u64(PUT(p, ",\"quantity\":"), ((const struct order *)c->after)->quantity);
}

static char *removed(void *self, char *p, const struct change *c)
{
    (void)self, (void)c;
    return p;
}

static char *header(void *self, char *p)
{
    return PUT(put_str(p, ((struct shop *)self)->key), ",product_name,quantity,price");
}

static char *row(void *self, char *p, const void *thing)
{
    const struct order *o = thing;
    (void)self;
    p = put_u64(p, o->number);
    *p++ = ',';
    p = put_str(p, products[o->product]);
    *p++ = ',';
    p = put_u64(p, o->quantity);
    *p++ = ',';
    return put_cents(p, o->unit_cents);
}

struct source shop_order(struct shop *s)
{
    return (struct source){.self = s,
                           .next = shop_next,
                           .bound = bound,
                           .key = key,
                           .image = image,
                           .set = set,
                           .removed = removed,
                           .header = header,
                           .row = row,
                           .header_bound = BOUND + s->key.n};
}
