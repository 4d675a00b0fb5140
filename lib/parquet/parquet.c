#include "lib/parquet/parquet.h"

#include <stdlib.h>

#include "lib/parquet/file.h"
#include "lib/parquet/shred.h"
#include "lib/parquet/sort.h"

enum {
    MIB = 1024 * 1024,
    GROUP_ROWS = 1024 * 1024,
    GROUP_BYTES = 32 * MIB,
    OPEN_BYTES = 8 * MIB,  /* of rows in the open pages */
    SORT_BYTES = 24 * MIB, /* the same where they wait to be sorted */
    DICT_BYTES = MIB,
    DICT_BYTES_ALL = 16 * MIB,
    DICT_BYTES_LEAST = 4096,
    PAGE_MAX = 0x7FFFFFFF
};

struct bf_parquet {
    struct bf_parquet_conf conf;
    struct pq_tree tree;
    struct pq_column *column; /* as tree.leaf */
    struct pq_shred shred;
    struct pq_scratch scratch;
    struct pq_sort sort;
    struct pq_file file;
    uint64_t rows;      /* of the row group */
    uint64_t open_rows; /* of them in the open pages */
    uint64_t open_bytes;
};

static bool init_bloom(struct bf_parquet *w, const struct bf_opt_list *list, struct bf_err *e)
{
    for (size_t i = 0; list && i < list->n; i++) {
        struct bf_str rest = bf_str_of(list->item[i]), name;
        while (bf_str_split(&rest, ',', &name)) {
            size_t leaf = bf_pq_tree_find(&w->tree, bf_str_trim(name));
            if (leaf == w->tree.n || w->tree.leaf[leaf].physical == PQ_BOOLEAN)
                return bf_err_set(e, BF_E_USAGE, "'%.*s' is no column that has bloom filters",
                                  (int)(name.n < 60 ? name.n : 60), name.p);
            w->column[leaf].bloom = true;
        }
    }
    return true;
}

static bool init_columns(struct bf_parquet *w, struct bf_err *e)
{
    size_t n = w->tree.n, dict = DICT_BYTES_ALL / (n ? n : 1);
    w->column = calloc(n ? n : 1, sizeof *w->column);
    if (!w->column)
        return bf_err_nomem(e);
    dict = dict > DICT_BYTES ? DICT_BYTES : dict < DICT_BYTES_LEAST ? DICT_BYTES_LEAST : dict;
    for (size_t i = 0; i < n; i++)
        bf_pq_column_init(&w->column[i], &w->tree.leaf[i], dict);
    return true;
}

static bool init(struct bf_parquet *w, struct bf_err *e)
{
    struct pq_scratch *k = &w->scratch;
    struct bf_buf *buffers[] = {&k->body, &k->packed, &k->head, &k->index, &k->used};
    for (size_t i = 0; i < BF_COUNT(buffers); i++)
        bf_buf_init(buffers[i], PAGE_MAX);
    if (!bf_pq_codec_init(&k->codec, w->conf.codec, w->conf.level, e) ||
        !bf_pq_tree_init(&w->tree, w->conf.schema, e) || !init_columns(w, e) ||
        !bf_pq_file_init(&w->file, &w->tree, e))
        return false;
    bf_pq_shred_init(&w->shred, &w->tree, w->column);
    w->shred.only = w->conf.only;
    w->shred.pass = w->conf.pass;
    w->shred.npass = w->conf.npass;
    if (!bf_pq_sort_init(&w->sort, &w->tree, w->conf.sort, e))
        return bf_err_ctx(e, "--sort-by");
    if (w->sort.n)
        bf_pq_sort_put(&w->file.footer.sorting, &w->sort);
    return init_bloom(w, w->conf.bloom, e) || bf_err_ctx(e, "--bloom");
}

struct bf_parquet *bf_parquet_new(const struct bf_parquet_conf *conf, struct bf_err *e)
{
    struct bf_parquet *w = calloc(1, sizeof *w);
    if (!w) {
        bf_err_nomem(e);
        return NULL;
    }
    w->conf = *conf;
    w->conf.group_rows = conf->group_rows ? conf->group_rows : GROUP_ROWS;
    w->conf.group_bytes = conf->group_bytes ? conf->group_bytes : GROUP_BYTES;
    if (init(w, e))
        return w;
    bf_parquet_destroy(w);
    return NULL;
}

