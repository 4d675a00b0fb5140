#include "lib/parquet/range.h"

#include "lib/parquet/thrift.h"

static int order(bool less, bool greater)
{
    return greater - less;
}

static int compare_double(double x, double y)
{
    if (x == 0 && y == 0) /* by sign */
        return order(__builtin_signbit(x) && !__builtin_signbit(y),
                     !__builtin_signbit(x) && __builtin_signbit(y));
    return order(x<y, x> y);
}

/* Big-endian, signed, of the same width. */
static int compare_fixed(struct bf_str a, struct bf_str b)
{
    if ((a.p[0] ^ b.p[0]) & 0x80)
        return a.p[0] & 0x80 ? -1 : 1;
    return memcmp(a.p, b.p, a.n);
}

int bf_pq_compare(const struct pq_leaf *leaf, struct bf_str a, struct bf_str b)
{
    int32_t i, j;
    int64_t k, l;
    float f, g;
    double x, y;
    switch (leaf->physical) {
    case PQ_BOOLEAN:
        return a.p[0] - b.p[0];
    case PQ_INT32:
        memcpy(&i, a.p, 4);
        memcpy(&j, b.p, 4);
        return order(i<j, i> j);
    case PQ_INT64:
        memcpy(&k, a.p, 8);
        memcpy(&l, b.p, 8);
        return order(k<l, k> l);
    case PQ_FLOAT:
        memcpy(&f, a.p, 4);
        memcpy(&g, b.p, 4);
        return compare_double((double)f, (double)g);
    case PQ_DOUBLE:
        memcpy(&x, a.p, 8);
        memcpy(&y, b.p, 8);
        return compare_double(x, y);
    case PQ_FIXED:
        return compare_fixed(a, b);
    case PQ_BYTES:
        break;
    }
    return bf_str_cmp(a, b);
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static void cut_min(struct pq_bound *b, struct bf_str v, bool text)
{
    size_t n = v.n < PQ_BOUND ? v.n : PQ_BOUND;
    if (text && n < v.n)
        while (n && continues(v.p[n]))
            n--;
    if (n)
        memcpy(b->p, v.p, n);
    b->n = (uint8_t)n;
    b->exact = n == v.n;
    b->there = true;
}

/* Of a text only characters of ASCII are made the next one, of other bytes all but 0xFF. None: there is no bound. */
static void cut_max(struct pq_bound *b, struct bf_str v, bool text)
{
    cut_min(b, v, text);
    while (!b->exact && b->n) {
        unsigned char last = (unsigned char)b->p[b->n - 1];
        if (text ? last < 0x7F : last < 0xFF) {
            b->p[b->n - 1] = (char)(last + 1);
            return;
        }
        b->n--;
    }
    b->there = b->exact;
}

static void bounds(struct pq_range *r, const struct pq_leaf *leaf, struct bf_str min,
                   struct bf_str max)
{
    bool text = leaf->type->kind != BF_TYPE_BINARY;
    r->any = true;
    cut_min(&r->min, min, text);
    cut_max(&r->max, max, text);
}

#define NUMBERS(T)                                                                                 \
    do {                                                                                           \
        T v, low, high;                                                                            \
        memcpy(&low, p, sizeof low);                                                               \
        high = low;                                                                                \
        for (size_t i = 1; i < n; i++) {                                                           \
            memcpy(&v, p + i * sizeof v, sizeof v);                                                \
            low = v < low ? v : low;                                                               \
            high = v > high ? v : high;                                                            \
        }                                                                                          \
        bounds(r, leaf, bf_str((const char *)&low, sizeof low),                                    \
               bf_str((const char *)&high, sizeof high));                                          \
    } while (0)

void bf_pq_range_of(struct pq_range *r, const struct pq_leaf *leaf, const char *p, size_t n)
{
    if (leaf->physical == PQ_INT32) {
        NUMBERS(int32_t);
        return;
    }
    if (leaf->physical == PQ_INT64) {
        NUMBERS(int64_t);
        return;
    }
    struct bf_str min = {0}, max = {0}, v;
    for (size_t i = 0; i < n; i++, p = v.p + v.n) {
        uint32_t length = leaf->width;
        if (!leaf->width) {
            memcpy(&length, p, 4);
            p += 4;
        }
        v = bf_str(p, length);
        if (i == 0 || bf_pq_compare(leaf, v, min) < 0)
            min = v;
        if (i == 0 || bf_pq_compare(leaf, v, max) > 0)
            max = v;
    }
    bounds(r, leaf, min, max);
}

void bf_pq_range_of_dict(struct pq_range *r, const struct pq_leaf *leaf, const struct pq_dict *d,
                         const uint64_t *used)
{
    struct bf_str min = {0}, max = {0};
    for (size_t w = 0; w * 64 < d->n; w++)
        for (uint64_t bits = used[w]; bits; bits &= bits - 1) {
            struct bf_str v =
                bf_pq_dict_at(d, (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits));
            if (!min.p || bf_pq_compare(leaf, v, min) < 0)
                min = v;
            if (!max.p || bf_pq_compare(leaf, v, max) > 0)
                max = v;
        }
    bounds(r, leaf, min, max);
}

static struct bf_str view(const struct pq_bound *b)
{
    return bf_str(b->p, b->n);
}

void bf_pq_range_add(struct pq_range *r, const struct pq_leaf *leaf, const struct pq_range *other)
{
    if (!other->any)
        return;
    if (!r->any) {
        *r = *other;
        return;
    }
    int min = bf_pq_compare(leaf, view(&other->min), view(&r->min));
    if (min < 0 || (min == 0 && !other->min.exact))
        r->min = other->min;
    /* where one part has no upper bound, the whole has none */
    if (!r->max.there || !other->max.there)
        r->max.there = false;
    else {
        int max = bf_pq_compare(leaf, view(&other->max), view(&r->max));
        if (max > 0 || (max == 0 && other->max.exact))
            r->max = other->max;
    }
}

void bf_pq_range_put(struct thrift *t, int id, const struct pq_range *r, uint64_t nulls)
{
    struct thrift s = thrift_struct(t, id);
    thrift_i64(&s, 3, (int64_t)nulls);
    if (r->any && r->max.there)
        thrift_binary(&s, 5, view(&r->max));
    if (r->any)
        thrift_binary(&s, 6, view(&r->min));
    if (r->any && r->max.there)
        thrift_bool(&s, 7, r->max.exact);
    if (r->any)
        thrift_bool(&s, 8, r->min.exact);
    thrift_end(&s);
}
