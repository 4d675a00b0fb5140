#include "lib/ddl/layout.h"

#include "lib/base/num.h"
#include "lib/ddl/layout_time.h"
#include "lib/ddl/name.h"
#include "lib/objectkey/prefix.h"

enum { SHOWN = 60, TEXT_MAX = 16 * 1024, NAME_MAX_BYTES = 255 };

static int shown(struct bf_str s)
{
    return (int)(s.n < SHOWN ? s.n : SHOWN);
}

void bf_ddl_layout_init(struct bf_ddl_layout *l, struct bf_arena *arena)
{
    *l = (struct bf_ddl_layout){.arena = arena};
}

const struct bf_ddl_partition *bf_ddl_layout_find(const struct bf_ddl_layout *l, struct bf_str name)
{
    for (size_t i = 0; i < l->n; i++)
        if (bf_str_same(l->part[i].name, name))
            return &l->part[i];
    return NULL;
}

static struct bf_ddl_partition *find(struct bf_ddl_layout *l, struct bf_str name, struct bf_err *e)
{
    for (size_t i = 0; i < l->n; i++)
        if (bf_str_same(l->part[i].name, name))
            return &l->part[i];
    bf_err_set(e, BF_E_USAGE, "no partition '%.*s'", shown(name), name.p ? name.p : "");
    return NULL;
}

/* The name as the catalog has it. */
static bool fold(struct bf_ddl_layout *l, struct bf_str name, struct bf_str *out, struct bf_err *e)
{
    struct bf_buf b;
    if (!bf_ddl_name_is_simple(name) || name.n > NAME_MAX_BYTES)
        return bf_err_set(e, BF_E_USAGE,
                          "'%.*s' cannot be a partition's name: letters, digits and _ only",
                          shown(name), name.p ? name.p : "");
    bf_buf_init(&b, NAME_MAX_BYTES + 1);
    bf_ddl_name_fold(&b, name);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(l->arena, bf_buf_view(&b), out);
    bf_buf_free(&b);
    return ok || bf_err_nomem(e);
}

static bool add(struct bf_ddl_layout *l, const struct bf_ddl_partition *p, struct bf_err *e)
{
    struct bf_ddl_partition one = *p;
    if (l->n == BF_DDL_PARTITIONS)
        return bf_err_set(e, BF_E_USAGE, "more than %d partition columns", BF_DDL_PARTITIONS);
    if (!fold(l, p->name, &one.name, e))
        return false;
    if (bf_ddl_layout_find(l, one.name))
        return bf_err_set(e, BF_E_USAGE, "two partition columns with the name '%.*s'",
                          shown(one.name), one.name.p);
    l->part[l->n++] = one;
    return true;
}

/* A projected string without --values: every query must name its value. */
static void make_string(struct bf_ddl_partition *p, struct bf_str name)
{
    *p = (struct bf_ddl_partition){
        .name = name, .type.kind = BF_TYPE_STRING, .projection = BF_DDL_PROJECT_INJECTED};
}

/* The NAME of ".../NAME=" at the end of the text before an expression; empty: it does not end
 * so. */
static struct bf_str name_before(struct bf_str text)
{
    if (text.n < 2 || text.p[text.n - 1] != '=')
        return (struct bf_str){0};
    size_t from = text.n - 1;
    while (from && text.p[from - 1] != '/' && text.p[from - 1] != '}')
        from--;
    return bf_str(text.p + from, text.n - 1 - from);
}

static bool add_part(struct bf_ddl_layout *l, struct bf_buf *text, enum bf_prefix_kind kind,
                     struct bf_str part, struct bf_err *e)
{
    struct bf_ddl_partition p = {.name = name_before(bf_buf_view(text))};
    struct bf_str name;
    if (p.name.n && !bf_arena_copy(l->arena, p.name, &p.name))
        return bf_err_nomem(e);
    name = p.name.n ? p.name : part;
    if (kind == BF_PREFIX_TIMESTAMP && !bf_layout_time(&p, part, e))
        return false;
    if (kind == BF_PREFIX_FIELD)
        make_string(&p, name);
    if (!add(l, &p, e))
        return false;
    bf_buf_lit(text, "${");
    bf_buf_adds(text, l->part[l->n - 1].name);
    bf_buf_addc(text, '}');
    return true;
}

