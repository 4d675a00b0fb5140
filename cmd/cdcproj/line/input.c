#include "cmd/cdcproj/line/input.h"

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/ddb/item.h"
#include "lib/ddb/number.h"
#include "lib/envelope/known.h"
#include "lib/json/find.h"

enum { LINE_MOST = 256 * 1024 * 1024, NUMBER_ORDER = 38 };

void line_init(struct line *l)
{
    *l = (struct line){0};
    bf_change_init(&l->change);
    bf_buf_init(&l->typed, LINE_MOST);
    bf_buf_init(&l->name, LINE_MOST);
}

void line_free(struct line *l)
{
    bf_change_free(&l->change);
    bf_buf_free(&l->typed);
    bf_buf_free(&l->name);
}

/* The order of a change of which only the time is known. */
static void order_by_time(struct line *l, int64_t us)
{
    l->time_ms = us / 1000;
    l->ordered = ORDERED_TIME;
    for (size_t n = 16; n-- > 0; us /= 10)
        l->order_room[n] = (char)('0' + us % 10);
    l->order = bf_str(l->order_room, 16);
}

/* The order of a change: its sequence number, or its time if it has no other. */
static void find_order(struct line *l)
{
    int64_t us = 0;
    unsigned decimals;
    size_t n = bf_order_write(&l->change, l->order_room);
    bool timed = bf_change_time(&l->change, &us, &decimals) && us > 0;
    l->time_ms = timed ? us / 1000 : 0;
    l->ordered = n == 0 ? ORDERED_NOT : l->change.seq.text.p ? ORDERED_STREAM : ORDERED_KINESIS;
    l->order = bf_str(l->order_room, n);
    if (n == 0 && timed)
        order_by_time(l, us);
}

static bool change(struct line *l, struct bf_str text, size_t slack, struct bf_err *e)
{
    struct bf_change *c = &l->change;
    enum bf_change_kind kind = bf_change_parse(c, text, slack, e);
    if (kind == BF_CHANGE_WRAP)
        bf_err_set(e, BF_E_INPUT, "a capture of records: cdcproj takes one change a line");
    if (kind != BF_CHANGE) {
        bf_known_not_change(text, e);
        return false;
    }
    l->op = c->op;
    l->table = c->table.text.p ? c->table.text : BF_STR("");
    l->nkeys = c->keys.n;
    if (!c->keys.present || c->keys.n == 0 || c->keys.n > KEYS_MAX)
        return bf_err_set(e, BF_E_INPUT, "a change without the keys of its item");
    for (size_t i = 0; i < c->keys.n; i++)
        l->key[i] = &c->keys.attr[i];
    l->image = c->op == BF_OP_REMOVE ? NULL : &c->new_image;
    if (l->image && !l->image->present)
        return bf_err_set(e, BF_E_INPUT,
                          "no NewImage: give the table's stream the view type NEW_IMAGE or "
                          "NEW_AND_OLD_IMAGES");
    find_order(l);
    return true;
}

/* A whole number as a text that sorts as numbers do. */
static bool number_order(struct line *l, struct bf_str number, struct bf_err *e)
{
    char room[200];
    struct bf_buf plain = {.p = room, .cap = sizeof room, .max = sizeof room};
    bf_number_put_plain(&plain, number);
    size_t digits = 0;
    while (digits < plain.n && plain.p[digits] >= '0' && plain.p[digits] <= '9')
        digits++;
    if (digits < plain.n || digits > NUMBER_ORDER)
        return bf_err_set(e, BF_E_INPUT,
                          "_seq: a text, or a whole number of up to %d digits, was expected",
                          NUMBER_ORDER);
    memset(l->order_room, '0', NUMBER_ORDER);
    memcpy(l->order_room + NUMBER_ORDER - digits, plain.p, digits);
    l->order = bf_str(l->order_room, NUMBER_ORDER);
    return true;
}

