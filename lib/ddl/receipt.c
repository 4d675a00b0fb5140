#include "lib/ddl/receipt.h"

#include "lib/json/scan.h"
#include "lib/json/write.h"

enum {
    SHOWN = 60,
    SEEN_MAX = 1000000,
    ARENA_MAX = 256 * 1024 * 1024,
    BATCH_MAX = 4 * 1024 * 1024,
    TEXT_MAX = 64 * 1024
};

/* One receipt; its decoded texts are in `room`. */
struct receipt {
    struct bf_buf room;
    struct bf_str bucket, key;
    struct bf_str name[BF_DDL_PARTITIONS], value[BF_DDL_PARTITIONS];
    size_t n;
    size_t end; /* the end of the folder in the key that contains all of the values */
};

static int shown(struct bf_str s)
{
    return (int)(s.n < SHOWN ? s.n : SHOWN);
}

void bf_ddl_adder_init(struct bf_ddl_adder *a, const struct bf_ddl_table *table, bool glue)
{
    *a = (struct bf_ddl_adder){.table = table, .glue = glue};
    bf_arena_init(&a->arena, ARENA_MAX);
    bf_map_init(&a->seen, SEEN_MAX);
    bf_buf_init(&a->batch, BATCH_MAX);
}

void bf_ddl_adder_free(struct bf_ddl_adder *a)
{
    bf_arena_free(&a->arena);
    bf_map_free(&a->seen);
    bf_buf_free(&a->batch);
}

/* room must not be moved: it is allocated for everything that can be in it. */
static struct bf_str keep(struct receipt *r, struct bf_str text, bool escaped)
{
    size_t from = r->room.n;
    if (escaped)
        bf_json_unescape(&r->room, text);
    else
        bf_buf_adds(&r->room, text);
    return bf_str(r->room.p + from, r->room.n - from);
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Undoes Hive's escapes in the name of a folder. */
static struct bf_str unescape(struct receipt *r, struct bf_str s)
{
    size_t from = r->room.n;
    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex(s.p[i + 2]) : -1;
        bf_buf_addc(&r->room, (char)(low >= 0 ? high * 16 + low : s.p[i]));
        i += low >= 0 ? 2 : 0;
    }
    return bf_str(r->room.p + from, r->room.n - from);
}

static bool has(const struct receipt *r, struct bf_str name)
{
    for (size_t i = 0; i < r->n; i++)
        if (bf_str_same(r->name[i], name))
            return true;
    return false;
}

static bool wanted(const struct bf_ddl_adder *a, struct bf_str name)
{
    return a->table->layout.n == 0 || bf_ddl_layout_find(&a->table->layout, name);
}

static bool add(struct receipt *r, struct bf_str name, struct bf_str value, struct bf_err *e)
{
    if (r->n == BF_DDL_PARTITIONS)
        return bf_err_set(e, BF_E_INPUT, "more than %d partition columns", BF_DDL_PARTITIONS);
    r->name[r->n] = name;
    r->value[r->n++] = value;
    return true;
}

/* The folders NAME=value of the key, below the table's location. */
static bool from_key(struct bf_ddl_adder *a, struct receipt *r, struct bf_err *e)
{
    struct bf_str root = a->table->layout.location, rest = r->key, folder;
    size_t head = 5 + r->bucket.n + 1; /* s3://BUCKET/ */
    if (root.n) {
        bool below = root.n >= head && r->key.n >= root.n - head &&
                     memcmp(root.p + 5, r->bucket.p, r->bucket.n) == 0 &&
                     memcmp(root.p + head, r->key.p, root.n - head) == 0;
        if (!below)
            return bf_err_set(e, BF_E_INPUT, "'%.*s' is not below %.*s", shown(r->key), r->key.p,
                              shown(root), root.p);
        rest = bf_str(rest.p + (root.n - head), rest.n - (root.n - head));
    }
    while (bf_str_split(&rest, '/', &folder) && rest.p) {
        struct bf_str value = folder, name;
        if (!bf_str_split(&value, '=', &name) || !value.p || !name.n || !wanted(a, name))
            continue;
        if (!add(r, unescape(r, name), unescape(r, value), e))
            return false;
        r->end = (size_t)(rest.p - r->key.p);
    }
    return true;
}

/* The end of the last folder with this value; the whole path if there is none. */
static size_t folder_of(struct receipt *r, struct bf_str value)
{
    struct bf_str rest = r->key, folder;
    size_t end = 0, last = 0;
    while (bf_str_split(&rest, '/', &folder) && rest.p) {
        last = (size_t)(rest.p - r->key.p);
        if (bf_str_eq(folder, value))
            end = last;
    }
    return end ? end : last;
}

