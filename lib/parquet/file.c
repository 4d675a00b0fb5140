#include "lib/parquet/file.h"

#include <stdlib.h>

#include "lib/encoding/crc.h"
#include "lib/parquet/bloom.h"
#include "lib/parquet/thrift.h"

enum { OUT_MAX = 0x7FFFFFFF, DICTIONARY_PAGE = 2 };

bool bf_pq_file_init(struct pq_file *f, const struct pq_tree *tree, struct bf_err *e)
{
    *f = (struct pq_file){0};
    bf_pq_footer_init(&f->footer, tree);
    f->sum = calloc(tree->n ? tree->n : 1, sizeof *f->sum);
    f->range = calloc(tree->n ? tree->n : 1, sizeof *f->range);
    return (f->sum && f->range) || bf_err_nomem(e);
}

void bf_pq_file_free(struct pq_file *f)
{
    bf_pq_footer_free(&f->footer);
    free(f->sum);
    free(f->range);
}

void bf_pq_file_begin(struct pq_file *f, bf_parquet_put *put, void *arg)
{
    const struct pq_tree *tree = f->footer.tree;
    f->put = put;
    f->arg = arg;
    f->at = 0;
    bf_pq_footer_clear(&f->footer);
    for (size_t i = 0; i < tree->n; i++) {
        f->sum[i] = (struct bf_parquet_sum){.id = tree->leaf[i].id, .path = tree->leaf[i].path};
        f->range[i] = (struct pq_range){0};
    }
}

static bool put(struct pq_file *f, struct bf_str piece, struct bf_err *e)
{
    f->at += piece.n;
    return !piece.n || f->put(f->arg, piece, e);
}

static bool put_dictionary(struct pq_file *f, struct pq_column *c, struct pq_scratch *k,
                           struct bf_err *e)
{
    struct bf_str values = bf_buf_view(&c->dict.values);
    struct thrift t = {.out = &k->head};
    bf_buf_reset(&k->packed);
    bf_buf_reset(&k->head);
    if (!bf_pq_compress(&k->codec, values, &k->packed, e))
        return false;
    thrift_i32(&t, 1, DICTIONARY_PAGE);
    thrift_i32(&t, 2, (int64_t)values.n);
    thrift_i32(&t, 3, (int64_t)k->packed.n);
    thrift_i32(&t, 4, (int32_t)(uint32_t)bf_crc(BF_CRC32, 0, bf_buf_view(&k->packed)));
    struct thrift page = thrift_struct(&t, 7);
    thrift_i32(&page, 1, c->dict.n);
    thrift_i32(&page, 2, 0);
    thrift_end(&page);
    thrift_end(&t);
    c->raw += k->head.n + values.n;
    c->packed += k->head.n + k->packed.n;
    c->encodings |= 1U;
    return bf_buf_check(&k->head, "a page", e) && put(f, bf_buf_view(&k->head), e) &&
           put(f, bf_buf_view(&k->packed), e);
}

static bool put_chunk(struct pq_file *f, struct pq_column *c, struct pq_chunk *at,
                      struct pq_scratch *k, struct bf_err *e)
{
    *at = (struct pq_chunk){.dictionary = c->dict.n ? f->at : 0};
    if (c->dict.n && !put_dictionary(f, c, k, e))
        return false;
    at->data = f->at;
    for (const struct pq_page *p = c->first; p; p = p->next)
        if (!put(f, bf_str(p->p, p->n), e))
            return false;
    return true;
}

/* The values that the dictionary holds, and those of pages without it. */
static bool put_bloom(struct pq_file *f, struct pq_column *c, struct pq_chunk *at,
                      struct pq_scratch *k, struct bf_err *e)
{
    for (uint32_t i = 0; i < c->dict.n; i++) {
        uint64_t hash = bf_pq_bloom_hash(bf_pq_dict_at(&c->dict, i));
        bf_buf_add(&c->hashes, &hash, sizeof hash);
    }
    bf_buf_reset(&k->body);
    if (!bf_buf_check(&c->hashes, "a bloom filter", e))
        return false;
    bf_pq_bloom_put(&k->body, (const uint64_t *)(const void *)c->hashes.p,
                    c->hashes.n / sizeof(uint64_t));
    at->bloom = f->at;
    at->bloom_n = k->body.n;
    return bf_buf_check(&k->body, "a bloom filter", e) && put(f, bf_buf_view(&k->body), e);
}

static void add_sum(struct pq_file *f, size_t i, const struct pq_column *c)
{
    struct bf_parquet_sum *s = &f->sum[i];
    struct pq_range *r = &f->range[i];
    s->values += c->entries;
    s->nulls += c->nulls;
    s->bytes += c->packed;
    bf_pq_range_add(r, c->leaf, &c->range);
    s->has_min = r->any;
    s->has_max = r->any && r->max.there;
    s->min_exact = r->min.exact;
    s->max_exact = r->max.exact;
    s->min = bf_str(r->min.p, r->min.n);
    s->max = bf_str(r->max.p, r->max.n);
}

static bool begin(struct pq_file *f, struct bf_err *e)
{
    return f->at != 0 || put(f, BF_STR("PAR1"), e);
}

bool bf_pq_file_group(struct pq_file *f, struct pq_column *column, uint64_t rows,
                      struct pq_scratch *k, struct bf_err *e)
{
    size_t n = f->footer.tree->n;
    struct pq_group group = {.rows = rows};
    struct pq_chunk *chunk = calloc(n, sizeof *chunk);
    bool ok = (chunk || bf_err_nomem(e)) && begin(f, e);
    group.at = f->at;
    for (size_t i = 0; ok && i < n; i++)
        ok = put_chunk(f, &column[i], &chunk[i], k, e);
    for (size_t i = 0; ok && i < n; i++)
        ok = !column[i].bloom || put_bloom(f, &column[i], &chunk[i], k, e);
    for (size_t i = 0; ok && i < n; i++) {
        bf_pq_footer_chunk(&f->footer, &column[i], &chunk[i], k->codec.kind);
        add_sum(f, i, &column[i]);
        group.raw += column[i].raw;
        group.packed += column[i].packed;
    }
    if (ok) {
        bf_buf_add(&f->footer.chunks, chunk, n * sizeof *chunk);
        bf_buf_add(&f->footer.groups, &group, sizeof group);
        f->footer.rows += rows;
    }
    free(chunk);
    return ok;
}

bool bf_pq_file_end(struct pq_file *f, struct bf_err *e)
{
    struct bf_buf out;
    if (!bf_pq_footer_check(&f->footer, e) || !begin(f, e))
        return false;
    uint64_t column_index = f->at, offset_index = f->at + f->footer.column_index.n;
    if (!put(f, bf_buf_view(&f->footer.column_index), e) ||
        !put(f, bf_buf_view(&f->footer.offset_index), e))
        return false;
    bf_buf_init(&out, OUT_MAX);
    bf_pq_footer_put(&out, &f->footer, column_index, offset_index);
    uint32_t length = (uint32_t)out.n;
    bf_buf_add(&out, &length, sizeof length);
    bf_buf_lit(&out, "PAR1");
    bool ok = bf_buf_check(&out, "the footer", e) && put(f, bf_buf_view(&out), e);
    bf_buf_free(&out);
    return ok;
}
