/* Parses attribute values from JSON, with the service's validation and messages. */
#include "cmd/bflocal/expression/value.h"
#include "lib/encoding/enc.h"
#include "lib/base/map.h"
#include "lib/ddb/number.h"

#define INVALID "One or more parameter values were invalid: "

static bool invalid(struct bf_err *e, const char *text)
{
    return bf_err_set(e, BF_E_INPUT, "%s", text);
}

static bool wrong_shape(struct bf_err *e, const char *text)
{
    return bf_err_set(e, BF_E_USAGE, "%s", text);
}

static bool wrong_memory(struct bf_err *e)
{
    return bf_err_nomem(e);
}

/* Decodes a scanned string; into the arena if it has escapes. */
static bool decode_string(struct bf_arena *a, struct bf_str text, bool escaped, struct bf_str *out)
{
    *out = text;
    if (!escaped)
        return true;
    char *room = bf_arena_alloc(a, text.n + 1);
    if (!room)
        return false;
    struct bf_buf b = {.p = room, .cap = text.n + 1, .max = text.n + 1};
    bf_json_unescape(&b, text);
    *out = bf_buf_view(&b);
    return bf_buf_ok(&b);
}

static bool parse_string(struct bf_arena *a, struct bf_json *j, struct bf_str *out,
                         struct bf_err *e)
{
    struct bf_json_val v;
    struct bf_err scan;
    enum bf_json_type type;
    if (!bf_json_peek(j, &type, &scan))
        return wrong_shape(e, "Unexpected token");
    if (type != BF_JSON_STRING)
        return wrong_shape(e, type == BF_JSON_NUMBER ? "NUMBER_VALUE cannot be converted to String"
                              : type == BF_JSON_TRUE ? "TRUE_VALUE cannot be converted to String"
                                                     : "Unexpected value type in payload");
    if (!bf_json_string(j, &v, &scan))
        return wrong_shape(e, "Unexpected token");
    return decode_string(a, v.text, v.escaped, out) || wrong_memory(e);
}

