/* --schema sales: 14 attributes, and cart_id until the order is paid or cancelled. */
#include "cmd/bfgen/attr.h"
#include "cmd/bfgen/shop.h"

/* Names, categories and brands need no escape in JSON and no quote in CSV. */
static const struct {
    struct bf_str noun, category;
} nouns[] = {
    {BF_STR("Phone"), BF_STR("electronics")},
    {BF_STR("Laptop"), BF_STR("electronics")},
    {BF_STR("Television"), BF_STR("electronics")},
    {BF_STR("Headphones"), BF_STR("electronics")},
    {BF_STR("Coffee Maker"), BF_STR("kitchen")},
    {BF_STR("Winter Jacket"), BF_STR("clothing")},
    {BF_STR("Game Console"), BF_STR("games")},
    {BF_STR("Running Shoes"), BF_STR("sports")},
    {BF_STR("Tablet"), BF_STR("electronics")},
    {BF_STR("Air Fryer"), BF_STR("kitchen")},
    {BF_STR("Board Game"), BF_STR("games")},
    {BF_STR("Cordless Drill"), BF_STR("home")},
    {BF_STR("Charger"), BF_STR("electronics")},
    {BF_STR("Jeans"), BF_STR("clothing")},
    {BF_STR("Novel"), BF_STR("books")},
    {BF_STR("Face Cream"), BF_STR("beauty")},
    {BF_STR("Vacuum Cleaner"), BF_STR("home")},
    {BF_STR("Yoga Mat"), BF_STR("sports")},
    {BF_STR("Building Bricks"), BF_STR("toys")},
    {BF_STR("Perfume"), BF_STR("beauty")},
    {BF_STR("Camera"), BF_STR("electronics")},
    {BF_STR("Espresso Cups"), BF_STR("kitchen")},
    {BF_STR("Cookbook"), BF_STR("books")},
    {BF_STR("Desk Lamp"), BF_STR("home")},
};

static const struct bf_str brands[] = {
    BF_STR("Northwind"), BF_STR("Acme"),        BF_STR("Bl\u00e5berg"), BF_STR("Contoso"),
    BF_STR("Ferro"),     BF_STR("\u00c9clair"), BF_STR("Kumo"),         BF_STR("Lumen"),
    BF_STR("Pioneer"),   BF_STR("Quill"),       BF_STR("Sierra"),       BF_STR("Tidal"),
    BF_STR("Umbra"),
};

static const struct bf_str status_name[] = {BF_STR(""), BF_STR("PLACED"), BF_STR("PAID"),
                                            BF_STR("SHIPPED"), BF_STR("CANCELLED")};

enum { BOUND = 2048 };

static size_t bound(void *self, const struct change *c)
{
    (void)c;
    return BOUND + 2 * ((struct shop *)self)->key.n;
}

static inline char *put_product(char *p, unsigned rank)
{
    p = put_str(p, brands[rank % BF_COUNT(brands)]);
    *p++ = ' ';
    p = put_str(p, nouns[rank % BF_COUNT(nouns)].noun);
    *p++ = ' ';
    return put_u64(p, rank / BF_COUNT(nouns) + 1);
}

static inline char *put_name(char *p, const struct shop *s, enum form form)
{
    *p++ = ',';
    *p++ = '"';
    p = put_str(p, s->key);
    return form == TYPED ? PUT(p, "\":{\"S\":\"o-") : PUT(p, "\":\"o-");
}

static inline char *put_key(char *p, const struct shop *s, const struct order *o, enum form form,
                            size_t *size)
{
    p = put_name(p, s, form);
    const char *from = p;
    p = put_u64(p, o->number);
    *size += s->key.n + 2 + (size_t)(p - from);
    return form == TYPED ? PUT(p, "\"}") : PUT(p, "\"");
}

