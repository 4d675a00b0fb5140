#include "lib/row/row.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/ddb/order.h"
#include "lib/row/row_impl.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"

static const int64_t DAY_US = 86400 * (int64_t)1000000;

static bool missing(const struct bf_row *r, struct bf_err *e, const char *image, enum bf_op op,
                    const char *instead)
{
    const char *name = bf_op_name(op).p;
    if (r->conf.format == BF_ROW_WRITES)
        return bf_err_set(e, BF_E_INPUT, "%s without %s: does the stream carry it?", name, image);
    return bf_err_set(e, BF_E_INPUT,
                      "%s without %s: does the stream carry it? --image %s does without", name,
                      image, instead);
}

bool bf_row_image(const struct bf_row *r, const struct bf_change *c, const struct bf_image **image,
                  struct bf_err *e)
{
    enum bf_row_image pick = r->conf.image;
    const struct bf_image *i = &c->keys;
    const char *name = "Keys";
    if (pick == BF_ROW_NEWEST && c->op == BF_OP_REMOVE)
        pick = c->old_image.present ? BF_ROW_OLD : BF_ROW_KEYS;
    if ((pick == BF_ROW_NEW || pick == BF_ROW_NEWEST || pick == BF_ROW_BOTH) &&
        c->op != BF_OP_REMOVE) {
        i = &c->new_image;
        name = "NewImage";
    } else if (pick == BF_ROW_OLD && c->op != BF_OP_INSERT) {
        i = &c->old_image;
        name = "OldImage";
    }
    *image = i;
    if (!i->present)
        return missing(r, e, name, c->op, i == &c->keys ? "new" : "keys");
    if (pick == BF_ROW_BOTH && c->op != BF_OP_INSERT && !c->old_image.present)
        return missing(r, e, "OldImage", c->op, "new");
    return true;
}

/* Rewrites the time from bf_row_write_time, which ends at end, in the form of the rows; returns the new end. */
static char *form_time(const struct bf_row *r, const struct bf_change *c, char *from, char *end)
{
    const char zeros[] = ".000";
    int64_t us;
    unsigned decimals;
    if (end == from || r->conf.time == BF_TIME_ISO)
        return end;
    if (r->conf.time >= BF_TIME_MS && bf_change_time(c, &us, &decimals))
        return from +
               snprintf(from, 32, "%" PRId64, us / (r->conf.time == BF_TIME_MS ? 1000 : DAY_US));
    if (r->conf.time == BF_TIME_DATE)
        return from + 10;
    from[10] = ' ';
    end--; /* the Z */
    if (end == from + 19) {
        memcpy(end, zeros, sizeof zeros - 1);
        end += sizeof zeros - 1;
    }
    return end;
}

void bf_row_meta_cell(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                      char room[ROW_META_BYTES], struct bf_change_text *text)
{
    bf_row_meta_text(r, what, c, room, text);
    if (what == BF_META_TS && text->text.p)
        text->text.n = (size_t)(form_time(r, c, room, room + text->text.n) - room);
}

void bf_row_meta_text(struct bf_row *r, enum bf_row_meta what, const struct bf_change *c,
                      char room[ROW_META_BYTES], struct bf_change_text *text)
{
    *text = (struct bf_change_text){0};
    switch (what) {
    case BF_META_OP:
        text->text = bf_op_name(c->op);
        break;
    case BF_META_TS:
        text->text = bf_str(room, (size_t)(bf_row_write_time(r, room, c) - room));
        break;
    case BF_META_TABLE:
        *text = c->table;
        break;
    case BF_META_EVENT_ID:
        *text = c->event_id;
        break;
    case BF_META_SEQ:
        text->text = bf_str(room, bf_order_write(c, room));
        break;
    case BF_META_CHANGED:
        bf_row_changed(r, c, text);
        if (c->op != BF_OP_MODIFY) /* INSERT and REMOVE have nothing to compare */
            return;
        break;
    case BF_META_N:
        break;
    }
    if ((what == BF_META_TS || what == BF_META_SEQ) && text->text.n == 0)
        text->text.p = NULL;
    *(text->text.p ? &r->told : &r->untold) |= 1u << what;
}

static bool begins_old(struct bf_row *r, const struct bf_attr *a)
{
    struct bf_str name = a->name;
    if (a->name_escaped) {
        bf_buf_reset(&r->cell);
        bf_json_unescape(&r->cell, name);
        name = bf_buf_view(&r->cell);
    }
    return bf_str_starts(name, BF_STR("old."));
}