/* The members of the receipt's "partition" that are not in a folder's name. */
static bool from_member(struct bf_ddl_adder *a, struct receipt *r, struct bf_str object,
                        struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bf_json_init(&j, object);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(&j, &v, e))
            return false;
        struct bf_str name = keep(r, key.text, key.escaped);
        if (has(r, name) || !wanted(a, name) || v.type == BF_JSON_NULL)
            continue;
        struct bf_str value = keep(r, v.text, v.escaped);
        size_t end = folder_of(r, value);
        r->end = end > r->end ? end : r->end;
        if (!add(r, name, value, e))
            return false;
    }
    return more == BF_JSON_END;
}

static bool take_text(struct receipt *r, struct bf_str line, const char *name, struct bf_str *out,
                      struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    if (!bf_json_find(line, bf_str_of(name), &v, &found, e))
        return false;
    if (!found || v.type != BF_JSON_STRING || !v.text.n)
        return bf_err_set(e, BF_E_INPUT, "no receipt of s3put: it has no '%s'", name);
    *out = keep(r, v.text, v.escaped);
    return true;
}

static bool read_receipt(struct bf_ddl_adder *a, struct receipt *r, struct bf_str line,
                         struct bf_err *e)
{
    struct bf_json_val v;
    bool found;
    if (!take_text(r, line, "bucket", &r->bucket, e) || !take_text(r, line, "key", &r->key, e) ||
        !from_key(a, r, e) || !bf_json_find(line, BF_STR("partition"), &v, &found, e) ||
        (found && v.type == BF_JSON_OBJECT && !from_member(a, r, v.raw, e)))
        return false;
    for (size_t i = 0; i < a->table->layout.n; i++) {
        struct bf_str name = a->table->layout.part[i].name;
        if (!has(r, name))
            return bf_err_set(e, BF_E_INPUT, "'%.*s' has no partition '%.*s'", shown(r->key),
                              r->key.p, shown(name), name.p);
    }
    return r->n != 0 ||
           bf_err_set(e, BF_E_INPUT, "'%.*s' is in no partition", shown(r->key), r->key.p);
}

/* The index in the receipt of the i-th partition column: in the table's order if that is known. */
static size_t place(const struct bf_ddl_adder *a, const struct receipt *r, size_t i)
{
    const struct bf_ddl_layout *l = &a->table->layout;
    for (size_t k = 0; l->n && k < r->n; k++)
        if (bf_str_same(r->name[k], l->part[i].name))
            return k;
    return i;
}

static void put_location(struct bf_buf *out, const struct receipt *r)
{
    bf_buf_lit(out, "s3://");
    bf_buf_adds(out, r->bucket);
    bf_buf_addc(out, '/');
    bf_buf_add(out, r->key.p, r->end);
}

/* Is the partition new? False with BF_OK: it has been added already. */
static bool is_new(struct bf_ddl_adder *a, const struct receipt *r, struct bf_err *e)
{
    struct bf_buf id, location;
    struct bf_str kept;
    bool added = false;
    bf_buf_init(&id, TEXT_MAX);
    bf_buf_init(&location, TEXT_MAX);
    for (size_t i = 0; i < r->n; i++) {
        bf_buf_adds(&id, r->value[place(a, r, i)]);
        bf_buf_addc(&id, '\0');
    }
    put_location(&location, r);
    bool whole = bf_buf_check(&id, "a partition", e) && bf_buf_check(&location, "a location", e);
    uint64_t *at = whole ? bf_map_put(&a->seen, bf_buf_view(&id), &added) : NULL;
    if (!at && whole)
        bf_err_set(e, BF_E_LIMIT, "more than %d partitions in one run", SEEN_MAX);
    else if (at && added) {
        if (bf_arena_copy(&a->arena, bf_buf_view(&location), &kept))
            *at = (uint64_t)(uintptr_t)kept.p;
        else
            bf_err_nomem(e);
    } else if (at && !bf_str_eq(bf_str_of((const char *)(uintptr_t)*at), bf_buf_view(&location)))
        bf_err_set(e, BF_E_INPUT,
                   "a partition has one location: it is in %.80s already, not in '%.*s'",
                   (const char *)(uintptr_t)*at, shown(bf_buf_view(&location)), location.p);
    bf_buf_free(&id);
    bf_buf_free(&location);
    return added && e->code == BF_OK;
}

