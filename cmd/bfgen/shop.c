#include "cmd/bfgen/shop.h"

/* Below this many live orders an update only edits, so that updates do not run out of orders. */
enum { FEW = 4 };

/* Unit prices in cents: the quantiles i/128 of a log-normal distribution with median 59.99 and
 * sigma 0.9 (the first and last are 1/1024 and 1023/1024). */
static const uint32_t price_quantile[129] = {
    369,   681,   863,   1003,  1122,  1229,  1327,  1420,  1508,  1593,  1675,  1754,  1832,
    1908,  1983,  2057,  2130,  2203,  2275,  2346,  2417,  2488,  2559,  2629,  2700,  2770,
    2841,  2912,  2983,  3054,  3125,  3197,  3269,  3342,  3415,  3488,  3562,  3637,  3712,
    3788,  3864,  3941,  4019,  4097,  4177,  4257,  4338,  4420,  4503,  4587,  4672,  4759,
    4846,  4934,  5024,  5115,  5207,  5301,  5396,  5492,  5590,  5690,  5791,  5894,  5999,
    6106,  6214,  6325,  6438,  6553,  6670,  6789,  6911,  7036,  7163,  7294,  7427,  7563,
    7702,  7845,  7991,  8141,  8295,  8454,  8616,  8783,  8955,  9132,  9314,  9502,  9695,
    9896,  10103, 10317, 10539, 10769, 11008, 11257, 11515, 11785, 12066, 12360, 12668, 12991,
    13330, 13688, 14065, 14465, 14888, 15340, 15821, 16338, 16893, 17494, 18146, 18860, 19645,
    20515, 21490, 22595, 23862, 25343, 27111, 29286, 32074, 35884, 41682, 52847, 97430,
};

static uint32_t price(uint32_t bits)
{
    uint32_t i = bits >> 25, part = bits >> 9 & 0xFFFF;
    uint32_t low = price_quantile[i], high = price_quantile[i + 1];
    return low + (uint32_t)((uint64_t)(high - low) * part >> 16);
}

/* The product of rank k has the weight 1/k: each product has its share of the slots. */
static void zipf_init(uint16_t *slots, uint32_t products)
{
    uint64_t sum = 0, done = 0;
    for (uint32_t k = 1; k <= products; k++)
        sum += (UINT64_C(1) << 40) / k;
    uint32_t slot = 0;
    for (uint32_t k = 1; k <= products; k++) {
        done += (UINT64_C(1) << 40) / k;
        uint32_t until = (uint32_t)(done * 1024 / sum * (ZIPF_SLOTS / 1024) +
                                    done * 1024 % sum * (ZIPF_SLOTS / 1024) / sum);
        while (slot < until)
            slots[slot++] = (uint16_t)(k - 1);
    }
    while (slot < ZIPF_SLOTS)
        slots[slot++] = 0;
}

void shop_init(struct shop *s, const struct config *cfg)
{
    struct bf_rng catalogue;
    bf_rng_seed(&s->rng, cfg->seed);
    bf_rng_seed(&catalogue, ~cfg->seed);
    s->schema = cfg->schema;
    s->key = bf_str_of(cfg->key ? cfg->key : cfg->schema == SCHEMA_SALES ? "order_id" : "orderid");
    zipf_init(s->zipf, cfg->schema == SCHEMA_SALES ? SHOP_PRODUCTS : 5);
    for (int i = 0; i < SHOP_PRODUCTS; i++)
        s->unit_cents[i] = price((uint32_t)(bf_rng_next(&catalogue) >> 32));
}

uint64_t order_discount(const struct order *o)
{
    return ((uint64_t)o->quantity * o->unit_cents * o->discount_percent + 50) / 100;
}

uint64_t order_total(const struct order *o)
{
    return (uint64_t)o->quantity * o->unit_cents - order_discount(o);
}

