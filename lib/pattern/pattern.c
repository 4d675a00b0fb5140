#include "lib/pattern/pattern_impl.h"

#include <stdlib.h>

enum { MEMORY_MAX = 128 * 1024 * 1024, EVENT_MAX = 256 * 1024 * 1024 };

struct bf_pattern *bf_pattern_new(struct bf_err *e)
{
    struct bf_pattern *p = calloc(1, sizeof *p);
    if (!p) {
        bf_err_nomem(e);
        return NULL;
    }
    bf_arena_init(&p->memory, MEMORY_MAX);
    bf_arena_init(&p->tables, MEMORY_MAX);
    bf_buf_init(&p->text, EVENT_MAX);
    bf_buf_init(&p->decoded, EVENT_MAX);
    bf_buf_init(&p->name, EVENT_MAX);
    p->conjs_end = &p->conjs;
    p->root = bf_pat_alloc(&p->memory, sizeof *p->root);
    if (p->root)
        return p;
    bf_err_nomem(e);
    bf_pattern_destroy(p);
    return NULL;
}

void bf_pattern_destroy(struct bf_pattern *p)
{
    if (!p)
        return;
    bf_arena_free(&p->memory);
    bf_arena_free(&p->tables);
    bf_buf_free(&p->text);
    bf_buf_free(&p->decoded);
    bf_buf_free(&p->name);
    free(p);
}

size_t bf_pattern_count(const struct bf_pattern *p)
{
    return p->n;
}

void *bf_pat_alloc(struct bf_arena *a, size_t n)
{
    void *at = bf_arena_alloc(a, n);
    return at ? memset(at, 0, n) : NULL;
}

/* array is the address of the array's pointer; the old array is left in the arena. */
bool bf_pat_grow(struct bf_arena *a, void *array, size_t n, size_t *cap, size_t each)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 4;
    void *old, *at = bf_pat_alloc(a, more * each);
    if (!at)
        return false;
    memcpy(&old, array, sizeof old);
    if (n)
        memcpy(at, old, n * each);
    memcpy(array, &at, sizeof at);
    *cap = more;
    return true;
}

static int name_order(struct bf_str a, struct bf_str b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    return a.n ? memcmp(a.p, b.p, a.n) : 0;
}

