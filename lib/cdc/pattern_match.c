/* The one pass over an event for all patterns. */
#include "lib/cdc/pattern_impl.h"

/* One pass. */
struct walk {
    struct bf_pattern *p;
    struct core core;
    const struct bf_change *change; /* NULL: the event is any document */
    const char *text;
    unsigned in_array;        /* arrays around that hold objects or arrays */
    bool arrays;              /* something was looked for in such an array */
    struct pat_conj *pending; /* complete, to be looked at again */
    bool matched;
};

const char *bf_pat_scalar(struct bf_pattern *p, const char *s, struct pat_scalar *out)
{
    struct core core = {.start = s, .end = s + SIZE_MAX / 4};
    bool escaped = false;
    out->first = *s;
    out->read = PAT_UNREAD;
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

static void meet(struct walk *w, struct pat_test *t)
{
    struct bf_pattern *p = w->p;
    t->met = p->stamp;
    for (const struct pat_use *u = t->uses; u && !w->matched; u = u->next) {
        struct pat_conj *c = u->conj;
        if (c->stamp != p->stamp) {
            c->stamp = p->stamp;
            c->have = 0;
        }
        if (++c->have < c->need)
            continue;
        w->matched = !w->arrays;
        c->pending = w->pending;
        w->pending = c;
    }
}

static void meet_exact(struct walk *w, const struct pat_node *n, struct bf_str text)
{
    size_t low = 0, high = n->nexact;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bf_pat_order(n->exact[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n->nexact && bf_str_eq(n->exact[low].text, text); low++)
        if (n->exact[low].test->met != w->p->stamp)
            meet(w, n->exact[low].test);
}

static const char *scalar(struct walk *w, struct pat_node *n, const char *p)
{
    struct pat_scalar s;
    p = bf_pat_scalar(w->p, p, &s);
    if (!p)
        return NULL;
    if (!w->in_array)
        n->seen = w->p->stamp;
    if (s.first == '"' && n->nexact)
        meet_exact(w, n, s.text);
    for (size_t i = 0; i < n->nother; i++)
        if (n->other[i].test->met != w->p->stamp &&
            bf_pat_value_takes(n->other[i].value, &s, w->change && n->numbers))
            meet(w, n->other[i].test);
    return p;
}

static const char *value(struct walk *w, struct pat_node *n, const char *p);

static const char *array(struct walk *w, struct pat_node *n, const char *p)
{
    p = core_space(&w->core, p + 1);
    if (*p == ']')
        return p + 1;
    for (;; p = core_space(&w->core, p + 1)) {
        bool holds = *p == '{' || *p == '[';
        w->in_array += holds;
        w->arrays |= holds;
        p = value(w, n, p);
        w->in_array -= holds;
        if (!p || w->matched)
            return NULL;
        p = core_space(&w->core, p);
        if (*p == ']')
            return p + 1;
    }
}

/* The image that begins at p; its attributes are known already. */
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
    for (size_t i = 0; i < image->n && !w->matched; i++) {
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
        return w->matched ? NULL : p + known->raw.n;
    }
    if (kid)
        return value(w, kid, p);
    /* the images in it can be stepped over, so this is faster than passing over all of its text */
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
        if (!p || w->matched)
            return NULL;
        p = core_space(&w->core, p);
        if (*p == '}')
            return p + 1;
    }
}

/* Returns the place behind the value; NULL: a pattern matches, no need to go on. */
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

/* Tests for what is not there are met when nothing was seen; in arrays of objects only bf_pat_verify can
 * tell. */
static void meet_absent(struct walk *w)
{
    for (struct pat_test *t = w->p->absent; t && !w->matched; t = t->next)
        if (t->met != w->p->stamp && t->node->seen != w->p->stamp)
            meet(w, t);
}

static bool match(struct bf_pattern *p, const struct bf_change *c, struct bf_str text)
{
    struct walk w = {.p = p, .change = c};
    w.core = (struct core){.start = text.p, .end = text.p + text.n};
    w.text = core_space(&w.core, text.p);
    p->stamp++;
    (void)value(&w, p->root, w.text);
    meet_absent(&w);
    for (const struct pat_conj *conj = w.pending; conj && !w.matched; conj = conj->pending)
        w.matched = bf_pat_verify(p, conj, NULL, c != NULL, w.text);
    return w.matched;
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