bool bf_row_collides(struct bf_row *r, const struct bf_attr *a, struct bf_err *e)
{
    for (size_t i = 0; i < r->conf.nmeta; i++)
        if (bf_attr_is(a, r->meta[i].name))
            return !bf_err_set(e, BF_E_INPUT,
                               "attribute %.*s is called like a metadata column; see --meta-prefix",
                               (int)r->meta[i].name.n, r->meta[i].name.p);
    if (r->conf.image == BF_ROW_BOTH && begins_old(r, a))
        return !bf_err_set(e, BF_E_INPUT, "attribute %.*s begins with old., as the old image's do",
                           BF_SHOWN(a->name));
    return false;
}

/* Writes the attributes of an image, each as "name":value; NULL if one collides. */
static char *put_attrs(struct bf_row *r, char *o, const struct bf_image *image, bool old,
                       struct bf_err *e)
{
    for (const struct bf_attr *a = image->attr, *end = a + image->n; a < end; a++) {
        if (r->reserved[(unsigned char)a->name.p[0]] && bf_row_collides(r, a, e))
            return NULL;
        if (old) {
            memcpy(o, "\"old.", 5);
            o = bf_value_copy(o + 5, a->name.p, a->name.n + 1);
        } else
            o = bf_value_copy(o, a->name.p - 1, a->name.n + 2);
        *o++ = ':';
        if (a->plain)
            o = bf_value_copy_wide(o, a->plain, a->plain_n);
        else
            o = bf_value_write(o, a);
        *o++ = ',';
    }
    return o;
}

/* "name":"text", or "name":null, */
static char *put_meta_text(char *o, const struct bf_change_text *t)
{
    if (!t->text.p)
        return bf_value_copy(o, "null,                           ", 5);
    *o++ = '"';
    memcpy(o, t->text.p, t->text.n);
    o += t->text.n;
    return bf_value_copy(o, "\",                              ", 2);
}

static char *put_time(struct bf_row *r, char *o, const struct bf_change *c)
{
    char *end = bf_row_write_time(r, o + 1, c);
    if (r->conf.time != BF_TIME_ISO)
        end = form_time(r, c, o + 1, end);
    if (end == o + 1) {
        r->untold |= 1u << BF_META_TS;
        return put_meta_text(o, &(struct bf_change_text){0});
    }
    r->told |= 1u << BF_META_TS;
    o[0] = end[0] = '"';
    end[1] = ',';
    return end + 2;
}

static char *put_meta(struct bf_row *r, char *o, const struct bf_change *c)
{
    static const char ops[][BF_VALUE_STEP] = {"\"INSERT\",", "\"MODIFY\",", "\"REMOVE\","};
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        const struct row_meta *m = &r->meta[i];
        struct bf_change_text t;
        char room[ROW_META_BYTES];
        o = bf_value_copy(o, m->json.p, m->json.n);
        if (m->what == BF_META_OP) {
            o = bf_value_copy(o, ops[c->op], sizeof "\"INSERT\"," - 1);
            continue;
        }
        if (m->what == BF_META_TS) {
            o = put_time(r, o, c);
            continue;
        }
        bf_row_meta_text(r, m->what, c, room, &t);
        o = put_meta_text(o, &t);
    }
    return o;
}

/* The room for the metadata of a row, bytes. */
static size_t meta_room(struct bf_row *r, const struct bf_change *c)
{
    size_t n = c->table.text.n + c->event_id.text.n + 2 * ROW_META_BYTES;
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        struct bf_change_text changed = {0};
        if (r->meta[i].what == BF_META_CHANGED)
            bf_row_changed(r, c, &changed);
        n += r->meta[i].json.n + changed.text.n + BF_VALUE_STEP;
    }
    return n;
}

static bool no_room(const struct bf_buf *out, struct bf_err *e)
{
    return bf_buf_check(out, "the row", e);
}

static void close_row(struct bf_buf *out, char *o, const char *from)
{
    if (o[-1] == ',')
        o--;
    *o++ = '}';
    *o++ = '\n';
    out->n += (size_t)(o - from);
}

