#include "lib/ddl/table.h"

enum { SHOWN = 60, NAME_MAX_BYTES = 255 };

static int shown(struct bf_str s)
{
    return (int)(s.n < SHOWN ? s.n : SHOWN);
}

const struct bf_ddl_serde_words *bf_ddl_serde_words(enum bf_ddl_serde serde)
{
    static const char text_in[] = "org.apache.hadoop.mapred.TextInputFormat";
    static const char text_out[] = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
    static const struct bf_ddl_serde_words words[] = {
        [BF_DDL_OPENX] = {"org.openx.data.jsonserde.JsonSerDe", text_in, text_out, "TEXTFILE",
                          "json"},
        [BF_DDL_HIVE_JSON] = {"org.apache.hive.hcatalog.data.JsonSerDe", text_in, text_out,
                              "TEXTFILE", "json"},
        [BF_DDL_OPENCSV] = {"org.apache.hadoop.hive.serde2.OpenCSVSerde", text_in, text_out,
                            "TEXTFILE", "csv"},
        [BF_DDL_LAZY] = {"org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", text_in, text_out,
                         "TEXTFILE", "csv"},
        [BF_DDL_PARQUET] = {"org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                            "PARQUET", "parquet"}};
    return &words[serde];
}

static bool set_name(struct bf_arena *a, struct bf_str text, const char *what, struct bf_str *out,
                     struct bf_err *e)
{
    struct bf_buf folded;
    if (!bf_ddl_name_is_simple(text) || text.n > NAME_MAX_BYTES)
        return bf_err_set(e, BF_E_USAGE,
                          "'%.*s' cannot be the name of a %s: letters, digits and _ only",
                          shown(text), text.p ? text.p : "", what);
    bf_buf_init(&folded, NAME_MAX_BYTES + 1);
    bf_ddl_name_fold(&folded, text);
    bool ok = bf_buf_ok(&folded) && bf_arena_copy(a, bf_buf_view(&folded), out);
    bf_buf_free(&folded);
    return ok || bf_err_nomem(e);
}

bool bf_ddl_table_init(struct bf_ddl_table *t, struct bf_arena *arena, struct bf_str name,
                       struct bf_err *e)
{
    struct bf_str rest = name, first;
    *t = (struct bf_ddl_table){.arena = arena, .header = true};
    bf_ddl_layout_init(&t->layout, arena);
    if (bf_str_split(&rest, '.', &first) && rest.p)
        return set_name(arena, first, "database", &t->database, e) &&
               set_name(arena, rest, "table", &t->name, e);
    return set_name(arena, name, "table", &t->name, e);
}

bool bf_ddl_table_add(struct bf_ddl_table *t, struct bf_str source, const struct bf_type *type,
                      bool nulls, const char *why, struct bf_err *e)
{
    if (t->n == BF_DDL_COLUMNS)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", BF_DDL_COLUMNS);
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 32;
        struct bf_ddl_column *more = bf_arena_alloc(t->arena, cap * sizeof *more);
        if (!more)
            return bf_err_nomem(e);
        if (t->n)
            memcpy(more, t->column, t->n * sizeof *more);
        t->column = more;
        t->cap = cap;
    }
    t->column[t->n++] =
        (struct bf_ddl_column){.source = source, .type = *type, .nulls = nulls, .why = why};
    return true;
}

static bool by_place(enum bf_ddl_serde serde)
{
    return serde == BF_DDL_OPENCSV || serde == BF_DDL_LAZY;
}

static bool is_taken(const struct bf_ddl_table *t, struct bf_str name, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (!t->column[i].left_out && bf_str_same(t->column[i].name, name))
            return true;
    return bf_ddl_layout_find(&t->layout, name) != NULL;
}

/* name, or name_2, name_3, ... */
static bool give_name(struct bf_ddl_table *t, size_t i, struct bf_str name, struct bf_err *e)
{
    struct bf_buf b;
    bf_buf_init(&b, name.n + 16);
    bf_buf_adds(&b, name);
    for (unsigned n = 2; bf_buf_ok(&b) && is_taken(t, bf_buf_view(&b), i); n++) {
        b.n = name.n;
        bf_buf_addf(&b, "_%u", n);
    }
    bool ok = bf_buf_ok(&b) && bf_arena_copy(t->arena, bf_buf_view(&b), &t->column[i].name);
    bf_buf_free(&b);
    return ok || bf_err_nomem(e);
}

/* A SerDe that reads by name would read the partition's name from the row too; the column is left
 * out and the partition's value is used. */
static bool leave_out(struct bf_ddl_table *t, size_t i, struct bf_str name)
{
    struct bf_ddl_column *c = &t->column[i];
    c->left_out = !by_place(t->serde) && bf_ddl_layout_find(&t->layout, name);
    if (c->left_out) {
        c->name = c->source;
        c->why = "a partition has this name";
    }
    return c->left_out;
}

static bool name_column(struct bf_ddl_table *t, size_t i, struct bf_err *e)
{
    struct bf_ddl_column *c = &t->column[i];
    struct bf_buf folded;
    if (c->source.n > NAME_MAX_BYTES)
        return bf_err_set(e, BF_E_LIMIT, "the name of column %zu is longer than %d bytes", i + 1,
                          NAME_MAX_BYTES);
    bf_buf_init(&folded, NAME_MAX_BYTES + 1);
    bf_ddl_name_fold(&folded, c->source.n ? c->source : BF_STR("_"));
    struct bf_str name = bf_buf_view(&folded);
    bool ok =
        bf_buf_ok(&folded) ? leave_out(t, i, name) || give_name(t, i, name, e) : bf_err_nomem(e);
    bf_buf_free(&folded);
    return ok;
}

static bool add_property(struct bf_ddl_table *t, struct bf_ddl_properties *p, struct bf_str name,
                         struct bf_str value)
{
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 16;
        struct bf_ddl_property *more = bf_arena_alloc(t->arena, cap * sizeof *more);
        if (!more)
            return false;
        if (p->n)
            memcpy(more, p->p, p->n * sizeof *more);
        p->p = more;
        p->cap = cap;
    }
    struct bf_ddl_property *one = &p->p[p->n++];
    return bf_arena_copy(t->arena, name, &one->name) && bf_arena_copy(t->arena, value, &one->value);
}

