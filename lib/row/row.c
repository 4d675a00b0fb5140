#include "lib/row/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/cli/opt.h"
#include "lib/ddb/order.h"
#include "lib/row/row_impl.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { COLUMNS_MAX = 4096, NAMES_MAX = 4 * 1024 * 1024, CELL_MAX = 512 * 1024 * 1024 };

static const int64_t DAY_US = 86400 * (int64_t)1000000;

static const struct bf_opt_word meta_options[BF_META_N] = {
    {"op", BF_META_OP},       {"ts", BF_META_TS},
    {"table", BF_META_TABLE}, {"event-id", BF_META_EVENT_ID},
    {"seq", BF_META_SEQ},     {"changed", BF_META_CHANGED}};
static const char *const meta_names[BF_META_N] = {"op",       "ts",  "table",
                                                  "event_id", "seq", "changed"};

void bf_row_conf_init(struct bf_row_conf *conf)
{
    *conf = (struct bf_row_conf){.meta = {BF_META_OP, BF_META_TS}, .nmeta = 2, .header = true};
}

bool bf_row_conf_meta(struct bf_row_conf *conf, struct bf_str list, struct bf_err *e)
{
    struct bf_str item;
    conf->nmeta = 0;
    conf->meta_given = true;
    while (bf_str_split(&list, ',', &item)) {
        int what = 0;
        if (!bf_opt_choose(meta_options, BF_META_N, bf_str_trim(item), &what, e))
            return false;
        for (size_t i = 0; i < conf->nmeta; i++)
            if (conf->meta[i] == (enum bf_row_meta)what)
                return bf_err_set(e, BF_E_USAGE, "'%s' stands twice", meta_options[what].name);
        conf->meta[conf->nmeta++] = (enum bf_row_meta)what;
    }
    return true;
}

/* Copies prefix + name, and its form as a key of a JSON row, into the arena; behind that are 32 bytes
 * that can be read. */
static bool keep_name(struct bf_arena *names, struct bf_str prefix, struct bf_str name,
                      struct bf_str *plain, struct bf_str *json, struct bf_err *e)
{
    struct bf_buf b;
    bf_buf_init(&b, NAMES_MAX);
    bf_buf_adds(&b, prefix);
    bf_buf_adds(&b, name);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(names, bf_buf_view(&b), plain);
    bf_buf_reset(&b);
    if (ok) {
        bf_json_put_string(&b, *plain);
        bf_buf_addc(&b, ':');
        bf_buf_add(&b, (char[BF_VALUE_STEP]){0}, BF_VALUE_STEP);
        ok = bf_buf_ok(&b) && bf_arena_copy(names, bf_buf_view(&b), json);
        json->n -= ok ? BF_VALUE_STEP : 0;
    }
    bf_buf_free(&b);
    return ok || bf_err_nomem(e);
}

