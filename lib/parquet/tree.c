#include "lib/parquet/tree.h"

enum {
    TREE_MAX = 64 * 1024 * 1024,
    PATH_MAX_BYTES = 64 * 1024,
    INT32_DIGITS = 9,
    INT64_DIGITS = 18
};

/* A node on its way down: levels so far, and the path. */
struct place {
    uint8_t def, rep;
    size_t parts;
};

struct builder {
    struct pq_tree *tree;
    struct bf_buf path; /* each name followed by a NUL */
    int next_id;
    struct bf_err *e;
};

static void *room(struct builder *b, size_t n)
{
    void *p = bf_arena_alloc(&b->tree->arena, n ? n : 1);
    if (p)
        memset(p, 0, n);
    else
        bf_err_nomem(b->e);
    return p;
}

static size_t count_leaves(const struct bf_type *t)
{
    size_t n = t->kind < BF_TYPE_ARRAY;
    for (size_t i = 0; i < t->n; i++)
        n += count_leaves(&t->field[i].type);
    return n;
}

/* ceil((digits * log2(10) + 1) / 8): bytes of a signed number of so many decimal digits. */
static uint8_t bytes_of_digits(int digits)
{
    return (uint8_t)((digits * 3322 / 1000 + 2 + 7) / 8);
}

static void physical(struct pq_leaf *l, const struct bf_type *t)
{
    static const struct {
        enum pq_physical physical;
        uint8_t width;
    } of[] = {
        [BF_TYPE_STRING] = {PQ_BYTES, 0},  [BF_TYPE_JSON] = {PQ_BYTES, 0},
        [BF_TYPE_BINARY] = {PQ_BYTES, 0},  [BF_TYPE_BOOLEAN] = {PQ_BOOLEAN, 1},
        [BF_TYPE_INTEGER] = {PQ_INT32, 4}, [BF_TYPE_FLOAT] = {PQ_FLOAT, 4},
        [BF_TYPE_DOUBLE] = {PQ_DOUBLE, 8}, [BF_TYPE_DECIMAL] = {PQ_INT32, 4},
        [BF_TYPE_DATE] = {PQ_INT32, 4},    [BF_TYPE_TIMESTAMP] = {PQ_INT64, 8},
    };
    l->physical = of[t->kind].physical;
    l->width = of[t->kind].width;
    if (t->kind == BF_TYPE_DECIMAL && t->digits > INT64_DIGITS) {
        l->physical = PQ_FIXED;
        l->width = bytes_of_digits(t->digits);
    } else if ((t->kind == BF_TYPE_DECIMAL && t->digits > INT32_DIGITS) ||
               (t->kind == BF_TYPE_INTEGER && (t->bits == 0 || t->bits == 64))) {
        l->physical = PQ_INT64;
        l->width = 8;
    }
}

static bool add_leaf(struct builder *b, struct pq_node *node, struct place at)
{
    struct pq_leaf *l = &b->tree->leaf[b->tree->n++];
    *l = (struct pq_leaf){.type = node->type,
                          .max_def = node->def,
                          .max_rep = at.rep,
                          .id = node->id,
                          .parts = at.parts};
    physical(l, node->type);
    if (!bf_buf_check(&b->path, "the name of a column", b->e))
        return false;
    return bf_arena_copy(&b->tree->arena, bf_str(b->path.p, b->path.n - 1), &l->path) ||
           bf_err_nomem(b->e);
}

static void push(struct builder *b, struct bf_str name, struct place *at)
{
    bf_buf_adds(&b->path, name);
    bf_buf_addc(&b->path, '\0');
    at->parts++;
}

static bool fill(struct builder *b, struct pq_node *node, struct place at);

/* Ids of all children first, then what is inside of each. */
static bool children(struct builder *b, struct pq_node *node, struct place at)
{
    const struct bf_type *t = node->type;
    node->n = t->n;
    node->child = room(b, t->n * sizeof *node->child);
    if (!node->child)
        return false;
    for (size_t i = 0; i < t->n; i++)
        node->child[i].id = b->next_id++;
    for (size_t i = 0; i < t->n; i++) {
        struct pq_node *c = &node->child[i];
        char *name = room(b, t->field[i].name.n + PQ_NAME_PAD);
        if (!name)
            return false;
        memcpy(name, t->field[i].name.p, t->field[i].name.n);
        c->name = bf_str(name, t->field[i].name.n);
        c->type = &t->field[i].type;
        if (!fill(b, c, at))
            return false;
    }
    return true;
}

static bool fill(struct builder *b, struct pq_node *node, struct place at)
{
    size_t path = b->path.n;
    bool ok;
    push(b, node->name, &at);
    node->null_def = at.def;
    node->def = at.def = (uint8_t)(at.def + !node->type->required);
    node->leaf = b->tree->n;
    if (node->type->kind == BF_TYPE_ARRAY || node->type->kind == BF_TYPE_MAP) {
        push(b, node->type->kind == BF_TYPE_ARRAY ? BF_STR("list") : BF_STR("key_value"), &at);
        at.def++;
        node->rep = ++at.rep;
        ok = children(b, node, at);
    } else if (node->type->kind == BF_TYPE_STRUCT)
        ok = children(b, node, at);
    else
        ok = add_leaf(b, node, at);
    node->leaves = b->tree->n - node->leaf;
    b->path.n = path;
    return ok;
}

bool bf_pq_tree_init(struct pq_tree *t, const struct bf_schema *schema, struct bf_err *e)
{
    struct builder b = {.tree = t, .next_id = 1, .e = e};
    *t = (struct pq_tree){
        .type = {.kind = BF_TYPE_STRUCT, .required = true, .field = schema->field, .n = schema->n}};
    bf_arena_init(&t->arena, TREE_MAX);
    bf_buf_init(&b.path, PATH_MAX_BYTES);
    size_t leaves = count_leaves(&t->type);
    t->root.type = &t->type;
    if (leaves > PQ_LEAVES_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns, nested ones counted",
                          PQ_LEAVES_MAX);
    t->leaf = room(&b, leaves * sizeof *t->leaf);
    bool ok = t->leaf && children(&b, &t->root, (struct place){0});
    t->root.leaves = t->n;
    bf_buf_free(&b.path);
    return ok;
}

void bf_pq_tree_free(struct pq_tree *t)
{
    bf_arena_free(&t->arena);
}

size_t bf_pq_tree_find(const struct pq_tree *t, struct bf_str name)
{
    const struct pq_node *node = &t->root;
    struct bf_str rest = name, part;
    for (size_t i = 0; i < node->n; i++) /* a name may hold a dot */
        if (bf_str_eq(node->child[i].name, name) && node->child[i].type->kind < BF_TYPE_ARRAY)
            return node->child[i].leaf;
    while (bf_str_split(&rest, '.', &part)) {
        size_t i = 0;
        while (node->type->kind == BF_TYPE_STRUCT && i < node->n &&
               !bf_str_eq(node->child[i].name, part))
            i++;
        if (node->type->kind != BF_TYPE_STRUCT || i == node->n)
            return t->n;
        node = &node->child[i];
    }
    return node->type->kind < BF_TYPE_ARRAY ? node->leaf : t->n;
}