static bool has_expression(struct bf_str text)
{
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == '!' && text.p[i + 1] == '{')
            return true;
    return false;
}

/* The location is the folder above the first partition. */
static bool set_location(struct bf_ddl_layout *l, struct bf_str template, struct bf_err *e)
{
    struct bf_str root = template;
    for (size_t i = 0; i + 1 < root.n; i++)
        if (root.p[i] == '$' && root.p[i + 1] == '{')
            root.n = i;
    while (root.n < template.n && root.n && root.p[root.n - 1] != '/')
        root.n--;
    return (bf_arena_copy(l->arena, template, &l->template) &&
            bf_arena_copy(l->arena, root, &l->location)) ||
           bf_err_nomem(e);
}

/* Adds the parts of a prefix up to a random one: everything after it is below the folder above
 * it. */
static bool add_prefix(struct bf_ddl_layout *l, const struct bf_prefix *prefix, struct bf_buf *text,
                       struct bf_err *e)
{
    bool ended = false;
    for (size_t i = 0; i < prefix->n; i++) {
        enum bf_prefix_kind kind = prefix->part[i].kind;
        if (kind == BF_PREFIX_RANDOM) {
            ended = true;
            while (text->n && text->p[text->n - 1] != '/')
                text->n--;
        } else if (kind == BF_PREFIX_LITERAL) {
            if (!ended)
                bf_buf_adds(text, prefix->part[i].text);
        } else if (ended)
            return bf_err_set(e, BF_E_USAGE,
                              "a partition below !{firehose:random-string} cannot be projected");
        else if (!add_part(l, text, kind, prefix->part[i].text, e))
            return false;
    }
    return true;
}

bool bf_ddl_layout_location(struct bf_ddl_layout *l, struct bf_str url, struct bf_err *e)
{
    struct bf_prefix prefix;
    struct bf_buf text;
    if (!bf_str_starts(url, BF_STR("s3://")) || url.n < 6 || url.p[5] == '/')
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not s3://BUCKET/PREFIX", shown(url),
                          url.p ? url.p : "");
    bf_buf_init(&text, TEXT_MAX);
    bool ok = true;
    if (has_expression(url)) /* Firehose's default for a prefix without expressions does not apply
                              * here */
        ok =
            bf_prefix_parse(&prefix, url, BF_PREFIX_OF_DATA, e) && add_prefix(l, &prefix, &text, e);
    else
        bf_buf_adds(&text, url);
    if (ok && text.n && text.p[text.n - 1] != '/')
        bf_buf_addc(&text, '/');
    ok = ok && bf_buf_check(&text, "the location", e) && set_location(l, bf_buf_view(&text), e);
    bf_buf_free(&text);
    l->projected = l->n != 0;
    return ok;
}

/* Appends NAME=${NAME}/ for the partition added last to the template. */
static bool add_folder(struct bf_ddl_layout *l, struct bf_err *e)
{
    struct bf_str name = l->part[l->n - 1].name;
    struct bf_buf text;
    bf_buf_init(&text, TEXT_MAX);
    bf_buf_adds(&text, l->template);
    bf_buf_adds(&text, name);
    bf_buf_lit(&text, "=${");
    bf_buf_adds(&text, name);
    bf_buf_lit(&text, "}/");
    bool ok = bf_buf_check(&text, "the location", e) &&
              (bf_arena_copy(l->arena, bf_buf_view(&text), &l->template) || bf_err_nomem(e));
    bf_buf_free(&text);
    return ok;
}

/* The date pattern of a name for which s3put's --hive uses the time. */
static const char *hive_pattern(struct bf_str name)
{
    return bf_str_is(name, "dt")      ? "yyyy-MM-dd"
           : bf_str_is(name, "year")  ? "yyyy"
           : bf_str_is(name, "month") ? "MM"
           : bf_str_is(name, "day")   ? "dd"
           : bf_str_is(name, "hour")  ? "HH"
                                      : NULL;
}