/* Selects by percentage; v is uniform in 0..255. */
static uint8_t quantity(uint64_t v)
{
    v = (v & 0xFF) * 100 >> 8;
    return v < 55 ? 1 : v < 80 ? 2 : v < 92 ? 3 : v < 97 ? 4 : 5;
}

static uint8_t discount(uint64_t v)
{
    static const uint8_t percent[16] = {0, 0, 0, 0, 0, 0, 5, 10, 10, 15, 20, 20, 25, 30, 40, 50};
    return percent[v & 15];
}

static uint8_t method(uint64_t v)
{
    v = (v & 0xFF) * 100 >> 8;
    return v < 65 ? CARD : v < 80 ? INVOICE : WALLET;
}

static void place(struct shop *s, struct order *o, int64_t time_ms)
{
    uint64_t a = bf_rng_next(&s->rng), b = bf_rng_next(&s->rng), c = bf_rng_next(&s->rng);
    *o = (struct order){.number = ++s->orders, .placed_ms = time_ms, .status = PLACED};
    o->product = s->zipf[a >> 48];
    o->customer = (uint32_t)share_of(SHOP_CUSTOMERS, (uint32_t)(a >> 16));
    o->quantity = quantity(a);
    o->discount_percent = discount(a >> 8);
    o->unit_cents =
        s->schema == SCHEMA_SALES ? s->unit_cents[o->product] : price((uint32_t)(b >> 32));
    o->method = method(b);
    o->tags = (uint8_t)(b >> 8 & b >> 12 & (TAG_GIFT | TAG_EXPRESS));
    if (time_ms / 3600000 % 24 < 6)
        o->tags |= TAG_DOORBUSTER;
    o->cart = (uint32_t)(c >> 32);
    o->last4 = (uint16_t)(o->method == CARD ? share_of(10000, (uint32_t)c) : 3 + c % 4 * 3);
}

static void edit(struct order *o, uint64_t v)
{
    uint8_t more = quantity(v);
    o->quantity = more != o->quantity ? more : (uint8_t)(more % 5 + 1);
}

/* One step in an order's life; at least one attribute changes. */
static void advance(const struct shop *s, struct order *o, uint64_t v)
{
    unsigned percent = (unsigned)((v >> 24 & 0xFFFF) * 100 >> 16);
    if (s->schema == SCHEMA_ORDER || (o->status == PLACED && (percent < 20 || s->live < FEW)))
        edit(o, v);
    else if (o->status == PLACED)
        o->status = percent < 30 ? CANCELLED : PAID;
    else
        o->status = percent < 5 ? CANCELLED : SHIPPED;
}

static void insert(struct shop *s, int64_t time_ms)
{
    size_t at = s->live;
    place(s, &s->after, time_ms);
    if (s->live < SHOP_LIVE)
        s->live++;
    else
        at = (size_t)share_of(SHOP_LIVE, (uint32_t)bf_rng_next(&s->rng));
    s->order[at] = s->after;
}

/* Removes a final order; the last order moves to its place. */
static void change_one(struct shop *s, enum kind kind)
{
    uint64_t v = bf_rng_next(&s->rng);
    size_t at = (size_t)share_of(s->live, (uint32_t)(v >> 32));
    struct order *o = &s->order[at];
    s->before = *o;
    if (kind == UPDATE) {
        advance(s, o, v);
        s->after = *o;
    }
    if (kind == DELETE || o->status == SHIPPED || o->status == CANCELLED)
        *o = s->order[--s->live];
}

enum more shop_next(void *self, enum kind kind, int64_t time_ms, struct change *c, struct bf_err *e)
{
    struct shop *s = self;
    (void)e; /* this source cannot fail */
    if (s->live == 0)
        kind = INSERT;
    if (kind == INSERT)
        insert(s, time_ms);
    else
        change_one(s, kind);
    *c = (struct change){.kind = kind,
                         .before = kind == INSERT ? NULL : &s->before,
                         .after = kind == DELETE ? NULL : &s->after,
                         .time_ms = time_ms};
    return MORE;
}
