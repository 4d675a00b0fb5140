/* A change becomes a line of COPY's text format (PostgreSQL's documentation, COPY, "Text Format"). */
#include "cmd/cdcproj/pg/pg.h"

#include <stdlib.h>

#include "cmd/cdcproj/mirror/item.h"
#include "lib/cli/diag.h"
#include "lib/ddb/number.h"
#include "lib/ddb/value.h"
#include "lib/encoding/base64.h"
#include "lib/encoding/enc.h"
#include "lib/json/scan.h"

enum { COLUMNS = 512 };

/* Of NUL, which no text of PostgreSQL can hold: U+2400, its picture. */
#define NUL_PICTURE "\xE2\x90\x80"

static bool is_special(char c)
{
    return c == '\\' || c == '\t' || c == '\n' || c == '\r' || c == 0;
}

/* A text, escaped; true: it held a NUL. */
static bool put_text(struct bf_buf *out, struct bf_str s)
{
    bool nul = false;
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (run < s.n && !is_special(s.p[run]))
            run++;
        bf_buf_add(out, s.p + i, run - i);
        if (run == s.n)
            break;
        switch (s.p[run]) {
        case 0:
            nul = true;
            bf_buf_lit(out, NUL_PICTURE);
            break;
        case '\\':
            bf_buf_lit(out, "\\\\");
            break;
        default:
            bf_buf_addc(out, '\\');
            bf_buf_addc(out, (char)(s.p[run] == '\t' ? 't' : s.p[run] == '\n' ? 'n' : 'r'));
        }
        i = run + 1;
    }
    return nul;
}

/* JSON, whose backslashes are doubled; an escaped NUL, which JSONB refuses, becomes its picture. */
static bool put_json(struct bf_buf *out, struct bf_str s)
{
    bool nul = false;
    for (size_t i = 0; i < s.n;) {
        const char *at = memchr(s.p + i, '\\', s.n - i);
        size_t run = at ? (size_t)(at - s.p) : s.n;
        bf_buf_add(out, s.p + i, run - i);
        if (!at)
            break;
        if (s.n - run >= 6 && memcmp(at, "\\u0000", 6) == 0) {
            nul = true;
            bf_buf_lit(out, NUL_PICTURE);
            i = run + 6;
            continue;
        }
        bf_buf_lit(out, "\\\\");
        if (s.n - run > 1 && at[1] == '\\')
            bf_buf_lit(out, "\\\\");
        else if (s.n - run > 1)
            bf_buf_addc(out, at[1]);
        i = run + 2;
    }
    return nul;
}

static struct bf_str plain_text(struct mirrors *m, const struct bf_attr *a)
{
    if (!a->escaped)
        return a->val;
    bf_buf_reset(&m->scratch);
    bf_json_unescape(&m->scratch, a->val);
    return bf_buf_view(&m->scratch);
}

static void put_binary(struct mirrors *m, struct bf_buf *out, const struct bf_attr *a)
{
    struct bf_buf *room = &m->scratch;
    struct bf_str text = plain_text(m, a);
    size_t from = a->escaped ? room->n : 0;
    if (!a->escaped)
        bf_buf_reset(room);
    if (!bf_buf_room(room, text.n + 64)) /* so that the text stays where it is */
        return;
    if (a->escaped)
        text.p = room->p;
    if (!bf_base64_decode(room, text))
        room->failed = true;
    bf_buf_lit(out, "\\\\x");
    bf_hex_encode(out, room->p + from, room->n - from);
}

/* The value of a column; true: it held a NUL. */
static bool put_value(struct mirrors *m, struct bf_buf *out, const struct bf_attr *a,
                      enum kind kind)
{
    switch (kind) {
    case KIND_NUMBER:
        bf_buf_adds(out, a->val);
        return false;
    case KIND_BOOLEAN:
        bf_buf_addc(out, a->val.n == 4 ? 't' : 'f');
        return false;
    case KIND_BINARY:
        put_binary(m, out, a);
        return false;
    case KIND_JSON:
        if (a->plain)
            return put_json(out, bf_str(a->plain, a->plain_n));
        bf_buf_reset(&m->scratch);
        bf_value_put_json(&m->scratch, a);
        return put_json(out, bf_buf_view(&m->scratch));
    default:
        return put_text(out, plain_text(m, a));
    }
}

/* Sorts the attributes by their columns; those without one go into m->sql, as JSON. */
static bool sort_item(struct mirrors *m, struct mirror *t, struct line *l,
                      const struct bf_attr **of, struct bf_err *e)
{
    size_t hint = 0;
    bf_buf_reset(&m->sql);
    for (size_t i = 0; l->image && i < l->image->n; i++) {
        const struct bf_attr *a = &l->image->attr[i];
        if (a->type == BF_ATTR_NULL || item_is_meta(m->config, a))
            continue;
        int at = item_column(m, t, a, &hint, l, e);
        if (at < -1)
            return false;
        if (at >= (int)t->nkeys)
            of[at] = a;
        if (at == -1)
            item_add_rest(&m->sql, a);
    }
    item_end_rest(&m->sql);
    return bf_buf_check(&m->sql, "a change", e);
}

static struct pg_staged *next_row(struct pg_batch *b)
{
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 1024;
        struct pg_staged *p = realloc(b->row, cap * sizeof *p);
        if (!p)
            return NULL;
        b->row = p;
        b->cap = cap;
    }
    return &b->row[b->n];
}

