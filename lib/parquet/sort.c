#include "lib/parquet/sort.h"

#include "lib/parquet/thrift.h"

enum { SORT_MAX = 0x7FFFFFFF };

/* Where a row begins in a column. */
struct pq_start {
    uint32_t level, value;
};

static bool add_key(struct pq_sort *s, const struct pq_tree *tree, struct bf_str item,
                    struct bf_err *e)
{
    struct bf_str name = bf_str_trim(item);
    bool down = name.n && name.p[0] == '-';
    name = bf_str(name.p + down, name.n - down);
    size_t leaf = bf_pq_tree_find(tree, name);
    if (leaf == tree->n || tree->leaf[leaf].max_rep)
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is no column of single values",
                          (int)(name.n < 60 ? name.n : 60), name.p);
    if (s->n == PQ_SORT_KEYS)
        return bf_err_set(e, BF_E_USAGE, "more than %d columns to sort by", PQ_SORT_KEYS);
    s->leaf[s->n] = leaf;
    s->descending[s->n++] = down;
    return true;
}

bool bf_pq_sort_init(struct pq_sort *s, const struct pq_tree *tree, const struct bf_opt_list *list,
                     struct bf_err *e)
{
    *s = (struct pq_sort){0};
    for (size_t i = 0; i <= PQ_SORT_KEYS; i++)
        bf_buf_init(&s->start[i], SORT_MAX);
    bf_buf_init(&s->order, SORT_MAX);
    bf_buf_init(&s->spare, SORT_MAX);
    bf_buf_init(&s->values, SORT_MAX);
    bf_buf_init(&s->def, SORT_MAX);
    bf_buf_init(&s->rep, SORT_MAX);
    for (size_t i = 0; list && i < list->n; i++) {
        struct bf_str rest = bf_str_of(list->item[i]), item;
        while (bf_str_split(&rest, ',', &item))
            if (!add_key(s, tree, item, e))
                return false;
    }
    return true;
}

void bf_pq_sort_free(struct pq_sort *s)
{
    for (size_t i = 0; i <= PQ_SORT_KEYS; i++)
        bf_buf_free(&s->start[i]);
    bf_buf_free(&s->order);
    bf_buf_free(&s->spare);
    bf_buf_free(&s->values);
    bf_buf_free(&s->def);
    bf_buf_free(&s->rep);
}

/* Where each row begins, and one more: the end. */
static void find_starts(const struct pq_column *c, struct bf_buf *out)
{
    const struct pq_leaf *l = c->leaf;
    struct pq_start at = {0};
    size_t levels = pq_levels(c);
    bf_buf_reset(out);
    for (; at.level < levels; at.level++) {
        uint32_t n = l->width;
        if (!l->max_rep || c->rep.p[at.level] == 0)
            bf_buf_add(out, &at, sizeof at);
        if (l->max_def && (uint8_t)c->def.p[at.level] != l->max_def)
            continue;
        if (!l->width) {
            memcpy(&n, c->values.p + at.value, 4);
            n += 4;
        }
        at.value += n;
    }
    bf_buf_add(out, &at, sizeof at);
}

static const struct pq_start *starts(const struct pq_sort *s, size_t i)
{
    return (const void *)s->start[i].p;
}

/* The value of a row in a key column; p NULL: NULL. */
static struct bf_str key_of(const struct pq_sort *s, size_t i, const struct pq_column *c,
                            uint32_t row)
{
    struct pq_start at = starts(s, i)[row];
    uint32_t n = c->leaf->width;
    if (c->leaf->max_def && (uint8_t)c->def.p[at.level] != c->leaf->max_def)
        return (struct bf_str){0};
    if (c->leaf->width)
        return bf_str(c->values.p + at.value, n);
    memcpy(&n, c->values.p + at.value, 4);
    return bf_str(c->values.p + at.value + 4, n);
}

static int compare(const struct pq_sort *s, const struct pq_column *column, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct pq_column *c = &column[s->leaf[i]];
        struct bf_str x = key_of(s, i, c, a), y = key_of(s, i, c, b);
        int order = !x.p || !y.p ? !x.p - !y.p : bf_pq_compare(c->leaf, x, y);
        if (order)
            return x.p && y.p && s->descending[i] ? -order : order;
    }
    return 0;
}