/* A row of all attributes: in JSON each needs less room than in its image. */
static bool put_whole(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                      struct bf_buf *out, struct bf_err *e)
{
    bool both = r->conf.image == BF_ROW_BOTH && c->old_image.present;
    size_t room =
        image->raw.n + meta_room(r, c) + (both ? c->old_image.raw.n : 0) + 2 * BF_VALUE_ROOM;
    char *from = bf_buf_room(out, room), *o = from;
    if (!from)
        return no_room(out, e);
    *o++ = '{';
    o = put_attrs(r, o, image, false, e);
    if (o && both)
        o = put_attrs(r, o, &c->old_image, true, e);
    if (!o)
        return false;
    close_row(out, put_meta(r, o, c), from);
    return true;
}

bool bf_row_find(struct row_column *column, const struct bf_change *c, const struct bf_image *image,
                 struct bf_attr *scratch, const struct bf_attr **found)
{
    const struct bf_attr *a = NULL;
    if (column->hint < image->n && bf_attr_is(&image->attr[column->hint], column->name))
        a = &image->attr[column->hint];
    else if ((a = bf_image_find(image, column->name)))
        column->hint = (size_t)(a - image->attr);
    else if (column->old &&
             bf_value_path(&c->old_image, bf_str(column->name.p + 4, column->name.n - 4), scratch))
        a = scratch;
    else if (column->path && bf_value_path(image, column->name, scratch))
        a = scratch;
    *found = a;
    column->looked |= image != &c->keys; /* the keys contain few attributes */
    column->seen |= a != NULL;
    return a != NULL;
}

struct bf_str bf_row_unseen(const struct bf_row *r, size_t n)
{
    for (size_t i = 0; i < r->ncolumns; i++)
        if (r->columns[i].looked && !r->columns[i].seen && n-- == 0)
            return r->columns[i].name;
    return (struct bf_str){0};
}

struct bf_str bf_row_null_meta(const struct bf_row *r, size_t n)
{
    static const char *const usual[BF_META_N] = {"_op",       "_ts",  "_table",
                                                 "_event_id", "_seq", "_changed"};
    for (size_t what = 0; what < BF_META_N; what++) {
        bool null = what != BF_META_SEQ && r->untold & 1u << what && !(r->told & 1u << what);
        if (!null || (what == BF_META_TS && !r->conf.meta_given) || n-- > 0)
            continue;
        for (size_t i = 0; i < r->conf.nmeta; i++)
            if (r->meta[i].what == what)
                return r->meta[i].name;
        return bf_str_of(usual[what]);
    }
    return (struct bf_str){0};
}

bool bf_row_unordered(const struct bf_row *r)
{
    return r->untold & 1u << BF_META_SEQ;
}

void bf_row_merge(struct bf_row *r, const struct bf_row *other)
{
    for (size_t i = 0; i < r->ncolumns && i < other->ncolumns; i++) {
        r->columns[i].looked |= other->columns[i].looked;
        r->columns[i].seen |= other->columns[i].seen;
    }
    r->told |= other->told;
    r->untold |= other->untold;
}

static bool put_fields(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                       struct bf_buf *out, struct bf_err *e)
{
    size_t before = out->n;
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < r->ncolumns; i++) {
        struct row_column *column = &r->columns[i];
        struct bf_attr scratch;
        const struct bf_attr *a;
        if (!bf_row_find(column, c, image, &scratch, &a))
            continue;
        bf_buf_adds(out, column->json);
        bf_value_put_json(out, a);
        bf_buf_addc(out, ',');
    }
    char *from = bf_buf_room(out, meta_room(r, c));
    if (!from) {
        out->n = before;
        return no_room(out, e);
    }
    close_row(out, put_meta(r, from, c), from);
    return true;
}

static bool put(struct bf_row *r, const struct bf_change *c, struct bf_buf *out, struct bf_err *e)
{
    const struct bf_image *image;
    if (r->conf.format == BF_ROW_DIFF)
        return bf_row_put_diff(r, c, out, e);
    if (!bf_row_image(r, c, &image, e))
        return false;
    if (r->conf.format == BF_ROW_NDJSON)
        return r->columns ? put_fields(r, c, image, out, e) : put_whole(r, c, image, out, e);
    if (bf_row_typed(r))
        return bf_row_put_item(r, c, image, out, e);
    return bf_row_put_table(r, c, image, out, e);
}

bool bf_row_put(struct bf_row *r, const struct bf_change *c, struct bf_buf *out, struct bf_err *e)
{
    size_t before = out->n;
    bf_buf_reset(&r->changed);
    if (!put(r, c, out, e))
        return false;
    if (bf_buf_ok(&r->changed))
        return true;
    out->n = before;
    return bf_buf_check(&r->changed, "the names of what changed", e);
}
