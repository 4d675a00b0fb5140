#include "lib/parquet/footer.h"

#include "lib/parquet/thrift.h"

enum { FOOTER_MAX = 0x7FFFFFFF, SORTING_MAX = 65536 };
enum { REQUIRED = 0, OPTIONAL = 1, REPEATED = 2, ENCODINGS = 10, ORDINAL_MAX = 32767 };
enum { ASCENDING = 1, DESCENDING = 2 };
enum {
    UTF8 = 0,
    MAP = 1,
    LIST = 3,
    DECIMAL = 5,
    DATE = 6,
    TIMESTAMP_MILLIS = 9,
    TIMESTAMP_MICROS = 10,
    INT_8 = 15,
    INT_16 = 16,
    JSON = 19
};

void bf_pq_footer_init(struct pq_footer *f, const struct pq_tree *tree)
{
    *f = (struct pq_footer){.tree = tree};
    bf_buf_init(&f->meta, FOOTER_MAX);
    bf_buf_init(&f->column_index, FOOTER_MAX);
    bf_buf_init(&f->offset_index, FOOTER_MAX);
    bf_buf_init(&f->chunks, FOOTER_MAX);
    bf_buf_init(&f->groups, FOOTER_MAX);
    bf_buf_init(&f->sorting, SORTING_MAX);
}

void bf_pq_footer_free(struct pq_footer *f)
{
    bf_buf_free(&f->meta);
    bf_buf_free(&f->column_index);
    bf_buf_free(&f->offset_index);
    bf_buf_free(&f->chunks);
    bf_buf_free(&f->groups);
    bf_buf_free(&f->sorting);
}

void bf_pq_footer_clear(struct pq_footer *f)
{
    f->rows = 0;
    bf_buf_reset(&f->meta);
    bf_buf_reset(&f->column_index);
    bf_buf_reset(&f->offset_index);
    bf_buf_reset(&f->chunks);
    bf_buf_reset(&f->groups);
}

bool bf_pq_footer_check(const struct pq_footer *f, struct bf_err *e)
{
    const struct bf_buf *all[] = {&f->meta,   &f->column_index, &f->offset_index,
                                  &f->chunks, &f->groups,       &f->sorting};
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (!bf_buf_check(all[i], "the footer", e))
            return false;
    return true;
}

static void put_path(struct thrift *t, int id, const struct pq_leaf *l)
{
    struct bf_str rest = l->path, part;
    thrift_list(t, id, THRIFT_BINARY, l->parts);
    while (bf_str_split(&rest, '\0', &part))
        thrift_string(t->out, part);
}

static void put_metadata(struct bf_buf *out, const struct pq_column *c, const struct pq_chunk *at,
                         enum bf_parquet_codec codec)
{
    struct thrift t = {.out = out};
    thrift_i32(&t, 1, c->leaf->physical);
    thrift_list(&t, 2, THRIFT_I32, (size_t)__builtin_popcount(c->encodings));
    for (int i = 0; i < ENCODINGS; i++)
        if (c->encodings >> i & 1)
            thrift_zigzag(out, i);
    put_path(&t, 3, c->leaf);
    thrift_i32(&t, 4, codec);
    thrift_i64(&t, 5, (int64_t)c->entries);
    thrift_i64(&t, 6, (int64_t)c->raw);
    thrift_i64(&t, 7, (int64_t)c->packed);
    thrift_i64(&t, 9, (int64_t)at->data);
    if (at->dictionary)
        thrift_i64(&t, 11, (int64_t)at->dictionary);
    bf_pq_range_put(&t, 12, &c->range, c->nulls);
    if (at->bloom_n) {
        thrift_i64(&t, 14, (int64_t)at->bloom);
        thrift_i32(&t, 15, (int64_t)at->bloom_n);
    }
    thrift_end(&t);
}

static void put_offset_index(struct bf_buf *out, const struct pq_column *c, uint64_t at)
{
    const struct pq_mark *m = (const void *)c->marks.p;
    size_t n = c->marks.n / sizeof *m;
    struct thrift t = {.out = out};
    thrift_list(&t, 1, THRIFT_STRUCT, n);
    for (size_t i = 0; i < n; at += m[i++].size) {
        struct thrift page = {.out = out};
        thrift_i64(&page, 1, (int64_t)at);
        thrift_i32(&page, 2, m[i].size);
        thrift_i64(&page, 3, (int64_t)m[i].first_row);
        thrift_end(&page);
    }
    thrift_end(&t);
}

/* Where a page has no upper bound there is no index, which has one for each. */
static bool has_bounds(const struct pq_column *c)
{
    const struct pq_mark *m = (const void *)c->marks.p;
    size_t i = 0, n = c->marks.n / sizeof *m;
    while (i < n && m[i].has_max)
        i++;
    return i == n;
}

