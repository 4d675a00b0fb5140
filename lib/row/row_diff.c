/* What a change did, for a person to read: one line with what it is about, then an attribute a line. */
#include "lib/ddb/value.h"
#include "lib/json/scan.h"
#include "lib/row/row_impl.h"
#include "lib/row/visible.h"

enum colour { BOLD, ADDED, GONE, CHANGED, PLAIN };

static void paint(const struct bf_row *r, struct bf_buf *out, enum colour colour)
{
    static const char *const codes[] = {"\033[1m", "\033[32m", "\033[31m", "\033[33m", "\033[0m"};
    if (r->conf.colour)
        bf_buf_adds(out, bf_str_of(codes[colour]));
}

static bool comparable(const struct bf_change *c)
{
    return c->op == BF_OP_MODIFY && c->new_image.present && c->old_image.present;
}

static void note(struct bf_row *r, const struct bf_attr *a, bool *escaped)
{
    if (r->changed.n)
        bf_buf_addc(&r->changed, ',');
    bf_buf_adds(&r->changed, a->name);
    *escaped |= a->name_escaped;
}

void bf_row_changed(struct bf_row *r, const struct bf_change *c, struct bf_change_text *text)
{
    const struct bf_image *new = &c->new_image, *old = &c->old_image;
    *text = (struct bf_change_text){0};
    if (!comparable(c))
        return;
    bf_buf_reset(&r->changed);
    bf_differ_begin(&r->differ);
    for (size_t i = 0; i < new->n; i++) {
        const struct bf_attr *was = bf_differ_find(&r->differ, old, i, &new->attr[i]);
        if (!was || !bf_differ_same_value(&r->differ, &new->attr[i], was))
            note(r, &new->attr[i], &text->escaped);
    }
    for (size_t i = 0; i < old->n; i++)
        if (!bf_differ_find(&r->differ, new, i, &old->attr[i]))
            note(r, &old->attr[i], &text->escaped);
    r->changed.failed |= r->differ.nomem;
    r->changed.nomem |= r->differ.nomem;
    if (bf_buf_ok(&r->changed)) /* else bf_row_put tells */
        text->text = r->changed.n ? bf_buf_view(&r->changed) : BF_STR("");
}

static void put_value(struct bf_row *r, struct bf_buf *out, const struct bf_attr *a)
{
    bf_buf_reset(&r->cell);
    bf_value_put_json(&r->cell, a);
    out->failed |= !bf_buf_ok(&r->cell);
    out->nomem |= r->cell.nomem;
    bf_visible_put(out, bf_buf_view(&r->cell));
}

/* "  + name: " in that colour, which stays on. */
static void put_name(struct bf_row *r, struct bf_buf *out, enum colour colour, char sign,
                     struct bf_str name)
{
    bf_buf_lit(out, "  ");
    paint(r, out, colour);
    bf_buf_addf(out, "%c ", sign);
    bf_visible_put(out, name);
    bf_buf_lit(out, ": ");
}

static void end_line(struct bf_row *r, struct bf_buf *out)
{
    paint(r, out, PLAIN);
    bf_buf_addc(out, '\n');
}

/* One attribute, as it was and as it is; NULL: it is not there. */
static void put_pair(struct bf_row *r, struct bf_buf *out, struct bf_str name,
                     const struct bf_attr *was, const struct bf_attr *is)
{
    enum colour colour = !was ? ADDED : !is ? GONE : CHANGED;
    put_name(r, out, colour, !was ? '+' : !is ? '-' : '~', name);
    if (was && is)
        paint(r, out, GONE);
    if (was)
        put_value(r, out, was);
    if (was && is) {
        paint(r, out, PLAIN);
        bf_buf_lit(out, " -> ");
        paint(r, out, ADDED);
    }
    if (is)
        put_value(r, out, is);
    end_line(r, out);
}

