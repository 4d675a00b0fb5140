#include "lib/ddb/item.h"

#include "lib/encoding/enc.h"
#include "lib/ddb/number.h"

/* One walk over an item: where from, where to, and what was counted. */
struct walk {
    struct bf_json *j;
    struct bf_buf *out; /* plain form only */
    struct bf_err *e;
    struct bf_str attr; /* the top-level attribute we are in */
    size_t bytes;
    unsigned nest;
};

static bool in_attr(struct walk *w)
{
    return bf_err_ctx(w->e, "attribute '%.*s'", BF_SHOWN(w->attr));
}

static bool bad(struct walk *w, enum bf_err_code code, const char *what)
{
    bf_err_set(w->e, code, "%s", what);
    return in_attr(w);
}

size_t bf_item_string_bytes(struct bf_str text, bool escaped)
{
    if (!escaped)
        return text.n;
    size_t n = 0;
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] != '\\') {
            n++, i++;
        } else if (text.p[i + 1] != 'u') {
            n++, i += 2;
        } else {
            /* four hex digits: below 80, below 800, a surrogate pair, everything else */
            const char *h = text.p + i + 2;
            bool pair = (h[0] == 'd' || h[0] == 'D') && h[1] >= '8';
            bool ascii = h[0] == '0' && h[1] == '0' && h[2] < '8';
            bool two = h[0] == '0' && h[1] < '8';
            n += pair ? 4 : ascii ? 1 : two ? 2 : 3;
            i += pair ? 12 : 6;
        }
    }
    return n;
}

size_t bf_item_number_bytes(struct bf_str text)
{
    /* one byte for each two significant digits, one for the exponent, one for a minus sign */
    size_t significant = 0, zeros = 0;
    for (size_t i = 0; i < text.n && text.p[i] != 'e' && text.p[i] != 'E'; i++) {
        char c = text.p[i];
        if (c < '0' || c > '9' || (c == '0' && !significant))
            continue;
        zeros = c == '0' ? zeros + 1 : 0;
        significant++;
    }
    significant -= zeros;
    return (significant + 1) / 2 + 1 + (text.n && text.p[0] == '-');
}

/* In people's words. */
static const char *type_name(char type)
{
    return type == 'S' ? "a string (S)" : type == 'N' ? "a number (N)" : "binary (B)";
}

static bool number(struct walk *w, struct bf_str text)
{
    if (!bf_number_check(text, w->e))
        return in_attr(w);
    w->bytes += bf_item_number_bytes(text);
    return true;
}

static bool enter(struct walk *w, enum bf_json_type type)
{
    if (w->nest == BF_ITEM_NEST_MAX)
        return bad(w, BF_E_LIMIT, "nested deeper than 32 levels");
    w->nest++;
    w->bytes += 3;
    return bf_json_enter(w->j, type, w->e);
}

/* Counts an attribute's or a map entry's name. */
static bool name(struct walk *w, const struct bf_json_key *key)
{
    size_t n = bf_item_string_bytes(key->text, key->escaped);
    w->bytes += n;
    if (n > BF_ITEM_NAME_MAX)
        return bad(w, BF_E_LIMIT, "a name longer than 65535 bytes");
    return true;
}

static bool plain_value(struct walk *w);

static bool plain_list(struct walk *w)
{
    enum bf_json_more more;
    bool first = true;
    if (!enter(w, BF_JSON_ARRAY))
        return false;
    bf_buf_lit(w->out, "{\"L\":[");
    while ((more = bf_json_element(w->j, w->e)) == BF_JSON_MORE) {
        if (!first)
            bf_buf_addc(w->out, ',');
        first = false;
        w->bytes++;
        if (!plain_value(w))
            return false;
    }
    w->nest--;
    bf_buf_lit(w->out, "]}");
    return more == BF_JSON_END;
}

static bool plain_map(struct walk *w)
{
    enum bf_json_more more;
    struct bf_json_key key;
    bool first = true;
    if (!enter(w, BF_JSON_OBJECT))
        return false;
    bf_buf_lit(w->out, "{\"M\":{");
    while ((more = bf_json_member(w->j, &key, w->e)) == BF_JSON_MORE) {
        if (!first)
            bf_buf_addc(w->out, ',');
        first = false;
        w->bytes++;
        bf_buf_addc(w->out, '"');
        bf_buf_adds(w->out, key.text);
        bf_buf_lit(w->out, "\":");
        if (!name(w, &key) || !plain_value(w))
            return false;
    }
    w->nest--;
    bf_buf_lit(w->out, "}}");
    return more == BF_JSON_END;
}