static bool serde_property(struct bf_ddl_table *t, const char *name, struct bf_str value,
                           struct bf_err *e)
{
    return add_property(t, &t->serde_properties, bf_str_of(name), value) || bf_err_nomem(e);
}

static bool has_upper(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return true;
    return false;
}

/* mapping.NAME = the name in the rows, in which dots have become underscores. */
static bool add_mapping(struct bf_ddl_table *t, struct bf_str name, struct bf_str source,
                        struct bf_err *e)
{
    struct bf_buf property, value;
    bf_buf_init(&property, 2 * NAME_MAX_BYTES);
    bf_buf_init(&value, 2 * NAME_MAX_BYTES);
    bf_buf_lit(&property, "mapping.");
    bf_buf_adds(&property, name);
    for (size_t i = 0; i < source.n; i++)
        bf_buf_addc(&value, source.p[i] == '.' ? '_' : source.p[i]);
    bool ok = bf_buf_ok(&property) && bf_buf_ok(&value);
    ok = ok && (bf_str_eq(name, bf_buf_view(&value)) ||
                add_property(t, &t->serde_properties, bf_buf_view(&property), bf_buf_view(&value)));
    bf_buf_free(&property);
    bf_buf_free(&value);
    return ok || bf_err_nomem(e);
}

/* With case.insensitive off, fields of structs are searched for in lower case too, and need a
 * mapping. */
static bool map_fields(struct bf_ddl_table *t, const struct bf_type *type, struct bf_err *e)
{
    for (size_t i = 0; i < type->n; i++) {
        const struct bf_field *f = &type->field[i];
        struct bf_str name;
        struct bf_buf lower;
        bool ok = true;
        if (type->kind == BF_TYPE_STRUCT && has_upper(f->name)) {
            bf_buf_init(&lower, f->name.n + 1);
            bf_ddl_name_lower(&lower, f->name);
            name = bf_buf_view(&lower);
            ok = bf_buf_ok(&lower) || bf_err_nomem(e);
            for (size_t k = 0; ok && k < t->serde_properties.n; k++)
                ok = !bf_str_eq(t->serde_properties.p[k].value, f->name);
            ok = bf_buf_ok(&lower) && (!ok || add_mapping(t, name, f->name, e));
            bf_buf_free(&lower);
        }
        if (!ok || !map_fields(t, &f->type, e))
            return false;
    }
    return true;
}

/* The OpenX SerDe converts the keys of a row to lower case first. Then two keys that differ in case
 * collide, and a mapping from a name with capitals does not work. */
static bool openx_properties(struct bf_ddl_table *t, struct bf_err *e)
{
    bool dots = false, exact = false;
    for (size_t i = 0; i < t->n; i++) {
        const struct bf_ddl_column *c = &t->column[i];
        dots = dots || memchr(c->source.p, '.', c->source.n);
        exact = exact || (has_upper(c->source) && !bf_str_same(c->name, c->source));
        for (size_t k = 0; k < i; k++)
            exact = exact || bf_str_same(t->column[k].source, c->source);
    }
    if (exact && !serde_property(t, "case.insensitive", BF_STR("FALSE"), e))
        return false;
    if (dots && !serde_property(t, "dots.in.keys", BF_STR("TRUE"), e))
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const struct bf_ddl_column *c = &t->column[i];
        bool differs = exact ? !bf_str_eq(c->name, c->source) : !bf_str_same(c->name, c->source);
        if (differs && !c->left_out && !add_mapping(t, c->name, c->source, e))
            return false;
    }
    for (size_t i = 0; exact && i < t->n; i++)
        if (!map_fields(t, &t->column[i].type, e))
            return false;
    return true;
}