static void put_statement(struct bf_ddl_adder *a, const struct receipt *r, struct bf_str location)
{
    struct bf_buf *out = &a->batch, name;
    bf_buf_lit(out, "\n  PARTITION (");
    bf_buf_init(&name, TEXT_MAX);
    for (size_t i = 0; i < r->n; i++) {
        size_t k = place(a, r, i);
        if (i)
            bf_buf_lit(out, ", ");
        bf_buf_reset(&name);
        bf_ddl_name_lower(&name, r->name[k]);
        bf_ddl_name_put(out, bf_buf_view(&name), BF_DDL_ATHENA);
        out->failed = out->failed || !bf_buf_ok(&name);
        bf_buf_lit(out, " = ");
        bf_ddl_text_put(out, r->value[k], BF_DDL_ATHENA);
    }
    bf_buf_free(&name);
    bf_buf_lit(out, ") LOCATION ");
    bf_ddl_text_put(out, location, BF_DDL_ATHENA);
}

static void put_input(struct bf_ddl_adder *a, const struct receipt *r, struct bf_str location)
{
    bf_buf_add(&a->batch, ",", a->n != 0);
    bf_buf_lit(&a->batch, "{\"Values\":[");
    for (size_t i = 0; i < r->n; i++) {
        bf_buf_add(&a->batch, ",", i != 0);
        bf_json_put_string(&a->batch, r->value[place(a, r, i)]);
    }
    bf_buf_lit(&a->batch, "],\"StorageDescriptor\":");
    bf_ddl_table_put_storage(&a->batch, a->table, location);
    bf_buf_addc(&a->batch, '}');
}

/* All partitions of a table must have the same columns. */
static bool same_names(struct bf_ddl_adder *a, const struct receipt *r, struct bf_err *e)
{
    struct bf_buf names;
    bool ok = true;
    bf_buf_init(&names, TEXT_MAX);
    for (size_t i = 0; i < r->n; i++) {
        bf_ddl_name_lower(&names, r->name[place(a, r, i)]);
        bf_buf_addc(&names, '\0');
    }
    if (!bf_buf_check(&names, "the names", e))
        ok = false;
    else if (!a->names.n)
        ok = bf_arena_copy(&a->arena, bf_buf_view(&names), &a->names) || bf_err_nomem(e);
    else if (!bf_str_eq(a->names, bf_buf_view(&names)))
        ok = bf_err_set(e, BF_E_INPUT, "'%.*s' has other partition columns than the first receipt",
                        shown(r->key), r->key.p);
    bf_buf_free(&names);
    return ok;
}

static bool is_null(const struct receipt *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (bf_str_is(r->value[i], "__HIVE_DEFAULT_PARTITION__"))
            return true;
    return false;
}

static bool add_receipt(struct bf_ddl_adder *a, struct receipt *r, struct bf_str line,
                        struct bf_err *e)
{
    struct bf_buf location;
    if (!read_receipt(a, r, line, e))
        return false;
    if (!a->glue && is_null(r))
        return bf_err_set(e, BF_E_INPUT,
                          "the partition of NULL can only be added by MSCK REPAIR TABLE");
    if (!same_names(a, r, e))
        return false;
    if (!is_new(a, r, e))
        return e->code == BF_OK;
    bf_buf_init(&location, TEXT_MAX);
    put_location(&location, r);
    if (a->glue)
        put_input(a, r, bf_buf_view(&location));
    else
        put_statement(a, r, bf_buf_view(&location));
    a->n++;
    bool ok =
        bf_buf_check(&location, "the location", e) && bf_buf_check(&a->batch, "the statement", e);
    bf_buf_free(&location);
    return ok;
}

bool bf_ddl_adder_take(struct bf_ddl_adder *a, struct bf_str line, struct bf_err *e)
{
    struct receipt r = {0};
    bf_err_clear(e);
    bf_buf_init(&r.room, 4 * line.n + 64);
    bool ok = bf_buf_room(&r.room, 4 * line.n + 1) ? add_receipt(a, &r, line, e) : bf_err_nomem(e);
    bf_buf_free(&r.room);
    return ok;
}

void bf_ddl_adder_put(struct bf_ddl_adder *a, struct bf_buf *out)
{
    if (a->n == 0)
        return;
    if (a->glue) {
        bf_buf_lit(out, "{\"DatabaseName\":");
        bf_json_put_string(out, a->table->database.n ? a->table->database : BF_STR("default"));
        bf_buf_lit(out, ",\"TableName\":");
        bf_json_put_string(out, a->table->name);
        bf_buf_lit(out, ",\"PartitionInputList\":[");
        bf_buf_adds(out, bf_buf_view(&a->batch));
        bf_buf_lit(out, "]}\n");
    } else {
        bf_buf_lit(out, "ALTER TABLE ");
        bf_ddl_table_put_name(out, a->table, BF_DDL_ATHENA);
        bf_buf_lit(out, " ADD IF NOT EXISTS");
        bf_buf_adds(out, bf_buf_view(&a->batch));
        bf_buf_lit(out, ";\n");
    }
    bf_buf_reset(&a->batch);
    a->n = 0;
}
