/*
 * Generated orders: products, orders and their states.
 *
 * An order has 48 bytes from which its image can be written at any time. The
 * shop keeps at most SHOP_LIVE of them, so that memory does not grow with the
 * length of the run; if there is no place for a new order, a random one is
 * dropped and stays unchanged. PLACED orders are edited, paid or cancelled, PAID
 * ones shipped or cancelled; both may be deleted; SHIPPED and CANCELLED are final.
 */
#ifndef BFGEN_SHOP_H
#define BFGEN_SHOP_H

#include "cmd/bfgen/gen.h"

enum { SHOP_LIVE = 4096, SHOP_PRODUCTS = 1000, SHOP_CUSTOMERS = 50000, ZIPF_SLOTS = 65536 };

enum method { CARD, INVOICE, WALLET };
enum tag { TAG_DOORBUSTER = 1, TAG_GIFT = 2, TAG_EXPRESS = 4 };

struct order {
    uint64_t number; /* from 1 */
    int64_t placed_ms;
    uint32_t customer, unit_cents, cart;
    uint16_t product; /* rank: 0 sells best */
    uint16_t last4;   /* of a card; months of an invoice */
    uint8_t quantity, discount_percent;
    uint8_t status, method, tags;
};

struct shop {
    enum schema schema;
    struct bf_rng rng;
    struct bf_str key; /* name of the key attribute */
    uint64_t orders;
    size_t live;
    struct order order[SHOP_LIVE];
    struct order before, after; /* of the last change */
    uint16_t zipf[ZIPF_SLOTS];  /* from a random number to a product */
    uint32_t unit_cents[SHOP_PRODUCTS];
};

/* The shop is large: the caller gives it static storage. */
void shop_init(struct shop *s, const struct config *cfg);

/* The two schemas; bfgen(1) documents their attributes. */
struct source shop_sales(struct shop *s);
struct source shop_order(struct shop *s);

/* Implements next of struct source. */
enum more shop_next(void *self, enum kind kind, int64_t time_ms, struct change *c,
                    struct bf_err *e);

/* Cents, rounded half up; total = quantity x unit price - discount. */
uint64_t order_discount(const struct order *o);
uint64_t order_total(const struct order *o);

#endif