/* Is it a number in plain form, and certainly within DynamoDB's limits? Most numbers are. */
static bool is_plain(struct bf_str s)
{
    size_t i = s.n && s.p[0] == '-', whole = i, end;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    end = i;
    if (end == whole || s.n > 38 || (s.p[whole] == '0' && (end > whole + 1 || end == s.n)))
        return s.n == 1 && s.p[0] == '0';
    if (end == s.n)
        return true;
    for (i++; s.p[end] == '.' && i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        ;
    return i == s.n && i > end + 1 && s.p[i - 1] != '0';
}

/* Converts a number to plain form. */
static bool normalise_number(struct bf_arena *a, struct bf_str text, struct bf_str *out,
                             struct bf_err *e)
{
    *out = text;
    if (is_plain(text))
        return true;
    enum bf_number_verdict verdict = bf_number_judge(text);
    if (verdict == BF_NUMBER_NONE && text.n)
        return bf_err_set(e, BF_E_INPUT, "%s: %.*s", bl_number_fault(verdict),
                          BF_SHOWN_TO(text, 200));
    if (verdict != BF_NUMBER_FITS)
        return invalid(e, bl_number_fault(verdict));
    enum { PLAIN = 176 };
    char *room = bf_arena_alloc(a, PLAIN);
    if (!room)
        return wrong_memory(e);
    struct bf_buf b = {.p = room, .cap = PLAIN, .max = PLAIN};
    bf_number_put_plain(&b, text);
    *out = bf_buf_view(&b);
    return true;
}

static bool from_base64(struct bf_arena *a, struct bf_str text, struct bf_str *out,
                        struct bf_err *e)
{
    size_t n = text.n / 4 * 3 + 1;
    char *room = bf_arena_alloc(a, n);
    if (!room)
        return wrong_memory(e);
    struct bf_buf b = {.p = room, .cap = n, .max = n};
    if (!bf_base64_decode(&b, text))
        return wrong_shape(
            e, "Base64 encoded length is expected a multiple of 4 bytes, or its content is not "
               "Base64");
    *out = bf_buf_view(&b);
    return true;
}

/* Parses a value of type S, N or B. */
static bool parse_scalar(struct bf_arena *a, struct bf_json *j, enum bl_type type,
                         struct bl_value *v, struct bf_err *e)
{
    struct bf_str text;
    if (!parse_string(a, j, &text, e))
        return false;
    if (type == BL_N)
        return normalise_number(a, text, &v->text, e);
    if (type == BL_B)
        return from_base64(a, text, &v->text, e);
    v->text = text;
    return true;
}

static bool enter_value(struct bf_json *j, enum bf_json_type want, struct bf_err *e)
{
    enum bf_json_type type;
    struct bf_err scan;
    if (!bf_json_peek(j, &type, &scan) || type != want || !bf_json_enter(j, want, &scan))
        return wrong_shape(e, want == BF_JSON_ARRAY ? "Expected list or null"
                                                    : "Unexpected value type in payload");
    return true;
}

/* A hash table of names or members, used when a linear search would be slow. */
enum { MANY = 32, MOST = 1 << 20 };

static bool seen_all(struct bf_map *seen, const struct bl_value *v)
{
    if (seen->live || v->n < MANY)
        return true;
    for (size_t i = 0; i < v->n; i++) {
        uint64_t *at =
            bf_map_put(seen, v->type == BL_M ? v->fields[i].name : v->items[i]->text, NULL);
        if (!at)
            return false;
        *at = i;
    }
    return true;
}

static bool fail_duplicate(const struct bl_value *set, struct bf_err *e)
{
    const struct bl_value *last = set->items[set->n - 1];
    if (set->type == BL_BS)
        return invalid(e, INVALID "Input collection contains duplicates.");
    return bf_err_set(e, BF_E_INPUT, INVALID "Input collection [%.*s, %.*s] contains duplicates.",
                      BF_SHOWN_TO(last->text, 80), BF_SHOWN_TO(last->text, 80));
}

/* Appends to a set; a duplicate is an error. */
static bool add_member(struct bf_arena *a, struct bl_value *set, struct bl_value *item,
                       struct bf_map *seen, struct bf_err *e)
{
    bool added = true;
    if (!seen_all(seen, set))
        return wrong_memory(e);
    if (!seen->live)
        added = !bl_items_has(set, item);
    else if (!bf_map_put(seen, item->text, &added))
        return wrong_memory(e);
    if (!bl_items_add(a, set, item))
        return wrong_memory(e);
    return added || fail_duplicate(set, e);
}

static bool parse_members(struct bf_arena *a, struct bf_json *j, struct bl_value *v,
                          struct bf_map *seen, struct bf_err *e)
{
    enum bl_type member = v->type == BL_SS ? BL_S : v->type == BL_NS ? BL_N : BL_B;
    struct bf_err scan;
    enum bf_json_more more;
    if (!enter_value(j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(j, &scan)) == BF_JSON_MORE) {
        struct bl_value *item = bl_value_new(a, member);
        if (!item)
            return wrong_memory(e);
        if (!parse_scalar(a, j, member, item, e) || !add_member(a, v, item, seen, e))
            return false;
    }
    if (more == BF_JSON_ERROR)
        return wrong_shape(e, "Unexpected token");
    if (v->n == 0)
        return invalid(e, v->type == BL_SS   ? INVALID "An string set  may not be empty"
                          : v->type == BL_NS ? INVALID "An number set  may not be empty"
                                             : INVALID "Binary sets should not be empty");
    return true;
}

static bool parse_set(struct bf_arena *a, struct bf_json *j, struct bl_value *v, struct bf_err *e)
{
    struct bf_map seen;
    bf_map_init(&seen, MOST);
    bool ok = parse_members(a, j, v, &seen, e);
    bf_map_free(&seen);
    return ok;
}

static bool parse_any(struct bf_arena *a, struct bf_json *j, unsigned depth, struct bl_value **out,
                      struct bf_err *e);

static bool parse_list(struct bf_arena *a, struct bf_json *j, unsigned depth, struct bl_value *v,
                       struct bf_err *e)
{
    struct bf_err scan;
    enum bf_json_more more;
    if (!enter_value(j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(j, &scan)) == BF_JSON_MORE) {
        struct bl_value *item;
        if (!parse_any(a, j, depth + 1, &item, e))
            return false;
        if (!bl_items_add(a, v, item))
            return wrong_memory(e);
    }
    return more == BF_JSON_END || wrong_shape(e, "Unexpected token");
}

/* Sets a field; of duplicate names the last one wins. */
static bool add_field(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                      struct bl_value *value, struct bf_map *seen, struct bf_err *e)
{
    if (!seen_all(seen, map))
        return wrong_memory(e);
    if (!seen->live)
        return bl_field_set(a, map, name, value) || wrong_memory(e);
    bool added;
    uint64_t *at = bf_map_put(seen, name, &added);
    if (!at)
        return wrong_memory(e);
    if (!added) {
        map->fields[*at].value = value;
        return true;
    }
    *at = map->n;
    return bl_field_append(a, map, name, value) || wrong_memory(e);
}

static bool parse_fields(struct bf_arena *a, struct bf_json *j, unsigned depth, struct bl_value *v,
                         struct bf_map *seen, struct bf_err *e)
{
    struct bf_err scan;
    struct bf_json_key key;
    enum bf_json_more more;
    if (!enter_value(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, &scan)) == BF_JSON_MORE) {
        struct bl_value *value;
        struct bf_str name;
        if (!decode_string(a, key.text, key.escaped, &name))
            return wrong_memory(e);
        if (name.n == 0)
            return invalid(e, "Empty attribute name");
        if (!parse_any(a, j, depth + 1, &value, e))
            return false;
        if (!add_field(a, v, name, value, seen, e))
            return false;
    }
    return more == BF_JSON_END || wrong_shape(e, "Unexpected token");
}