static bool plain_scalar(struct walk *w, const struct bf_json_val *v)
{
    switch (v->type) {
    case BF_JSON_STRING:
        w->bytes += bf_item_string_bytes(v->text, v->escaped);
        bf_buf_lit(w->out, "{\"S\":");
        bf_buf_adds(w->out, v->raw);
        bf_buf_addc(w->out, '}');
        return true;
    case BF_JSON_NUMBER:
        bf_buf_lit(w->out, "{\"N\":\"");
        bf_buf_adds(w->out, v->raw);
        bf_buf_lit(w->out, "\"}");
        return number(w, v->raw);
    case BF_JSON_NULL:
        bf_buf_lit(w->out, "{\"NULL\":true}");
        break;
    default:
        bf_buf_lit(w->out, "{\"BOOL\":");
        bf_buf_adds(w->out, v->raw);
        bf_buf_addc(w->out, '}');
        break;
    }
    w->bytes++;
    return true;
}

/* The plain value at the cursor. Recursion is bounded by BF_ITEM_NEST_MAX. */
static bool plain_value(struct walk *w)
{
    enum bf_json_type type;
    struct bf_json_val v;
    if (!bf_json_peek(w->j, &type, w->e))
        return false;
    if (type == BF_JSON_ARRAY)
        return plain_list(w);
    if (type == BF_JSON_OBJECT)
        return plain_map(w);
    return bf_json_value(w->j, &v, w->e) && plain_scalar(w, &v);
}

/* Which key attribute this is, or schema->n. */
static unsigned key_index(const struct bf_item_schema *schema, const struct bf_json_key *key)
{
    unsigned i = 0;
    while (i < schema->n && !bf_json_key_eq(key, schema->key[i].name))
        i++;
    return i;
}

static bool note_key(struct walk *w, struct bf_item *item, unsigned i, const struct bf_json_val *v)
{
    if (item->has[i])
        return bad(w, BF_E_INPUT, "the key is given twice");
    item->has[i] = true;
    item->key[i] = v->text;
    item->escaped[i] = v->escaped;
    return true;
}

static bool wrong_type(struct walk *w, const char *is, char wanted)
{
    bf_err_set(w->e, BF_E_INPUT, "%s, the table's key wants %s", is, type_name(wanted));
    return in_attr(w);
}

static bool plain_key(struct walk *w, struct bf_item *item, unsigned i, char type)
{
    static const char *const names[] = {"null",     "a boolean", "a boolean", "a number",
                                        "a string", "a list",    "a map"};
    struct bf_json_val v;
    if (!bf_json_value(w->j, &v, w->e))
        return false;
    if (v.type != (type == 'N' ? BF_JSON_NUMBER : BF_JSON_STRING))
        return wrong_type(w, names[v.type], type);
    if (!note_key(w, item, i, &v))
        return false;
    if (type != 'B')
        return plain_scalar(w, &v);
    w->bytes += v.text.n / 4 * 3;
    bf_buf_lit(w->out, "{\"B\":");
    bf_buf_adds(w->out, v.raw);
    bf_buf_addc(w->out, '}');
    return true;
}

static bool begin_attr(struct walk *w, struct bf_item *item, const struct bf_json_key *key)
{
    w->attr = key->text;
    item->attrs++;
    if (key->text.n == 0)
        return bf_err_set(w->e, BF_E_INPUT, "an attribute without a name");
    return name(w, key);
}

static bool fits(struct walk *w, struct bf_item *item)
{
    item->bytes = w->bytes;
    if (w->bytes > BF_ITEM_BYTES_MAX)
        return bf_err_set(w->e, BF_E_LIMIT, "an item of %zu bytes, DynamoDB takes %d", w->bytes,
                          BF_ITEM_BYTES_MAX);
    return !w->out || bf_buf_check(w->out, "the request", w->e);
}