static void put_column_index(struct bf_buf *out, const struct pq_column *c)
{
    const struct pq_mark *m = (const void *)c->marks.p;
    size_t n = c->marks.n / sizeof *m;
    struct thrift t = {.out = out};
    thrift_list(&t, 1, THRIFT_TRUE, n);
    for (size_t i = 0; i < n; i++)
        bf_buf_addc(out, m[i].all_null ? THRIFT_TRUE : THRIFT_FALSE);
    thrift_list(&t, 2, THRIFT_BINARY, n);
    for (size_t i = 0; i < n; i++)
        thrift_string(out, bf_str(c->bounds.p + m[i].at, m[i].min_n));
    thrift_list(&t, 3, THRIFT_BINARY, n);
    for (size_t i = 0; i < n; i++)
        thrift_string(out, bf_str(c->bounds.p + m[i].at + m[i].min_n, m[i].max_n));
    thrift_i32(&t, 4, c->ascending ? ASCENDING : c->descending ? DESCENDING : 0);
    thrift_list(&t, 5, THRIFT_I64, n);
    for (size_t i = 0; i < n; i++)
        thrift_zigzag(out, (int64_t)m[i].nulls);
    thrift_end(&t);
}

void bf_pq_footer_chunk(struct pq_footer *f, const struct pq_column *c, struct pq_chunk *at,
                        enum bf_parquet_codec codec)
{
    at->meta = f->meta.n;
    put_metadata(&f->meta, c, at, codec);
    at->meta_n = f->meta.n - at->meta;
    at->offset_index = f->offset_index.n;
    put_offset_index(&f->offset_index, c, at->data);
    at->offset_index_n = f->offset_index.n - at->offset_index;
    at->column_index = f->column_index.n;
    if (has_bounds(c))
        put_column_index(&f->column_index, c);
    at->column_index_n = f->column_index.n - at->column_index;
}

/* The logical type as older readers know it; -1: none. */
static int converted(const struct bf_type *t)
{
    switch (t->kind) {
    case BF_TYPE_STRING:
        return UTF8;
    case BF_TYPE_JSON:
        return JSON;
    case BF_TYPE_INTEGER:
        return t->bits == 8 ? INT_8 : t->bits == 16 ? INT_16 : -1;
    case BF_TYPE_DECIMAL:
        return DECIMAL;
    case BF_TYPE_DATE:
        return DATE;
    case BF_TYPE_TIMESTAMP: /* that one knows instants only */
        return !t->utc ? -1 : t->scale == 3 ? TIMESTAMP_MILLIS : TIMESTAMP_MICROS;
    case BF_TYPE_ARRAY:
        return LIST;
    case BF_TYPE_MAP:
        return MAP;
    default:
        return -1;
    }
}

static void put_logical(struct thrift *t, const struct bf_type *type)
{
    static const int empty[] = {[BF_TYPE_STRING] = 1, [BF_TYPE_JSON] = 12, [BF_TYPE_DATE] = 6,
                                [BF_TYPE_ARRAY] = 3,  [BF_TYPE_MAP] = 2,   [BF_TYPE_STRUCT] = 0};
    bool small = type->kind == BF_TYPE_INTEGER && (type->bits == 8 || type->bits == 16);
    if (!empty[type->kind] && type->kind != BF_TYPE_DECIMAL && type->kind != BF_TYPE_TIMESTAMP &&
        !small)
        return;
    struct thrift u = thrift_struct(t, 10), v;
    if (empty[type->kind])
        thrift_empty(&u, empty[type->kind]);
    else if (type->kind == BF_TYPE_DECIMAL) {
        v = thrift_struct(&u, 5);
        thrift_i32(&v, 1, type->scale);
        thrift_i32(&v, 2, type->digits);
        thrift_end(&v);
    } else if (type->kind == BF_TYPE_TIMESTAMP) {
        v = thrift_struct(&u, 8);
        thrift_bool(&v, 1, type->utc);
        struct thrift unit = thrift_struct(&v, 2);
        thrift_empty(&unit, type->scale == 3 ? 1 : 2);
        thrift_end(&unit);
        thrift_end(&v);
    } else {
        v = thrift_struct(&u, 10);
        thrift_i8(&v, 1, type->bits);
        thrift_bool(&v, 2, true);
        thrift_end(&v);
    }
    thrift_end(&u);
}

static void put_group_element(struct bf_buf *out, int repetition, struct bf_str name,
                              size_t children)
{
    struct thrift t = {.out = out};
    thrift_i32(&t, 3, repetition);
    thrift_binary(&t, 4, name);
    thrift_i32(&t, 5, (int64_t)children);
    thrift_end(&t);
}