static bool parse_map(struct bf_arena *a, struct bf_json *j, unsigned depth, struct bl_value *v,
                      struct bf_err *e)
{
    struct bf_map seen;
    bf_map_init(&seen, MOST);
    bool ok = parse_fields(a, j, depth, v, &seen, e);
    bf_map_free(&seen);
    return ok;
}

static bool parse_literal(struct bf_json *j, struct bl_value *v, struct bf_err *e)
{
    enum bf_json_type type;
    struct bf_err scan;
    if (!bf_json_peek(j, &type, &scan) || !bf_json_skip(j, &scan))
        return wrong_shape(e, "Unexpected token");
    if (type != BF_JSON_TRUE && type != BF_JSON_FALSE)
        return wrong_shape(e, "Unexpected token received from parser");
    v->boolean = type == BF_JSON_TRUE;
    if (v->type == BL_NULL && !v->boolean)
        return invalid(e, INVALID "Null attribute value types must have the value of true");
    return true;
}

static bool parse_typed(struct bf_arena *a, struct bf_json *j, unsigned depth, struct bl_value *v,
                        struct bf_err *e)
{
    switch (v->type) {
    case BL_S:
    case BL_N:
    case BL_B:
        return parse_scalar(a, j, v->type, v, e);
    case BL_SS:
    case BL_NS:
    case BL_BS:
        return parse_set(a, j, v, e);
    case BL_L:
        return parse_list(a, j, depth, v, e);
    case BL_M:
        return parse_map(a, j, depth, v, e);
    case BL_BOOL:
    case BL_NULL:
    case BL_TYPES:
        break;
    }
    return parse_literal(j, v, e);
}

/*
 * Parses {"S":"..."} or {"N":"..."} without white space and escapes, the form of most
 * values, in one step. False: another form; the cursor has not moved.
 */
