#include "cmd/cdcproj/mirror/item.h"

#include "lib/ddb/value.h"
#include "lib/base/clock.h"
#include "lib/ddb/number.h"
#include "lib/json/scan.h"

const struct bf_attr *item_key(const struct mirror *t, const struct line *l, size_t k)
{
    for (size_t i = 0; i < l->nkeys; i++)
        if (bf_attr_is(l->key[i], t->key[k]))
            return l->key[i];
    return l->key[k];
}

/* The key as it is in _bfpipe_deleted: each part with its length in front. */
struct bf_str item_key_text(struct mirrors *m, const struct mirror *t, const struct line *l)
{
    bf_buf_reset(&m->key);
    for (size_t k = 0; k < t->nkeys; k++) {
        const struct bf_attr *a = item_key(t, l, k);
        size_t at = m->key.n;
        if (a->type == BF_ATTR_N)
            bf_number_put_plain(&m->key, a->val);
        else
            bf_json_unescape(&m->key, a->val);
        at = m->key.n - at;
        bf_buf_addc(&m->key, '/');
        bf_buf_u64(&m->key, at);
    }
    return bf_buf_view(&m->key);
}

/* The name of an attribute, decoded. */
static struct bf_str name_of(struct bf_buf *room_of, const struct bf_attr *a)
{
    if (!a->name_escaped)
        return a->name;
    bf_buf_reset(room_of);
    bf_json_unescape(room_of, a->name);
    return bf_buf_view(room_of);
}

bool item_is_meta(const struct config *c, const struct bf_attr *a)
{
    return c->key.n && !a->name_escaped &&
           (bf_str_is(a->name, "_op") || bf_str_is(a->name, "_seq"));
}

/* The column of the i-th attribute: mostly the one at the hint. -1: _rest; -2: *e. */
int item_column(struct mirrors *m, struct mirror *t, const struct bf_attr *a, size_t *hint,
                struct line *l, struct bf_err *e)
{
    enum kind kind = kind_of(a->type);
    if (*hint < t->n && !a->name_escaped && bf_str_eq(t->col[*hint].attribute, a->name) &&
        (t->col[*hint].kind == kind || t->col[*hint].any))
        return (int)(*hint)++;
    int at = mirror_column(m, t, a, name_of(&l->name, a), e);
    if (at >= 0)
        *hint = (size_t)at + 1;
    return at;
}

/* Makes the columns that the item wants and that are not there, before anything is bound. */
bool item_learn(struct mirrors *m, struct mirror *t, struct line *l, struct bf_err *e)
{
    size_t hint = 0;
    for (size_t i = 0; i < l->image->n; i++) {
        const struct bf_attr *a = &l->image->attr[i];
        if (a->type != BF_ATTR_NULL && !item_is_meta(m->config, a) &&
            item_column(m, t, a, &hint, l, e) == -2)
            return false;
    }
    return true;
}

struct bf_str item_time(const struct line *l, char out[32])
{
    struct bf_buf b = {.p = out, .cap = 32, .max = 32};
    bf_clock_iso(&b, l->time_ms ? l->time_ms : bf_clock_wall_ms());
    return bf_buf_view(&b);
}

void item_add_rest(struct bf_buf *rest, const struct bf_attr *a)
{
    bf_buf_adds(rest, rest->n ? BF_STR(",\"") : BF_STR("{\""));
    bf_buf_adds(rest, a->name);
    bf_buf_lit(rest, "\":");
    bf_value_put_av(rest, a);
}

void item_end_rest(struct bf_buf *rest)
{
    if (rest->n)
        bf_buf_addc(rest, '}');
}