static void put_element(struct bf_buf *out, const struct pq_tree *tree, const struct pq_node *node)
{
    const struct bf_type *type = node->type;
    const struct pq_leaf *l = type->kind < BF_TYPE_ARRAY ? &tree->leaf[node->leaf] : NULL;
    bool list = type->kind == BF_TYPE_ARRAY || type->kind == BF_TYPE_MAP;
    struct thrift t = {.out = out};
    if (l)
        thrift_i32(&t, 1, l->physical);
    if (l && l->physical == PQ_FIXED)
        thrift_i32(&t, 2, l->width);
    thrift_i32(&t, 3, type->required ? REQUIRED : OPTIONAL);
    thrift_binary(&t, 4, node->name);
    if (!l)
        thrift_i32(&t, 5, list ? 1 : (int64_t)node->n);
    if (converted(type) >= 0)
        thrift_i32(&t, 6, converted(type));
    if (type->kind == BF_TYPE_DECIMAL) {
        thrift_i32(&t, 7, type->scale);
        thrift_i32(&t, 8, type->digits);
    }
    thrift_i32(&t, 9, node->id);
    put_logical(&t, type);
    thrift_end(&t);
    if (list)
        put_group_element(out, REPEATED,
                          type->kind == BF_TYPE_ARRAY ? BF_STR("list") : BF_STR("key_value"),
                          node->n);
    for (size_t i = 0; i < node->n; i++)
        put_element(out, tree, &node->child[i]);
}

static size_t count_elements(const struct pq_node *node)
{
    bool list = node->type->kind == BF_TYPE_ARRAY || node->type->kind == BF_TYPE_MAP;
    size_t n = list ? 2 : 1;
    for (size_t i = 0; i < node->n; i++)
        n += count_elements(&node->child[i]);
    return n;
}

static void put_schema(struct thrift *t, const struct pq_tree *tree)
{
    struct thrift root = {.out = t->out};
    thrift_list(t, 2, THRIFT_STRUCT, count_elements(&tree->root));
    thrift_binary(&root, 4, BF_STR("row"));
    thrift_i32(&root, 5, (int64_t)tree->root.n);
    thrift_end(&root);
    for (size_t i = 0; i < tree->root.n; i++)
        put_element(t->out, tree, &tree->root.child[i]);
}

/* The metadata lie ready; the places of the indexes are known only now. */
static void put_chunk(struct bf_buf *out, const struct pq_footer *f, const struct pq_chunk *c,
                      uint64_t column_index, uint64_t offset_index)
{
    struct thrift t = {.out = out};
    thrift_i64(&t, 2, 0);
    thrift_field(&t, 3, THRIFT_STRUCT);
    bf_buf_add(out, f->meta.p + c->meta, c->meta_n);
    thrift_i64(&t, 4, (int64_t)(offset_index + c->offset_index));
    thrift_i32(&t, 5, (int64_t)c->offset_index_n);
    if (c->column_index_n) {
        thrift_i64(&t, 6, (int64_t)(column_index + c->column_index));
        thrift_i32(&t, 7, (int64_t)c->column_index_n);
    }
    thrift_end(&t);
}

static void put_groups(struct thrift *t, const struct pq_footer *f, uint64_t column_index,
                       uint64_t offset_index)
{
    const struct pq_group *g = (const void *)f->groups.p;
    const struct pq_chunk *c = (const void *)f->chunks.p;
    size_t n = f->groups.n / sizeof *g;
    thrift_list(t, 4, THRIFT_STRUCT, n);
    for (size_t i = 0; i < n; i++) {
        struct thrift group = {.out = t->out};
        thrift_list(&group, 1, THRIFT_STRUCT, f->tree->n);
        for (size_t k = 0; k < f->tree->n; k++)
            put_chunk(t->out, f, c++, column_index, offset_index);
        thrift_i64(&group, 2, (int64_t)g[i].raw);
        thrift_i64(&group, 3, (int64_t)g[i].rows);
        if (f->sorting.n) {
            thrift_field(&group, 4, THRIFT_LIST);
            bf_buf_adds(t->out, bf_buf_view(&f->sorting));
        }
        thrift_i64(&group, 5, (int64_t)g[i].at);
        thrift_i64(&group, 6, (int64_t)g[i].packed);
        if (i <= ORDINAL_MAX)
            thrift_i16(&group, 7, (int64_t)i);
        thrift_end(&group);
    }
}

void bf_pq_footer_put(struct bf_buf *out, const struct pq_footer *f, uint64_t column_index,
                      uint64_t offset_index)
{
    struct thrift t = {.out = out};
    thrift_i32(&t, 1, 1);
    put_schema(&t, f->tree);
    thrift_i64(&t, 3, (int64_t)f->rows);
    put_groups(&t, f, column_index, offset_index);
    thrift_binary(&t, 6, BF_STR("bfpipe version " BF_VERSION));
    thrift_list(&t, 7, THRIFT_STRUCT, f->tree->n);
    for (size_t i = 0; i < f->tree->n;
         i++) { /* each a union, of which the only kind is TYPE_ORDER */
        struct thrift order = {.out = out};
        thrift_empty(&order, 1);
        thrift_end(&order);
    }
    thrift_end(&t);
}