static bool parse_quickly(struct bf_json *j, struct bl_value *v)
{
    const struct bf_json before = *j;
    const char *p = j->p;
    struct bf_json_val text;
    struct bf_err scan;
    if (j->end - p < 8 || p[0] != '{' || p[1] != '"' || (p[2] != 'S' && p[2] != 'N') ||
        p[3] != '"' || p[4] != ':' || p[5] != '"')
        return false;
    j->p += 5;
    if (bf_json_string(j, &text, &scan) && !text.escaped && j->p < j->end && *j->p == '}' &&
        (p[2] == 'S' || is_plain(text.text))) {
        j->p++;
        v->type = p[2] == 'S' ? BL_S : BL_N;
        v->text = text.text;
        v->raw = bf_str(p, (size_t)(j->p - p));
        return true;
    }
    *j = before;
    return false;
}

/* The length of a container as written by bl_value_put; 0 if a part of it has no raw text. */
static size_t put_length(const struct bl_value *v, bool item)
{
    size_t n = (item ? 2 : 8) + (v->n ? v->n - 1 : 0);
    for (size_t i = 0; i < v->n; i++) {
        const struct bl_value *part = v->type == BL_M ? v->fields[i].value : v->items[i];
        if (!part->raw.p)
            return 0;
        n += part->raw.n;
        if (v->type == BL_M)
            n += v->fields[i].name.n + 3;
    }
    return n;
}

/* Keeps the text of a value that began at `from` if it is what would be written: a text of that
 * length with these parts must be the same. */
static void keep_raw(const struct bf_json *j, const char *from, struct bl_value *v, bool item)
{
    struct bf_str raw = bf_str(from, (size_t)(j->p - from));
    size_t n = 0;
    if (v->type == BL_L || v->type == BL_M)
        n = put_length(v, item);
    else if (v->type == BL_BOOL)
        n = v->boolean ? sizeof "{\"BOOL\":true}" - 1 : sizeof "{\"BOOL\":false}" - 1;
    else if (v->type == BL_NULL)
        n = sizeof "{\"NULL\":true}" - 1;
    if (raw.n == n)
        v->raw = raw;
}

/* Parses {"TYPE":...} with exactly one known type. */
static bool parse_any(struct bf_arena *a, struct bf_json *j, unsigned depth, struct bl_value **out,
                      struct bf_err *e)
{
    struct bf_err scan;
    struct bf_json_key key;
    enum bf_json_more more;
    bool seen = false;
    if (depth > BL_NEST_MAX)
        return invalid(e, "Nesting Levels have exceeded supported limits");
    *out = bl_value_new(a, BL_S);
    if (!*out)
        return wrong_memory(e);
    if (parse_quickly(j, *out))
        return true;
    const char *from = j->p;
    if (!enter_value(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, &scan)) == BF_JSON_MORE) {
        enum bl_type type;
        if (!bl_type_of(key.text, &type)) {
            if (!bf_json_skip(j, &scan)) /* the service ignores unknown names */
                return wrong_shape(e, "Unexpected token");
            continue;
        }
        if (seen)
            return invalid(
                e,
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one "
                "of the supported datatypes");
        seen = true;
        (*out)->type = type;
        if (!parse_typed(a, j, depth, *out, e))
            return false;
    }
    if (more == BF_JSON_ERROR)
        return wrong_shape(e, "Unexpected token");
    if (!seen)
        return invalid(e, "Supplied AttributeValue is empty, must contain exactly one of the "
                          "supported datatypes");
    keep_raw(j, from, *out, false);
    return true;
}

bool bl_value_parse(struct bf_arena *a, struct bf_json *j, struct bl_value **out, struct bf_err *e)
{
    return parse_any(a, j, 0, out, e);
}

bool bl_item_parse(struct bf_arena *a, struct bf_json *j, struct bl_value **out, struct bf_err *e)
{
    const char *from = j->p;
    *out = bl_value_new(a, BL_M);
    if (!*out)
        return wrong_memory(e);
    if (!parse_map(a, j, 0, *out, e))
        return false;
    keep_raw(j, from, *out, true);
    return true;
}

const char *bl_attribute_fault(struct bf_str name)
{
    enum { NAME_MAX_BYTES = 65535 };
    return !name.n                   ? "Empty attribute name"
           : name.n > NAME_MAX_BYTES ? "Attribute name is too large, must be less than 65536 bytes"
                                     : NULL;
}