bool bf_item_plain(struct bf_json *j, const struct bf_item_schema *schema, struct bf_item *item,
                   struct bf_buf *out, struct bf_err *e)
{
    struct walk w = {.j = j, .out = out, .e = e};
    struct bf_json_key key;
    enum bf_json_more more;
    *item = (struct bf_item){0};
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    bf_buf_addc(out, '{');
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        if (!begin_attr(&w, item, &key))
            return false;
        if (item->attrs > 1)
            bf_buf_addc(out, ',');
        bf_buf_addc(out, '"');
        bf_buf_adds(out, key.text);
        bf_buf_lit(out, "\":");
        unsigned i = key_index(schema, &key);
        if (!(i < schema->n ? plain_key(&w, item, i, schema->key[i].type) : plain_value(&w)))
            return false;
    }
    bf_buf_addc(out, '}');
    return more == BF_JSON_END && fits(&w, item);
}

bool bf_item_plain_value(struct bf_json *j, struct bf_str attr, size_t *bytes, struct bf_buf *out,
                         struct bf_err *e)
{
    struct walk w = {.j = j, .out = out, .e = e, .attr = attr};
    bool ok = plain_value(&w);
    *bytes += w.bytes;
    return ok;
}

static bool typed_value(struct walk *w, struct bf_json_val *v, char *type);

static bool typed_list(struct walk *w)
{
    enum bf_json_more more;
    struct bf_json_val v;
    char type;
    if (!enter(w, BF_JSON_ARRAY))
        return false;
    while ((more = bf_json_element(w->j, w->e)) == BF_JSON_MORE) {
        w->bytes++;
        if (!typed_value(w, &v, &type))
            return false;
    }
    w->nest--;
    return more == BF_JSON_END;
}

static bool typed_map(struct walk *w)
{
    enum bf_json_more more;
    struct bf_json_key key;
    struct bf_json_val v;
    char type;
    if (!enter(w, BF_JSON_OBJECT))
        return false;
    while ((more = bf_json_member(w->j, &key, w->e)) == BF_JSON_MORE) {
        w->bytes++;
        if (!name(w, &key) || !typed_value(w, &v, &type))
            return false;
    }
    w->nest--;
    return more == BF_JSON_END;
}

/* The string of a scalar of type S, N or B, or of a member of such a set. */
static bool typed_text(struct walk *w, char type, struct bf_json_val *v)
{
    if (!bf_json_string(w->j, v, w->e))
        return in_attr(w);
    if (type == 'N')
        return number(w, v->text);
    size_t n = bf_item_string_bytes(v->text, v->escaped);
    w->bytes += type == 'B' ? n / 4 * 3 : n;
    return true;
}

static bool typed_set(struct walk *w, char type)
{
    enum bf_json_more more;
    struct bf_json_val v;
    size_t n = 0;
    if (!bf_json_enter(w->j, BF_JSON_ARRAY, w->e))
        return in_attr(w);
    for (; (more = bf_json_element(w->j, w->e)) == BF_JSON_MORE; n++)
        if (!typed_text(w, type, &v))
            return false;
    if (more == BF_JSON_END && n == 0)
        return bad(w, BF_E_INPUT, "an empty set");
    return more == BF_JSON_END;
}

static bool typed_flag(struct walk *w, bool may_be_false)
{
    struct bf_json_val v;
    if (!bf_json_value(w->j, &v, w->e))
        return false;
    w->bytes++;
    if (v.type == BF_JSON_TRUE || (may_be_false && v.type == BF_JSON_FALSE))
        return true;
    return bad(w, BF_E_INPUT, may_be_false ? "BOOL wants true or false" : "NULL wants true");
}

/* What stands behind the type's name. *type stays 0 unless it is S, N or B. */
static bool typed_inner(struct walk *w, struct bf_str name_of, struct bf_json_val *v, char *type)
{
    char first = name_of.n ? name_of.p[0] : '\0';
    bool letter = first == 'S' || first == 'N' || first == 'B';
    if (name_of.n == 1 && letter) {
        *type = first;
        return typed_text(w, first, v);
    }
    if (name_of.n == 2 && letter && name_of.p[1] == 'S')
        return typed_set(w, first);
    if (bf_str_is(name_of, "L"))
        return typed_list(w);
    if (bf_str_is(name_of, "M"))
        return typed_map(w);
    if (bf_str_is(name_of, "BOOL"))
        return typed_flag(w, true);
    if (bf_str_is(name_of, "NULL"))
        return typed_flag(w, false);
    bf_err_set(w->e, BF_E_INPUT, "'%.*s' is no type of DynamoDB (S N B BOOL NULL L M SS NS BS)",
               BF_SHOWN_TO(name_of, 20));
    return in_attr(w);
}