void bf_parquet_destroy(struct bf_parquet *w)
{
    if (!w)
        return;
    struct pq_scratch *k = &w->scratch;
    struct bf_buf *buffers[] = {&k->body, &k->packed, &k->head, &k->index, &k->used};
    for (size_t i = 0; i < BF_COUNT(buffers); i++)
        bf_buf_free(buffers[i]);
    for (size_t i = 0; w->column && i < w->tree.n; i++)
        bf_pq_column_free(&w->column[i]);
    free(w->column);
    bf_pq_codec_free(&k->codec);
    bf_pq_shred_free(&w->shred);
    bf_pq_sort_free(&w->sort);
    bf_pq_file_free(&w->file);
    bf_pq_tree_free(&w->tree);
    free(w);
}

void bf_parquet_begin(struct bf_parquet *w, bf_parquet_put *put, void *arg)
{
    for (size_t i = 0; i < w->tree.n; i++) {
        bf_pq_column_clear(&w->column[i]);
        bf_pq_column_empty(&w->column[i]);
    }
    w->rows = w->open_rows = w->open_bytes = 0;
    bf_pq_file_begin(&w->file, put, arg);
}

static bool end_group(struct bf_parquet *w, struct bf_err *e)
{
    bool ok = bf_pq_file_group(&w->file, w->column, w->rows, &w->scratch, e);
    for (size_t i = 0; i < w->tree.n; i++)
        bf_pq_column_clear(&w->column[i]);
    w->rows = 0;
    return ok;
}

/* The open rows become pages, and the row group ends when it is full. */
static bool end_pages(struct bf_parquet *w, bool last, struct bf_err *e)
{
    uint64_t bytes = 0;
    if (w->sort.n && !bf_pq_sort_rows(&w->sort, w->column, w->tree.n, w->open_rows, e))
        return false;
    for (size_t i = 0; i < w->tree.n; i++) {
        struct pq_column *c = &w->column[i];
        if (!bf_pq_column_flush(c, w->open_rows, &w->scratch, e))
            return false;
        bytes += c->packed + c->dict.values.n + c->hashes.n;
    }
    w->open_rows = w->open_bytes = 0;
    bool full = last || w->sort.n || bytes >= w->conf.group_bytes || w->rows >= w->conf.group_rows;
    return !full || w->rows == 0 || end_group(w, e);
}

bool bf_parquet_row(struct bf_parquet *w, struct bf_str row, size_t slack, struct bf_err *e)
{
    if (!bf_pq_shred_row(&w->shred, row, slack, e))
        return false;
    w->rows++;
    w->open_rows++;
    w->open_bytes += row.n + w->tree.n * 2;
    bool pages = w->sort.n ? w->open_bytes >= SORT_BYTES
                           : w->open_rows == PQ_PAGE_ROWS || w->open_bytes >= OPEN_BYTES;
    return !(pages || w->rows == w->conf.group_rows) || end_pages(w, false, e);
}

bool bf_parquet_check(struct bf_parquet *w, struct bf_str row, struct bf_err *e)
{
    if (!bf_pq_shred_row(&w->shred, row, 0, e))
        return false;
    bf_pq_shred_undo(&w->shred);
    return true;
}

bool bf_parquet_end(struct bf_parquet *w, struct bf_err *e)
{
    return end_pages(w, true, e) && bf_pq_file_end(&w->file, e);
}

uint64_t bf_parquet_rows(const struct bf_parquet *w)
{
    return w->file.footer.rows;
}

uint64_t bf_parquet_bytes(const struct bf_parquet *w)
{
    return w->file.at;
}

const struct bf_parquet_sum *bf_parquet_sums(const struct bf_parquet *w, size_t *n)
{
    *n = w->tree.n;
    return w->file.sum;
}

uint64_t bf_parquet_split(const struct bf_parquet *w, size_t i)
{
    const struct pq_group *g = (const void *)w->file.footer.groups.p;
    return i < w->file.footer.groups.n / sizeof *g ? g[i].at : 0;
}

bool bf_parquet_passed(const struct bf_parquet *w)
{
    return w->shred.passed;
}
