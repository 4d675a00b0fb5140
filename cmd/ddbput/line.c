#include "cmd/ddbput/ddbput.h"

#include <inttypes.h>

#include "lib/cli/diag.h"
#include "lib/envelope/known.h"

/* The members that make a line a write line. */
struct write_line {
    struct bf_json_val put, update, del, item, set, remove;
    bool has_put, has_update, has_del, has_item, has_set, has_remove;
    struct bf_str other; /* a member that belongs to none */
    bool has_other, has_key;
};

void op_begin_put(struct ddbput *d, struct op *o)
{
    if (o->kind == OP_PUT) {
        bf_buf_lit(&o->text, "{\"PutRequest\":{\"Item\":");
        return;
    }
    bf_buf_addf(&o->text, "{\"TableName\":\"%s\",\"Item\":", d->config->table);
}

void op_end_put(struct ddbput *d, struct op *o)
{
    if (o->kind == OP_PUT) {
        bf_buf_lit(&o->text, "}}");
        return;
    }
    bf_buf_lit(&o->text, ",\"ConditionExpression\":\"attribute_not_exists(#k)\","
                         "\"ExpressionAttributeNames\":{\"#k\":");
    bf_buf_adds(&o->text, bf_buf_view(&d->key_name));
    bf_buf_lit(&o->text, "}}");
}

bool op_finish(struct ddbput *d, struct op *o, size_t item_bytes, struct bf_str line,
               struct bf_err *e)
{
    o->request_n = o->text.n;
    o->line_n = line.n;
    o->units = item_bytes > 1024 ? (item_bytes + 1023) / 1024 : 1;
    bf_buf_adds(&o->text, line);
    bf_buf_adds(&o->text, bf_buf_view(&d->key));
    return bf_buf_check(&o->text, "the request", e);
}

/* The canonical key into d->key, then the rest. */
static bool finish_op(struct ddbput *d, struct op *o, const struct bf_item *item,
                      struct bf_str line, struct bf_err *e)
{
    bf_buf_reset(&d->key);
    return bf_item_key(item, &d->schema, &d->key, e) && op_finish(d, o, item->bytes, line, e);
}

/* A scanner on a part of the line that counts bytes from the line's beginning. */
static struct bf_json scan(struct bf_str line, struct bf_str part)
{
    struct bf_json j;
    bf_json_init(&j, part);
    j.start = line.p;
    return j;
}

/* Is the object an item, or a key, with its types written out? A key of the table tells, which is never an object in
 * plain JSON. */
static bool is_typed(const struct ddbput *d, struct bf_str object)
{
    struct bf_json_val v;
    struct bf_err ignored;
    bool found;
    return bf_json_find(object, d->schema.key[0].name, &v, &found, &ignored) && found &&
           v.type == BF_JSON_OBJECT;
}

static bool put(struct ddbput *d, struct op *o, struct bf_str line, struct bf_str part, bool typed,
                struct bf_err *e)
{
    struct bf_json j = scan(line, part);
    struct bf_item item;
    o->kind = d->config->if_not_exists ? OP_PUT_NEW : OP_PUT;
    bf_buf_reset(&o->text);
    op_begin_put(d, o);
    bool ok = typed ? bf_item_typed(&j, &d->schema, &item, &o->text, e)
                    : bf_item_plain(&j, &d->schema, &item, &o->text, e);
    if (!ok || !bf_json_end(&j, e))
        return false;
    op_end_put(d, o);
    return finish_op(d, o, &item, line, e);
}

/* The key object of a delete or an update. */
static bool only_key(struct ddbput *d, struct op *o, struct bf_str line, struct bf_str part,
                     bool typed, struct bf_item *item, struct bf_err *e)
{
    struct bf_json j = scan(line, part);
    if (!(typed ? bf_item_typed(&j, &d->schema, item, &o->text, e)
                : bf_item_plain(&j, &d->schema, item, &o->text, e)))
        return false;
    if (item->attrs > d->schema.n)
        return bf_err_set(e, BF_E_INPUT, "the key holds more than the table's key attributes");
    return true;
}

