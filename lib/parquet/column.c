#include "lib/parquet/column.h"

#include <stdlib.h>

#include "lib/encoding/crc.h"
#include "lib/parquet/bloom.h"
#include "lib/parquet/encode.h"
#include "lib/parquet/thrift.h"

enum {
    VALUES_MAX = 0x7FFFFFFF,
    PAGES_MAX = 0x7FFFFFFF,
    PLAIN = 0,
    RLE = 3,
    DELTA_BINARY_PACKED = 5,
    RLE_DICTIONARY = 8,
    BYTE_STREAM_SPLIT = 9
};

/* Some rows of the open page. */
struct slice {
    size_t level, levels; /* entries: the first, how many */
    size_t at, bytes, n;  /* values */
    size_t rows;
};

void bf_pq_column_init(struct pq_column *c, const struct pq_leaf *leaf, size_t dict_bytes)
{
    *c = (struct pq_column){.leaf = leaf, .ascending = true, .descending = true};
    bf_buf_init(&c->values, VALUES_MAX);
    bf_buf_init(&c->def, VALUES_MAX);
    bf_buf_init(&c->rep, VALUES_MAX);
    bf_buf_init(&c->marks, VALUES_MAX);
    bf_buf_init(&c->bounds, VALUES_MAX);
    bf_buf_init(&c->hashes, VALUES_MAX);
    bf_pq_dict_init(&c->dict, leaf->width, dict_bytes);
    c->dict_on = leaf->physical != PQ_BOOLEAN;
}

void bf_pq_column_clear(struct pq_column *c)
{
    while (c->first) {
        struct pq_page *p = c->first;
        c->first = p->next;
        free(p);
    }
    c->last = NULL;
    bf_pq_dict_clear(&c->dict);
    c->dict_on = c->leaf->physical != PQ_BOOLEAN;
    bf_buf_reset(&c->marks);
    bf_buf_reset(&c->bounds);
    bf_buf_reset(&c->hashes);
    c->rows = c->entries = c->nulls = c->raw = c->packed = c->row = 0;
    c->encodings = 0;
    c->range = (struct pq_range){0};
    c->ascending = c->descending = true;
}

void bf_pq_column_empty(struct pq_column *c)
{
    bf_buf_reset(&c->values);
    bf_buf_reset(&c->def);
    bf_buf_reset(&c->rep);
    c->n = 0;
    c->row = 0;
}

void bf_pq_column_free(struct pq_column *c)
{
    bf_pq_column_clear(c);
    bf_buf_free(&c->values);
    bf_buf_free(&c->def);
    bf_buf_free(&c->rep);
    bf_buf_free(&c->marks);
    bf_buf_free(&c->bounds);
    bf_buf_free(&c->hashes);
    bf_pq_dict_free(&c->dict);
}

static bool keep_hashes(struct pq_column *c, const struct slice *s)
{
    const char *p = c->values.p + s->at;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t n = c->leaf->width;
        if (!n) {
            memcpy(&n, p, 4);
            p += 4;
        }
        uint64_t hash = bf_pq_bloom_hash(bf_str(p, n));
        bf_buf_add(&c->hashes, &hash, sizeof hash);
        p += n;
    }
    return bf_buf_ok(&c->hashes);
}

/* Indexes of the values, those that are new among them added; false: the dictionary takes them no longer. */
static bool look_up(struct pq_column *c, const struct slice *s, uint32_t *index)
{
    const char *p = c->values.p + s->at;
    size_t width = c->leaf->width;
    for (size_t i = 0; i < s->n; i++) {
        int64_t k = bf_pq_dict_put(&c->dict, p);
        uint32_t n = 0;
        if (k == DICT_NONE)
            return false;
        index[i] = (uint32_t)k;
        if (!width)
            memcpy(&n, p, 4);
        p += width ? width : 4 + n;
    }
    return true;
}

/* The page by the dictionary. The first page of a row group tells whether it pays at all; once it does not, it is left
 * as it is, and the pages from here on do without. */
