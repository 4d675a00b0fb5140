/* The single pass over an event for all patterns. */
#include "lib/pattern/pattern_impl.h"

/* One pass. */
struct walk {
    struct bf_pattern *p;
    struct core core;
    const struct bf_change *change; /* NULL: the event is not a change record */
    bool arrays;                    /* an array contains an object or an array */
};

const char *bf_pat_scalar(struct bf_pattern *p, const char *s, struct pat_scalar *out)
{
    struct core core = {.start = s, .end = s + SIZE_MAX / 4};
    bool escaped = false;
    out->first = *s;
    const char *q = *s == '"' ? core_string(&core, s + 1, &escaped) : core_word(&core, s);
    if (!q)
        return NULL;
    out->text = *s == '"' ? bf_str(s + 1, (size_t)(q - s) - 2) : bf_str(s, (size_t)(q - s));
    if (escaped) {
        bf_buf_reset(&p->decoded);
        bf_json_unescape(&p->decoded, out->text);
        out->text = bf_buf_view(&p->decoded);
    }
    return q;
}

static const char *scalar(struct walk *w, struct pat_node *n, const char *p)
{
    struct pat_scalar s;
    p = bf_pat_scalar(w->p, p, &s);
    if (!p)
        return NULL;
    n->seen = w->p->event;
    n->ever = true;
    if (n->leaf)
        bf_pat_collect(w->p, n, &s, w->change);
    return p;
}

static const char *value(struct walk *w, struct pat_node *n, const char *p);

static const char *array(struct walk *w, struct pat_node *n, const char *p)
{
    p = core_space(&w->core, p + 1);
    if (*p == ']')
        return p + 1;
    for (;; p = core_space(&w->core, p + 1)) {
        w->arrays |= *p == '{' || *p == '[';
        p = value(w, n, p);
        if (!p)
            return NULL;
        p = core_space(&w->core, p);
        if (*p == ']')
            return p + 1;
    }
}

/* The image that begins at p, whose attributes are parsed already. */
static const struct bf_image *image_at(const struct walk *w, const char *p)
{
    const struct bf_change *c = w->change;
    if (!c)
        return NULL;
    return p == c->new_image.raw.p   ? &c->new_image
           : p == c->old_image.raw.p ? &c->old_image
           : p == c->keys.raw.p      ? &c->keys
                                     : NULL;
}

static void image(struct walk *w, const struct pat_node *n, const struct bf_image *image)
{
    for (size_t i = 0; i < image->n; i++) {
        const struct bf_attr *a = &image->attr[i];
        struct pat_node *kid = bf_pat_kid(w->p, n, a->name.p, a->name.n, a->name_escaped);
        if (kid)
            (void)value(w, kid, a->av.p);
    }
}

static const char *object(struct walk *w, const struct pat_node *n, const char *p);

static const struct pat_node nothing = {.name = {NULL, 0}};

static const char *member_value(struct walk *w, struct pat_node *kid, const char *p)
{
    const struct bf_image *known = *p == '{' ? image_at(w, p) : NULL;
    if (known) {
        if (kid)
            image(w, kid, known);
        return p + known->raw.n;
    }
    if (kid)
        return value(w, kid, p);
    /* the images in it are skipped at once, so this is faster than skipping its text */
    return w->change && *p == '{' ? object(w, &nothing, p) : core_skip(&w->core, p, 0);
}

static const char *object(struct walk *w, const struct pat_node *n, const char *p)
{
    p = core_space(&w->core, p + 1);
    if (*p == '}')
        return p + 1;
    for (;; p = core_space(&w->core, p + 1)) {
        bool escaped;
        const char *name = p + 1;
        p = core_string(&w->core, name, &escaped);
        if (!p)
            return NULL;
        struct pat_node *kid = bf_pat_kid(w->p, n, name, (size_t)(p - name) - 1, escaped);
        p = core_space(&w->core, core_space(&w->core, p) + 1);
        p = member_value(w, kid, p);
        if (!p)
            return NULL;
        p = core_space(&w->core, p);
        if (*p == '}')
            return p + 1;
    }
}

/* Returns the position after the value. */
static const char *value(struct walk *w, struct pat_node *n, const char *p)
{
    switch (*p) {
    case '{':
        return n->nkids ? object(w, n, p) : core_skip(&w->core, p, 0);
    case '[':
        return array(w, n, p);
    default:
        return scalar(w, n, p);
    }
}

/* The same without a pass over the text, if all paths lead to parts that the parser has found. */
static void parsed(struct walk *w)
{
    const struct bf_change *c = w->change;
    for (size_t i = 0; i < w->p->root->nkids; i++) {
        struct pat_node *n = w->p->root->kids[i];
        const struct pat_scalar op = {'"', bf_op_name(c->op)};
        for (size_t k = 0; k < n->nkids; k++) { /* members of dynamodb */
            char first = n->kids[k]->name.p[0];
            image(w, n->kids[k],
                  first == 'N'   ? &c->new_image
                  : first == 'O' ? &c->old_image
                                 : &c->keys);
        }
        if (n->name.p[0] != 'e')
            continue;
        n->seen = w->p->event;
        n->ever = true;
        if (n->leaf)
            bf_pat_collect(w->p, n, &op, true);
    }
}

/* The conjunctions of the block of which all tests have matched. Where the event has no value,
 * tests for absence match. */
static void complete(const struct bf_pattern *p, struct pat_block *b)
{
    b->complete = UINT64_MAX >> (PAT_BLOCK - b->n);
    for (const struct pat_slot *slot = b->tests; slot && b->complete; slot = slot->next_test) {
        uint64_t met = slot->stamp == p->stamp ? slot->met : 0;
        if (slot->node->seen != p->event)
            met |= slot->absent;
        b->complete &= met | ~slot->need;
    }
}

static bool match(struct bf_pattern *p, const struct bf_change *c, struct bf_str text)
{
    struct walk w = {.p = p, .change = c, .core = {.start = text.p, .end = text.p + text.n}};
    struct pat_block *pending = NULL;
    const char *from = core_space(&w.core, text.p);
    p->event = ++p->stamp;
    p->met = NULL;
    if (c && p->parsed)
        parsed(&w);
    else
        (void)value(&w, p->root, from);
    for (struct pat_block *b = p->idle; b; b = b->idle)
        if (b->stamp != p->stamp) {
            b->met = p->met;
            p->met = b;
        }
    for (struct pat_block *b = p->met; b; b = b->met) {
        complete(p, b);
        if (!b->complete)
            continue;
        if (!w.arrays)
            return true;
        b->pending = pending;
        pending = b;
    }
    for (; pending; pending = pending->pending)
        if (bf_pat_verify(p, pending, pending->complete, NULL, c, from))
            return true;
    return false;
}

bool bf_pattern_match(struct bf_pattern *p, const struct bf_change *c)
{
    return match(p, c, c->text);
}

bool bf_pattern_match_json(struct bf_pattern *p, struct bf_str text, bool *matches,
                           struct bf_err *e)
{
    if (!bf_json_check(text, e))
        return false;
    bf_buf_reset(&p->text);
    bf_buf_adds(&p->text, text);
    char *pad = bf_buf_room(&p->text, BF_CORE_PAD);
    if (!pad)
        return bf_buf_check(&p->text, "the event", e);
    memset(pad, 0, BF_CORE_PAD);
    *matches = match(p, NULL, bf_buf_view(&p->text));
    return true;
}
