/* Paths of the patterns that no event had: with a misspelled one nothing matches, and there is no
 * error. */
#include "lib/pattern/pattern_impl.h"

static bool wants_value(const struct pat_node *n)
{
    for (const struct pat_test *t = n->tests; t; t = t->next)
        if (!t->absent)
            return true;
    return false;
}

static void put_path(struct bf_buf *out, const struct pat_node *n)
{
    if (n->parent->parent) {
        put_path(out, n->parent);
        bf_buf_addc(out, '.');
    }
    bf_buf_adds(out, n->name);
}

/* dynamodb.NewImage.NAME. */
static struct bf_str attribute_of(const struct pat_node *n)
{
    const struct pat_node *step[3] = {NULL};
    for (; n->parent; n = n->parent) {
        step[2] = step[1];
        step[1] = step[0];
        step[0] = n;
    }
    return step[2] && bf_str_is(step[0]->name, "dynamodb") ? step[2]->name : (struct bf_str){0};
}

static const struct pat_node *unseen(const struct pat_node *n, size_t *i)
{
    if (!n->ever && wants_value(n) && (*i)-- == 0)
        return n;
    for (size_t k = 0; k < n->nkids; k++) {
        const struct pat_node *found = unseen(n->kids[k], i);
        if (found)
            return found;
    }
    return NULL;
}

bool bf_pattern_unseen(const struct bf_pattern *p, size_t i, struct bf_buf *out,
                       struct bf_str *name)
{
    const struct pat_node *n = unseen(p->root, &i);
    if (!n)
        return false;
    put_path(out, n);
    *name = attribute_of(n);
    return true;
}

static void merge(struct pat_node *n, const struct pat_node *other)
{
    n->ever |= other->ever;
    for (size_t i = 0; i < n->nkids; i++)
        merge(n->kids[i], other->kids[i]);
}

void bf_pattern_merge(struct bf_pattern *p, const struct bf_pattern *other)
{
    merge(p->root, other->root);
}
