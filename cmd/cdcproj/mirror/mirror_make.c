/* Mirrors and their columns come to be, in any database. */
#include "cmd/cdcproj/mirror/mirror_store.h"

#include <stdio.h>

#include "lib/json/scan.h"
#include "lib/json/write.h"

static const char *const modes[] = {"plain", "soft-delete", "history"};
static const char *const orders[] = {"none", "time", "kinesis", "stream", "given"};
static const char *const own[] = {
    "_seq", "_deleted", "_version", "_valid_from", "_valid_to", "_end_seq", "_rest", "rowid",
    "oid",  "_rowid_",  "tableoid", "ctid",        "xmin",      "xmax",     "cmin",  "cmax"};

static int word(struct bf_str text, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (bf_str_eq(text, bf_str_of(words[i])))
            return i;
    return -1;
}

const char *mode_name(enum mode mode)
{
    return modes[mode];
}

const char *order_name(enum ordered ordered)
{
    return orders[ordered];
}

/* Takes a name for a column of the mirror; false: it is taken already. SQL does not tell the case of ASCII letters. */
static bool take(struct mirrors *m, struct mirror *t, struct bf_str name)
{
    bool added = false;
    bf_buf_reset(&m->key);
    for (size_t i = 0; i < name.n; i++)
        bf_buf_addc(&m->key,
                    (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]));
    return bf_map_put(&t->taken, bf_buf_view(&m->key), &added) && added;
}

/* A free name made of an attribute's and an ending, at out. */
static struct bf_str choose(struct mirrors *m, struct mirror *t, struct bf_str from,
                            const char *ending, char out[NAME_MAX_BYTES + 1])
{
    char tail[32];
    for (unsigned k = 1;; k++) {
        int n = k == 1 ? snprintf(tail, sizeof tail, "%s", ending)
                       : snprintf(tail, sizeof tail, "%s_%u", ending, k);
        size_t room = NAME_MAX_BYTES - (size_t)n;
        size_t head = (size_t)bf_str_shown(from, room);
        for (size_t i = 0; i < head; i++)
            out[i] = (char)((unsigned char)from.p[i] < ' ' || from.p[i] == 127 ? '_' : from.p[i]);
        if (head == 0)
            out[head++] = '_';
        memcpy(out + head, tail, (size_t)n);
        if (take(m, t, bf_str(out, head + (size_t)n)))
            return bf_str(out, head + (size_t)n);
    }
}

void mirror_take_own(struct mirrors *m, struct mirror *t)
{
    for (size_t i = 0; i < BF_COUNT(own); i++)
        (void)take(m, t, bf_str_of(own[i]));
}

bool mirror_make_column(struct mirrors *m, struct mirror *t, const struct column *wanted,
                        bool again, struct bf_err *e)
{
    char name[NAME_MAX_BYTES + 1], real[NAME_MAX_BYTES + 1], ending[16] = "";
    struct column c = *wanted;
    if (again)
        snprintf(ending, sizeof ending, "_%s", kind_name(c.kind));
    c.name = choose(m, t, c.attribute, ending, name);
    if (c.kind == KIND_NUMBER && m->store->reals)
        c.real = choose(m, t, c.name, "_real", real);
    return m->store->column(m, t, &c, e);
}

/* The key columns, from the line that came first. */
static bool take_keys(struct mirrors *m, struct mirror *t, const struct line *l, struct bf_err *e)
{
    char name[NAME_MAX_BYTES + 1], real[NAME_MAX_BYTES + 1];
    for (size_t i = 0; i < l->nkeys; i++) {
        bf_buf_reset(&m->scratch);
        bf_json_unescape(&m->scratch, l->key[i]->name);
        struct column c = {.attribute = bf_buf_view(&m->scratch), .kind = kind_of(l->key[i]->type)};
        c.name = choose(m, t, c.attribute, "", name);
        if (c.kind == KIND_NUMBER && m->store->reals)
            c.real = choose(m, t, c.name, "_real", real);
        if (!m->store->note(m, t, &c, e) || !mirror_add(m, t, &c, e))
            return false;
        t->key[i] = t->col[t->n - 1].attribute;
        t->key_kind[i] = c.kind;
    }
    t->nkeys = l->nkeys;
    return true;
}