/* The nested map: its members depend on the method. */
static inline char *put_payment(char *p, const struct order *o, enum form form, size_t *bytes)
{
    static const struct bf_str names[] = {BF_STR("card"), BF_STR("invoice"), BF_STR("wallet")};
    bool captured = o->status == PAID || o->status == SHIPPED;
    size_t size = sizeof "payment" - 1 + 3; /* 3 for a map, 1 for each of its members */
    char *begin = form == TYPED ? PUT(p, ",\"payment\":{\"M\":{") : PUT(p, ",\"payment\":{");
    p = begin;
    ATTR_S("method", put_str(p, names[o->method]));
    size += 1;
    if (o->method == CARD) {
        ATTR_S("last4", put_padded(p, o->last4, 4));
        size += 1;
    } else if (o->method == INVOICE) {
        ATTR_N("months", put_u64(p, o->last4), 2);
        size += 1;
    }
    p = form == TYPED ? PUT(p, ",\"captured\":{\"BOOL\":") : PUT(p, ",\"captured\":");
    p = captured ? PUT(p, "true") : PUT(p, "false");
    size += sizeof "captured" - 1 + 1 + 1;
    /* the first member begins with a comma: close the gap */
    memmove(begin, begin + 1, (size_t)(p - begin) - 1);
    p--;
    *bytes += size;
    return form == TYPED ? PUT(p, "}}}") : PUT(p, "}");
}

static inline char *put_tag(char *p, const char *name, size_t n, enum form form, size_t *size)
{
    p = form == TYPED ? PUT(p, ",{\"S\":\"") : PUT(p, ",\"");
    p = put(p, name, n);
    *size += n + 1;
    return form == TYPED ? PUT(p, "\"}") : PUT(p, "\"");
}

static inline char *put_tags(char *p, const struct order *o, enum form form, size_t *bytes)
{
    static const char first[] = "black-friday";
    size_t size = sizeof "tags" - 1 + 3 + sizeof first - 1 + 1;
    p = form == TYPED ? PUT(p, ",\"tags\":{\"L\":[{\"S\":\"") : PUT(p, ",\"tags\":[\"");
    p = put(p, first, sizeof first - 1);
    p = form == TYPED ? PUT(p, "\"}") : PUT(p, "\"");
    if (o->tags & TAG_DOORBUSTER)
        p = put_tag(p, "doorbuster", 10, form, &size);
    if (o->tags & TAG_GIFT)
        p = put_tag(p, "gift", 4, form, &size);
    if (o->tags & TAG_EXPRESS)
        p = put_tag(p, "express", 7, form, &size);
    *bytes += size;
    return form == TYPED ? PUT(p, "]}") : PUT(p, "]");
}

static inline char *put_coupon(char *p, const struct order *o, enum form form, size_t *bytes)
{
    size_t size = 0;
    if (o->discount_percent)
        ATTR_S("coupon", put_u64(PUT(p, "BF"), o->discount_percent));
    else {
        p = form == TYPED ? PUT(p, ",\"coupon\":{\"NULL\":true}") : PUT(p, ",\"coupon\":null");
        size = sizeof "coupon" - 1 + 1;
    }
    *bytes += size;
    return p;
}

static inline char *put_money(char *p, const struct order *o, enum form form, size_t *bytes)
{
    size_t size = 0;
    uint64_t gross = (uint64_t)o->quantity * o->unit_cents, discount = order_discount(o);
    ATTR_CENTS("discount", discount);
    ATTR_CENTS("total", gross - discount);
    *bytes += size;
    return p;
}

/* A letter and seven hex digits: it cannot be read as a number from CSV, as 732823e0 could. */
static inline char *put_cart(char *p, uint32_t cart)
{
    *p++ = "abcdefghijklmnop"[cart >> 28];
    return put_hex(p, cart & 0x0FFFFFFF, 7);
}

static inline bool has_cart(const struct order *o)
{
    return o->status == PLACED;
}