static bool del(struct ddbput *d, struct op *o, struct bf_str line, struct bf_str part,
                struct bf_err *e)
{
    struct bf_item item;
    o->kind = OP_DELETE;
    bf_buf_reset(&o->text);
    bf_buf_lit(&o->text, "{\"DeleteRequest\":{\"Key\":");
    if (!only_key(d, o, line, part, is_typed(d, part), &item, e))
        return false;
    bf_buf_lit(&o->text, "}}");
    return finish_op(d, o, &item, line, e);
}

/* Names the attribute #nI in the expression; n counts them. */
static bool name_attr(struct ddbput *d, struct bf_json_key key, unsigned i, struct bf_err *e)
{
    for (unsigned k = 0; k < d->schema.n; k++)
        if (bf_json_key_eq(&key, d->schema.key[k].name))
            return bf_err_set(e, BF_E_INPUT,
                              "attribute '%.60s' is part of the key and cannot change",
                              d->table.key[k].name);
    if (key.text.n == 0)
        return bf_err_set(e, BF_E_INPUT, "an attribute without a name");
    bf_buf_addf(&d->names, "%s\"#n%u\":\"", i ? "," : "", i);
    bf_buf_adds(&d->names, key.text);
    bf_buf_addc(&d->names, '"');
    return true;
}

static bool set_part(struct ddbput *d, struct bf_str line, struct bf_str part, unsigned *n,
                     size_t *bytes, struct bf_err *e)
{
    struct bf_json j = scan(line, part);
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return bf_err_ctx(e, "set");
    for (; (more = bf_json_member(&j, &key, e)) == BF_JSON_MORE; ++*n) {
        if (!name_attr(d, key, *n, e))
            return false;
        bf_buf_addf(&d->expr, "%s#n%u=:v%u", *n ? "," : "SET ", *n, *n);
        bf_buf_addf(&d->values, "%s\":v%u\":", *n ? "," : "", *n);
        *bytes += key.text.n;
        if (!bf_item_plain_value(&j, key.text, bytes, &d->values, e))
            return false;
    }
    return more == BF_JSON_END;
}

static bool remove_part(struct ddbput *d, struct bf_str line, struct bf_str part, unsigned *n,
                        struct bf_err *e)
{
    struct bf_json j = scan(line, part);
    enum bf_json_more more;
    bool first = true;
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return bf_err_ctx(e, "remove");
    for (; (more = bf_json_element(&j, e)) == BF_JSON_MORE; ++*n) {
        struct bf_json_val v;
        if (!bf_json_string(&j, &v, e))
            return bf_err_ctx(e, "remove");
        if (!name_attr(d, (struct bf_json_key){v.text, v.escaped}, *n, e))
            return false;
        bf_buf_addf(&d->expr, "%s#n%u", !first ? "," : *n ? " REMOVE " : "REMOVE ", *n);
        first = false;
    }
    return more == BF_JSON_END;
}