static void tell_nul(struct mirror *t)
{
    if (!t->told_nul)
        bf_diag_warn("%s: NUL characters, which PostgreSQL's texts cannot hold, are stored as "
                     "U+2400",
                     t->name);
    t->told_nul = true;
}

/* F: with --history, an item that fills a key without versions. */
static char op_of(const struct mirror *t, const struct line *l)
{
    return !l->image ? 'D' : l->fill && t->mode == MODE_HISTORY ? 'F' : 'U';
}

/* The line of the change: op, key, order, time, _rest, and the columns that there are now. */
static bool put_row(struct mirrors *m, struct mirror *t, struct line *l, struct bf_str key,
                    struct bf_err *e)
{
    const struct bf_attr *of[COLUMNS] = {NULL};
    struct pg_batch *b = t->batch;
    struct pg_staged *row = next_row(b);
    char room[32];
    bool nul = false;
    if (!row)
        return bf_err_nomem(e);
    *row = (struct pg_staged){.at = b->text.n, .order_at = b->order.n, .op = op_of(t, l)};
    row->order_n = (uint32_t)l->order.n;
    bf_buf_adds(&b->order, l->order);
    bf_buf_addc(&b->text, row->op);
    bf_buf_addc(&b->text, '\t');
    put_text(&b->text, key);
    bf_buf_addc(&b->text, '\t');
    put_text(&b->text, l->order);
    bf_buf_addc(&b->text, '\t');
    bf_buf_adds(&b->text, item_time(l, room));
    bf_buf_addc(&b->text, '\t');
    bf_buf_reset(&m->scratch);
    if (!sort_item(m, t, l, of, e))
        return false;
    if (m->sql.n)
        nul = put_json(&b->text, bf_buf_view(&m->sql));
    else
        bf_buf_lit(&b->text, "\\N");
    for (size_t i = 0; i < t->n; i++) {
        const struct bf_attr *a = i < t->nkeys ? item_key(t, l, i) : of[i];
        bf_buf_addc(&b->text, '\t');
        if (!a)
            bf_buf_lit(&b->text, "\\N");
        else
            nul = put_value(m, &b->text, a, t->col[i].kind) || nul;
    }
    row->columns = (uint32_t)t->n;
    row->n = (uint32_t)(b->text.n - row->at);
    b->n++;
    m->pg->staged_bytes += row->n;
    if (nul)
        tell_nul(t);
    return bf_buf_check(&b->text, "the changes of a commit", e) &&
           bf_buf_check(&m->scratch, "a change", e);
}

static struct bf_str order_of(const struct pg_batch *b, size_t row)
{
    return bf_str(b->order.p + b->row[row].order_at, b->row[row].order_n);
}

/* Is the change older than the one that came last for its key? */
static bool is_older(const struct mirror *t, const struct line *l, uint64_t at)
{
    uint64_t last = at >> 32 ? at >> 32 : at & UINT32_MAX;
    if (!last || (l->fill && t->mode == MODE_HISTORY))
        return last != 0;
    int c = bf_str_cmp(l->order, order_of(t->batch, last - 1));
    return c < 0 || (c == 0 && t->mode == MODE_HISTORY && l->order.n > TIME_ONLY);
}

/* A removal takes the place of a put, but with --soft-delete, where the put's values stay. */
static uint64_t replaced(struct mirror *t, const struct line *l, uint64_t at)
{
    struct pg_batch *b = t->batch;
    uint64_t put = at & UINT32_MAX, removal = at >> 32, now = b->n + 1;
    if (t->mode == MODE_HISTORY)
        return now;
    if (removal)
        b->row[removal - 1].dead = true;
    if (put && (l->image || t->mode == MODE_PLAIN))
        b->row[put - 1].dead = true;
    return l->image ? now : now << 32 | (t->mode == MODE_SOFT ? put : 0);
}

bool pg_apply(struct mirrors *m, struct line *l, struct bf_str table, bool *bad, struct bf_err *e)
{
    bool added;
    *bad = false;
    struct mirror *t = mirror_find(m, table, l, bad, e);
    if (!t)
        return false;
    struct bf_str key = item_key_text(m, t, l);
    if (memchr(key.p, 0, key.n)) {
        *bad = true;
        return bf_err_set(e, BF_E_INPUT,
                          "a NUL character in a key, which PostgreSQL's texts cannot hold");
    }
    if (key.n > 2600) { /* an index entry of PostgreSQL has 2,704 bytes at most */
        *bad = true;
        return bf_err_set(e, BF_E_INPUT, "a key of %zu bytes: PostgreSQL takes 2,600 in an index",
                          key.n);
    }
    m->counters.changes++;
    if (l->time_ms > m->counters.last_change_ms)
        m->counters.last_change_ms = l->time_ms;
    uint64_t *at = bf_map_put(&t->batch->by_key, key, &added);
    if (!at)
        return bf_err_nomem(e);
    if (is_older(t, l, *at)) {
        m->counters.older++;
        return true;
    }
    uint64_t now = *at;
    if (l->image && !item_learn(m, t, l, e))
        return false;
    *at = replaced(t, l, now);
    return put_row(m, t, l, item_key_text(m, t, l), e);
}