/* Neither the Hive JSON SerDe nor Parquet can map one name to another. */
static bool check_names(const struct bf_ddl_table *t, struct bf_err *e)
{
    for (size_t i = 0; i < t->n; i++)
        if (!t->column[i].left_out && !bf_str_same(t->column[i].name, t->column[i].source))
            return bf_err_set(e, BF_E_INPUT,
                              "column '%.*s': Athena has no such name, and only the SerDe openx "
                              "reads it under another; rename it in the rows",
                              shown(t->column[i].source), t->column[i].source.p);
    return true;
}

static bool has_utc(const struct bf_type *t)
{
    bool has = t->kind == BF_TYPE_TIMESTAMP && t->utc;
    for (size_t i = 0; !has && i < t->n; i++)
        has = has_utc(&t->field[i].type);
    return has;
}

/* ISO times, which the Hive JSON SerDe reads if it is given their formats. */
static bool hive_json_properties(struct bf_ddl_table *t, struct bf_err *e)
{
    unsigned forms = t->iso_decimals ? t->iso_decimals : 1U | 1U << 3 | 1U << 6;
    struct bf_buf text;
    bool any = false;
    for (size_t i = 0; i < t->n; i++)
        any = any || has_utc(&t->column[i].type);
    if (!any)
        return true;
    bf_buf_init(&text, 1024);
    for (int n = 9; n >= 0; n--) {
        if (!(forms >> n & 1))
            continue;
        bf_buf_add(&text, ",", text.n != 0);
        bf_buf_lit(&text, "yyyy-MM-dd'T'HH:mm:ss");
        bf_buf_add(&text, ".SSSSSSSSS", n ? (size_t)n + 1 : 0);
        bf_buf_lit(&text, "'Z'");
    }
    bool ok = bf_buf_check(&text, "the forms of times", e) &&
              serde_property(t, "timestamp.formats", bf_buf_view(&text), e);
    bf_buf_free(&text);
    return ok;
}

static bool serde_properties(struct bf_ddl_table *t, struct bf_err *e)
{
    char separator[] = {t->separator ? t->separator : ',', '\0'};
    switch (t->serde) {
    case BF_DDL_OPENX:
        return openx_properties(t, e);
    case BF_DDL_HIVE_JSON:
        return check_names(t, e) && hive_json_properties(t, e);
    case BF_DDL_OPENCSV:
        return serde_property(t, "separatorChar", bf_str_of(separator), e) &&
               serde_property(t, "quoteChar", BF_STR("\""), e) &&
               serde_property(t, "escapeChar", BF_STR("\\"), e);
    case BF_DDL_LAZY:
        return serde_property(t, "field.delim", BF_STR("\t"), e) &&
               serde_property(t, "serialization.format", BF_STR("\t"), e) &&
               serde_property(t, "escape.delim", BF_STR("\\"), e);
    case BF_DDL_PARQUET:
        return check_names(t, e);
    }
    return true;
}

struct adding {
    struct bf_ddl_table *t;
    bool failed;
};

static void add_layout(void *arg, struct bf_str name, struct bf_str value)
{
    struct adding *a = arg;
    a->failed = a->failed || !name.n || !add_property(a->t, &a->t->properties, name, value);
}

static bool table_properties(struct bf_ddl_table *t, struct bf_err *e)
{
    struct adding a = {.t = t};
    add_layout(&a, BF_STR("classification"),
               bf_str_of(bf_ddl_serde_words(t->serde)->classification));
    if (by_place(t->serde) && t->header)
        add_layout(&a, BF_STR("skip.header.line.count"), BF_STR("1"));
    bf_ddl_layout_properties(&t->layout, add_layout, &a);
    return !a.failed || bf_err_nomem(e);
}

/* At least one column must be left. */
static bool check_columns(const struct bf_ddl_table *t, struct bf_err *e)
{
    for (size_t i = 0; i < t->n; i++)
        if (!t->column[i].left_out)
            return true;
    return bf_err_set(e, BF_E_INPUT, "no columns");
}

bool bf_ddl_table_finish(struct bf_ddl_table *t, struct bf_err *e)
{
    for (size_t i = 0; i < t->n; i++) {
        struct bf_ddl_column *c = &t->column[i];
        const char *unread = bf_ddl_type_unread(&c->type, t->serde, c->nulls);
        if (!name_column(t, i, e))
            return false;
        if (unread && !c->left_out) {
            c->type = (struct bf_type){.kind = BF_TYPE_STRING};
            c->why = unread;
        }
    }
    return check_columns(t, e) && serde_properties(t, e) && table_properties(t, e);
}

bool bf_ddl_table_finish_plain(struct bf_ddl_table *t, struct bf_err *e)
{
    for (size_t i = 0; i < t->n; i++) {
        struct bf_str name = t->column[i].source;
        if (!leave_out(t, i, name) && !give_name(t, i, name.n ? name : BF_STR("_"), e))
            return false;
    }
    return check_columns(t, e);
}