static bool update(struct ddbput *d, struct op *o, struct bf_str line, const struct write_line *w,
                   struct bf_err *e)
{
    struct bf_item item;
    unsigned n = 0;
    o->kind = OP_UPDATE;
    bf_buf_reset(&d->expr);
    bf_buf_reset(&d->names);
    bf_buf_reset(&d->values);
    bf_buf_addf(&o->text, "{\"TableName\":\"%s\",\"Key\":", d->config->table);
    if (!only_key(d, o, line, w->update.raw, false, &item, e) ||
        (w->has_set && !set_part(d, line, w->set.raw, &n, &item.bytes, e)) ||
        (w->has_remove && !remove_part(d, line, w->remove.raw, &n, e)))
        return false;
    if (n == 0)
        return bf_err_set(e, BF_E_INPUT, "an update wants something to set or to remove");
    if (item.bytes > BF_ITEM_BYTES_MAX)
        return bf_err_set(e, BF_E_LIMIT, "an update of %zu bytes, DynamoDB takes %d", item.bytes,
                          BF_ITEM_BYTES_MAX);
    if (!bf_buf_check(&d->expr, "the update", e) || !bf_buf_check(&d->names, "the update", e) ||
        !bf_buf_check(&d->values, "the update", e))
        return false;
    bf_buf_lit(&o->text, ",\"UpdateExpression\":\"");
    bf_buf_adds(&o->text, bf_buf_view(&d->expr));
    bf_buf_lit(&o->text, "\",\"ExpressionAttributeNames\":{");
    bf_buf_adds(&o->text, bf_buf_view(&d->names));
    if (d->values.n) {
        bf_buf_lit(&o->text, "},\"ExpressionAttributeValues\":{");
        bf_buf_adds(&o->text, bf_buf_view(&d->values));
    }
    bf_buf_lit(&o->text, "}}");
    return finish_op(d, o, &item, line, e);
}

/* Which of the words of a write line a member's name is. */
static struct bf_json_val *word(struct write_line *w, const struct bf_json_key *key, bool **has)
{
    const struct {
        struct bf_str name;
        struct bf_json_val *v;
        bool *has;
    } words[] = {
        {BF_STR("put"), &w->put, &w->has_put},    {BF_STR("update"), &w->update, &w->has_update},
        {BF_STR("delete"), &w->del, &w->has_del}, {BF_STR("Item"), &w->item, &w->has_item},
        {BF_STR("set"), &w->set, &w->has_set},    {BF_STR("remove"), &w->remove, &w->has_remove},
    };
    for (size_t i = 0; i < BF_COUNT(words); i++)
        if (bf_json_key_eq(key, words[i].name)) {
            *has = words[i].has;
            return words[i].v;
        }
    return NULL;
}

/* Looks through the whole line; *bare when it can only be an item. */
static bool look(struct ddbput *d, struct bf_str line, struct write_line *w, bool *bare,
                 struct bf_err *e)
{
    struct bf_json j = scan(line, line);
    struct bf_json_key key;
    enum bf_json_more more;
    *w = (struct write_line){0};
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        struct bf_json_val v;
        bool *has = NULL;
        struct bf_json_val *slot = word(w, &key, &has);
        if (!bf_json_value(&j, &v, e))
            return false;
        if (bf_json_key_eq(&key, d->schema.key[0].name) && v.type != BF_JSON_OBJECT)
            w->has_key = true;
        if (!slot) {
            w->has_other = true;
            w->other = key.text;
        } else if (*has)
            return bf_err_set(e, BF_E_INPUT, "'%.*s' is given twice", (int)key.text.n, key.text.p);
        else {
            *slot = v;
            *has = true;
        }
    }
    /* an item always holds its key, and a key is never an object: so the two cannot be confused */
    unsigned verbs = (unsigned)w->has_put + w->has_update + w->has_del + w->has_item;
    *bare = w->has_key || verbs == 0;
    if (more != BF_JSON_END || !bf_json_end(&j, e))
        return false;
    if (*bare)
        return true;
    if (verbs > 1)
        return bf_err_set(e, BF_E_INPUT, "more than one of put, update, delete and Item");
    if (w->has_other)
        return bf_err_set(e, BF_E_INPUT, "'%.*s' does not belong into a write line",
                          BF_SHOWN(w->other));
    if ((w->has_set || w->has_remove) && !w->has_update)
        return bf_err_set(e, BF_E_INPUT, "set and remove belong to an update");
    return true;
}

/* The line {"put":{...}} and nothing else, in one pass for each of the two forms of an item. Anything else is not
 * *done, and looked at again from its beginning. */