static inline char *put_image(char *p, const struct shop *s, const struct order *o, enum form form,
                              size_t *bytes)
{
    size_t size = 0;
    p = put_key(p, s, o, form, &size);
    ATTR_S("customer_id", put_padded(PUT(p, "c-"), o->customer, 5));
    ATTR_S("product_id", put_padded(PUT(p, "p-"), o->product + 1u, 4));
    ATTR_S("product_name", put_product(p, o->product));
    ATTR_S("category", put_str(p, nouns[o->product % BF_COUNT(nouns)].category));
    ATTR_N("quantity", put_u64(p, o->quantity), 2);
    ATTR_CENTS("unit_price", o->unit_cents);
    p = put_money(p, o, form, &size);
    ATTR_S("status", put_str(p, status_name[o->status]));
    p = put_payment(p, o, form, &size);
    p = put_tags(p, o, form, &size);
    p = put_coupon(p, o, form, &size);
    ATTR_S("ordered_at", put_iso(p, o->placed_ms));
    if (has_cart(o))
        ATTR_S("cart_id", put_cart(p, o->cart));
    *bytes += size;
    return p;
}

static char *key(void *self, char *p, const void *thing, enum form form, size_t *size)
{
    return form == TYPED ? put_key(p, self, thing, TYPED, size)
                         : put_key(p, self, thing, PLAIN, size);
}

static char *image(void *self, char *p, const void *thing, enum form form, size_t *size)
{
    return form == TYPED ? put_image(p, self, thing, TYPED, size)
                         : put_image(p, self, thing, PLAIN, size);
}

static char *set(void *self, char *p, const struct change *c)
{
    const struct order *before = c->before, *after = c->after;
    const enum form form = PLAIN;
    size_t size = 0;
    (void)self;
    if (before->quantity != after->quantity) {
        ATTR_N("quantity", put_u64(p, after->quantity), 2);
        p = put_money(p, after, form, &size);
    }
    if (before->status != after->status)
        ATTR_S("status", put_str(p, status_name[after->status]));
    bool was = before->status == PAID, is = after->status == PAID || after->status == SHIPPED;
    return was != is ? put_payment(p, after, form, &size) : p;
}

static char *removed(void *self, char *p, const struct change *c)
{
    (void)self;
    return has_cart(c->before) && !has_cart(c->after) ? PUT(p, "\"cart_id\"") : p;
}

static char *header(void *self, char *p)
{
    p = put_str(p, ((struct shop *)self)->key);
    return PUT(p,
               ",customer_id,product_id,product_name,category,quantity,unit_price,discount,total,"
               "status,payment,tags,coupon,ordered_at,cart_id");
}

/* from..end is JSON; writes it as a quoted field with doubled quotes. Every byte is written twice and the
 * second one is kept only after a quote, which needs no branch. */
static char *put_quoted(char *to, const char *from, const char *end)
{
    *to++ = '"';
    for (; from < end; from++) {
        to[0] = *from;
        to[1] = '"';
        to += 1 + (*from == '"');
    }
    *to++ = '"';
    return to;
}

static char *row(void *self, char *p, const void *thing)
{
    const struct order *o = thing;
    char json[512];
    size_t size = 0;
    (void)self;
    p = put_u64(PUT(p, "o-"), o->number);
    p = put_padded(PUT(p, ",c-"), o->customer, 5);
    p = put_padded(PUT(p, ",p-"), o->product + 1u, 4);
    *p++ = ',';
    p = put_product(p, o->product);
    *p++ = ',';
    p = put_str(p, nouns[o->product % BF_COUNT(nouns)].category);
    *p++ = ',';
    p = put_u64(p, o->quantity);
    *p++ = ',';
    p = put_cents(p, o->unit_cents);
    *p++ = ',';
    p = put_cents(p, order_discount(o));
    *p++ = ',';
    p = put_cents(p, order_total(o));
    *p++ = ',';
    p = put_str(p, status_name[o->status]);
    *p++ = ',';
    p = put_quoted(p, json + sizeof ",\"payment\":" - 1, put_payment(json, o, PLAIN, &size));
    *p++ = ',';
    p = put_quoted(p, json + sizeof ",\"tags\":" - 1, put_tags(json, o, PLAIN, &size));
    *p++ = ',';
    if (o->discount_percent)
        p = put_u64(PUT(p, "BF"), o->discount_percent);
    *p++ = ',';
    p = put_iso(p, o->placed_ms);
    *p++ = ',';
    return has_cart(o) ? put_cart(p, o->cart) : p;
}

struct source shop_sales(struct shop *s)
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