bool bf_ddl_layout_hive(struct bf_ddl_layout *l, struct bf_str list, struct bf_err *e)
{
    struct bf_str spec, name;
    while (bf_str_split(&list, ',', &spec)) {
        struct bf_str rest = spec;
        bool named = bf_str_split(&rest, '=', &name) && rest.p;
        const char *pattern = named ? NULL : hive_pattern(name);
        struct bf_ddl_partition p = {.name = name};
        if (!pattern)
            make_string(&p, name);
        else if (!bf_layout_time(&p, bf_str_of(pattern), e))
            return false;
        if (!add(l, &p, e) || !add_folder(l, e))
            return bf_err_ctx(e, "option '--hive'");
    }
    l->projected = true;
    return true;
}

bool bf_ddl_layout_partition(struct bf_ddl_layout *l, struct bf_str spec, struct bf_err *e)
{
    struct bf_ddl_partition p = {.type.kind = BF_TYPE_STRING};
    struct bf_str rest = spec;
    (void)bf_str_split(&rest, ':', &p.name);
    if (rest.p && !bf_type_parse(l->arena, rest, &p.type, e))
        return bf_err_ctx(e, "option '--partition': %.*s", shown(p.name), p.name.p);
    if (p.type.kind >= BF_TYPE_ARRAY || p.type.kind == BF_TYPE_BINARY ||
        p.type.kind == BF_TYPE_JSON)
        return bf_err_set(e, BF_E_USAGE,
                          "option '--partition': '%.*s' is not a type of a partition", shown(rest),
                          rest.p);
    if (!add(l, &p, e) || !add_folder(l, e))
        return bf_err_ctx(e, "option '--partition'");
    l->in_catalog = true;
    return true;
}

static bool split(struct bf_ddl_layout *l, struct bf_str spec, struct bf_ddl_partition **p,
                  struct bf_str *value, struct bf_err *e)
{
    struct bf_str name;
    *value = spec;
    if (!bf_str_split(value, '=', &name) || !value->n)
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not NAME=VALUE,VALUE", shown(spec), spec.p);
    *p = find(l, name, e);
    return *p != NULL;
}

bool bf_ddl_layout_range(struct bf_ddl_layout *l, struct bf_str spec, struct bf_err *e)
{
    struct bf_ddl_partition *p;
    struct bf_str rest, from;
    struct bf_buf text;
    if (!split(l, spec, &p, &rest, e))
        return bf_err_ctx(e, "option '--range'");
    if (p->projection > BF_DDL_PROJECT_INTEGER || !bf_str_split(&rest, ',', &from) || !rest.n)
        return bf_err_set(e, BF_E_USAGE,
                          "option '--range': '%.*s' is not NAME=FROM,TO of a date or a number",
                          shown(spec), spec.p);
    bf_buf_init(&text, TEXT_MAX);
    bool ok = true;
    uint64_t ignored;
    if (p->projection == BF_DDL_PROJECT_DATE) {
        ok = bf_layout_end(p, from, &text, e);
        bf_buf_addc(&text, ',');
        ok = ok && bf_layout_end(p, rest, &text, e);
    } else {
        ok = bf_num_u64(from, &ignored, e) && bf_num_u64(rest, &ignored, e);
        bf_buf_adds(&text, from);
        bf_buf_addc(&text, ',');
        bf_buf_adds(&text, rest);
    }
    ok = ok && bf_buf_check(&text, "the range", e) &&
         (bf_arena_copy(l->arena, bf_buf_view(&text), &p->range) || bf_err_nomem(e));
    bf_buf_free(&text);
    return ok || bf_err_ctx(e, "option '--range': %.*s", shown(p->name), p->name.p);
}

bool bf_ddl_layout_values(struct bf_ddl_layout *l, struct bf_str spec, struct bf_err *e)
{
    struct bf_ddl_partition *p;
    struct bf_str values;
    if (!split(l, spec, &p, &values, e))
        return bf_err_ctx(e, "option '--values'");
    if (p->projection != BF_DDL_PROJECT_INJECTED)
        return bf_err_set(e, BF_E_USAGE, "option '--values': '%.*s' is not a projected string",
                          shown(p->name), p->name.p);
    p->projection = BF_DDL_PROJECT_ENUM;
    p->values = values;
    return true;
}