/* One NAME:TYPE of --types: its column, unless it is there. */
static bool take_type(struct mirrors *m, struct mirror *t, struct bf_str one, struct bf_err *e)
{
    struct column c = {0};
    bool there = false, again = false;
    if (!type_parse(one, &c.attribute, &c.kind, e))
        return false;
    c.any = c.kind == KIND_JSON;
    for (size_t k = 0; k < t->n; k++) {
        const struct column *o = &t->col[k];
        bool same = bf_str_eq(o->attribute, c.attribute);
        again = again || same;
        there = there || (same && (k < t->nkeys || (o->kind == c.kind && o->any == c.any)));
    }
    return there || mirror_make_column(m, t, &c, again, e);
}

/* The columns that --types names, in that order. */
bool mirror_take_types(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    for (size_t i = 0; i < m->config->types.n; i++) {
        struct bf_str list = bf_str_of(m->config->types.item[i]), one;
        while (bf_str_split(&list, ',', &one))
            if (!take_type(m, t, one, e))
                return false;
    }
    return true;
}

/* The mode that the options ask for. */
static enum mode asked(const struct config *c)
{
    return c->history ? MODE_HISTORY : c->soft_delete ? MODE_SOFT : MODE_PLAIN;
}

struct mirror *mirror_make(struct mirrors *m, struct bf_str source, const struct line *l,
                           struct bf_err *e)
{
    int64_t id;
    struct bf_str name = source;
    if (!m->store->free_name(m, &name, &id, e))
        return NULL;
    struct mirror *t = mirror_new(m, name, source, e);
    if (!t)
        return NULL;
    t->id = id;
    t->mode = asked(m->config);
    mirror_take_own(m, t);
    bool ok = take_keys(m, t, l, e) && m->store->create(m, t, e) && mirror_take_types(m, t, e);
    return ok ? t : NULL;
}

void mirror_put_keys(struct bf_buf *out, const struct mirror *t)
{
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < t->nkeys; i++) {
        if (i)
            bf_buf_addc(out, ',');
        bf_json_put_string(out, t->key[i]);
    }
    bf_buf_addc(out, ']');
}

bool mirror_load_column(struct mirrors *m, struct mirror *t, struct column *c, struct bf_str kind,
                        struct bf_err *e)
{
    if (!kind_parse(kind, &c->kind))
        return bf_err_set(e, BF_E_INPUT, "%s: _bfpipe_columns cannot be understood", m->where);
    (void)take(m, t, c->name);
    if (c->real.n)
        (void)take(m, t, c->real);
    return mirror_add(m, t, c, e);
}

bool mirror_loaded(struct mirrors *m, struct mirror *t, int64_t nkeys, struct bf_str mode_text,
                   struct bf_str order_text, struct bf_err *e)
{
    int mode = word(mode_text, modes, BF_COUNT(modes));
    int ordered = word(order_text, orders, BF_COUNT(orders));
    t->ordering_known = ordered >= 0;
    t->ordered = ordered >= 0 ? (enum ordered)ordered : ORDERED_NOT;
    if (mode < 0 || nkeys < 1 || nkeys > KEYS_MAX || t->n < (size_t)nkeys)
        return bf_err_set(e, BF_E_INPUT, "%s: _bfpipe_tables cannot be understood", m->where);
    t->mode = (enum mode)mode;
    t->nkeys = (size_t)nkeys;
    for (size_t i = 0; i < t->nkeys; i++) {
        t->key[i] = t->col[i].attribute;
        t->key_kind[i] = t->col[i].kind;
    }
    return asked(m->config) == t->mode || m->config->check || m->config->explain ||
           bf_err_set(e, BF_E_USAGE,
                      "%s: the mirror %s is of the kind %s, not %s: give the same options, or "
                      "another %s",
                      m->where, t->name, modes[t->mode], modes[asked(m->config)], m->store->other);
}