/* The index of the first of the node's kids, sorted by name_order, that is not less than the name. */
static size_t place(const struct pat_node *n, struct bf_str name)
{
    size_t low = 0, high = n->nkids;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (name_order(n->kids[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Most nodes have one child, or few. */
static inline struct pat_node *step(const struct pat_node *n, struct bf_str name)
{
    size_t i = n->nkids > 1 ? place(n, name) : 0;
    return i < n->nkids && bf_str_eq(n->kids[i]->name, name) ? n->kids[i] : NULL;
}

struct pat_node *bf_pat_kid_step(const struct pat_node *n, struct bf_str name)
{
    return step(n, name);
}

struct pat_node *bf_pat_kid_search(struct bf_pattern *p, const struct pat_node *n,
                                   struct bf_str name, bool escaped)
{
    if (escaped) {
        bf_buf_reset(&p->name);
        bf_json_unescape(&p->name, name);
        if (!bf_buf_ok(&p->name))
            return NULL;
        name = bf_buf_view(&p->name);
    }
    struct pat_node *kid = step(n, name); /* kids' names have no dots */
    if (kid || !name.n || !memchr(name.p, '.', name.n))
        return kid;
    for (struct bf_str first; bf_str_split(&name, '.', &first); n = kid)
        if (!(kid = step(n, first)))
            return NULL;
    return kid;
}

bool bf_pat_nomem(const struct bf_arena *a, struct bf_err *e)
{
    if (a->used < a->max / 2)
        return bf_err_nomem(e);
    return bf_err_set(e, BF_E_LIMIT, "the event patterns are too large together");
}

bool bf_pat_copy(struct pat_parse *ps, struct bf_str text, bool escaped, struct bf_str *out,
                 struct bf_err *e)
{
    struct bf_buf *decoded = &ps->set->decoded;
    if (escaped) {
        bf_buf_reset(decoded);
        bf_json_unescape(decoded, text);
        if (!bf_buf_check(decoded, "the pattern", e))
            return false;
        text = bf_buf_view(decoded);
    }
    return bf_arena_copy(&ps->set->memory, text, out) || bf_pat_nomem(&ps->set->memory, e);
}

/* The child of that name, which has no dots; created if it is new. The name must stay valid. */
static struct pat_node *make_step(struct pat_parse *ps, struct pat_node *n, struct bf_str name,
                                  struct bf_err *e)
{
    struct bf_arena *memory = &ps->set->memory;
    struct pat_node *kid = bf_pat_kid_step(n, name);
    if (kid)
        return kid;
    kid = bf_pat_alloc(memory, sizeof *kid);
    if (!kid || !bf_pat_grow(memory, &n->kids, n->nkids, &n->kids_cap, sizeof(struct pat_node *))) {
        bf_pat_nomem(memory, e);
        return NULL;
    }
    kid->name = name;
    size_t i = place(n, kid->name);
    kid->parent = n;
    const struct pat_node *top = kid;
    while (top->parent && top->parent->parent)
        top = top->parent;
    kid->numbers = bf_str_is(top->name, "dynamodb") && top != kid &&
                   (bf_str_is(kid->name, "N") || bf_str_is(kid->name, "NS"));
    memmove(n->kids + i + 1, n->kids + i, (n->nkids - i) * sizeof(struct pat_node *));
    n->kids[i] = kid;
    n->nkids++;
    n->names |= bf_pat_name_bit(kid->name.p, kid->name.n);
    if (n->parent && n->name.n)
        n->parent->deep |= bf_pat_deep_bit(n->name.p[0], n->name.n > 1 ? n->name.p[1] : '.');
    else if (n->parent)
        n->parent->deep = UINT64_MAX;
    return kid;
}

static size_t depth_of(const struct pat_node *n)
{
    size_t depth = 0;
    for (; n->parent; n = n->parent)
        depth++;
    return depth;
}

/* The node of the key, which may contain dots. */
static struct pat_node *make_kid(struct pat_parse *ps, struct pat_node *n, struct bf_json_key *key,
                                 struct bf_err *e)
{
    struct bf_str name, first;
    if (!bf_pat_copy(ps, key->text, key->escaped, &name, e))
        return NULL;
    if (name.n == 0)
        return make_step(ps, n, name, e);
    while (n && bf_str_split(&name, '.', &first))
        n = make_step(ps, n, first, e);
    if (n && depth_of(n) > BF_PATTERN_DEPTH + 1) {
        bf_pat_fail(ps, key->text.p - 1, e, "nested deeper than %d", BF_PATTERN_DEPTH);
        return NULL;
    }
    return n;
}

/* The combinations into which $or expands a pattern. */
struct combos {
    struct pat_link **head;
    size_t n, cap;
};

static bool add_combo(struct pat_parse *ps, struct combos *c, struct pat_link *head,
                      struct bf_err *e)
{
    if (c->n == BF_PATTERN_COMBINATIONS)
        return bf_pat_fail(ps, ps->json.p, e, "$or makes more than %d combinations",
                           BF_PATTERN_COMBINATIONS);
    if (!bf_pat_grow(&ps->set->memory, &c->head, c->n, &c->cap, sizeof(struct pat_link *)))
        return bf_pat_nomem(&ps->set->memory, e);
    c->head[c->n++] = head;
    return true;
}

static void put_path(struct bf_buf *out, const struct pat_node *n)
{
    if (n->parent->parent) {
        put_path(out, n->parent);
        bf_buf_addc(out, '.');
    }
    bf_buf_adds(out, n->name);
}

static bool repeated(const struct pat_parse *ps, const char *at, const struct pat_node *n,
                     struct bf_err *e)
{
    struct bf_buf path;
    bf_buf_init(&path, 2 * BF_PATTERN_TEXT);
    put_path(&path, n);
    const char *text = bf_buf_cstr(&path);
    bf_pat_fail(ps, at, e, "Path `%.200s` cannot be allowed multiple times", text ? text : "?");
    bf_buf_free(&path);
    return false;
}

/* A field: adds its test to every combination. */
static bool read_field(struct pat_parse *ps, struct pat_node *n, struct combos *c, struct bf_err *e)
{
    const char *at = ps->json.p;
    struct pat_test *t = bf_pat_alloc(&ps->set->memory, sizeof *t);
    if (!t)
        return bf_pat_nomem(&ps->set->memory, e);
    t->node = n;
    if (!bf_pat_read_values(ps, t, e))
        return false;
    for (size_t i = 0; i < c->n; i++) {
        struct pat_link *link = bf_pat_alloc(&ps->set->memory, sizeof *link);
        if (!link)
            return bf_pat_nomem(&ps->set->memory, e);
        for (const struct pat_link *l = c->head[i]; l; l = l->next)
            if (l->test->node == n)
                return repeated(ps, at, n, e);
        *link = (struct pat_link){t, c->head[i]};
        c->head[i] = link;
    }
    return true;
}

static bool is_reserved(const struct bf_json_key *key)
{
    static const char words[][25] = {"exactly",
                                     "equals-ignore-case",
                                     "prefix",
                                     "suffix",
                                     "anything-but",
                                     "exists",
                                     "wildcard",
                                     "numeric",
                                     "cidr",
                                     "=",
                                     "<",
                                     "<=",
                                     ">",
                                     ">=",
                                     "regex",
                                     "not-wildcard",
                                     "not-equals-ignore-case",
                                     "date-after",
                                     "date-on-or-after",
                                     "date-before",
                                     "date-on-or-before",
                                     "in-date-range",
                                     "ip-address-in-range",
                                     "ip-address-not-in-range"};
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (bf_json_key_eq(key, bf_str_of(words[i])))
            return true;
    return false;
}

static bool read_object(struct pat_parse *ps, struct pat_node *n, struct combos *c, bool in_or,
                        struct bf_err *e);

static bool read_or(struct pat_parse *ps, struct pat_node *n, struct combos *c, struct bf_err *e)
{
    struct combos all = {0};
    enum bf_json_type type;
    enum bf_json_more more;
    size_t objects = 0;
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    const char *at = ps->json.p;
    if (!bf_json_enter(&ps->json, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(&ps->json, e)) == BF_JSON_MORE) {
        struct combos branch = {0};
        if (!bf_json_peek(&ps->json, &type, e))
            return false;
        if (type != BF_JSON_OBJECT)
            return bf_pat_fail(ps, ps->json.p, e,
                               "Only JSON object is allowed in array of $or relationship.");
        for (size_t i = 0; i < c->n; i++)
            if (!add_combo(ps, &branch, c->head[i], e))
                return false;
        if (!read_object(ps, n, &branch, true, e))
            return false;
        for (size_t i = 0; i < branch.n; i++)
            if (!add_combo(ps, &all, branch.head[i], e))
                return false;
        objects++;
    }
    if (more != BF_JSON_END)
        return false;
    if (objects < 2)
        return bf_pat_fail(ps, at, e, "There must have at least 2 Objects in $or relationship.");
    *c = all;
    return true;
}

/* An object in the array of $or: does it name a field? */
static bool names_field(struct bf_json *j, bool *found)
{
    struct bf_json_key key;
    struct bf_err ignored;
    enum bf_json_more more;
    bool any = false;
    if (!bf_json_enter(j, BF_JSON_OBJECT, &ignored))
        return false;
    while ((more = bf_json_member(j, &key, &ignored)) == BF_JSON_MORE) {
        any = true;
        *found |= !is_reserved(&key);
        if (!bf_json_skip(j, &ignored))
            return false;
    }
    *found |= !any;
    return more == BF_JSON_END;
}

/* $or is an operator if its array contains objects that name fields; otherwise it is a field name, so that patterns
 * from before the operator keep their meaning. */
static bool is_relation(const struct pat_parse *ps)
{
    struct bf_json j = ps->json;
    struct bf_err ignored;
    enum bf_json_type type;
    bool found = false;
    if (!bf_json_peek(&j, &type, &ignored) || type != BF_JSON_ARRAY ||
        !bf_json_enter(&j, BF_JSON_ARRAY, &ignored))
        return false;
    while (bf_json_element(&j, &ignored) == BF_JSON_MORE) {
        bool ok = bf_json_peek(&j, &type, &ignored) &&
                  (type == BF_JSON_OBJECT ? names_field(&j, &found) : bf_json_skip(&j, &ignored));
        if (!ok)
            return false;
    }
    return found;
}

static bool read_member(struct pat_parse *ps, struct pat_node *n, struct bf_json_key *key,
                        struct combos *c, bool in_or, struct bf_err *e)
{
    enum bf_json_type type;
    const char *at = key->text.p - 1;
    int shown = (int)(key->text.n < 100 ? key->text.n : 100);
    if (bf_json_key_is(key, "$or") && is_relation(ps))
        return read_or(ps, n, c, e);
    if (in_or && is_reserved(key))
        return bf_pat_fail(ps, at, e,
                           "%.*s is Ruler reserved fieldName which cannot be used inside $or.",
                           shown, key->text.p);
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    if (type != BF_JSON_OBJECT && type != BF_JSON_ARRAY)
        return bf_pat_fail(ps, ps->json.p, e, "\"%.*s\" must be an object or an array", shown,
                           key->text.p);
    struct pat_node *kid = make_kid(ps, n, key, e);
    if (!kid)
        return false;
    return type == BF_JSON_OBJECT ? read_object(ps, kid, c, in_or, e) : read_field(ps, kid, c, e);
}

static bool read_object(struct pat_parse *ps, struct pat_node *n, struct combos *c, bool in_or,
                        struct bf_err *e)
{
    enum bf_json_more more;
    struct bf_json_key key;
    bool any = false;
    const char *at = ps->json.p;
    if (ps->json.depth > BF_PATTERN_DEPTH)
        return bf_pat_fail(ps, at, e, "nested deeper than %d", BF_PATTERN_DEPTH);
    if (!bf_json_enter(&ps->json, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&ps->json, &key, e)) == BF_JSON_MORE) {
        any = true;
        if (!read_member(ps, n, &key, c, in_or, e))
            return false;
    }
    if (more == BF_JSON_END && !any)
        return bf_pat_fail(ps, at, e, "Empty objects are not allowed");
    return more == BF_JSON_END;
}

static bool add_conj(struct pat_parse *ps, struct pat_link *tests, struct bf_err *e)
{
    struct bf_pattern *p = ps->set;
    struct pat_conj *conj = bf_pat_alloc(&p->memory, sizeof *conj);
    if (!conj)
        return bf_pat_nomem(&p->memory, e);
    conj->pattern = p->n;
    for (struct pat_link *l = tests; l; l = l->next) {
        struct pat_link *turned = bf_pat_alloc(&p->memory, sizeof *turned);
        if (!turned)
            return bf_pat_nomem(&p->memory, e);
        *turned = (struct pat_link){l->test, conj->tests}; /* back in the order of the pattern */
        conj->tests = turned;
    }
    *p->conjs_end = conj;
    p->conjs_end = &conj->next;
    return true;
}

/* The scanner's error with a line and column, as in all other errors here. */
static bool bad_json(struct pat_parse *ps, struct bf_err *e)
{
    return bf_pat_fail(ps, ps->json.bad, e, "%s", ps->json.what);
}

bool bf_pattern_add(struct bf_pattern *p, struct bf_str text, struct bf_err *e)
{
    struct pat_parse ps = {.set = p, .text = text};
    struct combos c = {0};
    enum bf_json_type type;
    if (p->ready)
        return bf_err_set(e, BF_E_USAGE, "an event pattern after the last one");
    if (text.n > BF_PATTERN_TEXT)
        return bf_err_set(e, BF_E_USAGE, "an event pattern of more than %d bytes", BF_PATTERN_TEXT);
    bf_json_init(&ps.json, text);
    if (!bf_json_skip(&ps.json, e) || !bf_json_end(&ps.json, e))
        return bad_json(&ps, e);
    bf_json_init(&ps.json, text);
    if (!bf_json_peek(&ps.json, &type, e))
        return bad_json(&ps, e);
    if (type != BF_JSON_OBJECT)
        return bf_pat_fail(&ps, ps.json.p, e, "Filter is not an object");
    if (!add_combo(&ps, &c, NULL, e) || !read_object(&ps, p->root, &c, false, e))
        return false;
    for (size_t i = 0; i < c.n; i++)
        if (!add_conj(&ps, c.head[i], e))
            return false;
    p->n++;
    return true;
}