static bool by_dict(struct pq_column *c, const struct slice *s, struct pq_scratch *k,
                    struct pq_range *range)
{
    uint32_t before = c->dict.n;
    bf_buf_reset(&k->index);
    bf_buf_reset(&k->used);
    char *room = bf_buf_room(&k->index, s->n * sizeof(uint32_t));
    uint32_t *index = (uint32_t *)(void *)room;
    bool pays = index && look_up(c, s, index);
    if (pays && before == 0)
        pays = c->dict.values.n + s->n / 8 < s->bytes - s->bytes / 4;
    size_t words = c->dict.n / 64 + 1;
    uint64_t *used = pays ? (uint64_t *)(void *)bf_buf_room(&k->used, words * 8) : NULL;
    if (!used) {
        bf_pq_dict_cut(&c->dict, before);
        c->dict_on = false;
        return false;
    }
    memset(used, 0, words * 8);
    for (size_t i = 0; i < s->n; i++)
        used[index[i] / 64] |= (uint64_t)1 << index[i] % 64;
    unsigned width = bf_pq_width(c->dict.n - 1);
    width = width ? width : 1; /* not all readers take 0 */
    bf_buf_addc(&k->body, (char)width);
    bf_pq_hybrid(&k->body, index, s->n, width);
    bf_pq_range_of_dict(range, c->leaf, &c->dict, used);
    return true;
}

/* DELTA_BINARY_PACKED if that makes the page smaller by a quarter. */
static bool by_delta(struct pq_column *c, const struct slice *s, struct bf_buf *body)
{
    size_t before = body->n;
    bf_pq_delta(body, c->values.p + s->at, s->n, c->leaf->width);
    if (bf_buf_ok(body) && body->n - before < s->bytes - s->bytes / 4)
        return true;
    body->n = before;
    return false;
}

/* Appends the values to the body; returns the encoding. */
static int put_values(struct pq_column *c, const struct slice *s, struct pq_scratch *k,
                      struct pq_range *range)
{
    enum pq_physical as = c->leaf->physical;
    if (s->n == 0)
        return PLAIN;
    const char *p = c->values.p + s->at;
    if (c->dict_on && by_dict(c, s, k, range))
        return RLE_DICTIONARY;
    bf_pq_range_of(range, c->leaf, p, s->n);
    if (as == PQ_BOOLEAN)
        bf_pq_bits(&k->body, (const uint8_t *)p, s->n);
    else if ((as == PQ_INT32 || as == PQ_INT64) && by_delta(c, s, &k->body))
        return DELTA_BINARY_PACKED;
    else if ((as == PQ_FLOAT || as == PQ_DOUBLE) && k->codec.kind != BF_PARQUET_NONE) {
        bf_pq_split(&k->body, p, s->n, c->leaf->width);
        return BYTE_STREAM_SPLIT;
    } else
        bf_buf_add(&k->body, p, s->bytes);
    return PLAIN;
}

static void put_header(struct pq_column *c, const struct slice *s, struct pq_scratch *k,
                       int encoding, const struct pq_range *range)
{
    struct thrift t = {.out = &k->head};
    (void)c;
    thrift_i32(&t, 1, 0);
    thrift_i32(&t, 2, (int64_t)k->body.n);
    thrift_i32(&t, 3, (int64_t)k->packed.n);
    thrift_i32(&t, 4, (int32_t)(uint32_t)bf_crc(BF_CRC32, 0, bf_buf_view(&k->packed)));
    struct thrift page = thrift_struct(&t, 5);
    thrift_i32(&page, 1, (int64_t)s->levels);
    thrift_i32(&page, 2, encoding);
    thrift_i32(&page, 3, RLE);
    thrift_i32(&page, 4, RLE);
    bf_pq_range_put(&page, 5, range, s->levels - s->n);
    thrift_end(&page);
    thrift_end(&t);
}

/* Do the bounds of the pages rise, or fall? */
static void compare_bounds(struct pq_column *c, const struct pq_range *r)
{
    if (c->marks.n == 0 || !r->any)
        return;
    const struct pq_mark *mark = (const void *)c->marks.p, *last = NULL;
    for (size_t i = c->marks.n / sizeof *mark; i-- > 0 && !last;)
        last = mark[i].all_null ? NULL : &mark[i];
    if (!last)
        return;
    const char *p = c->bounds.p + last->at;
    int min = bf_pq_compare(c->leaf, bf_str(r->min.p, r->min.n), bf_str(p, last->min_n));
    int max =
        bf_pq_compare(c->leaf, bf_str(r->max.p, r->max.n), bf_str(p + last->min_n, last->max_n));
    c->ascending &= min >= 0 && max >= 0;
    c->descending &= min <= 0 && max <= 0;
}