static void put_meta(struct bf_row *r, const struct bf_change *c, struct bf_buf *out)
{
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        struct bf_change_text t;
        char room[ROW_META_BYTES];
        if (r->meta[i].what == BF_META_OP)
            continue;
        bf_row_meta_cell(r, r->meta[i].what, c, room, &t);
        if (!t.text.p)
            continue;
        bf_buf_lit(out, "  ");
        if (r->meta[i].what != BF_META_TS) {
            bf_visible_put(out, r->meta[i].name);
            bf_buf_addc(out, '=');
        }
        bf_visible_put(out, t.text);
    }
}

static void put_head(struct bf_row *r, const struct bf_change *c, struct bf_buf *out)
{
    paint(r, out, BOLD);
    bf_buf_adds(out, bf_op_name(c->op));
    for (size_t i = 0; i < c->keys.n; i++) {
        bf_buf_addc(out, ' ');
        bf_visible_put(out, c->keys.attr[i].name);
        bf_buf_addc(out, '=');
        put_value(r, out, &c->keys.attr[i]);
    }
    put_meta(r, c, out);
    end_line(r, out);
}

/* The fields that were asked for. */
static size_t put_fields(struct bf_row *r, const struct bf_change *c, struct bf_buf *out)
{
    size_t shown = 0;
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct row_column *column = &r->columns[i];
        struct bf_attr was, is;
        bool had = c->old_image.present && bf_value_path(&c->old_image, column->name, &was);
        bool has = c->new_image.present && bf_value_path(&c->new_image, column->name, &is);
        column->looked |= c->old_image.present || c->new_image.present;
        column->seen |= had || has;
        if ((!had && !has) || (had && has && bf_differ_same_value(&r->differ, &was, &is)))
            continue;
        put_pair(r, out, column->name, had ? &was : NULL, has ? &is : NULL);
        shown++;
    }
    return shown;
}

/* Every attribute but the key, which stands in the head. */
static size_t put_all(struct bf_row *r, const struct bf_change *c, struct bf_buf *out)
{
    const struct bf_image *new = &c->new_image, *old = &c->old_image;
    size_t shown = 0;
    for (size_t i = 0; i < new->n; i++) {
        const struct bf_attr *is = &new->attr[i];
        const struct bf_attr *was = bf_differ_find(&r->differ, old, i, is);
        bool same = was && bf_differ_same_value(&r->differ, is, was);
        if (same || (!was && bf_differ_find(&r->differ, &c->keys, 0, is)))
            continue;
        put_pair(r, out, is->name, was, is);
        shown++;
    }
    for (size_t i = 0; i < old->n; i++) {
        const struct bf_attr *was = &old->attr[i];
        if (bf_differ_find(&r->differ, new, i, was) || bf_differ_find(&r->differ, &c->keys, 0, was))
            continue;
        put_pair(r, out, was->name, was, NULL);
        shown++;
    }
    return shown;
}

/* A MODIFY of a stream that carries no old images: what it became. */
static void put_new(struct bf_row *r, const struct bf_change *c, struct bf_buf *out)
{
    bf_buf_lit(out, "  (the record carries no old image; the new one:)\n");
    for (size_t i = 0; i < c->new_image.n; i++) {
        put_name(r, out, PLAIN, ' ', c->new_image.attr[i].name);
        put_value(r, out, &c->new_image.attr[i]);
        end_line(r, out);
    }
}

bool bf_row_put_diff(struct bf_row *r, const struct bf_change *c, struct bf_buf *out,
                     struct bf_err *e)
{
    size_t before = out->n;
    bf_differ_begin(&r->differ);
    put_head(r, c, out);
    if (c->op == BF_OP_MODIFY && !c->old_image.present)
        put_new(r, c, out);
    else if ((r->columns ? put_fields(r, c, out) : put_all(r, c, out)) == 0 && comparable(c))
        bf_buf_lit(out, "  (nothing changed)\n");
    if (!r->differ.nomem && bf_buf_ok(out))
        return true;
    out->n = before;
    return r->differ.nomem ? bf_err_nomem(e) : bf_buf_check(out, "the row", e);
}