/* The typed value at the cursor; *v is the text of an S, N or B, and *type says which. */
static bool typed_value(struct walk *w, struct bf_json_val *v, char *type)
{
    struct bf_json_key key;
    enum bf_json_more more;
    *type = '\0';
    if (!bf_json_enter(w->j, BF_JSON_OBJECT, w->e))
        return in_attr(w);
    more = bf_json_member(w->j, &key, w->e);
    if (more == BF_JSON_END)
        return bad(w, BF_E_INPUT, "a typed value wants a type");
    if (more == BF_JSON_ERROR || !typed_inner(w, key.text, v, type))
        return false;
    more = bf_json_member(w->j, &key, w->e);
    if (more == BF_JSON_MORE)
        return bad(w, BF_E_INPUT, "a typed value has one type only");
    return more == BF_JSON_END;
}

bool bf_item_typed(struct bf_json *j, const struct bf_item_schema *schema, struct bf_item *item,
                   struct bf_buf *out, struct bf_err *e)
{
    struct walk w = {.j = j, .out = out, .e = e};
    struct bf_json_key key;
    enum bf_json_more more;
    *item = (struct bf_item){0};
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    const char *from = j->p - 1;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        struct bf_json_val v;
        char type;
        if (!begin_attr(&w, item, &key) || !typed_value(&w, &v, &type))
            return false;
        unsigned i = key_index(schema, &key);
        if (i == schema->n)
            continue;
        if (type != schema->key[i].type)
            return wrong_type(&w, "of another type", schema->key[i].type);
        if (!note_key(&w, item, i, &v))
            return false;
    }
    if (out && more == BF_JSON_END)
        bf_buf_add(out, from, (size_t)(j->p - from));
    return more == BF_JSON_END && fits(&w, item);
}

static bool bad_key(const struct bf_item_attr *a, struct bf_err *e, enum bf_err_code code,
                    const char *what)
{
    return bf_err_set(e, code, "key '%.*s' %s", BF_SHOWN(a->name), what);
}

/* Appends the canonical bytes of one key value; *bytes is the value's size. */
static bool key_value(const struct bf_item *item, unsigned i, const struct bf_item_attr *a,
                      struct bf_buf *key, size_t *bytes, struct bf_err *e)
{
    size_t at = key->n;
    *bytes = 0;
    if (a->type == 'N')
        bf_number_put_plain(key, item->key[i]);
    else if (a->type == 'S' && item->escaped[i])
        bf_json_unescape(key, item->key[i]);
    else if (a->type == 'S')
        bf_buf_adds(key, item->key[i]);
    else if (item->escaped[i] || !bf_base64_decode(key, item->key[i]))
        return bad_key(a, e, BF_E_INPUT, "is binary and wants base64");
    *bytes = key->n - at;
    return true;
}

bool bf_item_key(const struct bf_item *item, const struct bf_item_schema *schema,
                 struct bf_buf *key, struct bf_err *e)
{
    static const size_t max[2] = {BF_ITEM_HASH_MAX, BF_ITEM_RANGE_MAX};
    static const char *const too_long[2] = {"is longer than 2048 bytes",
                                            "is longer than 1024 bytes"};
    size_t from = key->n;
    bf_buf_lit(key, "\0\0");
    for (unsigned i = 0; i < schema->n; i++) {
        const struct bf_item_attr *a = &schema->key[i];
        size_t n = 0;
        if (!item->has[i])
            return bad_key(a, e, BF_E_INPUT, "is missing");
        if (!key_value(item, i, a, key, &n, e))
            return false;
        if (n == 0)
            return bad_key(a, e, BF_E_INPUT, "is empty");
        /* a key has two parts at most: NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
        if (n > max[i] && a->type != 'N')
            return bad_key(a, e, BF_E_LIMIT, too_long[i]);
        /* the length of the first part keeps ("ab","c") and ("a","bc") apart */
        if (i == 0 && bf_buf_ok(key)) {
            key->p[from] = (char)(n & 0xff);
            key->p[from + 1] = (char)(n >> 8);
        }
    }
    return bf_buf_check(key, "the key", e);
}