/* Two sorted neighbours become one; of equal rows those of the first come first. */
static void merge(const struct pq_sort *s, const struct pq_column *column, const uint32_t *from,
                  uint32_t *to, size_t first, size_t middle, size_t end)
{
    size_t i = first, k = middle;
    for (size_t at = first; at < end; at++)
        if (k == end || (i < middle && compare(s, column, from[i], from[k]) <= 0))
            to[at] = from[i++];
        else
            to[at] = from[k++];
}

/* The rows' order in s->order. */
static bool find_order(struct pq_sort *s, const struct pq_column *column, size_t rows,
                       struct bf_err *e)
{
    bf_buf_reset(&s->order);
    bf_buf_reset(&s->spare);
    uint32_t *from = (uint32_t *)(void *)bf_buf_room(&s->order, rows * sizeof *from);
    uint32_t *to = (uint32_t *)(void *)bf_buf_room(&s->spare, rows * sizeof *to), *swap;
    if (!from || !to)
        return bf_err_nomem(e);
    for (uint32_t i = 0; i < rows; i++)
        from[i] = i;
    for (size_t run = 1; run < rows; run *= 2) {
        for (size_t at = 0; at < rows; at += 2 * run) {
            size_t middle = at + run < rows ? at + run : rows;
            size_t end = at + 2 * run < rows ? at + 2 * run : rows;
            merge(s, column, from, to, at, middle, end);
        }
        swap = from;
        from = to;
        to = swap;
    }
    if (from != (uint32_t *)(void *)s->order.p)
        memcpy(s->order.p, from, rows * sizeof *from);
    return true;
}

static void exchange(struct bf_buf *a, struct bf_buf *b)
{
    struct bf_buf swap = *a;
    *a = *b;
    *b = swap;
}

static bool rearrange(struct pq_sort *s, struct pq_column *c, size_t rows, struct bf_err *e)
{
    const uint32_t *order = (const void *)s->order.p;
    find_starts(c, &s->start[PQ_SORT_KEYS]);
    if (!bf_buf_check(&s->start[PQ_SORT_KEYS], "the rows to sort", e))
        return false;
    const struct pq_start *at = starts(s, PQ_SORT_KEYS);
    bf_buf_reset(&s->values);
    bf_buf_reset(&s->def);
    bf_buf_reset(&s->rep);
    for (size_t i = 0; i < rows; i++) {
        struct pq_start from = at[order[i]], to = at[order[i] + 1];
        size_t levels = to.level - from.level;
        bf_buf_add(&s->values, c->values.p + from.value, to.value - from.value);
        if (c->leaf->max_def)
            bf_buf_add(&s->def, c->def.p + from.level, levels);
        if (c->leaf->max_rep)
            bf_buf_add(&s->rep, c->rep.p + from.level, levels);
    }
    if (!bf_buf_check(&s->values, "the rows to sort", e) || !bf_buf_check(&s->def, "levels", e) ||
        !bf_buf_check(&s->rep, "levels", e))
        return false;
    if (!bf_buf_room(&s->values, PQ_SLACK)) /* as after all values */
        return bf_err_nomem(e);
    exchange(&c->values, &s->values);
    exchange(&c->def, &s->def);
    exchange(&c->rep, &s->rep);
    return true;
}

bool bf_pq_sort_rows(struct pq_sort *s, struct pq_column *column, size_t n, size_t rows,
                     struct bf_err *e)
{
    for (size_t i = 0; i < s->n; i++) {
        find_starts(&column[s->leaf[i]], &s->start[i]);
        if (!bf_buf_check(&s->start[i], "the rows to sort", e))
            return false;
    }
    if (rows == 0 || !find_order(s, column, rows, e))
        return rows == 0;
    for (size_t i = 0; i < n; i++)
        if (!rearrange(s, &column[i], rows, e))
            return false;
    return true;
}

void bf_pq_sort_put(struct bf_buf *out, const struct pq_sort *s)
{
    bf_buf_addc(out, (char)((s->n < 15 ? s->n : 15) << 4 | (unsigned)THRIFT_STRUCT));
    if (s->n >= 15)
        thrift_varint(out, s->n);
    for (size_t i = 0; i < s->n; i++) {
        struct thrift t = {.out = out};
        thrift_i32(&t, 1, (int64_t)s->leaf[i]);
        thrift_bool(&t, 2, s->descending[i]);
        thrift_bool(&t, 3, false);
        thrift_end(&t);
    }
}