bool bf_row_add_column(struct bf_row *r, struct bf_str name, struct bf_err *e)
{
    if (name.n == 0)
        return bf_err_set(e, BF_E_USAGE, "an empty name of a field");
    for (size_t i = 0; i < r->ncolumns; i++)
        if (bf_str_eq(r->columns[i].name, name))
            return bf_err_set(e, BF_E_USAGE, "field '%.*s' stands twice", BF_SHOWN(name));
    for (size_t i = 0; i < r->conf.nmeta; i++)
        if (bf_str_eq(r->meta[i].name, name))
            return bf_err_set(e, BF_E_USAGE,
                              "field '%.*s' is metadata; see --meta and --meta-prefix",
                              BF_SHOWN(name));
    if (r->ncolumns == COLUMNS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", COLUMNS_MAX);
    struct row_column *column = &r->columns[r->ncolumns];
    *column = (struct row_column){.path = memchr(name.p, '.', name.n) != NULL,
                                  .old = bf_str_starts(name, BF_STR("old."))};
    if (!keep_name(&r->column_names, BF_STR(""), name, &column->name, &column->json, e))
        return false;
    r->ncolumns++;
    return true;
}

void bf_row_no_columns(struct bf_row *r)
{
    r->ncolumns = 0;
    bf_arena_reset(&r->column_names);
}

void bf_row_meta_name(const struct bf_row_conf *conf, enum bf_row_meta what, struct bf_buf *out)
{
    bf_buf_adds(out, bf_str_of(conf->meta_prefix ? conf->meta_prefix : "_"));
    bf_buf_adds(out, bf_str_of(meta_names[what]));
}

static bool setup(struct bf_row *r, struct bf_err *e)
{
    bool writes = r->conf.format == BF_ROW_WRITES;
    if (writes && r->conf.image != BF_ROW_NEW)
        return bf_err_set(e, BF_E_USAGE, "write lines put the new image: no other --image");
    if (writes)
        r->conf.nmeta = 0;
    struct bf_str prefix = bf_str_of(r->conf.meta_prefix ? r->conf.meta_prefix : "_");
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        struct row_meta *m = &r->meta[i];
        m->what = r->conf.meta[i];
        struct bf_str own = r->conf.meta_name[m->what];
        if (!keep_name(&r->names, own.p ? BF_STR("") : prefix,
                       own.p ? own : bf_str_of(meta_names[m->what]), &m->name, &m->json, e))
            return false;
        for (size_t k = 0; k < i; k++)
            if (bf_str_eq(r->meta[k].name, m->name))
                return bf_err_set(e, BF_E_USAGE, "two metadata columns would be called %.*s",
                                  (int)(m->name.n < 60 ? m->name.n : 60), m->name.p);
        if (m->name.n)
            r->reserved[(unsigned char)m->name.p[0]] = true;
    }
    r->reserved['\\'] = true; /* a name that begins with an escape may be any */
    if (r->conf.image == BF_ROW_BOTH)
        r->reserved['o'] = true;
    bool table = bf_row_is_table(r->conf.format);
    if (r->conf.image == BF_ROW_BOTH &&
        (r->conf.format == BF_ROW_DDB_JSON || (table && !r->conf.fields)))
        return bf_err_set(e, BF_E_USAGE, "both images in this format want named fields");
    if (r->conf.format == BF_ROW_DIFF && r->conf.image != BF_ROW_NEW)
        return bf_err_set(e, BF_E_USAGE, "-o diff shows both images: no --image");
    if (!r->conf.fields && !table)
        return true;
    r->columns = calloc(COLUMNS_MAX, sizeof *r->columns);
    if (!r->columns)
        return bf_err_nomem(e);
    r->header_due = table && r->conf.header;
    if (!r->conf.fields)
        return true;
    struct bf_str rest = bf_str_of(r->conf.fields), item;
    while (bf_str_split(&rest, ',', &item))
        if (!bf_row_add_column(r, bf_str_trim(item), e))
            return bf_err_ctx(e, "--fields");
    r->conf.fields = "";
    r->fixed = true;
    return true;
}

struct bf_row *bf_row_new(const struct bf_row_conf *conf, struct bf_err *e)
{
    struct bf_row *r = calloc(1, sizeof *r);
    if (!r) {
        bf_err_nomem(e);
        return NULL;
    }
    r->conf = *conf;
    r->minute = INT64_MIN;
    bf_arena_init(&r->names, NAMES_MAX);
    bf_arena_init(&r->column_names, NAMES_MAX);
    bf_buf_init(&r->cell, CELL_MAX);
    bf_buf_init(&r->changed, NAMES_MAX);
    bf_differ_init(&r->differ);
    if (setup(r, e))
        return r;
    bf_row_destroy(r);
    return NULL;
}

void bf_row_destroy(struct bf_row *r)
{
    if (!r)
        return;
    bf_arena_free(&r->names);
    bf_arena_free(&r->column_names);
    bf_buf_free(&r->cell);
    bf_buf_free(&r->changed);
    bf_differ_free(&r->differ);
    free(r->columns);
    free(r);
}

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

/* A time as written by bf_row_write_time, up to end, in the form that rows want; its new end. */
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
    end--; /* Z */
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
        if (c->op != BF_OP_MODIFY) /* there is nothing that could have been told */
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

/* The attributes of an image as "name":value, each; NULL when one collides. */
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

/* Room for the metadata of a row. */
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

/* A row of all attributes: in JSON each takes less room than in its image. */
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
    column->looked |= image != &c->keys; /* which have little */
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
