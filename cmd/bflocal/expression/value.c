#include "cmd/bflocal/expression/value.h"

#include "lib/encoding/enc.h"
#include "lib/ddb/decimal.h"
#include "lib/json/write.h"

static const char *const names[BL_TYPES] = {"S",  "N",    "B",    "SS", "NS",
                                            "BS", "BOOL", "NULL", "L",  "M"};

const char *bl_number_fault(enum bf_number_verdict verdict)
{
    static const char *const texts[] = {
        [BF_NUMBER_NONE] = "The parameter cannot be converted to a numeric value",
        [BF_NUMBER_LONG] = "Attempting to store more than 38 significant digits in a Number",
        [BF_NUMBER_LARGE] = "Number overflow. Attempting to store a number with magnitude larger "
                            "than supported range",
        [BF_NUMBER_SMALL] = "Number underflow. Attempting to store a number with magnitude smaller "
                            "than supported range"};
    return texts[verdict];
}

const char *bl_type_name(enum bl_type type)
{
    return names[type];
}

bool bl_type_of(struct bf_str name, enum bl_type *type)
{
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (name.n && name.p[0] == names[i][0] && bf_str_eq(name, bf_str_of(names[i]))) {
            *type = (enum bl_type)i;
            return true;
        }
    return false;
}

struct bl_value *bl_value_new(struct bf_arena *a, enum bl_type type)
{
    struct bl_value *v = bf_arena_alloc(a, sizeof *v);
    if (v)
        *v = (struct bl_value){.type = type};
    return v;
}

/* Room for one more element of that size behind n; false: out of memory. */
static bool grow(struct bf_arena *a, void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 8;
    void *p = bf_arena_alloc(a, more * size);
    if (!p)
        return false;
    if (n)
        memcpy(p, *array, n * size);
    *array = p;
    *cap = more;
    return true;
}

bool bl_items_add(struct bf_arena *a, struct bl_value *list, struct bl_value *value)
{
    void *array = list->items;
    if (!grow(a, &array, list->n, &list->cap, sizeof *list->items))
        return false;
    list->items = array;
    list->items[list->n++] = value;
    return true;
}

struct bl_value *bl_field_get(const struct bl_value *map, struct bf_str name)
{
    for (size_t i = 0; i < map->n; i++)
        if (bf_str_eq(map->fields[i].name, name))
            return map->fields[i].value;
    return NULL;
}

bool bl_field_append(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                     struct bl_value *value)
{
    void *array = map->fields;
    if (!grow(a, &array, map->n, &map->cap, sizeof *map->fields))
        return false;
    map->fields = array;
    map->fields[map->n++] = (struct bl_field){name, value};
    return true;
}

bool bl_field_set(struct bf_arena *a, struct bl_value *map, struct bf_str name,
                  struct bl_value *value)
{
    for (size_t i = 0; i < map->n; i++)
        if (bf_str_eq(map->fields[i].name, name)) {
            map->fields[i].value = value;
            return true;
        }
    return bl_field_append(a, map, name, value);
}

void bl_field_remove(struct bl_value *map, struct bf_str name)
{
    for (size_t i = 0; i < map->n; i++)
        if (bf_str_eq(map->fields[i].name, name)) {
            memmove(map->fields + i, map->fields + i + 1, (map->n - i - 1) * sizeof *map->fields);
            map->n--;
            return;
        }
}

static bool has_items(const struct bl_value *v)
{
    return v->type == BL_SS || v->type == BL_NS || v->type == BL_BS || v->type == BL_L;
}

struct bl_value *bl_value_copy(struct bf_arena *a, const struct bl_value *v)
{
    struct bl_value *copy = bl_value_new(a, v->type);
    if (!copy)
        return NULL;
    *copy = *v;
    if (v->type != BL_M && !has_items(v))
        return copy;
    copy->n = copy->cap = 0;
    copy->items = NULL;
    copy->raw = (struct bf_str){NULL, 0};
    for (size_t i = 0; v->type != BL_M && i < v->n; i++) {
        struct bl_value *item = bl_value_copy(a, v->items[i]);
        if (!item || !bl_items_add(a, copy, item))
            return NULL;
    }
    for (size_t i = 0; v->type == BL_M && i < v->n; i++) {
        struct bl_value *value = bl_value_copy(a, v->fields[i].value);
        if (!value || !bl_field_append(a, copy, v->fields[i].name, value))
            return NULL;
    }
    return copy;
}

int bl_value_cmp(const struct bl_value *a, const struct bl_value *b)
{
    if (a->type != BL_N)
        return bf_str_cmp(a->text, b->text);
    struct bf_decimal x, y;
    struct bf_err e;
    /* both were checked when they were parsed */
    return bf_decimal_parse(a->text, &x, &e) && bf_decimal_parse(b->text, &y, &e)
               ? bf_decimal_cmp(&x, &y)
               : 0;
}