static void note(struct pq_column *c, const struct slice *s, const struct pq_range *r, size_t size)
{
    struct pq_mark m = {.size = (uint32_t)size,
                        .first_row = c->rows,
                        .nulls = s->levels - s->n,
                        .all_null = !r->any,
                        .has_max = !r->any || r->max.there,
                        .min_n = r->any ? r->min.n : 0,
                        .max_n = r->any ? r->max.n : 0,
                        .at = (uint32_t)c->bounds.n};
    compare_bounds(c, r);
    bf_buf_add(&c->bounds, r->min.p, m.min_n);
    bf_buf_add(&c->bounds, r->max.p, m.max_n);
    bf_buf_add(&c->marks, &m, sizeof m);
    c->rows += s->rows;
    c->entries += s->levels;
    c->nulls += s->levels - s->n;
    bf_pq_range_add(&c->range, c->leaf, r);
}

static bool put_page(struct pq_column *c, const struct slice *s, struct pq_scratch *k,
                     struct bf_err *e)
{
    struct pq_range range = {0};
    const struct pq_leaf *l = c->leaf;
    bf_buf_reset(&k->body);
    bf_buf_reset(&k->packed);
    bf_buf_reset(&k->head);
    if (l->max_rep)
        bf_pq_levels(&k->body, (const uint8_t *)c->rep.p + s->level, s->levels,
                     bf_pq_width(l->max_rep));
    if (l->max_def)
        bf_pq_levels(&k->body, (const uint8_t *)c->def.p + s->level, s->levels,
                     bf_pq_width(l->max_def));
    int encoding = put_values(c, s, k, &range);
    if (c->bloom && encoding != RLE_DICTIONARY && !keep_hashes(c, s))
        return bf_err_nomem(e);
    if (!bf_buf_check(&k->body, "a page", e) ||
        !bf_pq_compress(&k->codec, bf_buf_view(&k->body), &k->packed, e))
        return false;
    put_header(c, s, k, encoding, &range);
    size_t n = k->head.n + k->packed.n;
    struct pq_page *page = bf_buf_ok(&k->head) ? malloc(sizeof *page + n) : NULL;
    if (!page)
        return bf_err_nomem(e);
    page->next = NULL;
    page->n = (uint32_t)n;
    memcpy(page->p, k->head.p, k->head.n);
    if (k->packed.n)
        memcpy(page->p + k->head.n, k->packed.p, k->packed.n);
    *(c->last ? &c->last->next : &c->first) = page;
    c->last = page;
    c->raw += k->head.n + k->body.n;
    c->packed += n;
    c->encodings |= 1U << encoding | 1U << RLE;
    note(c, s, &range, n);
    return (bf_buf_ok(&c->marks) && bf_buf_ok(&c->bounds)) || bf_err_nomem(e);
}

/* The rows from *s on, which becomes the next slice: as many as a page may hold. False: there are none. */
static bool next_slice(const struct pq_column *c, struct slice *s)
{
    const struct pq_leaf *l = c->leaf;
    size_t all = pq_levels(c), i;
    *s = (struct slice){.level = s->level + s->levels, .at = s->at + s->bytes};
    for (i = s->level; i < all; i++) {
        uint32_t length = l->width;
        if (!l->max_rep || c->rep.p[i] == 0) {
            if (s->rows == PQ_PAGE_ROWS || s->bytes >= PQ_PAGE_BYTES)
                break;
            s->rows++;
        }
        if (l->max_def && (uint8_t)c->def.p[i] != l->max_def)
            continue;
        s->n++;
        if (!l->width) {
            memcpy(&length, c->values.p + s->at + s->bytes, 4);
            length += 4;
        }
        s->bytes += length;
    }
    s->levels = i - s->level;
    return s->levels > 0;
}

bool bf_pq_column_flush(struct pq_column *c, size_t rows, struct pq_scratch *k, struct bf_err *e)
{
    struct slice s = {0},
                 all = {.levels = pq_levels(c), .bytes = c->values.n, .n = c->n, .rows = rows};
    if (!bf_buf_check(&c->values, "the values of a column", e) ||
        !bf_buf_check(&c->def, "the levels of a column", e) ||
        !bf_buf_check(&c->rep, "the levels of a column", e))
        return false;
    bool one = all.levels && rows <= PQ_PAGE_ROWS && all.bytes <= PQ_PAGE_BYTES;
    if (one && !put_page(c, &all, k, e))
        return false;
    while (!one && next_slice(c, &s))
        if (!put_page(c, &s, k, e))
            return false;
    bf_pq_column_empty(c);
    return true;
}