/* Reads _op and _seq of a row as cdcxform writes them. */
static bool row_meta(struct line *l, struct bf_err *e)
{
    const struct bf_attr *op = bf_image_find(l->image, BF_STR("_op"));
    const struct bf_attr *seq = bf_image_find(l->image, BF_STR("_seq"));
    l->op = BF_OP_MODIFY;
    if (op && op->type == BF_ATTR_S && !bf_op_parse(op->val, &l->op))
        return bf_err_set(e, BF_E_INPUT, "_op: INSERT, MODIFY or REMOVE was expected");
    if (seq && seq->type == BF_ATTR_N) {
        if (!number_order(l, seq->val, e))
            return false;
        l->ordered = ORDERED_GIVEN;
    } else if (seq && seq->type == BF_ATTR_S) {
        if (seq->val.n > sizeof l->order_room)
            return bf_err_set(e, BF_E_INPUT, "_seq is longer than %d bytes", ROW_ORDER_MAX);
        memcpy(l->order_room, seq->val.p, seq->val.n);
        l->order = bf_str(l->order_room, seq->val.n);
        l->ordered = ORDERED_GIVEN;
    }
    return true;
}

/* The name of a key, as a view into the line or into l->name. */
static bool add_name(struct line *l, struct bf_str name, bool escaped, struct bf_err *e)
{
    size_t at = l->name.n;
    if (l->nkeys == KEYS_MAX)
        return bf_err_set(e, BF_E_INPUT, "more than %d keys", KEYS_MAX);
    if (escaped) {
        bf_json_unescape(&l->name, name);
        name = bf_str(l->name.p + at, l->name.n - at);
    }
    l->key_name[l->nkeys++] = name;
    return true;
}

/* An array of names. */
static bool read_names(struct line *l, struct bf_str array, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_val v;
    enum bf_json_more more;
    bf_json_init(&j, array);
    bf_buf_reset(&l->name);
    if (!bf_buf_room(&l->name, array.n)) /* so that the views into it stay valid */
        return bf_buf_check(&l->name, "keys", e);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(&j, e)) == BF_JSON_MORE)
        if (!bf_json_string(&j, &v, e) || !add_name(l, v.text, v.escaped, e))
            return false;
    return more == BF_JSON_END;
}