static bool only_put(struct ddbput *d, struct op *o, struct bf_str line, struct bf_json at,
                     bool *done, struct bf_err *e)
{
    struct bf_err ignored;
    struct bf_json_key key;
    struct bf_item item;
    o->kind = d->config->if_not_exists ? OP_PUT_NEW : OP_PUT;
    for (int typed = 0; typed < 2 && !*done; typed++) {
        struct bf_json j = at;
        bf_buf_reset(&o->text);
        op_begin_put(d, o);
        *done = (typed ? bf_item_typed(&j, &d->schema, &item, &o->text, &ignored)
                       : bf_item_plain(&j, &d->schema, &item, &o->text, &ignored)) &&
                bf_json_member(&j, &key, &ignored) == BF_JSON_END && bf_json_end(&j, &ignored);
    }
    if (!*done)
        return true;
    op_end_put(d, o);
    return finish_op(d, o, &item, line, e);
}

/* A line that is no plain item, for the reason in *e: what else can it be? */
static bool other(struct ddbput *d, struct op *o, struct bf_str line, struct bf_err *e)
{
    struct bf_known_parts parts;
    if (is_typed(d, line))
        return put(d, o, line, line, true, e);
    switch (bf_known_what(line, &parts)) {
    case BF_KNOWN_EXPORT:
        return parts.new_image.p ? put(d, o, line, parts.new_image, true, e)
                                 : del(d, o, line, parts.keys, e);
    case BF_KNOWN_CHANGE:
        return bf_err_set(e, BF_E_INPUT,
                          "a change line, of which cdcxform -o writes makes a write");
    case BF_KNOWN_ITEMS:
        return bf_err_set(e, BF_E_INPUT,
                          "what a scan answers; jq -c '.Items[]' makes lines of its items");
    default:
        bf_json_hint(line, e);
        return false;
    }
}

/* A row of cdcxform about an item that was removed, which has its metadata at its end: to put it makes the item again.
 * A table of rows may want that, so it is a warning. */
static void tell_removed(struct ddbput *d, struct bf_str line)
{
    static const struct bf_str sign = BF_STR("\"_op\":\"REMOVE\"");
    enum { TAIL = 128 };
    size_t at = line.n > TAIL ? line.n - TAIL : 0;
    if (d->removed)
        return;
    while (at + sign.n <= line.n && !bf_str_starts(bf_str(line.p + at, line.n - at), sign))
        at++;
    if (at + sign.n > line.n)
        return;
    d->removed = true;
    bf_diag_warn("line %" PRIu64 ": a row about an item that was removed is put as an item; "
                 "cdcxform -o writes makes a delete of it",
                 d->in.line);
}

bool op_from_line(struct ddbput *d, struct op *o, struct bf_str line, struct bf_err *e)
{
    struct bf_json j = scan(line, line);
    struct bf_json_key key;
    struct write_line w;
    bool bare = true, done = false, *has;
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e)) {
        bf_json_hint(line, e);
        return false;
    }
    /* the first member tells a write line: no second pass over a bare item */
    enum bf_json_more more = bf_json_member(&j, &key, e);
    if (more == BF_JSON_ERROR) {
        bf_json_hint(line, e);
        return false;
    }
    if (more == BF_JSON_MORE && word(&w, &key, &has)) {
        if (bf_json_key_is(&key, "put") && !only_put(d, o, line, j, &done, e))
            return false;
        if (done)
            return true;
        if (!look(d, line, &w, &bare, e))
            return false;
    }
    if (bare && !put(d, o, line, line, false, e))
        return other(d, o, line, e);
    if (bare) {
        tell_removed(d, line);
        return true;
    }
    if (w.has_put)
        return put(d, o, line, w.put.raw, is_typed(d, w.put.raw), e);
    if (w.has_item)
        return put(d, o, line, w.item.raw, true, e);
    if (w.has_del)
        return del(d, o, line, w.del.raw, e);
    return update(d, o, line, &w, e);
}
