/* Why a pattern does not match: the fields that fail, with their values in the record. */
#include "lib/pattern/pattern_impl.h"

enum { SHOWN = 60, FIELDS = 8 };

static void put_path(struct bf_buf *out, const struct pat_node *n)
{
    if (n->parent->parent) {
        put_path(out, n->parent);
        bf_buf_addc(out, '.');
    }
    bf_buf_adds(out, n->name);
}

/* Names from the root down to a node. */
struct route {
    const struct pat_node *step[BF_PATTERN_DEPTH + 1];
    size_t n;
};

static void route_to(struct route *r, const struct pat_node *n)
{
    r->n = 0;
    for (const struct pat_node *at = n; at->parent; at = at->parent)
        r->n++;
    size_t i = r->n;
    for (const struct pat_node *at = n; at->parent; at = at->parent)
        r->step[--i] = at;
}

/* The first value at the end of the route that is neither an object nor an array. */
static bool first_value(const struct route *r, size_t at, struct bf_json *j, struct bf_json_val *v,
                        struct bf_err *e)
{
    enum bf_json_type type;
    struct bf_json_key key;
    bool found = false;
    if (!bf_json_peek(j, &type, e))
        return false;
    if (type == BF_JSON_ARRAY) {
        if (!bf_json_enter(j, type, e))
            return false;
        while (!found && bf_json_element(j, e) == BF_JSON_MORE)
            found = first_value(r, at, j, v, e);
        return found;
    }
    if (at == r->n || type != BF_JSON_OBJECT)
        return bf_json_value(j, v, e) && at == r->n && type != BF_JSON_OBJECT;
    if (!bf_json_enter(j, type, e))
        return false;
    while (!found && bf_json_member(j, &key, e) == BF_JSON_MORE) {
        if (bf_json_key_eq(&key, r->step[at]->name))
            found = first_value(r, at + 1, j, v, e);
        else if (!bf_json_skip(j, e))
            return false;
    }
    return found;
}

/* Cuts at a character boundary. */
static size_t cut(struct bf_str s)
{
    size_t n = s.n < SHOWN ? s.n : SHOWN;
    while (n < s.n && n && (s.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static void put_field(struct bf_buf *out, const struct pat_test *t, struct bf_str event)
{
    struct route r;
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e = {0};
    put_path(out, t->node);
    route_to(&r, t->node);
    bf_json_init(&j, event);
    if (first_value(&r, 0, &j, &v, &e)) {
        size_t n = cut(v.raw);
        bf_buf_lit(out, " is ");
        bf_buf_add(out, v.raw.p, n);
        if (n < v.raw.n)
            bf_buf_lit(out, "...");
    } else
        bf_buf_lit(out, " is not there");
}

/* The event being explained. */
struct case_of {
    struct bf_pattern *p;
    struct bf_str event;
    const char *text; /* its first byte that is no white space */
    bool numbers;     /* the texts of DynamoDB's N count as numbers */
};

static size_t failing(const struct case_of *c, const struct pat_conj *conj, struct bf_buf *out)
{
    size_t n = 0;
    for (const struct pat_link *l = conj->tests; l; l = l->next) {
        if (bf_pat_verify(c->p, conj->block, conj->bit, l->test, c->numbers, c->text))
            continue;
        if (out && n < FIELDS) {
            if (n)
                bf_buf_lit(out, "; ");
            put_field(out, l->test, c->event);
        }
        n++;
    }
    if (out && n > FIELDS)
        bf_buf_addf(out, "; and %zu more", n - FIELDS);
    return n;
}

static bool explain(struct case_of *c, size_t i, struct bf_buf *out)
{
    const struct pat_conj *best = NULL;
    size_t fewest = SIZE_MAX;
    struct core core = {.start = c->event.p, .end = c->event.p + c->event.n};
    c->text = core_space(&core, c->event.p);
    for (const struct pat_conj *conj = c->p->conjs; conj; conj = conj->next) {
        if (conj->pattern != i)
            continue;
        if (bf_pat_verify(c->p, conj->block, conj->bit, NULL, c->numbers, c->text))
            return false;
        size_t n = failing(c, conj, NULL);
        if (n < fewest) {
            fewest = n;
            best = conj;
        }
    }
    if (best && failing(c, best, out) == 0)
        bf_buf_lit(out, "each field matches, but not in one element of an array");
    return best != NULL;
}

bool bf_pattern_explain(struct bf_pattern *p, size_t i, const struct bf_change *c,
                        struct bf_buf *out)
{
    (void)bf_pattern_match(p, c); /* the pass finds out what is absent */
    return explain(&(struct case_of){.p = p, .event = c->text, .numbers = true}, i, out);
}

bool bf_pattern_explain_json(struct bf_pattern *p, size_t i, struct bf_buf *out)
{
    return explain(&(struct case_of){.p = p, .event = bf_buf_view(&p->text)}, i, out);
}