/* An item of a full export, or of kinread --snapshot, which names its table and its keys too. */
static bool exported(struct line *l, struct bf_str text, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    struct bf_str item = {NULL, 0};
    enum bf_json_more more;
    bool ok = true;
    l->fill = true;
    bf_json_init(&j, text);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while (ok && (more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        ok = bf_json_value(&j, &v, e);
        if (ok && bf_json_key_is(&key, "Item"))
            item = v.raw;
        else if (ok && bf_json_key_is(&key, "tableName") && v.type == BF_JSON_STRING && !v.escaped)
            l->table = v.text;
        else if (ok && bf_json_key_is(&key, "keys"))
            ok = read_names(l, v.raw, e);
    }
    return ok && more == BF_JSON_END && bf_change_item(&l->change, item, e);
}

/* A plain row as an item. */
static bool typed(struct line *l, struct bf_str text, struct bf_err *e)
{
    struct bf_json j;
    struct bf_item item = {0};
    const struct bf_item_schema none = {0};
    bf_json_init(&j, text);
    bf_buf_reset(&l->typed);
    if (!bf_item_plain(&j, &none, &item, &l->typed, e) || !bf_json_end(&j, e) ||
        !bf_buf_check(&l->typed, "the row", e)) {
        if (e->code == BF_E_INPUT)
            bf_json_hint(text, e);
        return false;
    }
    return bf_change_item(&l->change, bf_buf_view(&l->typed), e);
}

/* Finds the keys that the line itself names, or those of --key. */
static bool find_keys(struct line *l, const struct config *c, struct bf_err *e)
{
    if (l->nkeys == 0)
        for (size_t i = 0; i < c->key.n; i++)
            l->key_name[l->nkeys++] = bf_str_of(c->key.item[i]);
    if (l->nkeys == 0)
        return bf_err_set(e, BF_E_INPUT, "an item without the names of its keys; use --key");
    for (size_t i = 0; i < l->nkeys; i++) {
        l->key[i] = bf_image_find(l->image, l->key_name[i]);
        if (!l->key[i] || l->key[i]->type > BF_ATTR_B)
            return bf_err_set(e, BF_E_INPUT, "the key %.*s is %s", BF_SHOWN(l->key_name[i]),
                              l->key[i] ? "neither a text nor a number" : "missing");
    }
    return true;
}

/* When the item was written; bf_known_what has recognised the line. */
static bool read_write_time(struct line *l, struct bf_str text, struct bf_err *e)
{
    struct bf_json_val v;
    struct bf_err ignored = {0};
    uint64_t us = 0;
    if (!bf_json_find_path(text, BF_STR("Metadata.WriteTimestampMicros.N"), &v, &ignored) &&
        !bf_json_find_path(text, BF_STR("Metadata.WriteTimestampMicros"), &v, e))
        return false;
    struct bf_str digits = v.type == BF_JSON_STRING ? v.text : v.raw;
    if (digits.n > 16 || !bf_num_u64(digits, &us, &ignored))
        return bf_err_set(e, BF_E_INPUT, "WriteTimestampMicros: microseconds were expected");
    order_by_time(l, (int64_t)us);
    return true;
}

/* A line of an incremental export: the state of an item at the end of the export's period, and when it was written; a line without
 * NewImage is of an item that was removed. */
static bool increment(struct line *l, struct bf_str text, const struct bf_known_parts *parts,
                      struct bf_err *e)
{
    struct bf_str item = parts->new_image.p ? parts->new_image : parts->keys;
    l->table = BF_STR("");
    l->nkeys = 0;
    if (!read_write_time(l, text, e) || !bf_change_item(&l->change, parts->keys, e))
        return false;
    bf_buf_reset(&l->name);
    if (!bf_buf_room(&l->name, text.n)) /* so that the views into it stay valid */
        return bf_buf_check(&l->name, "keys", e);
    for (size_t i = 0; i < l->change.new_image.n;
         i++) /* copied: the item takes the place of the keys */
        if (!add_name(l, l->change.new_image.attr[i].name, true, e))
            return false;
    if (l->nkeys == 0)
        return bf_err_set(e, BF_E_INPUT, "a change without the keys of its item");
    l->image = &l->change.new_image;
    if (!bf_change_item(&l->change, item, e) || !find_keys(l, NULL, e))
        return false;
    l->op = parts->new_image.p ? BF_OP_MODIFY : BF_OP_REMOVE;
    if (!parts->new_image.p)
        l->image = NULL;
    return true;
}

static bool row(struct line *l, const struct config *c, struct bf_str text, bool item,
                struct bf_err *e)
{
    l->table = BF_STR("");
    l->nkeys = 0;
    if (!(item ? exported(l, text, e) : typed(l, text, e)))
        return false;
    l->image = &l->change.new_image;
    if (!find_keys(l, c, e))
        return false;
    l->order = BF_STR("");
    l->ordered = ORDERED_NOT;
    l->time_ms = 0;
    l->op = BF_OP_INSERT;
    if (!item && !row_meta(l, e))
        return false;
    if (l->op == BF_OP_REMOVE)
        l->image = NULL;
    return true;
}

bool line_read(struct line *l, const struct config *c, struct bf_str text, size_t slack,
               struct bf_err *e)
{
    struct bf_known_parts parts;
    bool item =
        bf_str_starts(text, BF_STR("{\"Item\"")) && bf_known_what(text, NULL) == BF_KNOWN_ITEM;
    l->fill = false;
    if ((bf_str_starts(text, BF_STR("{\"Metadata\"")) ||
         bf_str_starts(text, BF_STR("{\"Keys\""))) &&
        bf_known_what(text, &parts) == BF_KNOWN_EXPORT)
        return increment(l, text, &parts, e);
    return c->key.n || item ? row(l, c, text, item, e) : change(l, text, slack, e);
}