bool bl_items_has(const struct bl_value *list, const struct bl_value *value)
{
    for (size_t i = 0; i < list->n; i++)
        if (bl_value_eq(list->items[i], value))
            return true;
    return false;
}

static bool same_set(const struct bl_value *a, const struct bl_value *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (!bl_items_has(b, a->items[i]))
            return false;
    return a->n == b->n;
}

static bool same_map(const struct bl_value *a, const struct bl_value *b)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct bl_value *other = bl_field_get(b, a->fields[i].name);
        if (!other || !bl_value_eq(a->fields[i].value, other))
            return false;
    }
    return a->n == b->n;
}

bool bl_value_eq(const struct bl_value *a, const struct bl_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case BL_S:
    case BL_N: /* plain form: one text per value */
    case BL_B:
        return bf_str_eq(a->text, b->text);
    case BL_BOOL:
        return a->boolean == b->boolean;
    case BL_NULL:
        return true;
    case BL_SS:
    case BL_NS:
    case BL_BS:
        return same_set(a, b);
    case BL_M:
        return same_map(a, b);
    case BL_L:
    case BL_TYPES:
        break;
    }
    for (size_t i = 0; a->n == b->n && i < a->n; i++)
        if (!bl_value_eq(a->items[i], b->items[i]))
            return false;
    return a->n == b->n;
}

/* A byte for every two significant digits, and one more (and one for a minus sign). */
static size_t number_size(struct bf_str plain)
{
    size_t first = 0, last = plain.n, digits = 0;
    bool negative = plain.n && plain.p[0] == '-';
    while (first < last && (plain.p[first] < '1' || plain.p[first] > '9'))
        first++;
    while (last > first && (plain.p[last - 1] < '1' || plain.p[last - 1] > '9'))
        last--;
    for (size_t i = first; i < last; i++)
        digits += plain.p[i] != '.';
    return (digits + 1) / 2 + 1 + negative;
}

size_t bl_value_size(const struct bl_value *v)
{
    size_t size = 0;
    switch (v->type) {
    case BL_S:
    case BL_B:
        return v->text.n;
    case BL_N:
        return number_size(v->text);
    case BL_BOOL:
    case BL_NULL:
        return 1;
    case BL_M:
        for (size_t i = 0; i < v->n; i++)
            size += v->fields[i].name.n + bl_value_size(v->fields[i].value) + 1;
        return size + 3;
    case BL_L:
        size = 3 + v->n;
        break;
    case BL_SS:
    case BL_NS:
    case BL_BS:
    case BL_TYPES:
        break;
    }
    for (size_t i = 0; i < v->n; i++)
        size += bl_value_size(v->items[i]);
    return size;
}

size_t bl_item_size(const struct bl_value *item)
{
    size_t size = 0;
    for (size_t i = 0; i < item->n; i++)
        size += item->fields[i].name.n + bl_value_size(item->fields[i].value);
    return size;
}

static void put_text(struct bf_buf *out, const struct bl_value *v)
{
    if (v->type == BL_B) {
        bf_buf_addc(out, '"');
        bf_base64_encode(out, v->text);
        bf_buf_addc(out, '"');
    } else
        bf_json_put_string(out, v->text);
}

static void put_items(struct bf_buf *out, const struct bl_value *v)
{
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            bf_buf_addc(out, ',');
        if (v->type == BL_L)
            bl_value_put(out, v->items[i]);
        else
            put_text(out, v->items[i]);
    }
    bf_buf_addc(out, ']');
}

void bl_item_put(struct bf_buf *out, const struct bl_value *item)
{
    bool first = true;
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < item->n; i++) {
        bf_json_put_key(out, &first, item->fields[i].name);
        bl_value_put(out, item->fields[i].value);
    }
    bf_buf_addc(out, '}');
}

void bl_value_put(struct bf_buf *out, const struct bl_value *v)
{
    if (v->raw.p) {
        bf_buf_adds(out, v->raw);
        return;
    }
    bf_buf_lit(out, "{\"");
    bf_buf_adds(out, bf_str_of(names[v->type]));
    bf_buf_lit(out, "\":");
    if (v->type == BL_BOOL)
        bf_buf_adds(out, bf_str_of(v->boolean ? "true" : "false"));
    else if (v->type == BL_NULL)
        bf_buf_lit(out, "true");
    else if (v->type == BL_M)
        bl_item_put(out, v);
    else if (has_items(v))
        put_items(out, v);
    else
        put_text(out, v);
    bf_buf_addc(out, '}');
}
